"""A conversation and its messages, the older ones' pages, and a row for each answer.

A message is stored as it goes over the wire (ids and times are text), without what it has by default: the fewer fields,
the cheaper each write of the conversation. Its place is its number: `tail_start` plus its index in the tail, or its
page's `start` plus its index there.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, Field, JsonValue
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mongo import TenantOwned

REMOVED = derived_id("removed conversation")  # owns one whose removal has begun


class MessageRole(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class MessageStatus(StrEnum):
    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    FAILED = "failed"


class AnswerUsage(BaseModel):
    """`cost_usd` is null when the model's price is not known; `is_estimate` says that a provider did not tell all."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_usd: float | None
    is_estimate: bool = False


class Citation(BaseModel):
    """`quote` is the document's full text from `start_char` to `end_char`, to the letter."""

    n: int
    document_id: str
    document_title: str
    chunk_id: str
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    quote: str


class Failing(BaseModel):
    """What of an answer did not stand. `kind` is quote, citation, statement (without a mark, and the sources say
    otherwise) or outside; `reason` is a quotation's verdict, what in the sentence the passage does not say (figure,
    date, period, bound, negation, modal, party, condition, opposite, name, words; language when the two cannot be
    compared), `no_source`, `too_many`, or image, html, link, hidden."""

    kind: str
    reason: str
    text: str
    citations: list[int] = Field(default_factory=list)


class Verification(BaseModel):
    """What rules found that compare words, figures and who must do what; what a sentence means beyond that, nobody has
    checked, nor whether a cited authority is still good law. `invalid_citations` are marks that name no source that was
    given; a legal citation's `status` is in_library, not_in_library or unchecked."""

    quotes: list[dict[str, JsonValue]] = Field(default_factory=list)
    citations_valid: bool = True
    unsupported_sentences: list[str] = Field(default_factory=list)
    legal_citations: list[dict[str, JsonValue]] = Field(default_factory=list)
    invalid_citations: list[int] = Field(default_factory=list)
    failing: list[Failing] = Field(default_factory=list)


class MessageError(BaseModel):
    """Why an answer is missing or ends early."""

    code: str
    detail: str
    retryable: bool


class Feedback(BaseModel):
    score: int
    comment: str | None = None


class StaleReason(StrEnum):
    DELETED = "deleted"
    CHANGED = "changed"


class Stale(BaseModel):
    """What an answer cites of a document (`citations` are the numbers) that the document says no longer."""

    reason: StaleReason
    citations: list[int]
    since: str


class Message(BaseModel):
    id: str
    role: MessageRole
    content: str
    message_type: str = "text"
    status: MessageStatus = MessageStatus.COMPLETE
    model: str | None = None
    usage: AnswerUsage | None = None
    citations: list[Citation] = Field(default_factory=list)
    verification: Verification | None = None
    trace_id: str | None = None
    span_id: str | None = None
    generation_id: str | None = None
    feedback: Feedback | None = None
    latency_ms: int | None = None
    #: The model ran into its output limit, so the last words are missing.
    is_cut: bool = False
    created_at: str
    error: MessageError | None = None
    #: By the document's id; empty while everything that it cites still stands.
    stale: dict[str, Stale] = Field(default_factory=dict)
    parent_id: str | None = Field(
        None, description="The message that it follows when that is not the one before it; `start` when it follows none"
    )


#: See `tail.as_row`.
StoredMessage = dict[str, JsonValue]


class Summarised(BaseModel):
    """Of what `context_summary` is: the conversation up to and with the message `until`, on that one's branch."""

    until: str
    model: str
    prompt_version: str


class Conversation(TenantOwned):
    """One person's. `messages` is the newest part, bounded in number and size; `tail_bytes` is an upper bound of its
    size, and `revision` counts every change of the document, so a write can insist on what it has read."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id = Field(default_factory=new_id)
    user_id: Id
    title: str
    session_id: str | None = None
    context_summary: str | None = None
    summarised: Summarised | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    document_ids: list[Id] = Field(default_factory=list)
    is_active: bool = True
    is_archived: bool = False
    message_count: int = 0
    tail_start: int = 0
    tail_bytes: int = 0
    revision: int = 1
    messages: list[StoredMessage] = Field(default_factory=list)
    created_at: datetime
    updated_at: datetime

    class Settings:
        name = "conversations"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING), ("_id", ASCENDING)], name="by_owner"),
            # as they are listed; with a condition that is in no index the bundled database would read everybody's
            IndexModel(
                [("tenant_id", ASCENDING), ("user_id", ASCENDING), ("is_archived", ASCENDING), ("_id", ASCENDING)],
                name="by_shelf",
            ),
            IndexModel(
                [("user_id", ASCENDING), ("updated_at", ASCENDING)],
                name="all_tenants_removed",
                partialFilterExpression={"user_id": REMOVED},
            ),
        ]


class ConversationPage(TenantOwned):
    """Messages `start` and following, moved out of the tail of a conversation as it was at `revision`.

    It counts only from the moment when the conversation's `tail_start` has passed it.
    """

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    conversation_id: Id
    start: int
    revision: int
    messages: list[StoredMessage]

    class Settings:
        name = "conversation_pages"
        indexes: ClassVar = [
            IndexModel(
                [("tenant_id", ASCENDING), ("conversation_id", ASCENDING), ("start", ASCENDING)], name="by_place"
            ),
            IndexModel([("tenant_id", ASCENDING), ("messages.id", ASCENDING)], name="by_message"),
        ]


class Answer(TenantOwned):
    """What stands behind an assistant's message, whose id it has: whose it is, whether someone is still writing it,
    what was asked and what it was made of."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    user_id: Id
    conversation_id: Id
    user_message_id: Id
    status: MessageStatus = MessageStatus.STREAMING
    #: The writing process renews this; past it, the process is taken for dead.
    alive_until: datetime
    stop_requested: bool = False
    question: str
    document_ids: list[Id]
    model: str
    temperature: float | None  # None: the model has its own
    require_verified: bool
    #: Of the request, when it may be sent again under the same idempotency key.
    request_sha256: str = ""
    #: The driver sends an insert again whose answer was lost: by this it is known from another request's.
    insertion: Id = Field(default_factory=new_id)
    #: In which tokens are held for it until it has ended; empty for none.
    tokens_month: str = ""
    #: Enough to make the answer again and to see what changed: prompt, passages and texts by their hashes, tokens.
    record: dict[str, JsonValue] = Field(default_factory=dict)
    cited_document_ids: list[Id] = Field(default_factory=list)
    created_at: datetime
    finished_at: datetime | None = None

    class Settings:
        name = "answers"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("conversation_id", ASCENDING)], name="by_conversation"),
            # for what one person has asked: searched, exported, erased
            IndexModel(
                [("tenant_id", ASCENDING), ("user_id", ASCENDING), ("conversation_id", ASCENDING)], name="by_owner"
            ),
            # for every document that is deleted or read anew
            IndexModel(
                [("tenant_id", ASCENDING), ("cited_document_ids", ASCENDING), ("_id", ASCENDING)],
                name="by_cited_document",
            ),
            IndexModel(
                [("status", ASCENDING), ("alive_until", ASCENDING)],
                name="all_tenants_unfinished",
                partialFilterExpression={"status": MessageStatus.STREAMING},
            ),
        ]


def wire_time(instant: datetime) -> str:
    """RFC 3339 in UTC with `Z`, always six digits, as the rest of the API writes times."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


MODELS = (Conversation, ConversationPage, Answer)
