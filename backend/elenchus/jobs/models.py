"""The ledger: jobs, the schedules that belong to the deployment, and the workers that were seen."""

from datetime import datetime, timedelta
from typing import ClassVar

from beanie import Document
from pydantic import BaseModel, Field, JsonValue
from pymongo import ASCENDING, IndexModel

from elenchus.core.clock import now
from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import EPOCH, TenantOwned
from elenchus.core.principal import Principal, Role
from elenchus.jobs.schemas import AttemptOutcome, JobError, JobStatus, Priority, StepState, Subject

WORKER_KEPT = timedelta(hours=1)  # how long a worker that died without saying so is still listed


class Attempt(BaseModel):
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: AttemptOutcome | None = None
    error: JobError | None = None


class Step(BaseModel):
    """`result` is JSON text: exact, and no key of it can mean anything to the database."""

    name: str
    state: StepState = StepState.RUNNING
    started_at: datetime
    completed_at: datetime | None = None
    crashes: int = 0
    result: str | None = None


class LogLine(BaseModel):
    at: datetime
    sentence: str
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class SubjectRef(BaseModel):
    type: str
    id: Id


class Job(TenantOwned):
    """One run of a task. `token` is raised by every claim, and every write of a run names the token it was given."""

    listed_by_tenant: ClassVar[bool] = False  # by the time at which it was queued, not by its id, which may be derived

    id: Id = Field(default_factory=new_id)
    user_id: Id
    role: Role
    type: str
    queue: str
    subject: SubjectRef
    #: By which it is found once it has ended: who began it, what it is, all that it is about, and that it went wrong.
    keys: list[str] = Field(default_factory=list)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    request_id: str | None = None

    status: JobStatus = JobStatus.QUEUED
    #: The engine still has something to do with it. False for all but a few rows, which alone are in the sweep's index.
    open: bool = True
    #: When the engine may take it up: a queued job's start, a running one's lease end plus grace, an ended one's
    #: telling.
    due_at: datetime
    token: int = 0
    #: Which claim was the last: one takes several jobs.
    claim: Id | None = None
    #: How often somebody said that there is something to do; a run that has not seen the last one cannot park.
    wakes: int = 0
    #: Of the same tenant: it may be parked until this one has ended.
    awaited_by: Id | None = None
    priority: Priority = Priority.NORMAL
    worker: str | None = None
    cancel_requested: bool = False

    attempts: int = 0
    max_attempts: int
    failures: int = 0
    crashes_between_steps: int = 0
    attempt_log: list[Attempt] = Field(default_factory=list)
    steps: list[Step] = Field(default_factory=list)
    logs: list[LogLine] = Field(default_factory=list)
    progress: float = 0.0
    stage: str | None = None
    error: JobError | None = None

    queued_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    #: When what people are shown of it last changed.
    changed_at: datetime | None = None

    class Settings:
        name = "jobs"
        #: Each costs a job 0.15 of the 2.0 ms that its claim and its end take the bundled database, which reads the
        #: list of them four times for every row that it writes.
        #: So what has ended has the indexes that searches want; what is under way has one, since there is little of it.
        #: Of all tenants there is what the sweep wants, and no more: superusers read one tenant after the other.
        indexes: ClassVar = [
            IndexModel(
                [("open", ASCENDING), ("queue", ASCENDING), ("due_at", ASCENDING)],
                name="all_tenants_due",
                partialFilterExpression={"open": True},
            ),
            IndexModel(
                [("tenant_id", ASCENDING), ("open", ASCENDING), ("queued_at", ASCENDING)],
                name="tenant_id_open_queued_at",
            ),
            IndexModel(
                [("tenant_id", ASCENDING), ("completed_at", ASCENDING)],
                name="tenant_id_completed_at",
                partialFilterExpression={"completed_at": {"$gte": EPOCH}},  # none while it is under way
            ),
            IndexModel(
                [("tenant_id", ASCENDING), ("open", ASCENDING), ("keys", ASCENDING), ("queued_at", ASCENDING)],
                name="tenant_id_ended_keys_queued_at",
                partialFilterExpression={"open": False},
            ),
        ]
        #: Of earlier versions. Each would cost every write what the others do.
        former_indexes: ClassVar = (
            "tenant_id_status_id",
            "tenant_id_id",
            "tenant_id_ended_status_queued_at",
            "all_tenants_completed_at",
            "all_tenants_ended_queued_at",
        )

    @property
    def principal(self) -> Principal:
        """Who submitted it, as they were then."""
        return Principal(self.tenant_id, self.user_id, self.role)

    @property
    def about(self) -> Subject:
        return Subject(self.subject.type, self.subject.id)


class LedgerTenant(Document):
    """A tenant that has a job, or had one lately."""

    id: Id  # the tenant's
    submitted_at: datetime  # its last job, to within an hour

    class Settings:
        name = "job_tenants"


class Tick(BaseModel):
    """One firing of a schedule. `skipped` counts the ticks before it that nobody was there for."""

    due_at: datetime
    started_at: datetime
    ended_at: datetime
    outcome: str
    skipped: int = 0
    reason: str | None = None


class Schedule(Document):
    """When something is next due, claimed by one worker at a time: `token` fences it as it does a job."""

    id: str  # type: ignore[assignment]  # the schedule's name
    interval_seconds: float
    next_run_at: datetime
    claimed_until: datetime
    token: int = 0
    worker: str | None = None
    ticks: list[Tick] = Field(default_factory=list)

    class Settings:
        name = "schedules"


class Worker(Document):
    """A sign of life, renewed by every sweep and removed by an orderly end."""

    id: str  # type: ignore[assignment]  # the worker's name
    host: str
    pid: int
    queues: list[str]
    running: list[Id] = Field(default_factory=list)
    started_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(default_factory=lambda: now() + WORKER_KEPT)

    class Settings:
        name = "workers"
        indexes: ClassVar = [EXPIRY]


MODELS: tuple[type[Document], ...] = (Job, LedgerTenant, Schedule, Worker)
