"""The jobs over HTTP, on an app of this room alone; who asks is told by the credential itself."""

import asyncio
from datetime import timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs.errors import Fatal
from elenchus.jobs.fleet import store as fleet
from elenchus.jobs.models import Job, Worker
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, ended, kept, submit
from tests.jobs.door import as_

gates: dict[str, Gate] = {}
LISTED = {
    "id", "tenant_id", "user_id", "type", "status", "never_started", "queue", "progress", "stage", "attempts",
    "max_attempts", "cancel_requested", "subject", "error", "queued_at", "started_at", "completed_at", "worker",
}  # fmt: skip


@task("api.read", max_attempts=3)
async def read(run: Run) -> None:
    async def pages() -> dict[str, int]:
        return {"secret result": 12}

    await run.progress(0.5, "reading")
    await run.step("pages", pages)
    await run.log("pages read", pages=12)


@task("api.break")
async def broken(run: Run) -> None:
    raise Fatal("encrypted", "The file needs a password.")


@task("api.held")
async def held(run: Run) -> None:
    await gates[str(run.params["gate"])].wait()


class TestOne:
    async def test_a_job_shows_all_of_itself_but_its_results(self, http, me, engine):
        job_id = await submit("api.read", me)
        await engine(read, worker="w3").attend(job_id)
        answer = await http.get(f"/jobs/{job_id}", headers=as_(me))
        job = answer.json()
        assert job.keys() == LISTED | {
            "request_id", "attempt_log", "steps", "step_count", "logs", "log_count", "timeline", "timings",
        }  # fmt: skip
        assert (job["id"], job["type"], job["status"], job["progress"]) == (str(job_id), "api.read", "completed", 1.0)
        assert (job["stage"], job["attempts"], job["max_attempts"], job["worker"]) == ("reading", 1, 3, "w3")
        assert job["subject"].keys() == {"type", "id"}
        assert job["queued_at"].endswith("Z")
        assert [(row["number"], row["outcome"]) for row in job["attempt_log"]] == [(1, "completed")]
        assert [(row["name"], row["state"], row["crashes"]) for row in job["steps"]] == [("pages", "done", 0)]
        assert "secret result" not in answer.text
        assert [(row["sentence"], row["fields"]) for row in job["logs"]] == [("pages read", {"pages": 12})]
        timings = job["timings"]
        assert timings["total_seconds"] == pytest.approx(timings["waited_seconds"] + timings["ran_seconds"], abs=0.01)

    async def test_a_failure_is_a_code_and_a_sentence(self, http, me, engine):
        job_id = await submit("api.break", me)
        await engine(broken).attend(job_id)
        job = (await http.get(f"/jobs/{job_id}", headers=as_(me))).json()
        assert job["error"] == {"code": "encrypted", "detail": "The file needs a password."}

    @pytest.mark.parametrize("path", ["", "/cancel", "/retry"])
    async def test_another_tenants_job_is_not_found(self, http, me, path):
        job_id = await submit("api.read", me)
        method = "POST" if path else "GET"
        for job in (job_id, new_id()):
            stranger = Principal(new_id(), new_id(), Role.OWNER)
            answer = await http.request(method, f"/jobs/{job}{path}", headers=as_(stranger))
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such job.")

    @pytest.mark.parametrize("bad", ["1", "zz5f1c2ab7e4d1a2c3b4d5e6", "abcdefghijkl"])
    async def test_what_is_no_id_is_invalid(self, http, me, bad):
        assert (await http.get(f"/jobs/{bad}", headers=as_(me))).status_code == 422


class TestList:
    async def test_newest_first_in_pages_without_gaps(self, http, me):
        ids = [str(await submit("api.read", me)) for _ in range(7)]
        seen, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            body = (await http.get("/jobs", params=query, headers=as_(me))).json()
            seen += [job["id"] for job in body["items"]]
            cursor, pages = body["next_cursor"], pages + 1
        assert (seen, pages) == (ids[::-1], 3)

    async def test_rows_are_short(self, http, me, engine):
        job_id = await submit("api.read", me)
        await engine(read).attend(job_id)
        (job,) = (await http.get("/jobs", headers=as_(me))).json()["items"]
        assert job.keys() == LISTED

    async def test_filters(self, http, me, engine):
        done, failed, waiting = [await submit(name, me) for name in ("api.read", "api.break", "api.read")]
        await engine(read, broken).attend(done)
        await engine(read, broken).attend(failed)

        async def found(**query: str) -> list[str]:
            return [job["id"] for job in (await http.get("/jobs", params=query, headers=as_(me))).json()["items"]]

        assert await found(status="failed") == [str(failed)]
        assert await found(type="api.read") == [str(waiting), str(done)]
        assert await found(type="api.read", status="queued") == [str(waiting)]
        assert await found(queue="another") == []
        assert (await http.get("/jobs", params={"status": "asleep"}, headers=as_(me))).status_code == 422

    async def test_old_jobs_are_found_behind_a_quiet_time(self, http, me):
        """The store looks in stretches of time; a job of long ago lies in the last of them."""
        ages = (timedelta(0), timedelta(hours=3), timedelta(days=9), timedelta(days=400))
        ids = await kept(*(ended(me, queued_at=now() - age) for age in ages))
        body = (await http.get("/jobs", params={"limit": 3}, headers=as_(me))).json()
        assert [job["id"] for job in body["items"]] == ids[:3]
        rest = (await http.get("/jobs", params={"cursor": body["next_cursor"]}, headers=as_(me))).json()
        assert [job["id"] for job in rest["items"]] == ids[3:]

    async def test_only_the_tenants_own(self, http, me):
        await submit("api.read", Principal(new_id(), me.user_id, Role.OWNER))
        assert (await http.get("/jobs", headers=as_(me))).json() == {"items": [], "next_cursor": None}


