"""The caller's jobs as events: each change in order, again after a break, and not a word after access ended."""

import asyncio
import gc
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from types import AsyncGeneratorType
from typing import Any

import httpx
import pytest
from pymongo.errors import AutoReconnect

from elenchus.core import telling
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.identity import principals
from elenchus.identity import store as people
from elenchus.jobs import service as jobs
from elenchus.jobs import store as jobs_store
from elenchus.jobs.following import service
from elenchus.jobs.following import store as following_store
from elenchus.jobs.following.schemas import JobEvent
from elenchus.jobs.models import Job
from elenchus.jobs.reach import Tenant
from elenchus.jobs.run import Run
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, over, submit
from tests.support import Firm, http_client, require_documented, until

EVENTS = "/api/v1/jobs/events"
gates: dict[str, Gate] = {}


@task("following.work")
async def work(run: Run) -> None:
    await run.progress(0.25, "reading")
    await gates[str(run.params["gate"])].wait()
    await run.progress(0.75, "writing")
    if end := gates.get(f"{run.params['gate']} end"):
        await end.wait()


class Stream:
    """What came, and where it was."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.last_id = ""
        self._pieces = response.aiter_text()
        self._rest = ""

    async def block(self) -> str:
        async with asyncio.timeout(10):
            while "\n\n" not in self._rest:
                self._rest += await anext(self._pieces)
        block, self._rest = self._rest.split("\n\n", 1)
        return block

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next event; comments and `retry` are passed over."""
        while True:
            fields = dict(line.split(": ", 1) for line in (await self.block()).split("\n") if not line.startswith(":"))
            if "event" in fields:
                self.last_id = fields.get("id", self.last_id)
                told = json.loads(fields["data"])
                require_documented(JobEvent, fields["event"], told, fields.get("id", ""))
                return fields["event"], told

    async def until(self, condition: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        found = []
        while True:
            name, job = await self.next()
            assert name == "job"
            found.append(job)
            if condition(job):
                return found


@asynccontextmanager
async def following(http: httpx.AsyncClient, last_id: str = "", **query: str) -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with http.stream("GET", EVENTS, params=query, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


@pytest.fixture
def held(gate: Gate) -> str:
    name = str(new_id())
    gates[name] = gate
    return name


def place(event_id: str) -> tuple[int, int]:
    at, part = event_id.split("-")
    return int(at), int(part)


class TestLive:
    async def test_stage_and_progress_come_as_they_change_and_in_order(self, firm, start_worker, held, gate):
        f = await firm()
        await start_worker(work)
        end = gates[f"{held} end"] = Gate()
        async with following(f.client) as stream:
            job_id = str(await submit("following.work", f.principal, gate=held))
            seen = await stream.until(lambda job: job["stage"] == "reading")
            ids = [stream.last_id]
            gate.open()
            while seen[-1]["status"] != "completed":
                seen.append((await stream.next())[1])
                ids.append(stream.last_id)
                end.open() if seen[-1]["stage"] == "writing" else None
        assert {job["id"] for job in seen} == {job_id}
        progress = [job["progress"] for job in seen]
        assert progress == sorted(progress)
        assert [job["stage"] for job in seen][-1] == "writing"
        assert {0.25, 0.75, 1.0} <= set(progress)
        assert len({json.dumps(job) for job in seen}) == len(seen)
        assert [*map(place, ids)] == sorted({*map(place, ids)})

    async def test_it_begins_with_what_is_under_way_and_not_with_what_is_over(self, firm, start_worker, held, gate):
        f = await firm()
        await start_worker(work)
        ended = await submit("following.work", f.principal, gate=held)
        gate.open()
        await over(f.principal, ended)
        waiting = gates[other := str(new_id())] = Gate()
        job_id = await submit("following.work", f.principal, gate=other)
        async with following(f.client) as stream:
            _, job = await stream.next()
            assert job["id"] == str(job_id)
        waiting.open()

    async def test_an_event_is_the_job_as_the_list_shows_it(self, firm, held):
        f = await firm()
        await submit("following.work", f.principal, gate=held)
        async with following(f.client) as stream:
            _, job = await stream.next()
        assert job == (await f.client.get("/api/v1/jobs")).json()["items"][0]

    async def test_a_cancellation_is_seen(self, firm, held):
        f = await firm()
        job_id = await submit("following.work", f.principal, gate=held)
        async with following(f.client) as stream:
            await stream.next()
            await f.client.post(f"/api/v1/jobs/{job_id}/cancel")
            (job,) = await stream.until(lambda job: job["status"] == "cancelled")
        assert job["id"] == str(job_id)

    async def test_an_old_job_that_begins_and_ends_between_two_looks_is_seen(self, firm, held):
        """Tried again, and over before anybody looked; its id says nothing of when that was."""
        f = await firm()
        job_id = await submit("following.work", f.principal, gate=held)
        old = Id.from_datetime(now() - timedelta(days=40))
        row = await Job.across_tenants().get(job_id)
        async with following(f.client) as stream:
            await stream.next()
            await jobs_store.insert(
                row.model_copy(update={"id": old, "status": "failed", "open": False, "completed_at": now()})
            )
            (job,) = await stream.until(lambda job: job["status"] == "failed")
        assert job["id"] == str(old)

    async def test_watchers_share_their_looks_and_who_leaves_costs_nothing_more(self, firm, held, monkeypatch):
        f, looks = await firm(), Counter[Id]()
        under_way = following_store.under_way

        async def counted(owner: Principal) -> list[dict[str, Any]]:
            looks[owner.tenant_id] += 1
            return await under_way(owner)

        monkeypatch.setattr(following_store, "under_way", counted)
        monkeypatch.setattr(service, "FRESH_SECONDS", 60)
        monkeypatch.setattr(service, "IDLE_SECONDS", 60)
        await submit("following.work", f.principal, gate=held)
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(following(f.client)) for _ in range(20)]
            await asyncio.gather(*(stream.next() for stream in streams))
            assert looks[f.principal.tenant_id] == 1
            assert watching(f.principal) == 20
        await until(lambda: not watching(f.principal))

    async def test_looks_are_forgotten_while_somebody_waits_for_one(self, monkeypatch):
        """Whoever waited for the look that is forgotten must not leave it behind without its lock."""
        monkeypatch.setattr(service, "REMEMBERED", 1)
        monkeypatch.setattr(service, "FRESH_SECONDS", 0.0)
        monkeypatch.setattr(service, "IDLE_SECONDS", 0.0)
        firms = [Tenant(new_id()) for _ in range(6)]
        for _ in range(10):
            await asyncio.gather(*(service._look(firm) for firm in firms for _ in range(4)))
        await service._look(firms[0])
        assert len(service._shared) == 1

    async def test_it_ends_when_the_server_begins_to_stop(self, firm, held):
        f, stopping = await firm(), asyncio.Event()
        await submit("following.work", f.principal, gate=held)
        events = service.follow(f.principal, f.principal.user_id, service.Place(), until=stopping)
        assert await anext(events)
        stopping.set()
        assert [event async for event in events] == [None]


def watching(principal: Principal) -> int:
    """How many followers of a person's jobs there are in this process."""
    frames = [found.ag_frame for found in gc.get_objects() if type(found) is AsyncGeneratorType]
    held = [frame.f_locals for frame in frames if frame and frame.f_code is service.follow.__code__]
    return sum(row["user_id"] == principal.user_id for row in held)


class TestBreaks:
    async def test_after_a_break_comes_what_has_changed_since_and_nothing_else(self, firm, held, monkeypatch):
        monkeypatch.setattr(service, "SKEW", service.SKEW * 0)
        f = await firm()
        quiet, ended, fresh = [await submit("following.work", f.principal, gate=held) for _ in range(3)]
        async with following(f.client) as stream:
            told = [(await stream.next())[1]["id"] for _ in range(3)]
            assert told == [str(id_) for id_ in (quiet, ended, fresh)]
            await until(lambda: time.time() * 1000 > place(stream.last_id)[0] + 1)  # of another millisecond
        await f.client.post(f"/api/v1/jobs/{ended}/cancel")
        later = await submit("following.work", f.principal, gate=held)
        async with following(f.client, stream.last_id) as again:
            first, second = [(await again.next())[1] for _ in range(2)]
            assert [(first["id"], first["status"]), (second["id"], second["status"])] == [
                (str(ended), "cancelled"),
                (str(later), "queued"),
            ]
            assert place(again.last_id) > place(stream.last_id)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.5):
                    await again.next()

    async def test_who_leaves_in_the_middle_of_a_look_gets_the_rest_of_it(self, firm, held):
        f = await firm()
        made = {str(await submit("following.work", f.principal, gate=held)) for _ in range(4)}
        async with following(f.client) as stream:
            await stream.next()
        async with following(f.client, stream.last_id) as again:
            told = {(await again.next())[1]["id"] for _ in range(4)}
        assert told == made

    @pytest.mark.parametrize("last_id", ["x", "1", "-1-1", "1-1-1", "9" * 15 + "-0", "１-１"])
    async def test_an_id_that_is_none_of_ours_is_422(self, firm, last_id):
        f = await firm()
        answer = await f.client.get(EVENTS, headers={"Last-Event-ID": last_id.encode()})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["loc"] == ["header", "last-event-id"]

    async def test_a_database_that_is_away_delays_it_and_ends_nothing(self, firm, held, monkeypatch):
        f = await firm()
        under_way, away = following_store.under_way, [True, True, True]

        async def stumbles(owner: Principal) -> list[dict[str, Any]]:
            if away:
                away.pop()
                raise AutoReconnect
            return await under_way(owner)

        monkeypatch.setattr(following_store, "under_way", stumbles)
        job_id = await submit("following.work", f.principal, gate=held)
        async with following(f.client) as stream:
            assert (await stream.next())[1]["id"] == str(job_id)
        assert not away

    async def test_a_line_keeps_it_alive(self, firm, monkeypatch):
        monkeypatch.setattr(telling, "PING_SECONDS", 0.1)
        f = await firm()
        async with following(f.client) as stream:
            assert await stream.block() == "retry: 1000"
            assert await stream.block() == ": ping"

    async def test_of_many_that_ended_meanwhile_those_of_others_crowd_out_none(self, firm, held, monkeypatch):
        monkeypatch.setattr(following_store, "MOST", 2)
        f = await firm()
        own = await submit("following.work", f.principal, gate=held)
        async with following(f.client) as stream:
            await stream.next()
        await f.client.post(f"/api/v1/jobs/{own}/cancel")
        colleague = Principal(f.principal.tenant_id, new_id(), Role.MEMBER)
        for _ in range(2):
            await jobs.cancel(colleague, await submit("following.work", colleague, gate=held))
        async with following(f.client, stream.last_id) as again:
            assert (await again.next())[1]["status"] == "cancelled"


