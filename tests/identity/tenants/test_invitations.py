"""Invitations: made, shown once, limited, mailed, replaced and revoked."""

import asyncio
from datetime import timedelta

import pytest

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.core.settings import Environment
from elenchus.identity import store
from elenchus.identity.recovery import service as recovery
from elenchus.identity.tenants import invitations
from elenchus.identity.tenants.models import Invitation
from tests.identity.conftest import an_email
from tests.identity.tenants.conftest import ACCEPT, CURRENT, INVITATIONS, invited, is_invalid, register

FIELDS = {"id", "email", "role", "invited_by", "expires_at", "created_at"}


class TestInviting:
    async def test_the_answer_shows_the_token_once(self, team, recorded, change_settings):
        change_settings("server", public_url="https://research.firm.example/")
        email = an_email()
        answer = await team.owner.post(INVITATIONS, {"email": email, "role": "admin"})
        made = answer.json()
        assert set(made) == FIELDS | {"token", "accept_url"}
        assert (made["email"], made["role"], made["invited_by"]) == (email, "admin", str(team.owner.id))
        assert made["accept_url"] == f"https://research.firm.example/accept-invitation?token={made['token']}"
        assert answer.headers["location"] == f"{INVITATIONS}/{made['id']}"
        listed = await team.owner.get(INVITATIONS)
        assert [set(row) for row in listed.json()["items"]] == [FIELDS]
        secret = made["token"].rpartition(".")[2]
        stored = await Invitation.owned_by(team.owner.principal).get(Id(made["id"]))
        assert len(secret) == 43
        assert secret not in listed.text + stored.model_dump_json() + str(recorded)
        assert stored.token_digest == crypto.digest(made["token"])
        assert [(row[1], row[3], row[4]) for row in recorded] == [
            ("invitation.sent", Id(made["id"]), {"role": "admin"})
        ]

    async def test_it_ends_after_the_days_that_are_set(self, team, change_settings):
        change_settings("auth", invitation_days=2)
        made = await Invitation.owned_by(team.owner.principal).get(Id((await invited(team))["id"]))
        assert timedelta(days=2, minutes=-1) < made.expires_at - now() <= timedelta(days=2)

    @pytest.mark.parametrize(
        ("who", "role", "status"),
        [
            (Role.VIEWER, Role.VIEWER, 403), (Role.MEMBER, Role.VIEWER, 403), (Role.ADMIN, Role.VIEWER, 201),
            (Role.ADMIN, Role.ADMIN, 201), (Role.ADMIN, Role.OWNER, 403), (Role.OWNER, Role.OWNER, 201),
        ],
    )  # fmt: skip
    async def test_who_invites_as_what(self, team, who, role, status):
        answer = await team.people[who].post(INVITATIONS, {"email": an_email(), "role": role})
        assert answer.status_code == status
        assert len((await team.owner.get(INVITATIONS)).json()["items"]) == (status == 201)

    async def test_a_member_cannot_be_invited_however_spelled(self, team):
        for email in (team.people[Role.VIEWER].email, team.people[Role.VIEWER].email.upper()):
            answer = await team.owner.post(INVITATIONS, {"email": email, "role": "admin"})
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "already-member")

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"email": "nobody"}, {"email": "a@firm.example\nBcc: b@firm.example"}, {"email": None},
            {"email": ["a@firm.example"]}, {"email": "a@firm.example", "role": "superuser"},
            {"email": "a@firm.example", "tenant_id": "0" * 24}, {"email": "a@firm.example", "token": "x"},
            {"email": "a@firm.example", "expires_at": "2100-01-01T00:00:00Z"},
        ],
    )  # fmt: skip
    async def test_nothing_else_is_taken(self, team, body):
        assert (await team.owner.post(INVITATIONS, body)).status_code == 422

    async def test_a_deleted_member_is_invited_as_a_stranger_is(self, team):
        """A refusal would name a member whom the list does not."""
        gone = team.people[Role.MEMBER]
        await store.change_user(gone.id, {"deleted_at": now()})
        made = await invited(team, gone.email, Role.ADMIN)
        await store.change_user(gone.id, {"deleted_at": None})  # restored
        assert (await gone.post(ACCEPT, {"token": made["token"]})).json()["role"] == "member"

    async def test_a_second_one_replaces_the_first(self, team):
        email = an_email()
        first, second = await invited(team, email, Role.ADMIN), await invited(team, email.upper(), Role.VIEWER)
        assert [row["id"] for row in (await team.owner.get(INVITATIONS)).json()["items"]] == [second["id"]]
        assert is_invalid(await register(team, email, first["token"]))
        assert (await register(team, email, second["token"])).json()["memberships"][0]["role"] == "viewer"

    async def test_of_fifty_for_one_address_one_is_left(self, team):
        email = an_email()
        asked = (team.owner.post(INVITATIONS, {"email": email}) for _ in range(50))
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} <= {201, 409}
        [left] = (await team.owner.get(INVITATIONS)).json()["items"]
        made = {answer.json()["id"]: answer.json()["token"] for answer in answers if answer.status_code == 201}
        assert (await register(team, email, made[left["id"]])).status_code == 201


