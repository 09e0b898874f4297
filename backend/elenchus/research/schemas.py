"""What crosses the room's border over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from elenchus.core.ids import IdField
from elenchus.core.mongo import Row
from elenchus.core.plain import Labels, PlainText
from elenchus.research.models import AnswerUsage, Citation, Feedback, Message, Verification

__all__ = ["AnswerUsage", "Citation", "Feedback", "Message", "Verification"]

LONGEST_QUESTION = 32_000  # characters
TITLE_CHARACTERS = 80


Content = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION), PlainText]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PlainText]
SessionId = Annotated[str, StringConstraints(max_length=128), PlainText]
ModelName = Annotated[str, StringConstraints(max_length=200), PlainText]
Flag = Annotated[bool, Field(strict=True)]
Temperature = Annotated[
    float, Field(ge=0, le=2, description="422 beyond what this deployment or the model allows; some models ignore it")
]
DocumentIds = Annotated[list[IdField], Field(max_length=200)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConversationIn(_In):
    title: Title | None = None
    session_id: SessionId | None = None
    document_ids: DocumentIds = []
    metadata: Labels = {}


class ConversationChange(_In):
    """Only what is sent changes."""

    title: Title | None = None
    is_archived: bool | None = None
    document_ids: DocumentIds | None = None
    metadata: Labels | None = None


class AskIn(_In):
    """Without `conversation_id` a conversation is made; without `document_ids` the conversation's own set counts, and
    without one the whole library. `parent_id` is the message of that conversation that the question follows, without
    it the last one. `model` is `provider:model`, `extractive` or `auto`."""

    content: Content
    conversation_id: IdField | None = None
    parent_id: IdField | None = None
    document_ids: DocumentIds = []
    model: ModelName | None = None
    temperature: Temperature | None = None
    session_id: SessionId | None = None
    require_verified: Flag = False


class AskAgainIn(_In):
    """What is not sent is as it was; another model has its own temperature. With `content` the question is asked in
    these words, beside its first ones."""

    content: Content | None = None
    model: ModelName | None = None
    temperature: Temperature | None = None
    require_verified: Flag | None = None


class FeedbackIn(_In):
    score: Literal[-1, 1]
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), PlainText] | None = None


class ConversationOut(BaseModel):
    id: IdField
    title: str
    session_id: str | None
    context_summary: str | None
    metadata: dict[str, JsonValue]
    document_ids: list[IdField]
    is_active: bool
    is_archived: bool
    message_count: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate({**row, "id": row["_id"]})


class ConversationDetail(ConversationOut):
    """With its newest 50 messages, oldest first."""

    messages: list[Message]


class AnswerOut(BaseModel):
    message: Message
    conversation_id: IdField
    usage: AnswerUsage | None


class MessagePage(BaseModel):
    """Newest first; `next_cursor` is the `before` of the next page."""

    items: list[Message]
    next_cursor: str | None
