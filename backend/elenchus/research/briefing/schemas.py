"""A brief as it crosses the border."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from elenchus.core.ids import IdField
from elenchus.core.mongo import Row
from elenchus.core.plain import PlainText
from elenchus.jobs.schemas import JobError
from elenchus.research.briefing.models import BriefStatus, Call
from elenchus.research.models import Citation, Failing, Stale, Verification

MOST_ISSUES = 10
LONGEST_ISSUE = 2_000  # characters, as of a search
LONGEST_FACTS = 32_000
MOST_DOCUMENTS = 200


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Facts = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_FACTS), PlainText]
Issue = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ISSUE), PlainText]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PlainText]


class BriefIn(BaseModel):
    """Without `document_ids` the whole library is searched. `model` is `provider:model`, `extractive` (no language
    model) or `auto`. With `require_verified` a brief of which anything fails its examination is not given at all."""

    model_config = ConfigDict(extra="forbid")

    case_facts: Facts
    legal_issues: Annotated[list[Issue], Field(min_length=1, max_length=MOST_ISSUES), AfterValidator(_distinct)]
    document_ids: Annotated[list[IdField], Field(max_length=MOST_DOCUMENTS)] = []
    title: Title | None = None
    model: Annotated[str, StringConstraints(max_length=200), PlainText] | None = None
    require_verified: StrictBool = False


class BriefStarted(BaseModel):
    job_id: IdField
    brief_id: IdField


class Standing(StrEnum):
    """How a section came out of its examination. `partly_verified`: nothing of it fails, but it has sentences that
    neither a source nor the given facts say, an authority that the library does not have, or no end. `as_given`: the
    client's own words, which nobody examined."""

    VERIFIED = "verified"
    PARTLY_VERIFIED = "partly_verified"
    NOT_VERIFIED = "not_verified"
    AS_GIVEN = "as_given"


class Section(BaseModel):
    """`text` is Markdown; a mark like [3] names that source of the brief. `written_by` is a model, `extractive`,
    `client`, or `rules` where no model was asked. `is_cut`: the model had no room to end it."""

    text: str
    written_by: str
    is_cut: bool = False
    standing: Standing
    citations: list[Citation] = []
    verification: Verification = Verification()


class IssueOut(BaseModel):
    """`sources` are the numbers of the passages that were found for it."""

    number: int
    issue: str
    sources: list[int]
    analysis: Section


class SourceOut(BaseModel):
    """A passage that was read. Its number is the same all through the brief."""

    n: int
    document_id: IdField
    document_title: str
    chunk_id: IdField
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    sha256: str
    score: float


class BriefResult(BaseModel):
    """`notes` say how it was made and what a reader must know before relying on it."""

    standing: Standing
    statement_of_facts: Section
    issues: list[IssueOut]
    conclusion: Section
    recommended_actions: Section
    sources: list[SourceOut]
    notes: list[str]


class CallOut(Call):
    part: str


class BriefRecord(BaseModel):
    """Enough to make it again and to see what changed; texts are named by their SHA-256."""

    form: int
    temperature: float | None
    max_output_tokens: int
    sources_per_issue: int
    retrieval_modes: list[str]
    calls: list[CallOut]


class BriefUsage(BaseModel):
    """`cost_usd` is null when a model's price is not known."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_usd: float | None


class SectionFailing(Failing):
    """`section` is statement_of_facts, issue 1 and so on, conclusion or recommended_actions."""

    section: str


class BriefListed(BaseModel):
    id: IdField
    job_id: IdField
    title: str
    legal_issues: list[str]
    document_ids: list[IdField]
    model: str
    require_verified: bool
    status: BriefStatus
    error: JobError | None
    stale: dict[str, Stale]
    created_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate({**row, "id": row["_id"]})


class BriefOut(BriefListed):
    """`result` and `record` are null until it is completed; `failing` is what a demanded verification refused, and
    `stale` names the documents that no longer say what is cited of them."""

    case_facts: str
    usage: BriefUsage | None
    failing: list[SectionFailing]
    result: BriefResult | None
    record: BriefRecord | None

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate({**row, "id": row["_id"], "usage": usage_of(row["record"])})


def usage_of(record: Row | None) -> BriefUsage | None:
    if record is None:
        return None
    calls: list[dict[str, Any]] = record["calls"]
    asked, written = (sum(call[name] for call in calls) for name in ("prompt_tokens", "completion_tokens"))
    costs = [call["cost_usd"] for call in calls]
    return BriefUsage(
        calls=len(calls),
        prompt_tokens=asked,
        completion_tokens=written,
        total_tokens=asked + written,
        cost_usd=None if None in costs else round(sum(costs), 8),
    )