class TestWhose:
    async def test_only_ones_own_or_those_of_the_firm(self, firm, held):
        f, stranger = await firm(), await firm()
        colleague = Principal(f.principal.tenant_id, new_id(), Role.MEMBER)
        theirs = await submit("following.work", colleague, gate=held)
        await submit("following.work", stranger.principal, gate=held)
        own = await submit("following.work", f.principal, gate=held)
        async with following(f.client) as stream:
            assert (await stream.next())[1]["id"] == str(own)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await stream.next()
        async with following(f.client, scope="tenant") as stream:
            assert [(await stream.next())[1]["id"] for _ in range(2)] == [str(theirs), str(own)]

    async def test_those_of_the_firm_are_for_its_administrators(self, firm):
        f = await firm()
        await people.change_user(f.principal.user_id, {"memberships.0.role": Role.MEMBER})
        principals.forget_user(f.principal.user_id)
        assert (await f.client.get(EVENTS, params={"scope": "tenant"})).status_code == 403

    async def test_another_firm_is_for_superusers(self, firm, held):
        f, other = await firm(), await firm()
        where = {"scope": "tenant", "tenant_id": str(other.principal.tenant_id)}
        assert (await f.client.get(EVENTS, params=where)).status_code == 404
        await people.change_user(f.principal.user_id, {"is_superuser": True})
        principals.forget_user(f.principal.user_id)
        theirs = await submit("following.work", other.principal, gate=held)
        async with following(f.client, **where) as stream:
            assert (await stream.next())[1]["id"] == str(theirs)

    async def test_without_a_credential_it_is_401(self, client):
        assert (await client.get(EVENTS)).status_code == 401


