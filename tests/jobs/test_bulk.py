"""Many jobs at once: what is counted is what is done, and nothing that moved meanwhile is hit."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs import service as jobs
from elenchus.jobs import store as ledger
from elenchus.jobs.bulk import service as bulk
from elenchus.jobs.bulk import store
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobError, JobStatus, Key
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, ended, kept, submit, waiting
from tests.jobs.door import as_
from tests.support import until

gates: dict[str, Gate] = {}
ERROR = JobError(code="encrypted", detail="x")
HOUR = timedelta(hours=1)


@task("bulk.held")
async def held(run: Run) -> None:
    await gates[str(run.params["gate"])].wait()


async def ask(http, who: Principal, verb: str, *, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await http.post(f"/jobs/bulk/{verb}", json=body, headers=as_(who))
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def failed(owner: Principal, **changes: Any) -> Job:
    return ended(owner, status=JobStatus.FAILED, error=ERROR, **changes)


async def standing(me: Principal) -> dict[str, str]:
    rows = await Job.owned_by(me).rows({}, fields={"status": 1})
    return {str(row["_id"]): row["status"] for row in rows}


class TestDryRun:
    async def test_it_is_what_happens_without_saying_otherwise_and_changes_nothing(self, http, me):
        ids = await kept(*(waiting(me) for _ in range(3)), ended(me))
        before = await Job.owned_by(me).rows({})
        told = await ask(http, me, "cancel", filter={"type": "some.task"})
        assert (told["dry_run"], told["matched"], told["done"], told["more"]) == (True, 3, 0, False)
        assert {job["id"] for job in told["sample"]} == set(ids[:3])
        assert await Job.owned_by(me).rows({}) == before
        assert await _recorded(me) == []

    @pytest.mark.parametrize(
        "wanted",
        [{"type": "rare"}, {"status": "queued"}, {"status": "failed"}, {"status": "completed"}, {"queue": "other"},
         {"error_code": "encrypted"}, {"worker": "w7"}, {"never_started": True}, {"never_started": False},
         {"subject_type": "document"}, {"q": "segment"}, {"since": (now() - 2 * HOUR).isoformat()},
         {"until": (now() - 2 * HOUR).isoformat()}, {"scope": "me", "type": "some.task"}],
    )  # fmt: skip
    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    async def test_it_counts_what_the_real_one_does(self, http, me, verb, wanted):
        colleague = Principal(me.tenant_id, new_id(), Role.MEMBER)
        odd = [
            {"type": "rare"}, {"queue": "other"}, {"worker": "w7"}, {"stage": "segment 3"},
            {"queued_at": now() - 9 * HOUR}, {"subject": SubjectRef(type="document", id=new_id())}, {},
        ]  # fmt: skip
        rows = [make(me, **more) for make in (waiting, failed, ended) for more in odd]
        rows += [failed(me, started_at=None), ended(me, status=JobStatus.CANCELLED), waiting(colleague)]
        await kept(*rows)
        listed = await _all(http, me, wanted)
        before = await standing(me)
        told = await ask(http, me, verb, filter=wanted)
        done = await ask(http, me, verb, filter=wanted, dry_run=False, expected=told["matched"])
        after = await standing(me)
        moved = {id_ for id_ in before if before[id_] != after[id_]}
        assert (len(moved), done["done"], done["skipped"]) == (told["matched"], told["matched"], {})
        fits = {"queued", "running"} if verb == "cancel" else {"failed", "cancelled"}
        assert moved == {id_ for id_ in listed if before[id_] in fits}
        assert {after[id_] for id_ in moved} <= ({"cancelled"} if verb == "cancel" else {"queued"})

    async def test_a_count_that_was_given_up_says_so(self, http, me, monkeypatch):
        monkeypatch.setattr(bulk, "COUNTED_AT_MOST", 4)
        await kept(*(waiting(me) for _ in range(6)))
        told = await ask(http, me, "cancel", filter={"type": "some.task"})
        assert (told["matched"], told["is_capped"]) == (4, True)
        refused = await ask(http, me, "cancel", filter={"type": "some.task"}, expected=4, dry_run=False, status=409)
        assert "At least 4" in refused["detail"]


class TestExpected:
    @pytest.mark.parametrize("dry_run", [True, False])
    @pytest.mark.parametrize("expected", [0, 1, 3])
    async def test_another_number_refuses(self, http, me, expected, dry_run):
        await kept(waiting(me), waiting(me))
        before = await standing(me)
        wish = {"filter": {"status": "queued"}, "expected": expected, "dry_run": dry_run}
        refused = await ask(http, me, "cancel", **wish, status=409)
        assert (refused["matched"], refused["expected"]) == (2, expected)
        assert await standing(me) == before

    async def test_all_of_them_only_when_one_knows_how_many_that_are(self, http, me):
        await kept(waiting(me), waiting(me))
        await ask(http, me, "cancel", filter={}, dry_run=False, status=422)
        await ask(http, me, "cancel", filter={"scope": "tenant"}, dry_run=False, status=422)
        assert {*(await standing(me)).values()} == {"queued"}
        assert (await ask(http, me, "cancel", filter={}, dry_run=False, expected=2))["done"] == 2

    @pytest.mark.parametrize(
        "body",
        [{}, {"filter": {"kind": "x"}}, {"filter": {"$where": "1"}}, {"filter": {}, "force": True},
         {"filter": {"type": {"$ne": ""}}}, {"filter": {}, "expected": -1}, {"filter": {"id": None, "user_id": "x"}}],
    )  # fmt: skip
    async def test_what_is_not_known_is_refused(self, http, me, body):
        await ask(http, me, "cancel", **body, status=422)


class TestDoing:
    async def test_repeated_it_does_nothing_more(self, http, me):
        await kept(*(waiting(me) for _ in range(3)))
        wish = {"filter": {"type": "some.task"}, "dry_run": False}
        assert (await ask(http, me, "cancel", **wish))["done"] == 3
        again = await ask(http, me, "cancel", **wish)
        assert (again["matched"], again["done"], again["skipped"]) == (0, 0, {})

    async def test_in_parts_until_there_are_no_more(self, http, me, monkeypatch):
        monkeypatch.setattr(bulk, "DONE_AT_ONCE", 3)
        monkeypatch.setattr(bulk, "BATCH", 2)
        await kept(*(failed(me) for _ in range(7)))
        wish, told = {"filter": {"status": "failed"}, "dry_run": False}, []
        while not told or told[-1]["more"]:
            told.append(await ask(http, me, "retry", **wish))
        assert [(each["matched"], each["done"]) for each in told] == [(7, 3), (4, 3), (1, 1)]
        assert {*(await standing(me)).values()} == {"queued"}

    async def test_running_ones_are_asked_to_stop_once(self, http, me, engine, gate):
        gates["bulk"] = gate
        job_id = await submit("bulk.held", me, gate="bulk")
        running = asyncio.create_task(engine(held, heartbeat_seconds=60, lease_seconds=90).attend(job_id))
        await until(lambda: gate.came)
        wish = {"filter": {"id": str(job_id)}, "dry_run": False}
        assert (await ask(http, me, "cancel", **wish))["done"] == 1
        assert (await ask(http, me, "cancel", **wish))["skipped"] == {"stopping": 1}
        gate.open()
        await running

    async def test_one_row_of_the_record_with_the_jobs(self, http, me):
        ids = await kept(*(waiting(me) for _ in range(3)))
        await ask(http, me, "cancel", filter={"q": "secret task"}, dry_run=False)
        await ask(http, me, "cancel", filter={"type": "some.task"}, dry_run=False)
        empty, row = await _recorded(me)
        assert (empty["details"]["number"], "secret" in str(empty)) == (0, False)
        assert (row["action"], row["object"]["id"]) == ("job.cancelled", None)
        assert (sorted(row["details"]["jobs"]), row["details"]["filter"]) == (sorted(ids), ["type"])

    async def test_a_superusers_deed_is_on_the_record_of_each_firm_with_its_own_jobs(self, http, me):
        other, there = Principal(new_id(), new_id(), Role.OWNER), f"far.{new_id()}"
        [mine], [theirs] = await kept(waiting(me, type=there)), await kept(waiting(other, type=there))
        superuser = Principal(new_id(), new_id(), Role.OWNER, is_superuser=True)
        assert (await ask(http, superuser, "cancel", filter={"type": there}, dry_run=False))["done"] == 2
        for firm, id_ in ((me, mine), (other, theirs)):
            [row] = await _recorded(firm)
            assert (row["details"]["jobs"], row["actor"]["user_id"]) == ([id_], superuser.user_id)


class Interrupted:
    """Something happens to a job after it was counted and before it is looked at again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
        read = store.with_ids

        async def first(*asked: Any) -> dict[Id, Any]:
            await happens()
            return await read(*asked)

        monkeypatch.setattr(store, "with_ids", first)


