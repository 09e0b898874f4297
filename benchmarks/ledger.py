"""Lists, searches and figures of a ledger of 100,000 jobs, on the bundled database.

    PYTHONPATH=backend:. python benchmarks/ledger.py [jobs] [folder that keeps the rows for another run]

Beside each search stands the bare read of the same page by its ids, in the same run: as fast as this database gives
these rows. The rows are of a month: one large firm and five small ones, 1 % of them under way, and 2,000 of one minute.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks.harness import cpu_seconds, p50, p95, report, timed, verdict
from elenchus.core import indexes, logs
from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources, open_resources
from elenchus.core.settings import MongoSettings, RedisSettings, Settings, use
from elenchus.embedded import embedded_servers
from elenchus.jobs.enrolment import store as enrolment
from elenchus.jobs.figures import day
from elenchus.jobs.figures import service as figures
from elenchus.jobs.figures.schemas import StatsScope
from elenchus.jobs.models import MODELS, Job
from elenchus.jobs.schemas import SELDOM, JobStatus, Key
from elenchus.jobs.searching import service as searching
from elenchus.jobs.searching import store
from elenchus.jobs.searching.pages import SearchPage, decoded
from elenchus.jobs.searching.schemas import JobFilter

JOBS = 100_000
ROUNDS = 50
AT_MOST_MS = 100.0
BATCH = 2_000
DAYS = 30
FIRM, SMALL = derived_id("firm"), [derived_id("small", number) for number in range(5)]
PEOPLE = [derived_id("person", number) for number in range(20)]
DOCUMENTS = [derived_id("document", number) for number in range(20_000)]
TYPES = {"library.ingest": 50, "library.analyze": 20, "research.remember": 20, "research.brief": 7, "rare.task": 0.02}
CODES = {"timeout": 40, "encrypted": 30, "model_away": 20, "poison": 1}
OWNER = Principal(FIRM, PEOPLE[0], Role.OWNER)
MEMBER = Principal(FIRM, PEOPLE[1], Role.MEMBER)
SUPERUSER = Principal(new_id(), new_id(), Role.OWNER, is_superuser=True)


def row(dice: random.Random, at: datetime) -> dict[str, Any]:
    status = dice.choices(("completed", "failed", "cancelled", "queued", "running"), (930, 40, 20, 9, 1))[0]
    is_live = status in ("queued", "running")
    began = at + timedelta(milliseconds=dice.expovariate(1 / 50))
    ended = began + timedelta(seconds=dice.expovariate(1 / 5))
    never = status == "queued" or (status == "cancelled" and dice.random() < 0.5)
    code = dice.choices([*CODES], [*CODES.values()])[0] if status == "failed" else "cancelled"
    error = {"code": code, "detail": "A sentence."} if status in ("failed", "cancelled") else None
    document, analysis = dice.choice(DOCUMENTS), new_id()
    worker = f"worker-{dice.randrange(6)}"
    attempt = {
        "number": 1,
        "worker": worker,
        "started_at": began,
        "ended_at": ended,
        "outcome": "completed",
        "error": None,
    }
    step = {"name": "read", "state": "done", "started_at": began, "completed_at": ended, "crashes": 0, "result": '"x"'}
    found_as = [Key.status(JobStatus(status))] if status in SELDOM else []
    who, kind = dice.choice(PEOPLE), dice.choices([*TYPES], [*TYPES.values()])[0]
    return {
        "_id": new_id(), "tenant_id": FIRM if dice.random() < 0.9 else dice.choice(SMALL), "user_id": who,
        "keys": [Key.user(who), Key.type(kind), Key.about(analysis), Key.about(document), *found_as],
        "role": "member", "type": kind, "queue": "elenchus:jobs",
        "subject": {"type": "analysis", "id": analysis}, "params": {"a": "b" * 50},
        "request_id": "r" * 32, "status": status, "open": is_live, "due_at": began, "token": 1,
        "worker": None if never else worker, "wakes": 0, "awaited_by": None,
        "cancel_requested": False, "attempts": int(not never), "max_attempts": 5, "failures": 0,
        "crashes_between_steps": 0, "attempt_log": [] if never else [attempt], "steps": [step] * 3, "logs": [],
        "progress": 1.0, "stage": dice.choice(("reading", "writing")), "error": error, "queued_at": at,
        "started_at": None if never else began, "completed_at": None if is_live else ended, "changed_at": ended,
    }  # fmt: skip


async def fill(held: Resources, jobs: int) -> None:
    dice, moment, burst = random.Random(1), now(), min(2_000, jobs // 10)
    ages = [dice.uniform(0, DAYS * 86_400) for _ in range(jobs - burst)]
    ages += [5 * 86_400 + dice.uniform(0, 60) for _ in range(burst)]
    rows = [row(dice, moment - timedelta(seconds=age)) for age in sorted(ages, reverse=True)]
    for tenant_id in (FIRM, *SMALL):
        await enrolment.enroll(tenant_id)
    began = time.perf_counter()
    for first in range(0, jobs, BATCH):
        await held.database["jobs"].insert_many(rows[first : first + BATCH])
    report("filling", jobs=jobs, seconds=time.perf_counter() - began)


def database_pid() -> int:
    """Of our children."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"secantusd" in (process / "cmdline").read_bytes():
                return int(process.name)
    raise RuntimeError("the database is no child of this process")


