"""An analysis as it crosses the border."""

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from elenchus.core.ids import IdField
from elenchus.core.plain import PlainText
from elenchus.library.analysing.models import AnalysisStatus, AnalysisType, Method
from elenchus.library.quoting.verdicts import Verdict
from elenchus.library.schemas import FailureOut

MOST_QUESTIONS = 20
LONGEST_QUESTION = 1_000

Question = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION), PlainText
]
Severity = Literal["low", "medium", "high"]


class AnalysisIn(BaseModel):
    """`model` is `provider:model`, `extractive` (no language model) or `auto`, this deployment's own."""

    model_config = ConfigDict(extra="forbid")

    analysis_type: AnalysisType
    questions: Annotated[list[Question], Field(max_length=MOST_QUESTIONS)] = []
    model: Annotated[str, StringConstraints(max_length=200), PlainText] | None = None


class AnalysisStarted(BaseModel):
    job_id: IdField
    analysis_id: IdField


class CitationOut(BaseModel):
    """A quotation that a statement stands on. Only when `verified` it was found word for word, and then `quote` is the
    document's text from `start_char` to `end_char`; else it is what was claimed, with `verdict` saying what is wrong,
    and the place, if there is one, is where the document says something like it."""

    chunk_id: IdField | None
    start_char: int | None
    end_char: int | None
    page_start: int | None
    page_end: int | None
    quote: str
    verified: bool
    verdict: Verdict


class Statement(BaseModel):
    """`supported`: at least one of its quotations was found in the document and, for a party, a date or a term, names
    it."""

    text: str
    citations: list[CitationOut] = []
    supported: bool = False


class Party(Statement):
    name: str
    role: str | None = None


class DateStated(Statement):
    """`date` is null when it is not one certain day; `written` is how the document says it."""

    date: datetime.date | None = None
    written: str


class Term(Statement):
    """`text` is what the document means by it."""

    term: str


class Clause(Statement):
    kind: str
    title: str | None = None


class Risk(Statement):
    severity: Severity
    kind: str | None = None


class Recommendation(Statement):
    """`basis` is a `found` passage, which is cited, or what was looked for and is `missing`."""

    basis: Literal["found", "missing"]
    about: str | None = None


class Answer(Statement):
    """`answered` is false when the document was found to say nothing about it."""

    question: str
    answered: bool


class Authority(BaseModel):
    """Something written as a legal citation, where it first stands. Extracted: nobody has looked whether it exists."""

    text: str
    kind: str
    jurisdiction: str | None
    normal: str | None
    occurrences: int
    chunk_id: IdField | None
    start_char: int
    end_char: int
    page_start: int
    page_end: int


class AnalysisResult(BaseModel):
    """`notes` say how it was made and what it cannot know. `omitted` counts, by list, what was more than fits."""

    document_type: Statement
    purpose: Statement
    parties: list[Party] = []
    dates: list[DateStated] = []
    key_terms: list[Term] = []
    clauses: list[Clause] = []
    risks: list[Risk] = []
    recommendations: list[Recommendation] = []
    answers: list[Answer] = []
    authorities: list[Authority] = []
    sections_read: int
    characters_read: int
    notes: list[str] = []
    omitted: dict[str, int] = {}


class AnalysisUsage(BaseModel):
    """`cost_usd` is null when the model's price is not known."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_usd: float | None


class AnalysisListed(BaseModel):
    """`stale`: the document was read anew since, so pages, chunks and offsets may not be the present ones."""

    id: IdField
    document_id: IdField
    document_title: str
    job_id: IdField
    analysis_type: AnalysisType
    questions: list[str]
    method: Method
    model: str
    status: AnalysisStatus
    stale: bool
    error: FailureOut | None
    usage: AnalysisUsage
    created_at: datetime.datetime
    completed_at: datetime.datetime | None


class AnalysisOut(AnalysisListed):
    """`result` is null until the job is done."""

    result: AnalysisResult | None
