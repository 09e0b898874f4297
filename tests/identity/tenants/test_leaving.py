"""What rested on a membership, or on a role in it, ends with it, and does not come back when the person does."""

from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.principal import Role
from elenchus.identity import store as accounts
from elenchus.identity.keys.models import ApiKey
from elenchus.identity.models import Session, User
from elenchus.identity.tenants import store
from tests.identity.conftest import AUTH, an_email, bearer, log_in
from tests.identity.tenants.conftest import ACCEPT, CURRENT, INVITATIONS, Person, also_member, is_invalid, register

ADMIN, OWNER, MEMBER, VIEWER = Role.ADMIN, Role.OWNER, Role.MEMBER, Role.VIEWER
KEYS = "/api/v1/api-keys"
HOUR = timedelta(hours=1)


def url(person: Person) -> str:
    return f"{CURRENT}/members/{person.id}"


async def key_of(person: Person) -> str:
    made = await person.post(KEYS, {"name": "Import", "scopes": ["tenants:read"]})
    assert made.status_code == 201, made.text
    key: str = made.json()["key"]
    return key


async def opens(person: Person, credential: str) -> bool:
    return (await person.http.get(CURRENT, headers=bearer(credential))).status_code == 200


async def invited(person: Person, role: Role, email: str | None = None) -> dict[str, str]:
    made = await person.post(INVITATIONS, {"email": email or an_email(), "role": role})
    assert made.status_code == 201, made.text
    body: dict[str, str] = made.json()
    return body


async def left(team) -> set[str]:
    return {row["id"] for row in (await team.owner.get(INVITATIONS)).json()["items"]}


async def vanish(person: Person, team) -> None:
    """The membership ends, and the process dies before it clears away what rested on it."""
    [held] = [held for held in (await person.stored()).memberships if held.tenant_id == team.tenant_id]
    assert await store.end_membership(person.id, held)


async def lower(person: Person, team) -> None:
    [held] = [held for held in (await person.stored()).memberships if held.tenant_id == team.tenant_id]
    assert await store.set_role(person.id, held, MEMBER)


async def suspend(person: Person, team) -> None:
    await accounts.change_user(person.id, {"is_active": False})


async def long_ago(person: Person) -> None:
    """What they hold is as old as if they had not joined just now."""
    await Session.find({"user_id": person.id}).update(
        {"$set": {"created_at": now() - HOUR, "last_used_at": now() - HOUR}}
    )
    await ApiKey.find({"user_id": person.id}).update({"$set": {"created_at": now() - HOUR}})
    await User.find_one({"_id": person.id}).update({"$set": {"memberships.0.joined_at": now() - 2 * HOUR}})


class TestKeys:
    async def test_are_revoked(self, team):
        admin, key = team.people[ADMIN], await key_of(team.people[ADMIN])
        assert await opens(admin, key)
        assert (await team.owner.delete(url(admin))).status_code == 204
        await also_member(admin, team, ADMIN)
        assert not await opens(admin, key)
        [row] = (await team.owner.get(KEYS, params={"revoked": True})).json()["items"]
        assert row["revoked_at"] is not None

    async def test_in_other_tenants_and_of_others_go_on(self, team, new_team):
        other, mine = await new_team(), await key_of(team.owner)
        theirs = await key_of(other.owner)
        await also_member(other.owner, team)
        assert (await team.owner.delete(url(other.owner))).status_code == 204
        assert await opens(other.owner, theirs)
        assert await opens(team.owner, mine)

    async def test_of_an_earlier_membership_open_nothing_whatever_died(self, team):
        admin, key = team.people[ADMIN], await key_of(team.people[ADMIN])
        await long_ago(admin)
        await vanish(admin, team)
        await also_member(admin, team, ADMIN, joined_at=now())
        assert not await opens(admin, key)
        again = (await log_in(team.http, admin.email)).json()
        admin.token = again["access_token"]
        assert await opens(admin, await key_of(admin))


