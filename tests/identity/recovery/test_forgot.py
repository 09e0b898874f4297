"""POST /auth/password/forgot, with a worker and a mail server: from a forgotten password to a new one."""

import asyncio
import json
import logging
import sys

import pytest
import structlog

from elenchus.core import mail as postbox
from elenchus.core.ids import new_id
from elenchus.core.settings import Environment, settings
from elenchus.identity import store
from elenchus.identity.recovery import posting
from elenchus.jobs.schemas import JobStatus
from tests.identity.conftest import AUTH, PASSWORD, an_email, log_in, me
from tests.identity.recovery.conftest import (
    NEW_PASSWORD,
    NOTICE,
    PUBLIC_URL,
    RESET,
    VERIFY,
    ask_for_verification,
    ended,
    forgot,
    mailed,
    reset,
    token_in,
    verify,
)

pytestmark = pytest.mark.usefixtures("worker")


class TestJourney:
    async def test_a_forgotten_password_becomes_a_new_one(self, client, account, smtp):
        assert (await forgot(client, account["email"])).status_code == 202
        mail = await mailed(smtp, account["email"], RESET)
        assert (await reset(client, token_in(mail))).status_code == 204
        assert (await log_in(client, account["email"], PASSWORD)).status_code == 401
        assert (await log_in(client, account["email"], NEW_PASSWORD)).status_code == 200
        assert (await me(client, account["access_token"])).status_code == 401
        notice = await mailed(smtp, account["email"], NOTICE)
        assert PUBLIC_URL in notice.text

    async def test_the_link_is_built_from_the_settings_and_not_from_the_request(self, client, account, smtp):
        answer = await forgot(client, account["email"], headers={"Host": "evil.example", "X-Forwarded-Host": "evil"})
        assert answer.status_code == 202
        mail = await mailed(smtp, account["email"], RESET)
        assert f"{PUBLIC_URL}/reset-password?token={token_in(mail)}\n" in mail.text
        assert "evil" not in mail.text

    async def test_an_account_without_a_password_gets_its_first(self, client, account, smtp):
        await store.change_user(account["id"], {"password_hash": None})
        await forgot(client, account["email"])
        token = token_in(await mailed(smtp, account["email"], RESET))
        assert (await reset(client, token)).status_code == 204
        assert (await log_in(client, account["email"], NEW_PASSWORD)).status_code == 200

    async def test_another_spelling_is_mailed_to_the_address_of_the_account(self, client, account, smtp):
        await forgot(client, account["email"].upper().replace("FIRM.EXAMPLE", "firm.example"))
        assert (await mailed(smtp, account["email"], RESET)).recipients == [account["email"]]

    async def test_two_links_work_until_one_is_used(self, client, account, smtp):
        await forgot(client, account["email"])
        first = token_in(await mailed(smtp, account["email"], RESET))
        await forgot(client, account["email"])
        second = token_in(await mailed(smtp, account["email"], RESET, number=2))
        assert (await reset(client, first)).status_code == 204
        assert (await reset(client, second)).status_code == 422


class TestSilence:
    async def test_an_unknown_address_is_answered_alike_and_gets_nothing(self, client, account, smtp):
        mark = new_id()
        known, unknown = await forgot(client, account["email"]), await forgot(client, nobody := an_email())
        assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
        await mailed(smtp, account["email"], RESET)
        await ended(posting.SEND_RESET, after=mark)  # the newest: the unknown one's
        assert smtp.to(nobody) == []

    async def test_and_its_job_ends_well(self, client, smtp):
        mark, nobody = new_id(), an_email()
        await forgot(client, nobody)
        assert (await ended(posting.SEND_RESET, after=mark)).status is JobStatus.COMPLETED
        assert smtp.to(nobody) == []

    @pytest.mark.parametrize("state", ["suspended", "deleted"])
    async def test_a_suspended_or_deleted_account_gets_nothing(self, client, account, smtp, state):
        changes = {"is_active": False} if state == "suspended" else {"deleted_at": account["id"].generation_time}
        await store.change_user(account["id"], changes)
        mark = new_id()
        assert (await forgot(client, account["email"])).status_code == 202
        assert (await ended(posting.SEND_RESET, after=mark)).status is JobStatus.COMPLETED
        assert [mail for mail in smtp.to(account["email"]) if mail.message["Subject"] == RESET] == []

    @pytest.mark.parametrize("email", [None, 7, [], {}, "", "nobody", "a@b\n.example", "a@" + "b" * 300, {"$ne": ""}])
    async def test_what_is_no_address_is_refused(self, client, email):
        answer = await client.post(f"{AUTH}/password/forgot", json={"email": email})
        assert answer.status_code == 422

    async def test_nothing_else_is_taken(self, client, account):
        answer = await client.post(f"{AUTH}/password/forgot", json={"email": account["email"], "url": "http://x"})
        assert answer.status_code == 422


