"""Invitations are accepted once, by the one who is meant, with an account or by registering; whatever comes between."""

import asyncio

import pytest

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity import store
from elenchus.identity.models import Tenant, User
from elenchus.identity.schemas import email_key
from elenchus.identity.tenants import invitations
from elenchus.identity.tenants import store as tenant_store
from tests.identity.conftest import an_email
from tests.identity.tenants.conftest import ACCEPT, CURRENT, INVITATIONS, invited, is_invalid, register


class TestAccepting:
    @pytest.mark.parametrize("role", list(Role))
    async def test_somebody_with_an_account_joins(self, team, stranger, recorded, role):
        made = await invited(team, stranger.email, role)
        recorded.clear()
        answer = await stranger.post(ACCEPT, {"token": made["token"]})
        assert answer.status_code == 200
        assert answer.json() == {"tenant_id": str(team.tenant_id), "tenant_name": "Team LLP", "role": role}
        held = (await stranger.stored()).memberships
        assert [one.role for one in held] == [Role.OWNER, role]
        assert held[1].joined_at is not None
        [(actor, action, _, object_id, details)] = recorded
        assert (actor.tenant_id, actor.user_id, action) == (team.tenant_id, stranger.id, "invitation.accepted")
        assert (object_id, details) == (Id(made["id"]), {"role": role})

    async def test_it_works_once(self, team, stranger):
        made = await invited(team, stranger.email)
        assert (await stranger.post(ACCEPT, {"token": made["token"]})).status_code == 200
        assert is_invalid(await stranger.post(ACCEPT, {"token": made["token"]}))

    async def test_only_the_one_who_is_meant(self, team, stranger):
        made = await invited(team)
        assert is_invalid(await stranger.post(ACCEPT, {"token": made["token"]}))
        assert is_invalid(await register(team, an_email(), made["token"]))
        assert len((await stranger.stored()).memberships) == 1
        assert (await register(team, made["email"], made["token"])).status_code == 201

    async def test_every_bad_token_is_refused_alike(self, team, stranger, new_team):
        other = await new_team()
        made = await invited(team, stranger.email)
        tenant_id, id_, secret = made["token"].split(".")
        bad = [
            "", "x", secret, f"{tenant_id}.{id_}.{crypto.random_token()}", f"{tenant_id}.{new_id()}.{secret}",
            f"{other.tenant_id}.{id_}.{secret}", f"{new_id()}.{id_}.{secret}", made["token"] + "x", made["token"][:-1],
            made["token"] + "\n", stranger.token,
        ]  # fmt: skip
        answers = [await stranger.post(ACCEPT, {"token": token}) for token in bad]
        problems = {(answer.json()["type"], answer.json()["detail"]) for answer in answers[:-2]}
        assert [answer.status_code for answer in answers] == [422] * len(bad)
        assert len(problems) == 1
        assert len((await stranger.stored()).memberships) == 1

    @pytest.mark.parametrize("token", [None, 7, [], {"$ne": ""}, "x" * 600, "a\0b"])
    async def test_what_is_no_text_is_refused(self, stranger, token):
        assert (await stranger.post(ACCEPT, {"token": token})).status_code == 422

    async def test_to_a_deleted_tenant_nobody_comes(self, team, stranger):
        made = await invited(team, stranger.email)
        await Tenant.find_one({"_id": team.tenant_id}).update({"$set": {"deleted_at": now()}})
        assert is_invalid(await stranger.post(ACCEPT, {"token": made["token"]}))

    async def test_a_member_stays_what_they_are(self, team, stranger):
        made = await invited(team, stranger.email, Role.OWNER)
        first = await tenant_store.tenant(team.tenant_id)
        await User.find_one({"_id": stranger.id}).update(
            {"$push": {"memberships": {"tenant_id": first.id, "tenant_name": first.name, "role": "viewer"}}}
        )
        assert (await stranger.post(ACCEPT, {"token": made["token"]})).json()["role"] == "viewer"
        assert (await team.owner.get(INVITATIONS)).json()["items"] == []

    async def test_of_fifty_at_once_one_joins(self, team, stranger, recorded):
        made = await invited(team, stranger.email)
        answers = await asyncio.gather(*(stranger.post(ACCEPT, {"token": made["token"]}) for _ in range(50)))
        assert {answer.status_code for answer in answers} <= {200, 422}
        assert len((await stranger.stored()).memberships) == 2
        assert [row[1] for row in recorded].count("invitation.accepted") == 1

    async def test_a_crash_on_the_way_costs_the_invitation_and_lets_nobody_in(self, team, stranger, monkeypatch):
        made = await invited(team, stranger.email)

        async def crash(*_: object) -> bool:
            raise ConnectionError("the process died here")

        with monkeypatch.context() as patched:
            patched.setattr(tenant_store, "add_membership", crash)
            assert (await stranger.post(ACCEPT, {"token": made["token"]})).status_code == 500
        assert is_invalid(await stranger.post(ACCEPT, {"token": made["token"]}))
        assert len((await stranger.stored()).memberships) == 1
        again = await invited(team, stranger.email)
        assert (await stranger.post(ACCEPT, {"token": again["token"]})).status_code == 200

    async def test_without_signing_in_nobody_accepts(self, team):
        made = await invited(team)
        assert (await team.http.post(ACCEPT, json={"token": made["token"]})).status_code == 401