class TestRaces:
    async def test_one_that_ended_meanwhile(self, http, me, monkeypatch, stored):
        first, second = await kept(waiting(me), waiting(me))

        async def ends() -> None:
            change = {"status": JobStatus.COMPLETED, "open": False, "completed_at": now()}
            await Job.owned_by(me).update({"_id": Id(first)}, {"$set": change})

        Interrupted(monkeypatch, ends)
        told = await ask(http, me, "cancel", filter={"type": "some.task"}, dry_run=False, expected=2)
        assert (told["matched"], told["done"], told["skipped"]) == (2, 1, {"over": 1})
        assert (await stored(Id(first))).status is JobStatus.COMPLETED
        assert (await stored(Id(second))).status is JobStatus.CANCELLED

    async def test_one_that_began_and_so_is_not_meant_any_more(self, http, me, monkeypatch, stored):
        [job_id] = await kept(waiting(me, queued_at=now() - HOUR))

        async def begins() -> None:
            change = {"status": JobStatus.RUNNING, "started_at": now()}
            await Job.owned_by(me).update({"_id": Id(job_id)}, {"$set": change})

        Interrupted(monkeypatch, begins)
        told = await ask(http, me, "cancel", filter={"never_started": True}, dry_run=False)
        assert (told["done"], told["skipped"]) == (0, {"changed": 1})
        assert not (await stored(Id(job_id))).cancel_requested

    async def test_one_that_is_removed_or_run_again_meanwhile(self, http, me, monkeypatch):
        gone, again = await kept(failed(me), failed(me))

        async def happens() -> None:
            await Job.owned_by(me).delete({"_id": Id(gone)})
            await ledger.queue_again(await ledger.find(me, Id(again)) or failed(me))

        Interrupted(monkeypatch, happens)
        told = await ask(http, me, "retry", filter={"status": "failed"}, dry_run=False)
        assert (told["done"], told["skipped"]) == (0, {"gone": 1, "not_over": 1})

    async def test_of_ten_at_once_each_job_is_run_again_by_one(self, http, me, stored):
        ids = await kept(*(failed(me) for _ in range(5)))
        wish = {"filter": {"status": "failed"}, "dry_run": False}
        told = await asyncio.gather(*(ask(http, me, "retry", **wish) for _ in range(10)))
        assert sum(each["done"] for each in told) == 5
        assert {(await stored(Id(id_))).token for id_ in ids} == {1}

    async def test_one_that_began_between_the_look_and_the_write_is_stopped(self, http, me, engine, gate, monkeypatch):
        gates["between"] = gate
        job_id = await submit("bulk.held", me, gate="between")
        cancel_queued, began = ledger.cancel_queued, []

        async def late(job: Job, **more: Any) -> bool:
            if not began:
                began.append(asyncio.create_task(engine(held).attend(job_id)))
                await until(lambda: gate.came)
            return await cancel_queued(job, **more)

        monkeypatch.setattr(ledger, "cancel_queued", late)
        told = await ask(http, me, "cancel", filter={"id": str(job_id)}, dry_run=False)
        assert told["done"] == 1
        await began[0]
        assert (await jobs.get(me, job_id)).status is JobStatus.CANCELLED


