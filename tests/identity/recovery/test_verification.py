"""Verifying an address: by a mail, once, and only while it is still the account's."""

import asyncio

import pytest
from pymongo.errors import ConnectionFailure

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.settings import Environment
from elenchus.identity import store
from elenchus.identity.recovery import one_time, posting, service
from elenchus.identity.recovery.models import Purpose
from elenchus.jobs.schemas import JobStatus
from tests.identity.conftest import AUTH, log_in
from tests.identity.recovery.conftest import (
    PUBLIC_URL,
    VERIFY,
    a_token,
    ask_for_verification,
    ended,
    mailed,
    newest_job,
    refusal,
    reset,
    token_in,
    user_of,
    verify,
)

pytestmark = pytest.mark.usefixtures("worker")


async def refused(client, token: object) -> dict[str, object]:
    answer = await verify(client, token)
    assert answer.status_code == 422, answer.text
    return refusal(answer)


class TestJourney:
    async def test_from_asking_to_verified(self, client, account, smtp):
        answer = await ask_for_verification(client, account["access_token"])
        assert answer.status_code == 202
        mail = await mailed(smtp, account["email"], VERIFY)
        assert f"{PUBLIC_URL}/verify-email?token={token_in(mail)}\n" in mail.text
        assert (await user_of(account)).is_verified is False
        assert (await verify(client, token_in(mail))).status_code == 204
        assert (await log_in(client, account["email"])).json()["user"]["is_verified"] is True

    async def test_asked_for_on_behalf_of_a_new_account(self, client, account, smtp):
        await service.request_verification(await user_of(account))
        token = token_in(await mailed(smtp, account["email"], VERIFY))
        assert (await verify(client, token)).status_code == 204

    async def test_the_mail_repeats_nothing_that_somebody_typed(self, client, account, smtp):
        await store.change_user(account["id"], {"full_name": "You have won, see evil.example"})
        await ask_for_verification(client, account["access_token"])
        mail = await mailed(smtp, account["email"], VERIFY)
        assert "won" not in mail.message.as_string()
        assert "evil" not in mail.message.as_string()

    async def test_to_a_verified_address_nothing_is_sent(self, client, account, smtp):
        await store.change_user(account["id"], {"is_verified": True})
        before = await newest_job(posting.SEND_VERIFICATION)
        answer = await ask_for_verification(client, account["access_token"])
        assert answer.status_code == 202
        after = await newest_job(posting.SEND_VERIFICATION)
        assert (before and before.id) == (after and after.id)

    @pytest.mark.parametrize(
        "changes", [{"is_verified": True}, {"is_active": False}, {"deleted_at": now()}], ids=lambda c: next(iter(c))
    )
    async def test_nor_to_one_that_needs_none_by_then(self, client, account, smtp, changes):
        user, mark = await user_of(account), new_id()
        await store.change_user(account["id"], changes)
        smtp.reset()
        await service.request_verification(user)
        job = await ended(posting.SEND_VERIFICATION, after=mark)
        assert (job.status, job.steps) == (JobStatus.COMPLETED, [])

    async def test_nobody_is_anonymous(self, client):
        assert (await client.post(f"{AUTH}/email/verify-request")).status_code == 401


class TestVerifying:
    async def test_one_of_fifty_wins(self, client, account):
        token = await a_token(account, Purpose.VERIFY)
        answers = await asyncio.gather(*(verify(client, token) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [204] + [422] * 49

    async def test_is_recorded(self, client, account, monkeypatch):
        recorded = []

        async def record(actor, action, kind, object_id, **_details):
            recorded.append((actor.user_id, action, kind, object_id))

        monkeypatch.setattr(audit, "record", record)
        await verify(client, await a_token(account, Purpose.VERIFY))
        assert recorded == [(account["id"], audit.Action.USER_VERIFIED, "user", account["id"])]

    async def test_sessions_go_on(self, client, account):
        await verify(client, await a_token(account, Purpose.VERIFY))
        refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": account["refresh_token"]})
        assert refreshed.status_code == 200

    @pytest.fixture
    async def said(self, client) -> dict[str, object]:
        return await refused(client, "")

    @pytest.mark.parametrize("token", [None, [], {}, {"$ne": None}, 7, "x", "6" * 24 + "." + "a" * 43], ids=repr)
    async def test_what_was_never_a_token(self, client, said, token):
        assert await refused(client, token) == said

    async def test_a_used_one(self, client, account, said):
        token = await a_token(account, Purpose.VERIFY)
        assert (await verify(client, token)).status_code == 204
        assert await refused(client, token) == said

    async def test_one_to_reset_a_password(self, client, account, said):
        token = await a_token(account)
        assert await refused(client, token) == said
        assert (await user_of(account)).is_verified is False
        assert (await reset(client, token)).status_code == 204

    async def test_one_that_ran_out(self, client, account, said, monkeypatch):
        token = await a_token(account, Purpose.VERIFY)
        monkeypatch.setattr(one_time, "now", lambda: now().replace(year=2999))
        assert await refused(client, token) == said

    @pytest.mark.parametrize("moment", ["before", "meanwhile"])
    async def test_one_that_was_sent_to_another_address(self, client, account, said, monkeypatch, moment):
        token, real = await a_token(account, Purpose.VERIFY), one_time.spend
        moved = {"email": "new@firm.example", "email_key": f"{new_id()}@firm.example"}

        async def spend_late(found):
            await store.change_user(account["id"], moved)
            await real(found)

        if moment == "before":
            await store.change_user(account["id"], moved)
        else:
            monkeypatch.setattr(one_time, "spend", spend_late)
        assert await refused(client, token) == said
        assert (await user_of(account)).is_verified is False

    @pytest.mark.parametrize("changes", [{"is_active": False}, {"deleted_at": now()}], ids=lambda c: next(iter(c)))
    async def test_one_of_a_suspended_or_deleted_account(self, client, account, said, changes):
        token = await a_token(account, Purpose.VERIFY)
        await store.change_user(account["id"], changes)
        assert await refused(client, token) == said
        assert (await user_of(account)).is_verified is False


class TestWithoutMail:
    async def test_a_new_account_does_not_wait_for_the_mail_server(self, account, smtp):
        smtp.hang_at = "EHLO"
        async with asyncio.timeout(2):
            await service.request_verification(await user_of(account))

    async def test_production_without_one_is_warned_of_once(self, account, change_settings, monkeypatch):
        lines = []
        service._warn_once.cache_clear()
        monkeypatch.setattr(service.log, "warning", lambda sentence, **_fields: lines.append(sentence))
        change_settings("server", environment=Environment.PRODUCTION)
        user, mark = await user_of(account), new_id()
        for _ in range(3):
            await service.request_verification(user)
        assert len(lines) == 1
        assert "SMTP_HOST" in lines[0]
        last = await newest_job(posting.SEND_VERIFICATION)
        assert last is None or last.id < mark

    async def test_a_database_that_is_away_fails_no_registration(self, account, monkeypatch):
        user = await user_of(account)

        async def away(*_args, **_kwargs):
            raise ConnectionFailure("away")

        monkeypatch.setattr("elenchus.jobs.service.submit", away)
        await service.request_verification(user)

    async def test_who_asks_is_told(self, client, account, change_settings):
        change_settings("server", environment=Environment.PRODUCTION)
        answer = await ask_for_verification(client, account["access_token"])
        assert answer.status_code == 503
        assert "SMTP_HOST" in answer.json()["detail"]
