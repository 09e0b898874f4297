"""What the record shows over HTTP. Fields that an older record does not have are null."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from elenchus.core.ids import IdField
from elenchus.research.models import AnswerUsage, Failing, Message, MessageStatus, Stale


class SourceRecorded(BaseModel):
    """A passage that was given to the model as [n]; `sha256` is of its text."""

    n: int | None = None
    document_id: str
    document_title: str | None = None
    chunk_id: str
    page_start: int | None = None
    page_end: int | None = None
    start_char: int
    end_char: int
    sha256: str
    score: float | None = None


class SummaryRecorded(BaseModel):
    """What stood for the conversation up to and with the message `until`; `prompt_version` is of its own prompt."""

    until: str
    sha256: str
    prompt_version: str


class Made(BaseModel):
    """`prompt_sha256` is of all that the model was sent, `rules_sha256` of the standing rules alone, whose version is
    `prompt_version`. `answered_by` is the model that spoke, which may have stood in for the one that was asked.
    Of the conversation it saw `summary` and the `history_turns` that followed it; what is left out did not fit.
    `timings_ms` count from the beginning: sources, first_delta, generated, verified."""

    form: int | None = None
    answered_by: str | None = None
    prompt_version: str | None = None
    rules_sha256: str | None = None
    prompt_sha256: str | None = None
    text_sha256: str | None = None
    max_output_tokens: int | None = None
    history_turns: int | None = None
    history_left_out: int | None = None
    summary: SummaryRecorded | None = None
    retrieval_mode: str | None = None
    sources: list[SourceRecorded] = []
    sources_left_out: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    usage_is_estimate: bool | None = None
    cut_at_limit: bool | None = None
    timings_ms: dict[str, int] = {}
    latency_ms: int | None = None


class RecordOut(Made):
    message_id: IdField
    conversation_id: IdField
    user_message_id: IdField
    status: MessageStatus
    question: str
    document_ids: list[IdField]
    model: str
    temperature: float | None
    require_verified: bool
    usage: AnswerUsage | None
    stale: dict[str, Stale]
    created_at: datetime
    finished_at: datetime | None


class Moved(BaseModel):
    """A passage that both have, under another number; null where it was not given."""

    document_id: str
    chunk_id: str
    sha256: str
    before: int | None
    after: int | None


class Change(BaseModel):
    """Words of the answer before and after, with `kind`: same, removed, added or changed."""

    kind: str
    before: str
    after: str


class Judged(BaseModel):
    """A quotation whose verdict is another; null where the answer does not have it."""

    quote: str
    before: str | None
    after: str | None


class Difference(BaseModel):
    """`same_prompt`: the model was sent the same to the letter, so what differs in the answer is the model's own.
    `quotes` and `failing` are what the examination found otherwise."""

    is_same: bool
    same_prompt: bool
    same_model: bool
    same_rules: bool
    same_sources: bool
    same_text: bool
    sources: list[Moved]
    text: list[Change]
    similarity: float
    citations_lost: list[str]
    citations_gained: list[str]
    same_examination: bool
    quotes: list[Judged]
    failing_lost: list[Failing]
    failing_gained: list[Failing]


class Sources(StrEnum):
    """From which passages an answer is made again: those that a search finds today, or those of the record."""

    TODAY = "today"
    RECORDED = "recorded"


class ReplayIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: Sources = Sources.TODAY


class ReplayOut(BaseModel):
    """The new answer is shown here and stands in no conversation."""

    record: RecordOut
    replayed: Made
    message: Message
    difference: Difference
