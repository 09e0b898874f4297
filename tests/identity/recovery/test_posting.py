"""Asking for a mail, without a worker: what is queued, what it costs, how often, and what the row holds."""

import asyncio
import base64
import json

import pytest
from pydantic import SecretStr

from elenchus.core import crypto
from elenchus.core.ids import Id, new_id
from elenchus.core.mail import Mail, MailNotConfigured
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import Environment, settings
from elenchus.identity.recovery import letters, posting, tasks
from elenchus.identity.recovery import service as recovery
from elenchus.jobs import service as jobs
from elenchus.jobs.engine import Engine
from elenchus.jobs.errors import JobNotFound
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import JobStatus
from tests.identity.conftest import an_email
from tests.identity.recovery.conftest import ask_for_verification, forgot, newest_job, user_of
from tests.support import COMMANDS

pytestmark = pytest.mark.usefixtures("resources_")


@pytest.fixture
def actor() -> Principal:
    return Principal(new_id(), new_id(), Role.ADMIN)


def an_invitation() -> Mail:
    return Mail(an_email(), "You are invited", "The code is 4711-canary.", f"invitation {new_id()}")


async def attended(actor: Principal, job_id: Id):
    """The job after one attempt by an engine of this test's own."""
    engine = Engine(tasks.TASKS, settings().jobs, worker=f"test-{new_id()}")
    await engine.attend(job_id)
    return await jobs.get(actor, job_id)


class TestPosting:
    async def test_the_row_holds_it_sealed(self, actor):
        mail = an_invitation()
        job_id = await recovery.post(actor, mail)
        row = (await Job.owned_by(actor).get(job_id)).model_dump_json()
        hidden = [mail.to, mail.text, mail.subject, "4711-canary"]
        assert not [part for part in hidden if part in row or base64.b64encode(part.encode()).decode()[:-3] in row]

    async def test_it_is_the_actors_job(self, actor):
        job_id = await recovery.post(actor, an_invitation())
        assert (await jobs.get(actor, job_id)).type == posting.SEND
        with pytest.raises(JobNotFound):
            await jobs.get(Principal(new_id(), new_id(), Role.OWNER), job_id)

    async def test_the_same_key_twice_is_one_job_and_one_mail(self, actor, smtp):
        mail = an_invitation()
        ids = await asyncio.gather(*(recovery.post(actor, mail) for _ in range(50)))
        assert len(set(ids)) == 1
        assert (await attended(actor, ids[0])).status is JobStatus.COMPLETED
        assert await recovery.post(actor, mail) == ids[0]
        assert (await attended(actor, ids[0])).attempts == 1
        assert [(sent.recipients, sent.text.strip()) for sent in smtp.mails] == [([mail.to], mail.text)]

    async def test_another_key_is_another_job(self, actor):
        assert await recovery.post(actor, an_invitation()) != await recovery.post(actor, an_invitation())

    async def test_production_without_mail_server_refuses_before_queueing(self, actor, change_settings):
        change_settings("server", environment=Environment.PRODUCTION)
        with pytest.raises(MailNotConfigured, match="SMTP_HOST"):
            await recovery.post(actor, an_invitation())
        assert await Job.owned_by(actor).rows({}) == []

    async def test_another_secret_key_ends_the_job_with_a_sentence(self, actor, smtp, change_settings):
        job_id = await recovery.post(actor, an_invitation())
        change_settings("server", secret_key=SecretStr("another key of at least 32 bytes, 0123456789"))
        job = await attended(actor, job_id)
        assert (job.status, job.error.code) == (JobStatus.FAILED, "unsealable")
        assert smtp.mails == []

    @pytest.mark.parametrize("sealed", ["", "no base64", base64.b64encode(b"x" * 40).decode(), None, 7])
    async def test_a_changed_row_is_not_sent(self, actor, smtp, sealed):
        job_id = await recovery.post(actor, an_invitation())
        await Job.owned_by(actor).update({"_id": job_id}, {"$set": {"params": {"sealed": sealed}}})
        assert (await attended(actor, job_id)).error.code == "unsealable"
        assert smtp.mails == []

    async def test_what_was_sealed_for_another_purpose_is_not_sent(self, actor, smtp):
        job_id = await recovery.post(actor, an_invitation())
        other = crypto.seal(settings().server, "totp", json.dumps({"to": "a@firm.example"}).encode())
        forged = {"params": {"sealed": base64.b64encode(other).decode()}}
        await Job.owned_by(actor).update({"_id": job_id}, {"$set": forged})
        assert (await attended(actor, job_id)).error.code == "unsealable"


