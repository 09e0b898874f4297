"""Whatever is asked of the ledger, alone and together, in pages, and as it stands in many rows."""

from datetime import timedelta
from typing import Any

import pytest

from elenchus import migrations
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs import service as jobs
from elenchus.jobs import store as ledger
from elenchus.jobs.errors import Fatal
from elenchus.jobs.models import Job, SubjectRef
from elenchus.jobs.reach import Reach
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobError, JobStatus, Key, Subject
from elenchus.jobs.searching import service, walk
from elenchus.jobs.searching.pages import SearchPage, decoded, encoded
from elenchus.jobs.searching.plan import Plan
from elenchus.jobs.searching.schemas import JobFilter
from elenchus.jobs.searching.store import Mark
from elenchus.jobs.searching.store import ledger as rows_of
from elenchus.jobs.task import task
from tests.jobs.conftest import ended, kept, submit, waiting
from tests.jobs.door import as_

HOUR = timedelta(hours=1)
ENCRYPTED = JobError(code="encrypted", detail="x")


@task("searching.nothing")
async def nothing(_run: Run) -> None: ...


@task("searching.broken")
async def broken(_run: Run) -> None:
    raise Fatal("broken", "It is broken.")


async def ids(http, who: Principal, **asked: Any) -> list[str]:
    """Of all pages."""
    found: list[str] = []
    while True:
        answer = await http.get("/jobs", params=asked, headers=as_(who))
        assert answer.status_code == 200, answer.text
        found += [job["id"] for job in answer.json()["items"]]
        if not (cursor := answer.json()["next_cursor"]):
            return found
        asked["cursor"] = cursor