class TestOvertaken:
    """What happens between the look at an invitation and the joining."""

    @pytest.fixture
    def meanwhile(self, monkeypatch):
        """Once, as soon as an invitation was read."""

        def plan(happens) -> None:
            look = invitations.read

            async def overtaken(*args, **kwargs):
                found = await look(*args, **kwargs)
                monkeypatch.setattr(invitations, "read", look)
                await happens()
                return found

            monkeypatch.setattr(invitations, "read", overtaken)

        return plan

    async def test_a_revoked_one_lets_nobody_in(self, team, stranger, meanwhile):
        for join in (stranger.post, None):
            made = await invited(team, stranger.email if join else None)

            async def revoke(id_: str = made["id"]) -> None:
                assert (await team.owner.delete(f"{INVITATIONS}/{id_}")).status_code == 204

            meanwhile(revoke)
            token = {"token": made["token"]}
            answer = await (join(ACCEPT, token) if join else register(team, made["email"], made["token"]))
            assert is_invalid(answer)
            assert await store.user_by_email(email_key(made["email"])) is None or join
        assert len((await stranger.stored()).memberships) == 1

    async def test_somebody_removed_is_not_let_in_again_by_a_second_accept(self, team, stranger, meanwhile):
        made = await invited(team, stranger.email)

        async def come_and_go() -> None:
            assert (await stranger.post(ACCEPT, {"token": made["token"]})).status_code == 200
            assert (await team.owner.delete(f"{CURRENT}/members/{stranger.id}")).status_code == 204

        meanwhile(come_and_go)
        assert is_invalid(await stranger.post(ACCEPT, {"token": made["token"]}))
        assert len((await stranger.stored()).memberships) == 1


class TestRegisteringWithOne:
    async def test_they_join_that_tenant_and_own_none(self, team, recorded):
        made = await invited(team, role=Role.ADMIN)
        recorded.clear()
        answer = await register(team, made["email"].upper().replace("FIRM.EXAMPLE", "firm.example"), made["token"])
        user = answer.json()
        assert answer.status_code == 201
        assert user["memberships"] == [{"tenant_id": str(team.tenant_id), "tenant_name": "Team LLP", "role": "admin"}]
        assert await Tenant.find({"name": "Ivy Invited"}).count() == 0
        assert user["is_verified"] is False  # whoever invited was shown the token too
        assert [row[1] for row in recorded] == ["invitation.accepted", "user.registered"]
        assert {row[0].tenant_id for row in recorded} == {team.tenant_id}

    async def test_a_bad_token_makes_no_account(self, team):
        email = an_email()
        answer = await register(team, email, "x")
        assert is_invalid(answer)
        assert answer.json()["errors"][0]["loc"] == ["body", "invitation_token"]
        assert await store.user_by_email(email_key(email)) is None

    async def test_an_address_with_an_account_signs_in_and_accepts(self, team, stranger):
        made = await invited(team, stranger.email)
        assert (await register(team, stranger.email, made["token"])).status_code == 409
        assert (await stranger.post(ACCEPT, {"token": made["token"]})).status_code == 200

    async def test_of_fifty_with_one_token_one_registers(self, team):
        made = await invited(team)
        answers = await asyncio.gather(*(register(team, made["email"], made["token"]) for _ in range(50)))
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(201) == 1
        assert set(statuses) <= {201, 409, 422}
        assert await User.find({"email_key": email_key(made["email"])}).count() == 1
