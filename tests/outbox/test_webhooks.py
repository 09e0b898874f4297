"""Webhooks: what is sent, what an answer means, and who is told."""

import hashlib
import hmac
from datetime import timedelta
from email.utils import format_datetime

import pytest

from elenchus import __version__
from elenchus.core.clock import now
from elenchus.core.egress import ForbiddenAddress, Reply
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs import service as jobs
from elenchus.jobs.schemas import AttemptOutcome, JobError, JobOutcome, JobStatus
from elenchus.outbox import delivering, webhooks
from elenchus.outbox import service as outbox
from elenchus.outbox.errors import MessageNotFound
from elenchus.outbox.schemas import MessageStatus
from tests.conftest import free_port
from tests.outbox.conftest import SECRET, job_of, row


class TestSent:
    async def test_what_is_sent(self, hooks, post, attend):
        message_id = await post(data={"n": 1, "who": "Zoë", "$set": {"a.b": None}}, type="workflow.notification")
        assert (await attend(message_id)).status is JobStatus.COMPLETED
        ((headers, body),) = hooks.requests
        assert hooks.bodies == [
            {
                "id": str(message_id),
                "type": "workflow.notification",
                "created_at": (await row(message_id)).created_at.isoformat(),
                "data": {"n": 1, "who": "Zoë", "$set": {"a.b": None}},
            }
        ]
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"] == f"Elenchus/{__version__}"
        assert headers["idempotency-key"] == headers["x-elenchus-delivery"] == str(message_id)
        stamp, _, mac = headers["x-elenchus-signature"].partition(",v1=")
        signed = hmac.new(SECRET.encode(), stamp.removeprefix("t=").encode() + b"." + body, hashlib.sha256)
        assert mac == signed.hexdigest()
        assert abs(int(stamp.removeprefix("t=")) - now().timestamp()) < 60

    async def test_subject_and_text_stand_in_for_data(self, hooks, post, attend):
        await attend(await post(data=None, subject="Filed", text="It is filed."))
        assert hooks.bodies[0]["data"] == {"subject": "Filed", "text": "It is filed."}

    async def test_how_it_stands_is_told_without_what_it_says(self, me, hooks, post, attend):
        message_id = await post()
        before = await outbox.get(me, message_id)
        assert (before.status, before.attempts, before.sent_at) == (MessageStatus.QUEUED, 0, None)
        await attend(message_id)
        told = await outbox.get(me, message_id)
        assert (told.status, told.attempts, told.response_status, told.error) == (MessageStatus.SENT, 1, 200, None)
        assert told.sent_at is not None
        assert told.to == hooks.url
        assert "canary" not in told.model_dump_json()

    async def test_the_same_key_twice_is_one(self, hooks, post, attend):
        first = await post("k", data={"n": 1})
        assert await post("k", data={"n": 2}) == first
        await attend(first)
        assert await post("k") == first
        await attend(first)
        assert [body["data"] for body in hooks.bodies] == [{"n": 1}]

    async def test_another_tenants_key_is_another(self, hooks, post):
        other = Principal(new_id(), new_id(), Role.OWNER)
        assert await post("k") != await post("k", by=other)

    async def test_another_tenant_does_not_see_it(self, post):
        message_id = await post()
        for stranger in (Principal(new_id(), new_id(), Role.OWNER), Principal(new_id(), new_id(), Role.ADMIN)):
            with pytest.raises(MessageNotFound):
                await outbox.get(stranger, message_id)


