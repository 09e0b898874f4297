"""What becomes of messages later: found without a job, emptied, exported, erased."""

from datetime import timedelta

import pytest

from elenchus import registry
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.identity.people.parts import Leaver
from elenchus.identity.people.plain import JOBS
from elenchus.jobs import service as jobs
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import JobStatus
from elenchus.outbox import service as outbox
from elenchus.outbox import store, tasks
from elenchus.outbox.models import OutboxMessage
from elenchus.outbox.schemas import MessageStatus
from tests.outbox.conftest import job_of, row

(PART,) = (part for part in registry.PARTS if part.name == "messages")
MONTH = store.CONTENT_KEPT


async def age(message_id, by: timedelta) -> None:
    """As if so much time had passed."""
    due_at = (await row(message_id)).due_at
    await OutboxMessage.across_tenants().update({"_id": message_id}, {"$set": {"due_at": due_at - by}})


class TestLost:
    async def test_a_message_whose_sender_died_is_sent_all_the_same(self, hooks, post, attend, monkeypatch):
        async def die(*_: object, **__: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(jobs, "submit", die)
        with pytest.raises(ConnectionError):
            await post("k")
        monkeypatch.undo()
        (lost,) = await OutboxMessage.across_tenants().find({}, sort=[("created_at", -1)], limit=1)
        await tasks.sweep(now())
        assert await Job.across_tenants().get(lost.job_id) is None, "its sender may be about to"
        await age(lost.id, store.UNBEGUN_AFTER)
        await tasks.sweep(now())
        assert (await job_of(lost.id)).principal == Principal(lost.tenant_id, lost.user_id, lost.role)
        assert (await attend(lost.id)).status is JobStatus.COMPLETED
        assert len(hooks.to(lost.id)) == 1

    async def test_or_by_posting_it_again(self, hooks, post, attend, monkeypatch):
        async def die(*_: object, **__: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(jobs, "submit", die)
        with pytest.raises(ConnectionError):
            await post("k")
        monkeypatch.undo()
        message_id = await post("k")
        assert (await attend(message_id)).status is JobStatus.COMPLETED

    async def test_one_that_has_its_job_is_left_alone(self, hooks, post, attend):
        message_id = await post()
        await age(message_id, store.UNBEGUN_AFTER)
        assert await outbox.submit_lost(now()) == 0
        assert (await row(message_id)).due_at > now()
        assert (await job_of(message_id)).token == 0

    async def test_what_a_message_says_is_not_read_for_it(self, post, monkeypatch):
        await age(await post(text="x" * 100_000, data=None), store.UNBEGUN_AFTER)
        for found in await store.perhaps_without_job(now(), limit=10):
            assert "x" * 100 not in repr(found)

    async def test_one_that_ended_gets_no_second_job(self, hooks, post, attend):
        message_id = await post("k")
        job = await attend(message_id)
        await Job.across_tenants().delete({"_id": job.id})
        await tasks.sweep(now() + timedelta(days=1))
        assert await post("k") == message_id
        assert await Job.across_tenants().get(job.id) is None


class TestContent:
    async def test_it_goes_a_month_after_the_end(self, me, hooks, mails, post, mail, attend):
        sent, failed, mailed, waiting = await post(), await post(), await mail(), await mail()
        await attend(sent)
        hooks.will_answer(404)
        for message_id in (failed, mailed):
            await attend(message_id)
        for message_id in (sent, failed, mailed):
            await age(message_id, MONTH - timedelta(minutes=1))
        await tasks.forget_content(now())
        assert (await row(sent)).sealed
        for message_id in (sent, failed, mailed, waiting):
            await age(message_id, timedelta(minutes=2))
        await tasks.forget_content(now())
        for message_id in (sent, failed, mailed):
            found = await row(message_id)
            assert (found.subject, found.text, found.data, found.sealed, found.due_at) == (None,) * 5
            assert (await outbox.get(me, message_id)).status in {MessageStatus.SENT, MessageStatus.FAILED}
        assert (await row(waiting)).text, "it was not sent yet"

    async def test_sooner_where_a_tenant_wants_it(self, me, hooks, post, attend):
        other = Principal(new_id(), new_id(), Role.OWNER)
        mine, waiting, others = await post(), await post(), await post(by=other)
        for message_id in (mine, others):
            await attend(message_id)
        assert await outbox.forget_content(now() - timedelta(seconds=60), owner=me) == 0
        assert await outbox.forget_content(now() + timedelta(seconds=1), owner=me) == 1
        assert [bool((await row(message_id)).sealed) for message_id in (mine, waiting, others)] == [False, True, True]

    async def test_without_it_nothing_is_sent_again(self, me, hooks, post, attend):
        hooks.will_answer(404)
        message_id = await post()
        await attend(message_id)
        await age(message_id, MONTH)
        await tasks.forget_content(now())
        await jobs.retry(me, (await row(message_id)).job_id)
        assert (await attend(message_id)).error.code == "content_removed"
        assert len(hooks.requests) == 1


class TestPrivacy:
    async def test_its_sender_is_given_what_they_sent(self, me, post, mail):
        await post(data={"n": 1})
        await mail(text="It is filed.\n")
        colleague = Principal(me.tenant_id, new_id(), Role.OWNER)
        await mail(by=colleague, text="canary")
        told = [item.fields async for item in PART.export(me, me.user_id)]
        assert sorted(str(fields["text"] or fields["data"]) for fields in told) == ["It is filed.\n", '{"n":1}']
        assert "sealed" not in str(told)
        assert "canary" not in str(told)

    async def test_with_a_person_goes_what_they_sent_and_what_was_sent_to_them(self, me, post, mail):
        colleague = Principal(me.tenant_id, new_id(), Role.OWNER)
        own, to_them = await post(), await mail(by=colleague, to="Zoe@FIRM.example")
        kept = await mail(by=colleague, to="yan@firm.example")
        leaver = Leaver(me.user_id, "zoe@firm.example")
        await PART.erase_person(me, leaver)
        found = {message_id: await OutboxMessage.owned_by(me).get(message_id) for message_id in (own, to_them, kept)}
        assert [message_id for message_id, message in found.items() if message] == [kept]

    async def test_with_a_tenant_goes_all_of_it(self, me, post, mail):
        other = Principal(new_id(), new_id(), Role.OWNER)
        mine, others = await post(), await post(by=other)
        await PART.erase_tenant(me)
        assert await OutboxMessage.owned_by(me).get(mine) is None
        assert await OutboxMessage.owned_by(other).get(others) is not None

    async def test_what_is_under_way_is_stopped_before(self, me, hooks, post, attend):
        message_id = await post()
        job_id = (await row(message_id)).job_id
        await JOBS.erase_person(me, Leaver(me.user_id, "zoe@firm.example"))
        assert await Job.across_tenants().get(job_id) is None

    async def test_a_message_that_is_gone_is_not_sent(self, me, hooks, post, attend, make_due, job_settings):
        from elenchus.jobs.engine import Engine

        message_id = await post()
        job_id = (await row(message_id)).job_id
        await PART.erase_tenant(me)
        await make_due(job_id)
        await Engine(tasks.TASKS, job_settings, worker="w").attend(job_id)
        job = await Job.across_tenants().get(job_id)
        assert job is not None
        assert (job.status, hooks.requests) == (JobStatus.COMPLETED, [])