async def measured(work: Callable[[], Awaitable[object]]) -> tuple[list[float], float]:
    """Milliseconds of each run, and of both processes' CPU for one: what it would take on a machine of its own."""
    pid = database_pid()
    before = cpu_seconds(pid) + time.process_time()
    took = await timed(work, times=ROUNDS)
    return took, (cpu_seconds(pid) + time.process_time() - before) * 1000 / ROUNDS


async def search(held: Resources, name: str, who: Principal, page: SearchPage = SearchPage(), **asked: Any) -> None:
    wanted = JobFilter(**asked)
    found = await searching.search(who, wanted, page)
    took, cpu = await measured(lambda: searching.search(who, wanted, page))
    ids, ledger = [job.id for job in found.items], held.database["jobs"]
    bare = await timed(lambda: ledger.find({"_id": {"$in": ids}}, store.FIELDS).to_list(), times=ROUNDS)
    verdict(
        f"search: {name}, ms, p95", p95(took), at_most=AT_MOST_MS,
        cpu=cpu, p50=p50(took), bare_p50=p50(bare), over_bare=p50(took) / p50(bare), found=len(ids),
        more=bool(found.next_cursor),
    )  # fmt: skip


async def stats(name: str, who: Principal, *, cold: bool = False, **asked: Any) -> None:
    async def once() -> None:
        if cold:
            day._known.clear()
        await figures.stats(who, StatsScope(**asked))

    await once()
    took, cpu = await measured(once)
    verdict(f"stats: {name}, ms, p95", p95(took), at_most=AT_MOST_MS, cpu=cpu, p50=p50(took))


async def deep(who: Principal, pages: int) -> SearchPage:
    page = SearchPage(200)
    for _ in range(pages):
        found = await searching.search(who, JobFilter(), page)
        page = SearchPage(200, decoded(found.next_cursor or ""))
    return SearchPage(50, page.before)


async def main(jobs: int = JOBS, kept: str | None = None) -> None:
    logs.configure("ERROR", "json")
    async with AsyncExitStack() as stack:
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="elenchus-bench-")))
        started = await stack.enter_async_context(embedded_servers(folder, on_event=lambda _: None))
        settings = use(
            Settings(
                mongo=MongoSettings(url=SecretStr(started.mongodb_url)),
                redis=RedisSettings(url=SecretStr(started.redis_url)),
            )
        )
        held = await stack.enter_async_context(open_resources(settings, MODELS, timeout_seconds=30))
        await held.bind_models()
        await indexes.build(held.database, [Job])
        if not await held.database["jobs"].find_one({"tenant_id": SMALL[0], "open": True}):
            await fill(held, jobs)
        await measure(held)


async def measure(held: Resources) -> None:
    some = (await searching.search(OWNER, JobFilter(status="failed"), SearchPage())).items[-1]
    keys = (await held.database["jobs"].find_one({"_id": some.id}))["keys"]
    document = next(key for key in reversed(keys) if key.startswith("about ")).split()[1]
    await search(held, "all of a firm", OWNER)
    await search(held, "behind 50 pages", OWNER, await deep(OWNER, 50))
    for status in ("queued", "running", "completed", "failed", "cancelled"):
        await search(held, status, OWNER, status=status)
    for kind in ("library.ingest", "rare.task"):
        await search(held, kind, OWNER, type=kind)
    await search(held, "failed briefs", OWNER, type="research.brief", status="failed")
    await search(held, "one job", OWNER, id=some.id)
    await search(held, "q is an id", OWNER, q=str(some.id))
    await search(held, "q is a part of a stage", OWNER, q="writ")
    await search(held, "a subject", OWNER, subject_id=some.subject.id)
    await search(held, "a document", OWNER, document_id=Id(document))
    await search(held, "a subject's type", OWNER, subject_type="analysis")
    await search(held, "a frequent code", OWNER, error_code="timeout")
    await search(held, "a rare code", OWNER, error_code="poison")
    await search(held, "a worker", OWNER, worker="worker-3")
    await search(held, "a queue", OWNER, queue="elenchus:jobs")
    await search(held, "a week", OWNER, since=now() - timedelta(days=14), until=now() - timedelta(days=7))
    await search(held, "never started", OWNER, never_started=True)
    await search(held, "cancelled, never started, of a type", OWNER, never_started=True, type="research.brief")
    await search(held, "a worker that is none", OWNER, worker="worker-x")
    await search(held, "a member's own", MEMBER)
    await search(held, "a member's own that failed", MEMBER, status="failed")
    await search(held, "a small firm", Principal(SMALL[0], PEOPLE[0], Role.ADMIN))
    await search(held, "an empty firm", Principal(new_id(), PEOPLE[0], Role.ADMIN))
    await search(held, "all tenants", SUPERUSER)
    await search(held, "all tenants, failed", SUPERUSER, status="failed")
    await search(held, "a tenant, for a superuser", SUPERUSER, tenant_id=FIRM, status="failed")
    await stats("a firm", OWNER)
    await stats("a member", MEMBER)
    await stats("all tenants", SUPERUSER)
    await stats("a firm, by a new process", OWNER, cold=True)
    await stats("all tenants, by a new process", SUPERUSER, cold=True)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:2]), *sys.argv[2:3]))