class TestSessions:
    async def test_stay_dead_when_the_person_comes_back(self, team):
        member = team.people[MEMBER]
        await team.owner.delete(url(member))
        await also_member(member, team)
        assert not await opens(member, member.token)
        again = await team.http.post(f"{AUTH}/refresh", json={"refresh_token": member.refresh_token})
        assert again.status_code == 401

    async def test_so_they_do_whatever_died(self, team):
        member = team.people[MEMBER]
        await long_ago(member)
        await vanish(member, team)
        await also_member(member, team, joined_at=now())
        assert not await opens(member, member.token)
        again = await team.http.post(f"{AUTH}/refresh", json={"refresh_token": member.refresh_token})
        assert again.status_code == 401
        assert await opens(member, (await log_in(team.http, member.email)).json()["access_token"])

    async def test_begun_elsewhere_before_the_joining_may_enter(self, team, new_team):
        """It counts when a session came into the tenant, not when it began."""
        guest = (await new_team()).owner
        await long_ago(guest)
        await also_member(guest, team, joined_at=now())
        pair = (await guest.post(f"{AUTH}/switch-tenant", {"tenant_id": str(team.tenant_id)})).json()
        assert await opens(guest, pair["access_token"])

    async def test_a_host_whose_clock_is_ahead_shuts_nobody_out(self, new_team):
        guest, team = (await new_team()).owner, await new_team()
        await also_member(guest, team, joined_at=now() + timedelta(seconds=2))
        pair = (await guest.post(f"{AUTH}/switch-tenant", {"tenant_id": str(team.tenant_id)})).json()
        assert await opens(guest, pair["access_token"])


class TestInvitations:
    async def test_to_them_end(self, team):
        """Else they would come back with a token that was left unused."""
        member = team.people[MEMBER]
        await vanish(member, team)
        await invited(team.owner, MEMBER, member.email)
        await also_member(member, team)
        await team.owner.delete(url(member))
        assert await left(team) == set()

    @pytest.mark.parametrize(
        ("was", "becomes", "stay"),
        [
            (ADMIN, None, ()), (ADMIN, MEMBER, ()), (ADMIN, VIEWER, ()), (OWNER, None, ()), (OWNER, MEMBER, ()),
            (OWNER, ADMIN, (VIEWER, ADMIN)), (ADMIN, OWNER, (VIEWER, ADMIN)),
        ],
    )  # fmt: skip
    async def test_that_they_made_end_unless_they_may_make_them_still(self, team, was, becomes, stay):
        maker = await team.add(was)
        beyond = (OWNER,) if was is OWNER else ()
        made = {role: await invited(maker, role) for role in (VIEWER, ADMIN, *beyond)}
        others = await invited(team.owner, OWNER)
        change = team.owner.patch(url(maker), {"role": becomes}) if becomes else team.owner.delete(url(maker))
        assert (await change).status_code in (200, 204)
        assert await left(team) == {others["id"]} | {made[role]["id"] for role in stay}

    @pytest.mark.parametrize("happens", [vanish, lower, suspend], ids=lambda h: h.__name__)
    async def test_of_one_who_may_not_make_them_let_nobody_in_whatever_died(self, team, new_team, happens):
        maker, guest = team.people[ADMIN], (await new_team()).owner
        to_guest, to_stranger = await invited(maker, ADMIN, guest.email), await invited(maker, ADMIN)
        await happens(maker, team)
        assert is_invalid(await guest.post(ACCEPT, {"token": to_guest["token"]}))
        assert is_invalid(await register(team, to_stranger["email"], to_stranger["token"]))
        assert [held.tenant_id for held in (await guest.stored()).memberships] == [guest.principal.tenant_id]

    async def test_for_a_role_above_the_makers_let_nobody_in(self, team, new_team):
        maker, guest = await team.add(OWNER), (await new_team()).owner
        made = await invited(maker, OWNER, guest.email)
        [held] = (await maker.stored()).memberships
        assert await store.set_role(maker.id, held, ADMIN)
        assert is_invalid(await guest.post(ACCEPT, {"token": made["token"]}))
