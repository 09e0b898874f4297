"""POST /auth/password/reset: a token works once, for one account, and ends what the old password had."""

import asyncio
from datetime import timedelta

import pytest
from pymongo.errors import ConnectionFailure

from elenchus.audit import service as audit
from elenchus.core import crypto, expiry
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.core.settings import Environment
from elenchus.identity import store
from elenchus.identity.recovery import changing, one_time, posting, service
from elenchus.identity.recovery import store as recovery_store
from elenchus.identity.recovery.models import OneTimeToken, Purpose
from tests.identity.conftest import AUTH, PASSWORD, an_account, log_in, me
from tests.identity.recovery.conftest import NEW_PASSWORD, a_token, an_api_key, refusal, reset, user_of, verify
from tests.support import http_client


async def refused(client, token: object) -> dict[str, object]:
    answer = await reset(client, token)
    assert answer.status_code == 422, answer.text
    return refusal(answer)


class TestReset:
    async def test_sets_the_password_and_ends_every_session(self, client, account, sign_in_again):
        other = await sign_in_again()
        assert (await me(client, other["access_token"])).status_code == 200  # now it is in the cache
        answer = await reset(client, await a_token(account))
        assert (answer.status_code, answer.content) == (204, b"")
        for session in (account, other):
            assert (await me(client, session["access_token"])).status_code == 401
            refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": session["refresh_token"]})
            assert refreshed.status_code == 401
        assert (await log_in(client, account["email"], PASSWORD)).status_code == 401
        assert (await log_in(client, account["email"], NEW_PASSWORD)).status_code == 200

    async def test_ends_every_api_key(self, client, account, firm):
        """Whoever was in the account may have made it."""
        key, other = await an_api_key(client, account), await firm()
        others = await an_api_key(client, {"access_token": other.access_token})
        assert (await me(client, key)).status_code == 200  # now it is in the cache
        assert (await reset(client, await a_token(account))).status_code == 204
        assert (await me(client, key)).status_code == 401
        assert (await me(client, others)).status_code == 200

    async def test_and_by_the_time_of_the_new_password_whatever_dies_then(self, client, account, monkeypatch):
        key = await an_api_key(client, account)

        async def dies(*_args: object, **_more: object) -> None:
            raise RuntimeError("killed")

        monkeypatch.setattr(recovery_store, "set_password", dies)
        assert (await reset(client, await a_token(account))).status_code == 500
        assert (await me(client, key)).status_code == 401

    async def test_unlocks_the_account(self, client, account, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            await log_in(client, account["email"], "not the password")
        assert (await log_in(client, account["email"])).status_code == 423
        await reset(client, await a_token(account))
        assert (await log_in(client, account["email"], NEW_PASSWORD)).status_code == 200

    async def test_verifies_nothing(self, client, account):
        await reset(client, await a_token(account))
        assert (await user_of(account)).is_verified is False

    async def test_a_link_to_verify_the_address_goes_on_working(self, client, account):
        token = await a_token(account, Purpose.VERIFY)
        assert (await reset(client, await a_token(account))).status_code == 204
        assert (await verify(client, token)).status_code == 204

    async def test_is_recorded_as_the_users_own_doing(self, client, account, monkeypatch):
        recorded = []

        async def record(actor, action, kind, object_id, **details):
            recorded.append((actor.user_id, actor.tenant_id, action, kind, object_id, details))

        monkeypatch.setattr(audit, "record", record)
        await reset(client, await a_token(account))
        tenant = Id(account["user"]["memberships"][0]["tenant_id"])
        assert recorded == [(account["id"], tenant, audit.Action.PASSWORD_RESET, "user", account["id"], {})]

    async def test_without_a_membership_too(self, client, account):
        await store.change_user(account["id"], {"memberships": []})
        assert (await reset(client, await a_token(account))).status_code == 204

    @pytest.mark.parametrize("password", ["short", "password1234", "rosa barrister", "a" * 129, "aaaaaaaaaaaaaaaa"])
    async def test_a_weak_password_burns_no_token(self, client, account, password):
        token = await a_token(account)
        answer = await reset(client, token, password)
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/weak-password")
        assert [row["loc"] for row in answer.json()["errors"]] == [["body", "new_password"]]
        assert (await reset(client, token)).status_code == 204

    async def test_an_error_before_the_spending_burns_none_either(self, client, account, monkeypatch):
        token = await a_token(account)

        async def away(_password: str) -> str:
            raise ConnectionFailure("away")

        with monkeypatch.context() as broken:
            broken.setattr("elenchus.identity.passwords.hashed", away)
            assert (await reset(client, token)).status_code == 503
        assert (await reset(client, token)).status_code == 204

    async def test_stands_without_a_mail_server(self, client, account, change_settings, monkeypatch):
        warnings = []
        monkeypatch.setattr(service, "_warn_once", lambda: warnings.append(1))
        change_settings("server", environment=Environment.PRODUCTION)
        assert (await reset(client, await a_token(account))).status_code == 204
        assert warnings == [1]

    async def test_the_notice_goes_out_whether_the_record_answers_or_not(self, client, account, monkeypatch):
        told = []

        async def post_notice(user):
            told.append(user.email)

        async def record(*_args, **_details):
            raise ConnectionFailure("away")

        monkeypatch.setattr(posting, "post_notice", post_notice)
        monkeypatch.setattr(audit, "record", record)
        assert (await reset(client, await a_token(account))).status_code == 503
        assert told == [account["email"]]
        assert (await me(client, account["access_token"])).status_code == 401

    async def test_stands_when_the_notice_cannot_be_queued(self, client, account, monkeypatch):
        async def away(_user) -> None:
            raise ConnectionFailure("away")

        monkeypatch.setattr(posting, "post_notice", away)
        assert (await reset(client, await a_token(account))).status_code == 204


class TestRaces:
    async def test_one_of_fifty_with_the_same_token_wins(self, client, account):
        token = await a_token(account)
        words = [f"{NEW_PASSWORD} number {n}" for n in range(50)]
        answers = await asyncio.gather(*(reset(client, token, word) for word in words))
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(204), statuses.count(422)) == (1, 49)
        assert (await log_in(client, account["email"], words[statuses.index(204)])).status_code == 200

    async def test_one_of_many_tokens_of_an_account_wins(self, client, account, monkeypatch):
        """All have looked at the account before the first has written."""
        tokens = await asyncio.gather(*(a_token(account) for _ in range(10)))
        met, real = asyncio.Barrier(len(tokens)), recovery_store.set_password

        async def set_together(user, new_hash, **more):
            async with asyncio.timeout(10):
                await met.wait()
            return await real(user, new_hash, **more)

        monkeypatch.setattr(recovery_store, "set_password", set_together)
        answers = await asyncio.gather(*(reset(client, token, f"{NEW_PASSWORD} {token}") for token in tokens))
        assert sorted(answer.status_code for answer in answers) == [204] + [422] * (len(tokens) - 1)

    @pytest.mark.parametrize(
        "changes", [{"is_active": False}, {"deleted_at": now()}, {"email_key": "other"}], ids=lambda c: next(iter(c))
    )
    async def test_who_is_suspended_at_that_moment_gets_no_password(self, client, account, monkeypatch, changes):
        real = one_time.spend
        if "email_key" in changes:
            changes = {"email_key": f"{new_id()}@firm.example"}

        async def spend_late(token):
            await store.change_user(account["id"], changes)
            await real(token)

        monkeypatch.setattr(one_time, "spend", spend_late)
        before = (await user_of(account)).password_hash
        assert (await refused(client, await a_token(account)))["type"].endswith("/invalid-one-time-token")
        assert (await user_of(account)).password_hash == before