@pytest.fixture
def firm(me) -> list[Principal]:
    """Its owner, one member and a superuser who is elsewhere: all may ask the same."""
    return [
        me,
        Principal(me.tenant_id, new_id(), Role.ADMIN),
        Principal(new_id(), new_id(), Role.OWNER, is_superuser=True),
    ]


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "fits"),
        [
            ({"type": "rare"}, {"type": "rare"}),
            ({"status": "failed"}, {"status": JobStatus.FAILED}),
            ({"status": "completed", "queue": "other"}, {"queue": "other"}),
            ({"queue": "other"}, {"queue": "other"}),
            ({"worker": "w7"}, {"worker": "w7"}),
            (
                {"error_code": "encrypted"},
                {"error": JobError(code="encrypted", detail="x"), "status": JobStatus.FAILED},
            ),
            ({"subject_type": "document"}, {"subject": SubjectRef(type="document", id=new_id())}),
            ({"q": "SEGM"}, {"stage": "Reading segment 4"}),
            ({"q": "odd.ta"}, {"type": "some.odd.task"}),
            ({"never_started": "true"}, {"started_at": None, "status": JobStatus.CANCELLED}),
            ({"type": "rare", "status": "failed"}, {"type": "rare", "status": JobStatus.FAILED}),
        ],
    )
    async def test_of_what_has_ended(self, http, firm, asked, fits):
        [wanted, *_] = await kept(ended(firm[0], **fits), ended(firm[0]), ended(firm[0], type="another"))
        for who in firm:
            narrowed = asked | ({"tenant_id": str(firm[0].tenant_id)} if who.is_superuser else {})
            assert await ids(http, who, **narrowed) == [wanted]
            own = asked | {"scope": "me"}
            assert await ids(http, who, **own) == ([wanted] if who is firm[0] else [])

    @pytest.mark.parametrize(
        ("asked", "fits"),
        [
            ({"type": "rare"}, {"type": "rare"}),
            ({"status": "running"}, {"status": JobStatus.RUNNING}),
            ({"queue": "other"}, {"queue": "other"}),
            ({"worker": "w7"}, {"worker": "w7"}),
            ({"error_code": "away"}, {"error": JobError(code="away", detail="tried again")}),
            ({"never_started": "true"}, {"queued_at": now() - HOUR}),
            ({"never_started": "true", "status": "queued"}, {"queued_at": now() - HOUR}),
        ],
    )
    async def test_of_what_is_under_way(self, http, firm, asked, fits):
        [wanted, _] = await kept(waiting(firm[0], **fits), waiting(firm[0]))
        for who in firm:
            assert await ids(http, who, **asked, tenant_id=str(firm[0].tenant_id)) == [wanted]

    @pytest.mark.parametrize("make", [ended, waiting])
    async def test_what_it_is_about(self, http, me, make):
        document, analysis = new_id(), new_id()
        about = {
            "subject": SubjectRef(type="analysis", id=analysis),
            "keys": [Key.about(analysis), Key.about(document)],
        }
        [wanted, reading, _] = await kept(
            make(me, **about, queued_at=now()),
            make(
                me, subject=SubjectRef(type="document", id=document), keys=[Key.about(document)], queued_at=now() - HOUR
            ),
            make(me),
        )
        assert await ids(http, me, subject_id=str(analysis)) == [wanted]
        assert await ids(http, me, subject_id=str(document)) == [reading]
        assert await ids(http, me, document_id=str(document)) == [wanted, reading]
        assert await ids(http, me, q=str(document)) == [wanted, reading]
        assert await ids(http, me, q=wanted) == [wanted]
        assert await ids(http, me, q=wanted.upper()) == [wanted]
        assert await ids(http, me, id=wanted, type="another") == []

    async def test_a_submission_says_what_else_it_is_about(self, http, me):
        document = new_id()
        subject = Subject("analysis", new_id())
        job_id = await jobs.submit("searching.nothing", me, subject=subject, about=[document, document])
        assert await ids(http, me, document_id=str(document)) == [str(job_id)]
        assert len((await ledger.find(me, job_id)).keys) == 4

    async def test_times(self, http, me):
        moments = [now() - HOUR * n for n in (1, 30, 1000)]
        young, middle, old = await kept(*(ended(me, queued_at=moment) for moment in moments))
        assert await ids(http, me, since=moments[1].isoformat()) == [young, middle]
        assert await ids(http, me, until=moments[1].isoformat()) == [middle, old]
        assert await ids(http, me, until="0001-01-01T00:00:00Z") == []
        assert await ids(http, me, since=moments[1].isoformat(), until=(moments[1]).isoformat()) == [middle]
        assert await ids(http, me, since=(now() + HOUR).isoformat()) == []

    @pytest.mark.parametrize(
        "asked",
        [{"status": "asleep"}, {"id": "1"}, {"document_id": "x" * 24}, {"since": "yesterday"}, {"type": ""},
         {"cursor": "x"}, {"cursor": "AAAA"}, {"limit": 0}, {"limit": 201}, {"scope": "world"}, {"worker": "w" * 101}],
    )  # fmt: skip
    async def test_what_makes_no_sense_is_refused(self, http, me, asked):
        assert (await http.get("/jobs", params=asked, headers=as_(me))).status_code == 422

    async def test_operators_are_words(self, http, me):
        await kept(ended(me))
        for word in ('{"$ne": 1}', "$gt", "type.$", ".*"):
            for field in ("type", "queue", "worker", "error_code", "subject_type", "q"):
                assert await ids(http, me, **{field: word}) == []


class TestStates:
    async def test_never_started_is_told_apart_from_failed(self, http, me):
        error = JobError(code="unknown_type", detail="x")
        rows = {
            "unknown to all": ended(me, started_at=None, status=JobStatus.FAILED, error=error),
            "cancelled in the queue": ended(me, started_at=None, status=JobStatus.CANCELLED),
            "waits for long": waiting(me, queued_at=now() - HOUR),
            "waits": waiting(me),
            "failed": ended(me, status=JobStatus.FAILED, error=error),
            "waits to be tried again": waiting(me, queued_at=now() - HOUR, started_at=now() - HOUR),
        }
        names = dict(zip(await kept(*rows.values()), rows, strict=True))
        listed = (await http.get("/jobs", headers=as_(me))).json()["items"]
        never = {"unknown to all", "cancelled in the queue", "waits for long"}
        assert {names[job["id"]] for job in listed if job["never_started"]} == never
        assert {names[id_] for id_ in await ids(http, me, never_started="true")} == never
        assert {names[id_] for id_ in await ids(http, me, never_started="false")} == rows.keys() - never
        assert [names[id_] for id_ in await ids(http, me, never_started="false", status="failed")] == ["failed"]

    async def test_one_that_ended_and_is_not_told_yet_is_there(self, http, me):
        [untold] = await kept(ended(me, status=JobStatus.FAILED, open=True))
        assert await ids(http, me) == [untold]
        assert await ids(http, me, status="failed") == [untold]
        assert await ids(http, me, status="queued") == []


