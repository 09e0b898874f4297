"""An analysis of one generation of a document, and what its job has found so far."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mongo import TenantOwned
from elenchus.library.models import Failure


class AnalysisType(StrEnum):
    GENERAL = "general"
    CONTRACT = "contract"
    CASE_LAW = "case_law"
    STATUTE = "statute"
    BRIEF = "brief"
    RISK = "risk"


class Method(StrEnum):
    """`rules`: found by usual words, without a language model."""

    RULES = "rules"
    MODEL = "model"


class AnalysisStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNSETTLED = (AnalysisStatus.PENDING, AnalysisStatus.RUNNING)


class Spent(BaseModel):
    """Of a language model, over all calls."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def plus(self, other: "Spent") -> "Spent":
        names = type(self).model_fields
        return Spent(**{name: getattr(self, name) + getattr(other, name) for name in names})


class Analysis(TenantOwned):
    """`generation` is the one it is about: when the document has another one by now, the analysis is stale.

    `spent` is what calls used that left no part, and in the end what all of them did; `tokens_settled` of them are
    counted in the month `tokens_month`, which is empty when they count in none. While it runs, `most_tokens` are held
    of that month, and as many again `more_holds` times.
    """

    listed_by_tenant: ClassVar[bool] = False

    id: Id = Field(default_factory=new_id)
    document_id: Id
    generation: int
    user_id: Id
    job_id: Id
    analysis_type: AnalysisType
    questions: list[str] = Field(default_factory=list)
    method: Method
    model: str
    prompt_version: str | None = None
    tokens_month: str = ""
    most_tokens: int = 0
    tokens_settled: int = 0
    more_holds: int = 0
    status: AnalysisStatus = AnalysisStatus.PENDING
    error: Failure | None = None
    result: dict[str, Any] | None = None
    spent: Spent = Spent()
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None

    class Settings:
        name = "analyses"
        indexes: ClassVar = [
            IndexModel(
                [("tenant_id", ASCENDING), ("document_id", ASCENDING), ("_id", ASCENDING)], name="tenant_id_document_id"
            ),
            IndexModel(
                [("status", ASCENDING), ("updated_at", ASCENDING)],
                name="all_tenants_unsettled",
                partialFilterExpression={"status": {"$in": [*UNSETTLED]}},
            ),
        ]


def part_id(analysis_id: Id, name: str) -> Id:
    """Writing it twice meets itself."""
    return derived_id("analysis part", analysis_id, name)


class AnalysisPart(TenantOwned):
    """What one step of the job found, beside the ledger, which holds nobody's text. Gone when the analysis is whole."""

    listed_by_tenant: ClassVar[bool] = False

    analysis_id: Id
    document_id: Id
    name: str
    found: dict[str, Any]
    spent: Spent = Spent()

    class Settings:
        name = "analysis_parts"
        indexes: ClassVar = [
            IndexModel(
                [("tenant_id", ASCENDING), ("document_id", ASCENDING), ("analysis_id", ASCENDING)], name="by_analysis"
            )
        ]


MODELS = (Analysis, AnalysisPart)
