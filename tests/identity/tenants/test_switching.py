"""POST /auth/switch-tenant: the same session in another tenant, and nothing left of it in the first."""

import asyncio

import pytest

from elenchus.core.clock import now
from elenchus.core.errors import Forbidden
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.identity import principals, tokens
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import Session, Tenant
from elenchus.identity.principals import Known
from elenchus.identity.tenants import service as tenants
from elenchus.identity.tenants import store
from tests.identity.conftest import AUTH, log_in
from tests.identity.tenants.conftest import CURRENT, Person, also_member

SWITCH = f"{AUTH}/switch-tenant"


async def switch(person: Person, tenant_id: Id):
    return await person.post(SWITCH, {"tenant_id": str(tenant_id)})


def entered(person: Person, pair: dict) -> Person:
    return Person(person.http, person.email, person.id, pair["access_token"], pair["refresh_token"], person.principal)


@pytest.fixture
async def guest(team, new_team) -> Person:
    """The owner of another tenant, and a viewer in the team's."""
    other = await new_team()
    await also_member(other.owner, team, Role.VIEWER)
    return other.owner


class TestSwitching:
    async def test_the_session_goes_on_in_the_other_tenant(self, team, guest, recorded):
        before = tokens.read_refresh_token(guest.refresh_token).session_id
        answer = await switch(guest, team.tenant_id)
        pair = answer.json()
        assert answer.status_code == 200
        assert set(pair) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert tokens.read_refresh_token(pair["refresh_token"]).session_id == before
        there = entered(guest, pair)
        assert (await there.get(CURRENT)).json()["id"] == str(team.tenant_id)
        assert (await there.patch(CURRENT, {"name": "Mine"})).status_code == 403  # a viewer there
        [(actor, action, kind, object_id, _)] = recorded
        assert (actor.tenant_id, actor.user_id) == (team.tenant_id, guest.id)
        assert (action, kind, object_id) == ("tenant.entered", "tenant", team.tenant_id)

    async def test_the_old_access_token_is_refused_at_once(self, team, guest):
        assert (await guest.get(CURRENT)).status_code == 200
        await switch(guest, team.tenant_id)
        assert (await guest.get(CURRENT)).status_code == 401

    async def test_the_new_refresh_token_goes_on_there(self, team, guest):
        pair = (await switch(guest, team.tenant_id)).json()
        fresh = (await guest.http.post(f"{AUTH}/refresh", json={"refresh_token": pair["refresh_token"]})).json()
        assert (await entered(guest, fresh).get(CURRENT)).json()["id"] == str(team.tenant_id)

    async def test_the_old_refresh_token_is_a_used_one(self, team, guest):
        pair = (await switch(guest, team.tenant_id)).json()
        assert (
            await guest.http.post(f"{AUTH}/refresh", json={"refresh_token": guest.refresh_token})
        ).status_code == 401
        assert (await entered(guest, pair).get(CURRENT)).status_code == 401  # two holders: the session is over

    async def test_there_and_back(self, team, guest):
        there = entered(guest, (await switch(guest, team.tenant_id)).json())
        back = entered(guest, (await switch(there, guest.principal.tenant_id)).json())
        assert (await back.get(CURRENT)).json()["id"] == str(guest.principal.tenant_id)

    async def test_other_sessions_stay_where_they_are(self, team, guest):
        other = (await log_in(guest.http, guest.email)).json()
        await switch(guest, team.tenant_id)
        assert (await entered(guest, other).get(CURRENT)).json()["id"] == str(guest.principal.tenant_id)

    async def test_the_next_sign_in_begins_in_the_tenant_last_entered(self, team, guest):
        await switch(guest, team.tenant_id)
        again = (await log_in(guest.http, guest.email)).json()
        assert again["user"]["memberships"][0]["tenant_id"] == str(team.tenant_id)
        assert (await entered(guest, again).get(CURRENT)).json()["id"] == str(team.tenant_id)
        assert sorted(held.role for held in (await guest.stored()).memberships) == [Role.OWNER, Role.VIEWER]