class TestThatWentWrong:
    """There are few of them among the many, and each is found by how it ended, whoever ended it."""

    @pytest.fixture
    async def failed(self, me, engine) -> list[str]:
        by_itself, unreadable, unfindable = [await submit("searching.broken", me) for _ in range(3)]
        await Job.across_tenants().update({"_id": unreadable}, {"$set": {"steps": "not a list"}})
        await Job.across_tenants().update({"_id": unfindable}, {"$set": {"keys": "not a list"}})
        for job_id in (by_itself, unreadable, unfindable):
            await engine(broken).attend(job_id)
        [unknown] = await kept(waiting(me, type="searching.unheard"))
        row = await Job.across_tenants().row({"_id": Id(unknown)})
        assert await ledger.fail_unknown(row, error=ENCRYPTED)
        return [unknown, str(unfindable), str(unreadable), str(by_itself)]

    async def test_by_status(self, http, me, failed):
        await kept(*(ended(me) for _ in range(3)))
        cancelled = await submit("searching.nothing", me)
        await jobs.cancel(me, cancelled)
        assert sorted(await ids(http, me, status="failed")) == sorted(failed)
        assert await ids(http, me, status="cancelled") == [str(cancelled)]

    async def test_what_went_well_in_the_end_is_none_of_them(self, http, me, failed, engine, stored):
        job_id = Id(failed[-1])
        await jobs.retry(me, job_id)
        await Job.across_tenants().update({"_id": job_id}, {"$set": {"type": "searching.nothing"}})
        await engine(nothing).attend(job_id)
        assert sorted(await ids(http, me, status="failed")) == sorted(failed[:-1])
        assert Key.status(JobStatus.FAILED) not in (await stored(job_id)).keys

    async def test_those_of_before_are_found_after_an_upgrade(self, http, me, resources_):
        collection = resources_.database["jobs"]
        await collection.create_index([("open", 1), ("status", 1)], name=migrations.ENDED_BY_STATUS)
        old, well = await kept(ended(me, status=JobStatus.FAILED, keys=[]), ended(me))
        assert await ids(http, me, status="failed") == []
        await migrations.upgrade(resources_.database)
        assert await ids(http, me, status="failed") == [old]
        assert len((await rows_of(Reach(me.tenant_id)).rows({"_id": Id(well)}))[0]["keys"]) == 3
        assert migrations.ENDED_BY_STATUS not in await collection.index_information()


class TestOfAnotherVersion:
    async def test_a_status_that_nobody_knows_here_is_left_out(self, http, me, firm):
        known, unknown = await kept(waiting(me), waiting(me))
        await Job.across_tenants().update({"_id": Id(unknown)}, {"$set": {"status": "postponed"}})
        for who in firm:
            assert known in (found := await ids(http, who, q="task"))
            assert unknown not in found
        assert await Job.owned_by(me).delete({"_id": Id(unknown)})


