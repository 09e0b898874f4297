"""A tenant always keeps an owner: whatever races, and wherever it breaks off."""

import asyncio
from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.identity.models import Departure, Membership, Tenant, User
from elenchus.identity.tenants import departing as module
from elenchus.identity.tenants import members, store
from elenchus.identity.tenants.departing import departing
from elenchus.identity.tenants.errors import LastOwner, MemberNotFound, TenantNotFound
from tests.identity.conftest import an_email

pytestmark = pytest.mark.usefixtures("resources_")


class Owners:
    """A tenant with so many owners, without HTTP."""

    def __init__(self, number: int) -> None:
        self.tenant = Tenant(name="Owners LLP")
        held = Membership(tenant_id=self.tenant.id, tenant_name=self.tenant.name, role=Role.OWNER)
        emails = [an_email() for _ in range(number)]
        self.users = [
            User(email=email, email_key=email, password_hash="-", full_name="Owner", memberships=[held.model_copy()])
            for email in emails
        ]

    async def stored(self) -> "Owners":
        await self.tenant.insert()
        for user in self.users:
            await user.insert()
        return self

    def acting(self, index: int) -> Principal:
        return Principal(self.tenant.id, self.users[index].id, Role.OWNER)

    async def lower(self, who: int, whom: int) -> None:
        await members.change_role(self.acting(who), self.users[whom].id, Role.MEMBER)

    async def remove(self, who: int, whom: int) -> None:
        await members.remove(self.acting(who), self.users[whom].id)

    async def left(self) -> set[Id]:
        return await store.acting_owners(self.tenant.id)

    async def departures(self) -> list[Departure]:
        found = await Tenant.find_one({"_id": self.tenant.id})
        assert found is not None
        return found.departures


async def owners(number: int) -> Owners:
    return await Owners(number).stored()


async def outcomes(*changes) -> list[type]:
    return [type(result) for result in await asyncio.gather(*changes, return_exceptions=True)]


class TestRaces:
    async def test_two_owners_who_lower_each_other(self):
        for _ in range(10):
            pair = await owners(2)
            results = await outcomes(pair.lower(0, 1), pair.lower(1, 0))
            assert len(await pair.left()) == 1
            assert sorted(kind.__name__ for kind in results) == ["LastOwner", "NoneType"]

    async def test_fifty_lower_five_owners(self):
        five = await owners(5)
        results = await outcomes(*(five.lower((n + 1) % 5, n % 5) for n in range(50)))
        assert len(await five.left()) == 1
        assert set(results) == {LastOwner, type(None)}
        assert await five.departures() == []

    async def test_twenty_owners_all_leave(self):
        """Each looks again whenever another was faster, so fifty would take six times as long."""
        twenty = await owners(20)
        results = await outcomes(*(twenty.remove(n, n) for n in range(20)))
        left = await twenty.left()
        assert len(left) >= 1
        assert results.count(type(None)) == 20 - len(left)
        assert await twenty.departures() == []

    async def test_leaving_lowering_and_being_removed_at_once(self):
        three = await owners(3)
        results = await outcomes(
            *(change for _ in range(10) for change in (three.remove(0, 0), three.lower(0, 1), three.remove(1, 2)))
        )
        assert len(await three.left()) == 1
        assert set(results) <= {type(None), LastOwner, MemberNotFound}

    async def test_fifty_times_the_last_owner(self):
        one = await owners(1)
        assert await outcomes(*(one.remove(0, 0) for _ in range(50))) == [LastOwner] * 50
        assert await one.left() == {one.users[0].id}


class TestWhoCounts:
    @pytest.mark.parametrize("state", [{"is_active": False}, {"deleted_at": now()}])
    async def test_an_owner_who_cannot_act_does_not(self, state):
        pair = await owners(2)
        await User.find_one({"_id": pair.users[1].id}).update({"$set": state})
        with pytest.raises(LastOwner):
            await pair.remove(0, 0)

    async def test_an_owner_of_another_tenant_does_not(self):
        one, other = await owners(1), await owners(1)
        held = Membership(tenant_id=one.tenant.id, tenant_name="x", role=Role.ADMIN)
        await store.add_membership(other.users[0].id, held)
        with pytest.raises(LastOwner):
            await one.remove(0, 0)

    async def test_one_who_is_departing_does_not(self):
        pair = await owners(2)
        async with departing(pair.tenant.id, pair.users[0].id):
            with pytest.raises(LastOwner):
                await pair.lower(0, 1)
        await pair.lower(0, 1)

    async def test_of_a_deleted_tenant_nobody_departs(self):
        pair = await owners(2)
        await Tenant.find_one({"_id": pair.tenant.id}).update({"$set": {"deleted_at": now()}})
        with pytest.raises(TenantNotFound):
            await pair.lower(0, 1)

    async def test_a_departure_that_began_meanwhile_is_seen(self, monkeypatch):
        """Between the look at the owners and the write that says who departs."""
        pair = await owners(2)
        look = store.acting_owners
        looked = 0

        async def overtaken(tenant_id: Id) -> set[Id]:
            nonlocal looked
            found = await look(tenant_id)
            looked += 1
            if looked == 1:
                departure = Departure(token=new_id(), user_id=pair.users[0].id, began_at=now())
                assert await store.begin_departure(tenant_id, departure, begun=0)
            return found

        monkeypatch.setattr(store, "acting_owners", overtaken)
        with pytest.raises(LastOwner):
            await pair.lower(0, 1)
        assert looked == 2


class TestBrokenOff:
    async def crashed(self, pair: Owners, monkeypatch: pytest.MonkeyPatch) -> None:
        """The process died when the departure was said and nothing changed yet."""

        async def crash(*_: object) -> bool:
            raise ConnectionError("the process died here")

        with monkeypatch.context() as patched:
            patched.setattr(store, "set_role", crash)
            with pytest.raises(ConnectionError):
                await pair.lower(0, 1)

    async def test_it_blocks_until_it_is_stale_and_is_mended_then(self, monkeypatch):
        pair = await owners(2)
        await self.crashed(pair, monkeypatch)
        assert len(await pair.left()) == 2
        with pytest.raises(LastOwner):
            await pair.remove(0, 0)
        monkeypatch.setattr(module, "STALE_AFTER", timedelta(seconds=-1))
        await pair.remove(0, 0)
        assert await pair.left() == {pair.users[1].id}

    async def test_it_can_simply_be_repeated(self, monkeypatch):
        pair = await owners(2)
        await self.crashed(pair, monkeypatch)
        await pair.lower(0, 1)
        assert await pair.left() == {pair.users[0].id}

    async def test_a_write_that_slept_through_the_mending_changes_nothing(self, monkeypatch):
        """Else the one it lowers when it wakes would be the last."""
        pair = await owners(2)
        [seen] = pair.users[1].memberships
        await self.crashed(pair, monkeypatch)
        monkeypatch.setattr(module, "STALE_AFTER", timedelta(seconds=-1))
        await pair.remove(0, 0)
        assert not await store.set_role(pair.users[1].id, seen, Role.MEMBER)
        assert await pair.left() == {pair.users[1].id}