@pytest.fixture(scope="module")
async def said(live) -> dict[str, object]:
    """What is said of a token that was used."""
    async with http_client(base_url=live) as http:
        token = await a_token(await an_account(http))
        assert (await reset(http, token)).status_code == 204
        return await refused(http, token)


class TestRefusal:
    async def test_it_says_what_to_do_and_nothing_of_why(self, said):
        assert said["type"].endswith("/invalid-one-time-token")
        assert said["errors"] == [{"loc": ["body", "token"], "msg": said["detail"], "type": "one_time_token"}]

    @pytest.mark.parametrize(
        "token",
        [
            None, True, 0, 7.5, [], {}, ["a"], {"$ne": None}, {"$gt": ""}, "", ".", "a.b", "x" * 68, "x" * 10_000,
            "6" * 24, "6" * 24 + ".", "6" * 24 + "." + "a" * 42, "6" * 24 + "." + "a" * 43, "6" * 24 + "." + "a" * 44,
            "Z" * 24 + "." + "a" * 43, " " + "6" * 24 + "." + "a" * 43, "6" * 24 + "." + "a" * 43 + "\n", "\x00",
        ],
        ids=lambda token: repr(token)[:30],
    )  # fmt: skip
    async def test_what_was_never_a_token(self, client, said, token):
        assert await refused(client, token) == said

    async def test_a_missing_one_is_missing(self, client):
        answer = await client.post(f"{AUTH}/password/reset", json={"new_password": NEW_PASSWORD})
        assert [row["type"] for row in answer.json()["errors"]] == ["missing"]

    async def test_one_that_ran_out(self, client, account, said, monkeypatch):
        token = await a_token(account)
        later = now() + timedelta(seconds=one_time.seconds(Purpose.RESET))
        monkeypatch.setattr(one_time, "now", lambda: later)
        assert await refused(client, token) == said

    async def test_one_that_runs_out_at_that_moment(self, client, account, said, monkeypatch):
        token = await a_token(account)
        later = now() + timedelta(seconds=one_time.seconds(Purpose.RESET))
        monkeypatch.setattr(recovery_store, "now", lambda: later)
        assert await refused(client, token) == said

    async def test_one_for_another_purpose(self, client, account, said):
        token = await a_token(account, Purpose.VERIFY)
        assert await refused(client, token) == said
        assert (await verify(client, token)).status_code == 204  # and it was not spent

    async def test_one_with_anothers_id_or_secret(self, client, account, said, firm):
        other = await firm()
        theirs = await a_token({"id": other.user["id"]})
        ours = await a_token(account)
        for id_, secret in ((ours, theirs), (theirs, ours)):
            assert await refused(client, f"{id_[:24]}.{secret[25:]}") == said
        for token in (ours, theirs):
            assert (await reset(client, token)).status_code == 204

    async def test_one_in_capitals(self, client, account, said):
        token = await a_token(account)
        assert await refused(client, token[:24].upper() + token[24:]) in [said]

    @pytest.mark.parametrize("what", ["suspended", "deleted", "erased", "another address"])
    async def test_one_of_an_account_that_is_another_by_now(self, client, account, said, what, resources_):
        token = await a_token(account)
        if what == "erased":
            await resources_.database["users"].delete_one({"_id": account["id"]})
        else:
            moved = {"email": "new@firm.example", "email_key": f"{new_id()}@firm.example"}
            changes = {"suspended": {"is_active": False}, "deleted": {"deleted_at": now()}, "another address": moved}
            await store.change_user(account["id"], changes[what])
        assert await refused(client, token) == said

    @pytest.mark.parametrize("changes", [{"is_active": False}, {"deleted_at": now()}], ids=lambda c: next(iter(c)))
    async def test_a_suspension_spends_none(self, client, account, said, changes):
        token = await a_token(account)
        await store.change_user(account["id"], changes)
        assert await refused(client, token) == said
        await store.change_user(account["id"], {"is_active": True, "deleted_at": None})
        assert (await reset(client, token)).status_code == 204

    async def test_one_that_was_taken_back(self, client, account, said):
        token = await a_token(account)
        await service.forget_user(account["id"])
        assert await refused(client, token) == said

    @pytest.mark.parametrize("more", [{"user_id": "6" * 24}, {"email": "a@firm.example"}, {"is_superuser": True}])
    async def test_nothing_else_is_taken(self, client, account, more):
        body = {"token": await a_token(account), "new_password": NEW_PASSWORD, **more}
        assert (await client.post(f"{AUTH}/password/reset", json=body)).status_code == 422
        assert (await log_in(client, account["email"])).status_code == 200

    async def test_forgetting_one_account_leaves_anothers_links(self, client, account):
        token = await a_token(account)
        await service.forget_user(new_id())
        assert (await reset(client, token)).status_code == 204


