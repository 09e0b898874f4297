"""What is erased of the ledger: all that is meant, and nothing else is even read."""

from datetime import timedelta

import pytest

from elenchus.core import queueing
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.jobs import privacy
from elenchus.jobs.errors import Retryable
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.searching import store
from tests.jobs.conftest import ended, kept, waiting


class TestErasingAbout:
    async def test_all_that_is_about_it_goes_but_what_is_spared(self, me):
        subject = SubjectRef(type="mail", id=new_id())
        await kept(
            ended(me, subject=subject, queued_at=now() - timedelta(days=40)),
            waiting(me, subject=subject),
            ended(me, subject=subject, status=JobStatus.FAILED),
        )
        left = await kept(ended(me), waiting(me), ended(me, subject=subject, type="spared"))
        await privacy.erase_about(me, subject.id, spare="spared")
        assert {str(row["_id"]) for row in await Job.owned_by(me).rows({})} == {*left}

    async def test_what_is_about_something_else_is_not_read(self, me, monkeypatch):
        subject, read, really = SubjectRef(type="mail", id=new_id()), [], store.between

        async def noted(*args, **more):
            rows, is_cut = await really(*args, **more)
            read.extend(rows)
            return rows, is_cut

        monkeypatch.setattr(store, "between", noted)
        about = await kept(ended(me, subject=subject), waiting(me, subject=subject))
        await kept(*(make(me) for make in (ended, waiting) for _ in range(20)))
        await privacy.erase_about(me, subject.id)
        assert sorted(str(row["_id"]) for row in read) == sorted(about)


class TestWhatRuns:
    async def test_its_worker_is_told_and_it_is_waited_for(self, me, monkeypatch):
        told = []

        async def nudge(worker, job_id):
            told.append((worker, job_id))

        monkeypatch.setattr(queueing, "nudge", nudge)
        running = waiting(me, status=JobStatus.RUNNING, worker="w1", due_at=now() + timedelta(hours=1))
        await kept(running)
        with pytest.raises(Retryable, match="stopped"):
            await privacy.erase_in(me)
        assert told == [("w1", running.id)]
        assert (await Job.owned_by(me).get(running.id)).cancel_requested


class TestOfAnotherVersion:
    async def test_what_stands_as_nobody_knows_here_is_not_told_to_be_gone(self, me):
        """It is not listed, but it is there, and perhaps another version runs it."""
        await kept(ended(me), strange := waiting(me))
        await Job.owned_by(me).update({"_id": strange.id}, {"$set": {"status": "postponed"}})
        with pytest.raises(Retryable, match="stopped"):
            await privacy.erase_in(me)
        assert [row["_id"] for row in await Job.owned_by(me).rows({})] == [strange.id]
        assert await Job.owned_by(me).delete({"_id": strange.id})