End = Callable[[Firm, dict[str, Any]], Awaitable[object]]


async def log_out(f: Firm, _key: dict[str, Any]) -> None:
    assert (await f.client.post("/api/v1/auth/logout")).status_code == 204


async def revoke_key(f: Firm, key: dict[str, Any]) -> None:
    assert (await f.client.delete(f"/api/v1/api-keys/{key['id']}")).status_code == 204


async def end_membership(f: Firm, _key: dict[str, Any]) -> None:
    await people.change_user(f.principal.user_id, {"memberships": []})
    principals.forget_user(f.principal.user_id)


async def lose_the_role(f: Firm, _key: dict[str, Any]) -> None:
    await people.change_user(f.principal.user_id, {"memberships.0.role": Role.VIEWER})
    principals.forget_user(f.principal.user_id)


async def suspend_elsewhere(f: Firm, _key: dict[str, Any]) -> None:
    """By another process, which tells this one nothing."""
    await people.change_user(f.principal.user_id, {"is_active": False})


@pytest.mark.parametrize(
    ("by_key", "end"),
    [
        (False, log_out),
        (False, end_membership),
        (False, lose_the_role),
        (False, suspend_elsewhere),
        (True, revoke_key),
        (True, end_membership),
    ],
)
async def test_a_stream_ends_with_the_access_to_it(firm, live, held, by_key: bool, end: End):
    f = await firm()
    made = await f.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["jobs:read"]})
    key = made.json()
    async with http_client(base_url=live, headers={"X-API-Key": key["key"]}) as with_key:
        async with following(with_key if by_key else f.client) as stream:
            await end(f, key)
            name, told = await stream.next()
            assert (name, told["problem"]["status"]) == ("error", 401)
            await submit("following.work", f.principal, gate=held)
            with pytest.raises(StopAsyncIteration):
                await stream.next()