class TestKeeping:
    async def test_only_a_digest_is_stored(self, account):
        token = await a_token(account)
        row = await OneTimeToken.find_one({"_id": Id(token[:24])})
        assert row.digest == crypto.digest(token)
        assert token[25:] not in row.model_dump_json()

    async def test_one_written_twice_is_one(self, client, account):
        """An attempt that died after writing the row and before writing the mail is repeated."""
        user, token_id = await user_of(account), new_id()
        first = await one_time.issue(user, Purpose.RESET, token_id=token_id)
        second = await one_time.issue(user, Purpose.RESET, token_id=token_id)
        assert (await reset(client, first)).status_code == 422
        assert (await reset(client, second)).status_code == 204

    async def test_old_rows_go_by_themselves(self, account):
        token = await a_token(account)
        row = OneTimeToken.find_one({"_id": Id(token[:24])})
        await expiry.remove_expired(now())
        assert await row is not None
        await row.update({"$set": {"expires_at": now() - timedelta(seconds=1)}})
        await expiry.remove_expired(now())
        assert await OneTimeToken.find_one({"_id": Id(token[:24])}) is None

    async def test_the_actor_has_the_role_of_the_tenant_they_sign_in_to(self, account):
        assert changing.as_actor(await user_of(account)).role is Role.OWNER
