"""The figures as clients see them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from elenchus.core.ids import IdField
from elenchus.jobs.reach import Scope


class StatsScope(BaseModel):
    model_config = ConfigDict(frozen=True)

    scope: Scope | None = None
    tenant_id: IdField | None = Field(None, description="another tenant than the reader's: for superusers only")


class QueueStats(BaseModel):
    """`depth` waits for a worker now, since `waiting_since` at the longest; `delayed` is to go on later. `stalled` were
    running on a worker that gave no sign of life, and are taken over by another. Rates and latencies are of the last
    `window_minutes`."""

    queue: str
    depth: int
    delayed: int
    running: int
    stalled: int
    waiting_since: datetime | None
    oldest_waiting_seconds: float | None
    done_per_minute: float
    failed_per_minute: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None


class TypeStats(BaseModel):
    """What is there now, and what ended within the last day; `failures` by their codes."""

    type: str
    queued: int
    running: int
    completed: int
    failed: int
    cancelled: int
    failures: dict[str, int]


class WorkerOut(BaseModel):
    """`jobs` are those that the reader may see; `busy` counts all that run there."""

    name: str
    alive: bool
    started_at: datetime
    seen_at: datetime
    busy: int
    jobs: list[IdField]
    queues: list[str]


class JobStats(BaseModel):
    """`since`: the day that the counts by type are of begins there. `is_partial`: so many have ended that not all were
    counted."""

    window_minutes: int
    since: datetime
    is_partial: bool
    queues: list[QueueStats]
    types: list[TypeStats]
    workers: list[WorkerOut]
