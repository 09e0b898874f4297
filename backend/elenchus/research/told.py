"""The events of an answer, for the API document: what `wording` writes."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from elenchus.core.ids import IdField
from elenchus.core.telling import ErrorEvent, SentEvent
from elenchus.research.models import AnswerUsage, Message, Verification


class Begun(BaseModel):
    conversation_id: IdField
    user_message_id: IdField
    message_id: IdField
    model: str
    trace_id: str | None


class SourceGiven(BaseModel):
    """`text` is the document's full text from `start_char` to `end_char`; the answer's `[n]` names it."""

    n: int
    document_id: IdField
    document_title: str
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    text: str


class Piece(BaseModel):
    text: str


class Ended(BaseModel):
    message: Message


class MetaEvent(SentEvent):
    event: Literal["meta"]
    data: Begun


class SourcesEvent(SentEvent):
    event: Literal["sources"]
    data: list[SourceGiven]


class DeltaEvent(SentEvent):
    """The text goes on with this."""

    event: Literal["delta"]
    data: Piece


class VerificationEvent(SentEvent):
    event: Literal["verification"]
    data: Verification


class UsageEvent(SentEvent):
    event: Literal["usage"]
    data: AnswerUsage


class DoneEvent(SentEvent):
    """The last event of an answer that is complete or was stopped."""

    event: Literal["done"]
    data: Ended


class AnswerEvent(
    RootModel[
        Annotated[
            MetaEvent | SourcesEvent | DeltaEvent | VerificationEvent | UsageEvent | DoneEvent | ErrorEvent,
            Field(discriminator="event"),
        ]
    ]
):
    """One event of the stream of an answer: `meta`, `sources`, `delta`…, `verification`, `usage`, then `done`; `error`
    instead of whatever cannot come."""