class TestForgot:
    async def test_known_and_unknown_cost_the_same_commands(self, client, account):
        with COMMANDS.record() as for_known:
            assert (await forgot(client, account["email"])).status_code == 202
        with COMMANDS.record() as for_unknown:
            assert (await forgot(client, an_email())).status_code == 202
        assert for_known == for_unknown == []  # but for the job, which both have

    async def test_each_request_is_a_job_of_the_deployment(self, client, account):
        await forgot(client, account["email"])
        first = await newest_job(posting.SEND_RESET)
        await forgot(client, account["email"])
        second = await newest_job(posting.SEND_RESET)
        assert first.id != second.id
        with pytest.raises(JobNotFound):
            await jobs.get(
                Principal(Id(account["user"]["memberships"][0]["tenant_id"]), account["id"], Role.OWNER), second.id
            )

    async def test_production_without_mail_server_says_so_to_everybody(self, client, account, change_settings):
        change_settings("server", environment=Environment.PRODUCTION)
        before = await newest_job(posting.SEND_RESET)
        known, unknown = await forgot(client, account["email"]), await forgot(client, an_email())
        assert known.status_code == unknown.status_code == 503
        assert "SMTP_HOST" in known.json()["detail"]
        assert known.json()["detail"] == unknown.json()["detail"]
        assert await newest_job(posting.SEND_RESET) == before

    async def test_no_mail_server_is_spoken_to_by_the_request(self, client, account, smtp):
        await forgot(client, account["email"])
        assert smtp.connections == 0


class TestLimits:
    """Addresses of clients are not told apart here: all tests come from one."""

    @pytest.fixture
    def most(self, change_settings, monkeypatch) -> int:
        """So many mails to one address; where the request came from is not counted."""

        async def admitted(*_args, **_kwargs) -> None: ...

        monkeypatch.setattr("elenchus.core.ratelimit.admit_caller", admitted)
        change_settings("limits", enabled=True, mails_per_hour=3, anonymous_per_minute=10_000)
        return 3

    async def test_past_the_limit_of_an_address_nothing_is_sent_and_nothing_told(self, client, account, most):
        for email in (account["email"], an_email()):
            answers = [await forgot(client, email) for _ in range(most)]
            last = await newest_job(posting.SEND_RESET)
            answers.append(await forgot(client, email.upper()))
            assert {answer.status_code for answer in answers} == {202}
            assert len({answer.text for answer in answers}) == 1
            assert (await newest_job(posting.SEND_RESET)).id == last.id

    async def test_without_mail_server_it_is_said_as_often_as_it_is_asked(self, client, most, change_settings):
        change_settings("server", environment=Environment.PRODUCTION)
        email = an_email()
        assert {(await forgot(client, email)).status_code for _ in range(most + 1)} == {503}

    async def test_another_address_is_counted_for_itself(self, client, account, most):
        for _ in range(most + 1):
            await forgot(client, an_email())
        before = await newest_job(posting.SEND_RESET)
        await forgot(client, account["email"])
        assert (await newest_job(posting.SEND_RESET)).id != before.id

    async def test_no_header_tells_how_often_an_address_was_asked_for(self, client, account, most):
        told = [name for name in (await forgot(client, account["email"])).headers if name.startswith("ratelimit")]
        fresh = [name for name in (await forgot(client, an_email())).headers if name.startswith("ratelimit")]
        assert told == fresh

    async def test_who_is_signed_in_is_told(self, client, account, most):
        answers = [await ask_for_verification(client, account["access_token"]) for _ in range(most + 1)]
        assert [answer.status_code for answer in answers] == [202] * most + [429]
        assert int(answers[-1].headers["retry-after"]) > 0

    async def test_verifying_does_not_use_up_the_mail_that_lets_one_in_again(self, client, account, most):
        for _ in range(most + 1):
            await ask_for_verification(client, account["access_token"])
        before = await newest_job(posting.SEND_RESET)
        await forgot(client, account["email"])
        after = await newest_job(posting.SEND_RESET)
        assert after.id != (before.id if before else None)

    async def test_where_requests_come_from_is_counted_too(self, client, change_settings):
        change_settings("limits", enabled=True, mails_per_hour=7, anonymous_per_minute=10_000)
        statuses = [(await forgot(client, an_email())).status_code for _ in range(8)]
        assert statuses == [202] * 7 + [429]


class TestLetters:
    @pytest.mark.parametrize(
        ("server", "base"),
        [
            ({"public_url": "https://research.firm.example/"}, "https://research.firm.example"),
            ({"public_url": "", "host": "127.0.0.1", "port": 8123}, "http://127.0.0.1:8123"),
            ({"public_url": "", "host": "::1", "port": 8000}, "http://[::1]:8000"),
        ],
    )
    async def test_where_links_lead(self, account, change_settings, server, base):
        change_settings("server", **server)
        mail = letters.reset(await user_of(account), "the-token", valid_seconds=3600, key="k")
        assert f"\n{base}/reset-password?token=the-token\n" in mail.text
        assert "\nthe-token\n" in mail.text

    @pytest.mark.parametrize(
        ("seconds", "told"), [(3600, "1 hour "), (86_400, "24 hours "), (60, "1 minute "), (1800, "30 minutes ")]
    )
    async def test_how_long_they_work(self, account, seconds, told):
        for letter in (letters.reset, letters.verification):
            mail = letter(await user_of(account), "t", valid_seconds=seconds, key="k")
            assert f"within {told}to" in mail.text