class TestTroubleWithMail:
    @pytest.fixture(autouse=True)
    def no_patience(self, monkeypatch):
        monkeypatch.setattr(postbox, "GREYLIST_SECONDS", 0)
        monkeypatch.setattr(postbox, "OUTAGE_SECONDS", 0)

    async def test_a_greylisted_mail_arrives_later(self, client, account, smtp):
        smtp.will_answer("RCPT", "451 4.7.1 Greylisted", times=2, to=account["email"])
        await forgot(client, account["email"])
        token = token_in(await mailed(smtp, account["email"], RESET))
        assert smtp.answers == []
        assert (await reset(client, token)).status_code == 204

    async def test_a_mail_whose_receipt_was_lost_comes_again_as_the_same_mail(self, client, account, smtp):
        smtp.forgets_to_tell = account["email"]
        await forgot(client, account["email"])
        first = await mailed(smtp, account["email"], RESET)
        again = await mailed(smtp, account["email"], RESET, number=2)
        assert (first.message["Message-ID"], first.text) == (again.message["Message-ID"], again.text)
        assert (await reset(client, token_in(first))).status_code == 204

    async def test_a_refused_recipient_ends_the_job_with_a_sentence(self, client, account, smtp):
        smtp.will_answer("RCPT", f"550 5.1.1 {account['email']} is unknown", to=account["email"])
        mark = new_id()
        assert (await forgot(client, account["email"])).status_code == 202
        job = await ended(posting.SEND_RESET, after=mark)
        assert (job.status, job.attempts) == (JobStatus.FAILED, 1)
        assert job.error is not None
        assert job.error.code == "mail-refused"
        assert account["email"] not in job.model_dump_json()


@pytest.fixture
def every_line(monkeypatch, caplog) -> list[structlog.types.EventDict]:
    """What all of our modules log at INFO or above, whatever the level of this process."""
    capture = structlog.testing.LogCapture()
    at_info = structlog.make_filtering_bound_logger("INFO")
    processors = [structlog.contextvars.merge_contextvars, capture]
    for name, module in list(sys.modules.items()):
        if name.startswith("elenchus.") and hasattr(module, "log"):
            monkeypatch.setattr(module, "log", structlog.wrap_logger(None, processors, at_info))
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.CRITICAL, "mail.log")  # the tests' own mail server
    return capture.entries


class TestNothingLeaks:
    async def test_no_job_and_no_line_of_the_log_holds_an_address_or_a_token(
        self, client, account, smtp, change_settings, every_line, caplog, resources_
    ):
        change_settings("server", environment=Environment.PRODUCTION, public_url=PUBLIC_URL)
        await ask_for_verification(client, account["access_token"])
        verify_token = token_in(await mailed(smtp, account["email"], VERIFY))
        assert (await verify(client, verify_token)).status_code == 204
        await asyncio.gather(forgot(client, account["email"]), forgot(client, nobody := an_email()))
        reset_token = token_in(await mailed(smtp, account["email"], RESET))
        assert (await reset(client, reset_token)).status_code == 204
        await mailed(smtp, account["email"], NOTICE)

        rows = [row async for row in resources_.database["jobs"].find({})]
        tokens = [row async for row in resources_.database["one_time_tokens"].find({})]
        secrets = [account["email"], nobody, verify_token, reset_token, NEW_PASSWORD]
        secrets += [token.partition(".")[2] for token in (verify_token, reset_token)]
        assert {row["type"] for row in rows} >= {posting.SEND, posting.SEND_RESET, posting.SEND_VERIFICATION}
        assert "mail sent" in {line["event"] for line in every_line}
        for place in (rows, every_line, caplog.text):
            assert not [secret for secret in secrets if secret in json.dumps(place, default=str)]
        assert not [token for token in (verify_token, reset_token) if token.partition(".")[2] in str(tokens)]

    async def test_a_developer_without_mail_server_finds_the_link_in_the_log(self, client, account, every_line):
        mark = new_id()
        await forgot(client, account["email"])
        await ended(posting.SEND_RESET, after=mark)
        (line,) = [line for line in every_line if line.get("subject") == RESET]
        assert f"{settings().server.base_url}/reset-password?token=" in line["text"]
