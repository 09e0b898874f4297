"""Executions with their steps, what the steps gave, a tenant's own templates, and how often each was used.

What comes from definitions, inputs and models is kept as JSON text: exact, and no key of it can mean anything to the
database.
"""

from datetime import datetime
from typing import Any, ClassVar

from beanie import Document
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mongo import EPOCH, TenantOwned
from elenchus.core.principal import Role
from elenchus.jobs.schemas import JobError, Priority
from elenchus.workflows.schemas import Budget, ExecutionStatus, StepStatus

APPROVAL = "approval"  # the kind of the steps that a person decides
INPUT, OUTPUT = "input", "output"  # the parts that are what a step was given and gave
INLINE_BYTES = 16 * 1024  # of JSON within the execution; what is bigger stands in a part


class Spent(BaseModel):
    """Of language models. `cost_usd` is what is known of it; `unpriced` counts the calls whose price is not."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @classmethod
    def of_call(cls, prompt_tokens: int, completion_tokens: int, cost_usd: float | None) -> "Spent":
        sums = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens, "cost_usd": cost_usd or 0.0}
        return cls(calls=1, unpriced=int(cost_usd is None), **sums)

    def plus(self, other: "Spent") -> "Spent":
        return Spent(**{name: getattr(self, name) + getattr(other, name) for name in Spent.model_fields})


class Reserved(BaseModel):
    """Of the budget, for a call or for a job of its own that a step waits for: the most that it may spend."""

    id: Id
    job_id: Id | None = None
    tokens: int
    cost_usd: float


class StepAttempt(BaseModel):
    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    error: JobError | None = None


class Wait(BaseModel):
    """`until` is when it is looked at again whatever happened; a decision that has not come by then never counts."""

    kind: str
    since: datetime
    until: datetime | None = None
    job_id: Id | None = None
    others: list[Id] = Field(default_factory=list)  # jobs that it waits for too
    title: str | None = None
    details: str | None = None
    four_eyes: bool = False


class Decision(BaseModel):
    approved: bool
    comment: str
    user_id: Id
    at: datetime


class Step(BaseModel):
    """`input` and `output` are JSON text, or None while there is none and where it is too big and stands in a part."""

    name: str
    type: str
    title: str | None = None
    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    failures: int = 0  # one after another, since it was last told to begin
    outages: int = 0  # of our own servers, in the middle of it; they count against nobody until they are too many
    rounds: int = 0  # how often somebody has told it to begin again
    attempts: list[StepAttempt] = Field(default_factory=list)
    progress: float = 0.0
    stage: str | None = None
    input: str | None = None
    input_bytes: int = 0
    output: str | None = None
    output_bytes: int = 0
    error: JobError | None = None
    wait: Wait | None = None
    decision: Decision | None = None
    spent: Spent = Field(default_factory=Spent)
    counted: list[str] = Field(default_factory=list)  # what stands in it under a name
    #: For the jobs that it has begun and not heard of since.
    reserved: list[Reserved] = Field(default_factory=list)
    #: Of calls that stand in it, what their holds on the month are still to be settled with.
    unsettled: dict[str, int] = Field(default_factory=dict)
    started_at: datetime | None = None
    completed_at: datetime | None = None


class Event(BaseModel):
    """What a watcher is told: the state that this change has made, without inputs and outputs."""

    n: int
    at: datetime
    type: str
    data: dict[str, Any]


class File(BaseModel):
    id: Id
    filename: str
    media_type: str
    bytes: int
    step: str
    is_there: bool = True  # it is named before its bytes are kept


class Execution(TenantOwned):
    """One run of a template as it was then. `token` is that of the job's run which may write; `seq` numbers the events,
    of which the latest are kept."""

    id: Id = Field(default_factory=new_id)
    #: By which clients know it.
    execution_id: str
    user_id: Id
    role: Role
    job_id: Id
    template_id: Id
    template_name: str
    template_version: int
    title: str
    definition: str
    input_schema: str | None = None  # None: of before this was kept
    output_schema: str | None = None
    input: str
    output: str | None = None
    output_bytes: int = 0
    status: ExecutionStatus = ExecutionStatus.PENDING
    priority: Priority = Priority.NORMAL
    token: int = 0
    steps: list[Step]
    seq: int = 0
    events: list[Event] = Field(default_factory=list)
    files: list[File] = Field(default_factory=list)
    document_ids: list[Id] = Field(default_factory=list)
    budget: Budget = Field(default_factory=Budget)
    tokens_month: str = ""
    #: When somebody has decided something that no run has taken up yet.
    decided_at: datetime | None = None
    #: Of the month's tokens, for calls that were under way when this was written.
    holds: list[Id] = Field(default_factory=list)
    active_seconds: float = 0.0
    error: JobError | None = None
    error_step: str | None = None
    parent_id: str | None = None  # its `execution_id`
    #: While its parts and files are still being written; no job runs it, and left so it is erased.
    is_draft: bool = False
    schedule_id: Id | None = None
    trace_id: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def spent(self) -> Spent:
        whole = Spent()
        for step in self.steps:
            whole = whole.plus(step.spent)
        return whole

    class Settings:
        name = "workflow_executions"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("execution_id", ASCENDING)], name="by_name", unique=True),
            IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING), ("_id", ASCENDING)], name="by_starter"),
            IndexModel([("tenant_id", ASCENDING), ("template_id", ASCENDING), ("_id", ASCENDING)], name="by_template"),
            IndexModel(
                [("status", ASCENDING), ("updated_at", ASCENDING)],
                name="all_tenants_pending",
                partialFilterExpression={"status": ExecutionStatus.PENDING},
            ),
            IndexModel(
                [("decided_at", ASCENDING)],
                name="all_tenants_decided",
                partialFilterExpression={"decided_at": {"$gte": EPOCH}},
            ),
        ]


def inline(text: str) -> tuple[str | None, int]:
    """As it stands in the execution, and its bytes: None when it is too big for it and stands in a part."""
    size = len(text.encode(errors="surrogatepass"))
    return text if size <= INLINE_BYTES else None, size


def part_id(execution_id: Id, step: str, name: str) -> Id:
    """Writing it twice meets itself."""
    return derived_id("workflow part", execution_id, step, name)


class Part(TenantOwned):
    """What a step gave, or a piece of it that is not to be paid for twice; JSON text."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    execution_id: Id
    step: str
    name: str
    value: str

    class Settings:
        name = "workflow_parts"
        indexes: ClassVar = [IndexModel([("tenant_id", ASCENDING), ("execution_id", ASCENDING)], name="by_execution")]


class Template(TenantOwned):
    """A tenant's own. `definition` and the schemas are JSON text."""

    id: Id = Field(default_factory=new_id)
    user_id: Id
    name: str
    version: int = 1
    title: str
    description: str
    category: str
    icon: str
    definition: str
    input_schema: str
    output_schema: str | None = None
    is_active: bool = True
    estimated_duration: int | None = None
    created_at: datetime
    updated_at: datetime

    class Settings:
        name = "workflow_templates"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("name", ASCENDING)], name="tenant_id_name", unique=True)
        ]


def use_id(owner_tenant: Id, template_id: Id) -> Id:
    return derived_id("workflow use", owner_tenant, template_id)


class TemplateUse(TenantOwned):
    """How a tenant fares with a template, a public one too. `counted` are the latest executions in the sums."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    template_id: Id
    begun: int = 0
    ended: int = 0
    completed: int = 0
    seconds: float = 0.0
    counted: list[str] = Field(default_factory=list)

    class Settings:
        name = "workflow_template_uses"
        indexes: ClassVar = [IndexModel([("tenant_id", ASCENDING), ("template_id", ASCENDING)], name="by_template")]


MODELS: tuple[type[Document], ...] = (Execution, Part, Template, TemplateUse)