class TestSteering:
    async def test_cancel_then_retry(self, http, me):
        job_id = await submit("api.read", me)
        cancelled = await http.post(f"/jobs/{job_id}/cancel", headers=as_(me))
        assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
        again = await http.post(f"/jobs/{job_id}/cancel", headers=as_(me))
        assert (again.status_code, again.json()["title"]) == (409, "The job is over")
        retried = await http.post(f"/jobs/{job_id}/retry", headers=as_(me))
        assert (retried.status_code, retried.json()["status"]) == (202, "queued")
        assert (await http.post(f"/jobs/{job_id}/retry", headers=as_(me))).status_code == 409

    async def test_a_running_one_is_asked_to_stop(self, http, me, engine, gate):
        gates["asked"] = gate
        job_id = await submit("api.held", me, gate="asked")
        running = asyncio.create_task(engine(held).attend(job_id))
        while not gate.came:
            await asyncio.sleep(0.01)
        job = (await http.post(f"/jobs/{job_id}/cancel", headers=as_(me))).json()
        assert (job["status"], job["cancel_requested"]) == ("running", True)
        await running
        assert (await http.get(f"/jobs/{job_id}", headers=as_(me))).json()["status"] == "cancelled"

    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    async def test_who_may(self, http, me, verb, stored):
        job_id = await submit("api.read", me)
        before = await stored(job_id)
        viewer = Principal(me.tenant_id, me.user_id, Role.VIEWER)
        colleague = Principal(me.tenant_id, new_id(), Role.MEMBER)
        assert (await http.post(f"/jobs/{job_id}/{verb}", headers=as_(colleague))).status_code == 404
        assert (await http.get(f"/jobs/{job_id}", headers=as_(colleague))).status_code == 404
        assert (await http.get(f"/jobs/{job_id}", headers=as_(viewer))).status_code == 200
        assert (await http.post(f"/jobs/{job_id}/{verb}", headers=as_(viewer))).status_code == 403
        assert (await http.post(f"/jobs/{job_id}/{verb}")).status_code == 401
        assert await stored(job_id) == before


class TestStats:
    async def test_queues_and_their_pace(self, http, me, engine, job_settings):
        ids = [await submit("api.read", me) for _ in range(4)] + [await submit("api.break", me)]
        for job_id in ids[1:]:
            await engine(read, broken).attend(job_id)
        old = await submit("api.read", me)
        await engine(read).attend(old)
        long_ago = now() - timedelta(hours=1)
        await Job.across_tenants().update({"_id": old}, {"$set": {"completed_at": long_ago}})
        stats = (await http.get("/jobs/stats", headers=as_(me))).json()
        (queue,) = stats["queues"]
        assert (queue["queue"], queue["depth"], queue["running"]) == (job_settings.queue, 1, 0)
        assert (queue["done_per_minute"], queue["failed_per_minute"]) == (0.2, 0.067)
        assert 0 <= queue["latency_p50_ms"] <= queue["latency_p95_ms"]

    async def test_a_quiet_tenant_has_figures_too(self, http, me, job_settings):
        stats = (await http.get("/jobs/stats", headers=as_(me))).json()
        (queue,) = stats["queues"]
        assert (queue["queue"], queue["depth"], queue["latency_p50_ms"]) == (job_settings.queue, 0, None)

    async def test_workers_show_only_the_readers_own_jobs(self, http, me, engine, job_settings):
        own = await submit("api.read", me)
        moment = now()
        fields = {"host": "h", "pid": 1, "queues": [job_settings.queue], "started_at": moment}
        await fleet.seen(Worker(id="busy", running=[own, new_id()], seen_at=moment, **fields))
        await fleet.seen(Worker(id="dead", seen_at=moment - timedelta(minutes=5), **fields))
        workers = {row["name"]: row for row in (await http.get("/jobs/stats", headers=as_(me))).json()["workers"]}
        assert (workers["busy"]["alive"], workers["busy"]["busy"], workers["busy"]["jobs"]) == (True, 2, [str(own)])
        assert not workers["dead"]["alive"]
        for name in ("busy", "dead"):
            await fleet.gone(name)


class TestStatuses:
    def test_every_status_is_either_over_or_under_way(self):
        assert {status for status in JobStatus if not status.is_over} == {JobStatus.QUEUED, JobStatus.RUNNING}