class TestPages:
    @pytest.mark.parametrize("limit", [1, 7, 50])
    async def test_without_gaps_whatever_the_times(self, http, me, limit):
        """Bursts, ties of a millisecond, and silences of a year."""
        moment = now()
        ages = [*[timedelta(0)] * 9, *[timedelta(days=3)] * 9, *(HOUR * n for n in range(20)), timedelta(days=700)]
        rows = [(ended if n % 3 else waiting)(me, queued_at=moment - age) for n, age in enumerate(ages)]
        await kept(*rows)
        in_order = [str(row.id) for row in sorted(rows, key=lambda row: (row.queued_at, row.id), reverse=True)]
        assert await ids(http, me, limit=limit) == in_order
        everywhere = Principal(new_id(), new_id(), Role.OWNER, is_superuser=True)
        found = await ids(http, everywhere, limit=200)
        assert [id_ for id_ in found if id_ in in_order] == in_order

    async def test_what_is_queued_meanwhile_moves_nothing(self, http, me):
        old = await kept(*(ended(me, queued_at=now() - HOUR * n) for n in range(6)))
        first = (await http.get("/jobs", params={"limit": 3}, headers=as_(me))).json()
        await kept(*(ended(me, queued_at=now()) for _ in range(3)))
        rest = await ids(http, me, cursor=first["next_cursor"])
        assert [job["id"] for job in first["items"]] + rest == old

    async def test_more_of_one_millisecond_than_are_read_at_once(self, http, me, monkeypatch):
        monkeypatch.setattr(walk, "AT_ONCE", 4)
        moment = now()
        rows = [ended(me, queued_at=moment) for _ in range(11)]
        await kept(*rows)
        assert await ids(http, me, limit=2) == sorted((str(row.id) for row in rows), reverse=True)

    async def test_a_search_for_few_of_many_goes_on_at_its_cursor(self, http, me, monkeypatch):
        monkeypatch.setattr(service, "MOST_READ", 10)
        await kept(*(ended(me, queued_at=now() - HOUR * n) for n in range(60)))
        [wanted] = await kept(ended(me, queued_at=now() - HOUR * 55.5, worker="w7"))
        first = (await http.get("/jobs", params={"worker": "w7"}, headers=as_(me))).json()
        assert (first["items"], bool(first["next_cursor"])) == ([], True)
        assert await ids(http, me, worker="w7") == [wanted]

    def test_a_cursor_comes_back_as_it_was(self):
        mark = Mark(now().replace(microsecond=123_000), new_id())
        assert decoded(encoded(mark)) == mark

    async def test_an_empty_ledger_is_one_page(self, http):
        nobody = Principal(new_id(), new_id(), Role.OWNER)
        assert (await http.get("/jobs", headers=as_(nobody))).json() == {"items": [], "next_cursor": None}


class TestUnderWay:
    """It has but one index, and the database itself looks through it."""

    @pytest.mark.parametrize(
        "asked",
        [{"type": "rare"}, {"status": "running"}, {"queue": "other"}, {"worker": "w7"}, {"error_code": "timeout"},
         {"subject_id": "5b01e389b7982f0b260f85fa"}, {"subject_type": "document"},
         {"document_id": "6b01e389b7982f0b260f85fa"}, {"q": "6b01e389b7982f0b260f85fa"},
         {"type": "rare", "worker": "w7", "document_id": "6b01e389b7982f0b260f85fa"}],
    )  # fmt: skip
    async def test_only_what_is_wanted_of_it_is_read(self, me, asked):
        subject = SubjectRef(type="document", id=Id("5b01e389b7982f0b260f85fa"))
        wanted = waiting(
            me, type="rare", queue="other", worker="w7", status=JobStatus.RUNNING, subject=subject,
            error=JobError(code="timeout", detail="x"),
            keys=[Key.user(me.user_id), Key.type("rare"), Key.about(subject.id),
                  Key.about(Id("6b01e389b7982f0b260f85fa"))],
        )  # fmt: skip
        await kept(wanted, *(waiting(me) for _ in range(30)))
        for reach in (Reach(me.tenant_id), Reach(me.tenant_id, me.user_id)):
            place = walk.Walk(Plan(reach, JobFilter(**asked)))
            assert [row["_id"] for row in await place.take(51)] == [wanted.id]
            assert place.read < 10  # of each command at least one is counted

    async def test_a_job_by_its_id_is_one_look(self, me, monkeypatch):
        wanted = waiting(me)
        await kept(wanted, ended(me))
        monkeypatch.setattr(walk.store, "between", None)
        found = await service.search(me, JobFilter(q=str(wanted.id)), SearchPage())
        assert [job.id for job in found.items] == [wanted.id]
        assert found.next_cursor is None

    async def test_a_superuser_pages_through_it_and_what_has_ended(self, http, me, monkeypatch):
        monkeypatch.setattr(walk, "AT_ONCE", 3)
        kind = f"kind {new_id()}"
        superuser = Principal(new_id(), new_id(), Role.OWNER, is_superuser=True)
        rows = [make(me, type=kind, queued_at=now() - HOUR * n) for n in range(12) for make in (ended, waiting)]
        at_once = now() - HOUR * 20
        rows += [waiting(me, type=kind, queued_at=at_once) for _ in range(9)]
        await kept(*rows)
        found = await ids(http, superuser, type=kind, limit=5)
        assert found == [str(row.id) for row in sorted(rows, key=lambda row: (row.queued_at, row.id), reverse=True)]

    @pytest.mark.parametrize("make", [ended, waiting])
    async def test_a_burst_of_many_tenants_is_read_some_at_a_time(self, monkeypatch, make):
        """As after a weekend without a job, when a stretch reaches back to all of Friday's."""
        monkeypatch.setattr(walk, "AT_ONCE", 10)
        firms = [Principal(new_id(), new_id(), Role.OWNER) for _ in range(41)]
        kind, burst = f"kind {new_id()}", now() - HOUR * 60
        rows = [
            make(firm, type=kind, queued_at=burst + timedelta(milliseconds=41 * n + place))
            for place, firm in enumerate(firms) for n in range(9)
        ]  # fmt: skip
        await kept(*rows)
        between, read = walk.store.between, 0

        async def counted(*args, **kwargs):
            nonlocal read
            found, is_cut = await between(*args, **kwargs)
            read += len(found)
            return found, is_cut

        monkeypatch.setattr(walk.store, "between", counted)
        place = walk.Walk(Plan(Reach(None), JobFilter(type=kind, until=burst + HOUR)))
        in_order = [row.id for row in sorted(rows, key=lambda row: row.queued_at, reverse=True)]
        assert [row["_id"] for row in await place.take(5)] == in_order[:5]
        assert read < len(rows) / 2
        assert [row["_id"] for row in await place.take(len(rows))] == in_order[5:]

    async def test_many_ids_are_read_some_at_a_time(self, me):
        rows = [ended(me) for _ in range(120)]
        await kept(*rows)
        found = await walk.store.with_ids(Reach(me.tenant_id), [row.id for row in rows])
        assert {row["_id"] for row in found} == {row.id for row in rows}


