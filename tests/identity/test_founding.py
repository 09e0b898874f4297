"""Signing in after the last membership ended: a tenant of one's own, one however many come, and the way back."""

import asyncio

import httpx
import pytest

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity import founding, store, tokens
from elenchus.identity.errors import WrongCredentials
from elenchus.identity.models import Membership, Tenant, User
from tests.identity.conftest import AUTH, PASSWORD, Account, an_email, bearer, log_in, me

CURRENT = "/api/v1/tenants/current"


@pytest.fixture
async def homeless(client: httpx.AsyncClient, account: Account) -> Account:
    await store.change_user(account["id"], {"memberships": [], "organization": f"Firm {new_id()}"})
    return account


async def user_of(account: Account) -> User:
    user = await store.user_by_id(account["id"])
    assert user is not None
    return user


async def tenants_of(account: Account) -> int:
    return await Tenant.find({"name": (await user_of(account)).organization}).count()


def tenant_in(answer: httpx.Response) -> Id:
    assert answer.status_code == 200, answer.text
    return tokens.read_access_token(answer.json()["access_token"]).tenant_id


class TestAtSignIn:
    async def test_they_own_a_tenant_with_the_name_of_their_organization(self, client, homeless):
        answer = await log_in(client, homeless["email"])
        [held] = answer.json()["user"]["memberships"]
        assert (Id(held["tenant_id"]), held["role"]) == (tenant_in(answer), "owner")
        assert held["tenant_name"] == (await user_of(homeless)).organization
        assert (await me(client, answer.json()["access_token"])).status_code == 200

    async def test_the_next_one_enters_the_same(self, client, homeless):
        one, other = [tenant_in(await log_in(client, homeless["email"])) for _ in range(2)]
        assert one == other

    async def test_of_fifty_at_once_all_enter_one(self, client, homeless):
        answers = await asyncio.gather(*(log_in(client, homeless["email"]) for _ in range(50)))
        assert len({tenant_in(answer) for answer in answers}) == 1
        assert len((await user_of(homeless)).memberships) == 1
        assert await tenants_of(homeless) == 1

    async def test_who_looked_before_another_had_one_enters_the_others(self, homeless):
        one, other = await user_of(homeless), await user_of(homeless)
        first, second = await founding.membership_of(one), await founding.membership_of(other)
        assert first.tenant_id == second.tenant_id
        assert await tenants_of(homeless) == 1

    async def test_deleted_tenants_are_no_home(self, client, homeless):
        gone = [Tenant(name="Gone", deleted_at=now()), Tenant(name="Erased")]
        await gone[0].insert()
        held = [Membership(tenant_id=tenant.id, tenant_name=tenant.name, role=Role.VIEWER) for tenant in gone]
        await store.change_user(homeless["id"], {"memberships": [one.model_dump() for one in held]})
        answers = await asyncio.gather(*(log_in(client, homeless["email"]) for _ in range(5)))
        assert len({tenant_in(answer) for answer in answers}) == 1
        assert await tenants_of(homeless) == 1

    async def test_it_is_recorded(self, client, homeless, monkeypatch):
        recorded = []

        async def record(actor, action, kind, object_id, **_details):
            recorded.append((actor.tenant_id, actor.user_id, action, kind, object_id))

        monkeypatch.setattr(audit, "record", record)
        tenant_id = tenant_in(await log_in(client, homeless["email"]))
        row = (tenant_id, homeless["id"], audit.Action.TENANT_OPENED, "tenant", tenant_id)
        assert (recorded[0], len(recorded)) == (row, 2)

    @pytest.mark.parametrize("password", ["not the password", PASSWORD])
    async def test_who_may_not_enter_gets_none(self, client, homeless, password):
        if password == PASSWORD:
            await store.change_user(homeless["id"], {"is_active": False})
        assert (await log_in(client, homeless["email"], password)).status_code in {401, 403}
        assert await tenants_of(homeless) == 0

    @pytest.mark.parametrize("how", ["deleted", "erased"])
    async def test_nor_who_is_deleted_at_that_moment(self, homeless, how):
        seen = await user_of(homeless)
        name = seen.organization
        if how == "deleted":
            await store.change_user(homeless["id"], {"deleted_at": now()})
        else:
            await User.find_one({"_id": homeless["id"]}).delete()
        with pytest.raises(WrongCredentials):
            await founding.membership_of(seen)
        assert await Tenant.find({"name": name}).count() == 0

    async def test_a_push_that_the_driver_sends_again_is_one_membership(self, homeless):
        user = await user_of(homeless)
        tenant, membership = founding.own_tenant(user)
        for _ in range(2):
            assert await store.add_tenant_for(user, tenant, membership)
        assert len((await user_of(homeless)).memberships) == 1
        assert await store.is_live_tenant(tenant.id)


class TestWayBack:
    async def test_removed_then_invited_by_another_firm(self, client, account, firm):
        """By way of the invitation to the first, which they came with."""
        first, second, email = await firm(), await firm(), an_email()
        token = await invited(first.client, email)
        wish = {"email": email, "password": PASSWORD, "full_name": "Mona Member", "invitation_token": token}
        member = (await client.post(f"{AUTH}/register", json=wish)).json()
        assert (await first.client.delete(f"{CURRENT}/members/{member['id']}")).status_code == 204

        headers = bearer((await log_in(client, email)).json()["access_token"])
        assert (await client.get(CURRENT, headers=headers)).json()["name"] == "Mona Member"
        token = await invited(second.client, email)
        accepted = await client.post(f"{AUTH}/invitations/accept", json={"token": token}, headers=headers)
        assert accepted.json()["tenant_id"] == str(second.principal.tenant_id), accepted.text
        entering = {"tenant_id": accepted.json()["tenant_id"]}
        entered = await client.post(f"{AUTH}/switch-tenant", json=entering, headers=headers)
        current = await client.get(CURRENT, headers=bearer(entered.json()["access_token"]))
        assert current.json()["id"] == str(second.principal.tenant_id)

    async def test_removed_they_reach_their_own_data_and_its_end(self, client, homeless):
        headers = bearer((await log_in(client, homeless["email"])).json()["access_token"])
        mine = f"/api/v1/users/{homeless['id']}"
        assert (await client.get(f"{mine}/export", headers=headers)).status_code == 200
        assert (await client.delete(mine, headers=headers)).status_code == 204
        assert (await log_in(client, homeless["email"])).status_code == 401
        [own] = (await user_of(homeless)).memberships or [None]
        assert own is None  # the tenant was theirs alone, and went with them


async def invited(http: httpx.AsyncClient, email: str) -> str:
    made = await http.post(f"{CURRENT}/invitations", json={"email": email, "role": "member"})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])
