"""A brief, and what its job has written so far."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mongo import TenantOwned
from elenchus.jobs.schemas import JobError
from elenchus.research.models import Stale


class BriefStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (BriefStatus.PENDING, BriefStatus.RUNNING)


class Call(BaseModel):
    """One call of a language model: enough to see what it was told and what it said, by their hashes."""

    model: str
    prompt_version: str
    rules_sha256: str
    prompt_sha256: str
    text_sha256: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    is_estimate: bool
    is_cut: bool
    cost_usd: float | None
    took_ms: int

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class Brief(TenantOwned):
    """One person's, as a conversation is.

    While it is written, `most_tokens` are held of the month `tokens_month` (empty: they count in none), of which
    `tokens_settled` were counted when an earlier run of its job ended. `tokens_in_vain` were used by calls that left
    nothing behind. Without a `temperature` the model has its own.
    """

    listed_by_tenant: ClassVar[bool] = False

    id: Id = Field(default_factory=new_id)
    user_id: Id
    job_id: Id
    title: str
    case_facts: str
    legal_issues: list[str]
    document_ids: list[Id]
    model: str
    temperature: float | None
    require_verified: bool
    tokens_month: str = ""
    most_tokens: int = 0
    tokens_settled: int = 0
    tokens_in_vain: int = 0
    status: BriefStatus = BriefStatus.PENDING
    error: JobError | None = None
    #: What did not stand, when a verified brief was demanded.
    failing: list[dict[str, Any]] = Field(default_factory=list)
    result: dict[str, Any] | None = None
    record: dict[str, Any] | None = None
    cited_document_ids: list[Id] = Field(default_factory=list)
    #: By the document's id; empty while everything that it cites still stands.
    stale: dict[str, Stale] = Field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None

    class Settings:
        name = "briefs"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING), ("_id", ASCENDING)], name="by_owner"),
            # for every document that is deleted or read anew
            IndexModel([("tenant_id", ASCENDING), ("cited_document_ids", ASCENDING)], name="by_cited_document"),
            IndexModel(
                [("status", ASCENDING), ("updated_at", ASCENDING)],
                name="all_tenants_unfinished",
                partialFilterExpression={"status": {"$in": [*UNDER_WAY]}},
            ),
        ]


def part_id(brief_id: Id, name: str) -> Id:
    """Writing it twice meets itself."""
    return derived_id("brief part", brief_id, name)


class BriefPart(TenantOwned):
    """What one step of the job found, beside the ledger, which holds nobody's text. Gone when the brief is whole."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    brief_id: Id
    name: str
    found: dict[str, Any]
    call: Call | None = None

    class Settings:
        name = "brief_parts"
        indexes: ClassVar = [IndexModel([("tenant_id", ASCENDING), ("brief_id", ASCENDING)], name="by_brief")]


MODELS = (Brief, BriefPart)