class TestRefused:
    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
    async def test_what_may_pass_is_tried_again_as_the_same_message(self, me, hooks, post, attend, status):
        hooks.will_answer(status)
        message_id = await post()
        job = await attend(message_id)
        assert (job.status, job.failures) == (JobStatus.QUEUED, 1)
        told = await outbox.get(me, message_id)
        assert (told.status, told.error.code, told.response_status) == (MessageStatus.QUEUED, "receiver_busy", status)
        assert (await attend(message_id)).status is JobStatus.COMPLETED
        told = await outbox.get(me, message_id)
        assert (told.status, told.attempts, told.error, told.response_status) == (MessageStatus.SENT, 2, None, 200)
        (first, first_body), (second, second_body) = hooks.requests
        assert first["idempotency-key"] == second["idempotency-key"]
        assert first_body == second_body

    @pytest.mark.parametrize(
        ("status", "code"),
        [(301, "redirected"), (302, "redirected"), (307, "redirected"), (304, "redirected")]
        + [(status, "receiver_refused") for status in (400, 401, 403, 404, 409, 410, 413, 422)],
    )
    async def test_what_is_final_fails_with_a_sentence(self, me, hooks, post, attend, status, code):
        hooks.will_answer(status, location=f"{hooks.url}/elsewhere")
        message_id = await post()
        job = await attend(message_id)
        assert (job.status, job.error.code) == (JobStatus.FAILED, code)
        told = await outbox.get(me, message_id)
        assert (told.status, told.error.code, told.response_status) == (MessageStatus.FAILED, code, status)
        assert str(status) in told.error.detail
        assert "canary" not in told.model_dump_json() + job.model_dump_json()
        assert len(hooks.requests) == 1

    async def test_it_ends_one_day(self, me, hooks, post, attend, monkeypatch):
        message_id = await post()
        for _ in range(delivering.ATTEMPTS):
            hooks.will_answer(500)
            job = await attend(message_id)
        assert (job.status, len(hooks.requests)) == (JobStatus.FAILED, delivering.ATTEMPTS)
        told = await outbox.get(me, message_id)
        assert (told.status, told.error.code) == (MessageStatus.FAILED, "receiver_busy")
        assert "16 times" in told.error.detail

    async def test_somebody_may_have_it_sent_after_all(self, me, hooks, post, attend):
        hooks.will_answer(404)
        message_id = await post()
        await attend(message_id)
        await jobs.retry(me, (await row(message_id)).job_id)
        assert (await attend(message_id)).status is JobStatus.COMPLETED
        assert (await outbox.get(me, message_id)).status is MessageStatus.SENT
        assert len(hooks.to(message_id)) == 2

    async def test_a_cancelled_one_says_so(self, me, hooks, post, attend):
        message_id = await post()
        await jobs.cancel(me, (await row(message_id)).job_id)
        await attend(message_id)
        told = await outbox.get(me, message_id)
        assert (told.status, told.error.code) == (MessageStatus.FAILED, "cancelled")
        assert hooks.requests == []

    async def test_what_was_sent_has_not_failed_whatever_became_of_its_job(self, me, hooks, post, attend):
        message_id = await post()
        job = await attend(message_id)
        outcome = JobOutcome(job.id, job.type, JobStatus.CANCELLED, JobError(code="cancelled", detail="x"), {})
        await outbox.ended(me, job.about, outcome)
        assert (await outbox.get(me, message_id)).status is MessageStatus.SENT

    async def test_nobody_there_is_tried_again(self, me, hooks, post, attend, change_settings):
        port = free_port()
        change_settings("egress", allow_hosts=[f"127.0.0.1:{port}"])
        message_id = await post(url=f"http://127.0.0.1:{port}/canary")
        job = await attend(message_id)
        assert (job.status, job.attempt_log[-1].outcome) == (JobStatus.QUEUED, AttemptOutcome.ERROR)
        told = await outbox.get(me, message_id)
        assert (told.error.code, told.response_status) == ("unreachable", None)
        assert "canary" not in told.model_dump_json()

    async def test_an_address_inside_is_refused_at_once(self, hooks, post, attend, change_settings):
        change_settings("egress", allow_hosts=[])
        with pytest.raises(ForbiddenAddress):
            await post(url="https://user:secret@good.example/")
        message_id = await post(url="https://10.0.0.1/canary")  # no network was asked
        job = await attend(message_id)
        assert (job.status, job.error.code) == (JobStatus.FAILED, "forbidden-address")
        assert (await row(message_id)).status is MessageStatus.FAILED

    async def test_what_was_allowed_once_is_asked_again(self, hooks, post, attend, change_settings):
        message_id = await post()
        change_settings("egress", allow_hosts=[])
        assert (await attend(message_id)).error.code == "forbidden-address"
        assert hooks.requests == []

    async def test_another_secret_key_opens_nothing(self, hooks, post, attend, change_settings):
        from pydantic import SecretStr

        message_id = await post()
        change_settings("server", secret_key=SecretStr("another key altogether, of 40 characters"))
        assert (await attend(message_id)).error.code == "unsealable"


def reply(after: str) -> Reply:
    return Reply(503, {"retry-after": after} if after else {}, b"", True)


class TestHowLongItWaits:
    @pytest.mark.parametrize(
        ("said", "seconds"),
        [("120", 120), ("0", 0), (" 7 ", 7), ("9" * 30, 3600), ("", None), ("soon", None), ("-5", None), ("1.5", None)],
    )
    def test_seconds(self, said, seconds):
        assert webhooks.asked_seconds(reply(said)) == seconds

    def test_dates(self):
        until = webhooks.asked_seconds(reply(format_datetime(now() + timedelta(seconds=100), usegmt=False)))
        assert 90 < (until or 0) <= 100
        assert webhooks.asked_seconds(reply("Sun, 06 Nov 1994 08:49:37 GMT")) == 0
        assert webhooks.asked_seconds(reply("Fri, 31 Dec 9999 23:59:59 GMT")) == 3600

    async def test_the_receiver_is_given_its_time(self, hooks, post, attend):
        hooks.will_answer(429, retry_after="600")
        message_id = await post()
        began = now()
        job = await attend(message_id)
        assert timedelta(seconds=599) < job.due_at - began < timedelta(seconds=700)

    async def test_and_no_more_than_an_hour(self, hooks, post, attend):
        hooks.will_answer(503, retry_after="999999")
        message_id = await post()
        job = await attend(message_id)
        assert job.due_at - now() < timedelta(seconds=3700)

    async def test_each_time_longer(self, hooks, post, attend):
        message_id = await post()
        waits = []
        for _ in range(4):
            hooks.will_answer(500)
            began = now()
            waits.append(((await attend(message_id)).due_at - began).total_seconds())
        assert all(wait >= 2.0 * 2**number for number, wait in enumerate(waits))


class TestSecrets:
    async def test_neither_url_nor_secret_lies_open(self, resources_, hooks, post, attend):
        message_id = await post()
        hooks.will_answer(404)
        await attend(message_id)
        for name in await resources_.database.list_collection_names():
            for found in (
                await resources_.database[name].find({"tenant_id": (await row(message_id)).tenant_id}).to_list()
            ):
                assert b"canary" not in str(found).encode(), name

    async def test_the_job_knows_nothing_but_the_id(self, post):
        message_id = await post()
        job = await job_of(message_id)
        assert (job.params, job.subject.type, job.subject.id) == ({}, "message", message_id)