class TestLimits:
    """Anybody may register, and then invite whom they like."""

    async def test_an_address_is_mailed_so_often_in_an_hour_however_many_invite_it(
        self, team, new_team, change_settings
    ):
        change_settings("limits", mails_per_hour=3)
        email, other = an_email(), await new_team()
        last = [await invited(team, spelled) for spelled in (email, email.upper(), email)][-1]
        for inviter in (team, other):
            refused = await inviter.owner.post(INVITATIONS, {"email": email})
            assert refused.status_code == 429
            assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert [row["id"] for row in (await team.owner.get(INVITATIONS)).json()["items"]] == [last["id"]]
        assert (await other.owner.get(INVITATIONS)).json()["items"] == []
        assert (await register(team, email, last["token"])).status_code == 201

    async def test_a_tenant_mails_so_many_in_an_hour(self, team, new_team, change_settings, monkeypatch):
        monkeypatch.setattr(invitations, "TENANT_MAILS", 2)
        change_settings("limits", mails_per_hour=2)
        for _ in range(4):
            await invited(team)
        email, other = an_email(), await new_team()
        for _ in range(3):
            assert (await team.owner.post(INVITATIONS, {"email": email})).status_code == 429
        for _ in range(2):  # and those used up nothing of the address
            await invited(other, email)


class TestMail:
    @pytest.fixture
    def posted(self, monkeypatch):
        mails = []

        async def post(actor, mail):
            mails.append((actor, mail))

        monkeypatch.setattr(recovery, "post", post)
        return mails

    async def test_it_brings_the_link_and_nothing_that_anybody_typed(self, team, posted):
        await team.owner.patch(CURRENT, {"name": "Buy now at https://evil.example"})
        made = await invited(team)
        [(actor, mail)] = posted
        assert (actor.tenant_id, mail.to, mail.key) == (team.tenant_id, made["email"], f"invitation {made['id']}")
        assert made["accept_url"] in mail.text
        assert "evil" not in mail.subject + mail.text
        assert "7 days" in mail.text

    async def test_without_a_mail_server_the_invitation_is_made_all_the_same(self, team, change_settings):
        change_settings("server", environment=Environment.PRODUCTION)
        made = await invited(team)
        assert (await register(team, made["email"], made["token"])).status_code == 201


class TestListingAndRevoking:
    @pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
    async def test_below_admin_nobody_sees_or_revokes(self, team, role):
        made = await invited(team)
        assert (await team.people[role].get(INVITATIONS)).status_code == 403
        assert (await team.people[role].delete(f"{INVITATIONS}/{made['id']}")).status_code == 403
        assert (await register(team, made["email"], made["token"])).status_code == 201

    async def test_newest_first_page_by_page(self, team):
        made = [(await invited(team))["id"] for _ in range(3)]
        first = (await team.people[Role.ADMIN].get(INVITATIONS, params={"limit": 2})).json()
        rest = (await team.owner.get(INVITATIONS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [row["id"] for row in first["items"] + rest["items"]] == made[::-1]
        assert rest["next_cursor"] is None

    async def test_a_revoked_one_is_dead(self, team, recorded):
        made = await invited(team)
        recorded.clear()
        assert (await team.people[Role.ADMIN].delete(f"{INVITATIONS}/{made['id']}")).status_code == 204
        assert [(row[1], row[3]) for row in recorded] == [("invitation.revoked", Id(made["id"]))]
        assert (await team.owner.delete(f"{INVITATIONS}/{made['id']}")).status_code == 404
        assert is_invalid(await register(team, made["email"], made["token"]))

    async def test_another_tenants_do_not_exist(self, team, new_team):
        other, made = await new_team(), await invited(team)
        assert (await other.owner.delete(f"{INVITATIONS}/{made['id']}")).status_code == 404
        assert (await other.owner.delete(f"{INVITATIONS}/{new_id()}")).status_code == 404
        assert (await other.owner.get(INVITATIONS)).json()["items"] == []
        assert len((await team.owner.get(INVITATIONS)).json()["items"]) == 1

    async def test_an_expired_one_is_gone_before_it_is_removed(self, team, stranger):
        made = await invited(team, stranger.email)
        past = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
        await Invitation.owned_by(team.owner.principal).update({"_id": Id(made["id"])}, past)
        assert (await team.owner.get(INVITATIONS)).json()["items"] == []
        assert is_invalid(await stranger.post(ACCEPT, {"token": made["token"]}))