class TestOthers:
    async def test_another_firms_id_in_any_field_finds_nothing(self, http, me):
        stranger = Principal(new_id(), new_id(), Role.OWNER)
        document = new_id()
        subject = SubjectRef(type="analysis", id=new_id())
        error = JobError(code="theirs", detail="x")
        [theirs] = await kept(
            ended(
                me,
                subject=subject,
                keys=[Key.about(subject.id), Key.about(document)],
                error=error,
                status=JobStatus.FAILED,
                worker="w9",
            )
        )
        await kept(ended(stranger))
        for field, value in {
            "id": theirs, "q": theirs, "subject_id": subject.id, "document_id": document, "error_code": "theirs",
            "worker": "w9", "subject_type": "analysis",
        }.items():  # fmt: skip
            assert await ids(http, stranger, **{field: str(value)}) == []
        for value in (subject.id, document):
            assert await ids(http, stranger, q=str(value)) == []


class TestIndexes:
    """What is read of the ledger is what is shown, and little more."""

    @pytest.mark.parametrize(
        "asked",
        [{}, {"status": "failed"}, {"type": "rare"}, {"type": "rare", "status": "failed"}, {"error_code": "rare"},
         {"document_id": "6b01e389b7982f0b260f85fa"}, {"never_started": True}],
    )  # fmt: skip
    async def test_each_stream_is_an_index(self, me, asked):
        wanted = JobFilter(**asked)
        for reach in (Reach(me.tenant_id), Reach(me.tenant_id, me.user_id)):
            for equal in Plan(reach, wanted).streams():
                rows = rows_of(reach)
                bounds = {"$gte": now() - HOUR, "$lte": now()}
                plan = await rows._collection.find(rows._scoped({**equal, "queued_at": bounds})).explain()
                index = plan["queryPlanner"]["winningPlan"]["inputStage"]
                assert {*index["keyPattern"]} == {*rows._scoped({**equal, "queued_at": 1})}, index

    async def test_a_page_reads_no_more_than_it_needs(self, me):
        await Job.owned_by(me).insert_missing([ended(me, queued_at=now() - HOUR * n) for n in range(1500)])
        place = walk.Walk(Plan(Reach(me.tenant_id), JobFilter()))
        assert len(await place.take(51)) == 51
        assert place.read < 8 * 51
        found = await service.search(me, JobFilter(), SearchPage(50))
        assert len(found.items) == 50