class TestOthers:
    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    async def test_another_firms_id_in_any_field_hits_nothing(self, http, me, verb):
        stranger, document = Principal(new_id(), new_id(), Role.OWNER), new_id()
        subject = SubjectRef(type="analysis", id=new_id())
        about = {"subject": subject, "keys": [Key.about(subject.id), Key.about(document)]}
        [one, other] = await kept(waiting(me, **about), failed(me, **about))
        before = await standing(me)
        for field, value in {
            "id": one, "q": other, "subject_id": subject.id, "document_id": document, "error_code": "encrypted",
        }.items():  # fmt: skip
            told = await ask(http, stranger, verb, filter={field: str(value)}, dry_run=False)
            assert (told["matched"], told["done"], told["sample"]) == (0, 0, [])
        await ask(http, stranger, verb, filter={"tenant_id": str(me.tenant_id)}, dry_run=False, status=404)
        assert await standing(me) == before


async def _all(http, me: Principal, wanted: dict[str, Any]) -> set[str]:
    found = (await http.get("/jobs", params={"limit": 200, **wanted}, headers=as_(me))).json()
    assert found["next_cursor"] is None
    return {job["id"] for job in found["items"]}


async def _recorded(who: Principal) -> list[dict[str, Any]]:
    await audit.drain(10)
    rows = await AuditRow.across_tenants().rows({"tenant_id": who.tenant_id}, sort=[("seq", 1)])
    return [row for row in rows if row["action"].startswith("job.")]