class TestOtherProcesses:
    """Each has a memory of its own for a second, and is not told of the switch."""

    async def test_they_take_the_new_token_at_once(self, team, guest, monkeypatch):
        here, elsewhere = principals._known, Known()
        with monkeypatch.context() as other:
            other.setattr(principals, "_known", elsewhere)
            await principals.resolve(guest.token)
        pair = (await switch(guest, team.tenant_id)).json()
        monkeypatch.setattr(principals, "_known", elsewhere)
        assert elsewhere is not here
        assert (await principals.resolve(pair["access_token"])).tenant_id == team.tenant_id
        with pytest.raises(InvalidToken):
            await principals.resolve(guest.token)  # it knows better now


class TestRefusals:
    async def test_where_one_is_no_member_there_is_no_tenant(self, team, guest, new_team):
        stranger = await new_team()
        for tenant_id in (stranger.tenant_id, new_id(), guest.id):
            answer = await switch(guest, tenant_id)
            assert answer.status_code == 404
        assert (await guest.get(CURRENT)).status_code == 200

    async def test_where_one_is_already_nothing_changes(self, guest):
        assert (await switch(guest, guest.principal.tenant_id)).status_code == 409
        assert (
            await guest.http.post(f"{AUTH}/refresh", json={"refresh_token": guest.refresh_token})
        ).status_code == 200

    async def test_a_deleted_tenant_cannot_be_entered(self, team, guest):
        await Tenant.find_one({"_id": team.tenant_id}).update({"$set": {"deleted_at": now()}})
        assert (await switch(guest, team.tenant_id)).status_code == 404

    @pytest.mark.parametrize("body", [{}, {"tenant_id": "x"}, {"tenant_id": 7}, {"tenant_id": {"$ne": None}}])
    async def test_what_is_no_id_is_refused(self, guest, body):
        assert (await guest.post(SWITCH, body)).status_code == 422

    async def test_an_api_key_has_no_session_to_change(self, team, guest):
        principal = Principal(guest.principal.tenant_id, guest.id, Role.OWNER, api_key_id=new_id())
        with pytest.raises(Forbidden):
            await tenants.switch(principal, team.tenant_id)

    async def test_without_signing_in(self, client, team):
        assert (await client.post(SWITCH, json={"tenant_id": str(team.tenant_id)})).status_code == 401


class TestRaces:
    async def test_of_fifty_at_once_one_wins(self, team, guest):
        answers = await asyncio.gather(*(switch(guest, team.tenant_id) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49
        pair = next(answer.json() for answer in answers if answer.status_code == 200)
        fresh = await guest.http.post(f"{AUTH}/refresh", json={"refresh_token": pair["refresh_token"]})
        assert fresh.status_code == 200
        assert await Session.find({"user_id": guest.id}).count() == 1

    async def test_a_write_that_the_driver_sends_again_meets_itself(self, team, guest):
        session_id = tokens.read_refresh_token(guest.refresh_token).session_id
        seen = await store.session(session_id)
        for _ in range(2):
            assert await store.move_session(seen, team.tenant_id, fresh_digest="x", expires_at=seen.expires_at)
        assert not await store.move_session(seen, team.tenant_id, fresh_digest="y", expires_at=seen.expires_at)

    async def test_a_session_refreshed_meanwhile_is_another(self, team, guest):
        """Else whoever refreshed would hold a token that counts as used twice."""
        session_id = tokens.read_refresh_token(guest.refresh_token).session_id
        seen = await store.session(session_id)
        await guest.http.post(f"{AUTH}/refresh", json={"refresh_token": guest.refresh_token})
        assert not await store.move_session(seen, team.tenant_id, fresh_digest="x", expires_at=seen.expires_at)
