"""What crosses the border: making a link, and what a stranger with it may see."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from elenchus.core.ids import Id, IdField, derived_id
from elenchus.core.mongo import Row
from elenchus.library.quoting.verdicts import Verdict
from elenchus.research.branches import START
from elenchus.research.models import Failing, StaleReason, Verification

DEFAULT_DAYS, MOST_DAYS = 7, 90


class ShareIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    expires_in_days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS


class ShareOut(BaseModel):
    """`url` is the page for people, with the token behind the `#` so that no server's log has it; `api_url` the same as
    JSON. Both are told this once."""

    conversation_id: IdField
    url: str
    api_url: str
    token: str
    message_count: int
    created_at: datetime
    expires_at: datetime


class StandingLink(BaseModel):
    """What is known of a link once it is made. The link itself is not."""

    message_count: int
    created_at: datetime
    expires_at: datetime


class SharedCitation(BaseModel):
    """No ids and no places in the document but its pages. `stale` says that the document no longer says it: deleted or
    changed."""

    n: int
    document_title: str
    page_start: int
    page_end: int
    quote: str
    stale: StaleReason | None


class SharedQuote(BaseModel):
    """A quotation in the answer and what came of looking it up. Where it stands, and what stands there, is not told."""

    quote: str
    verdict: Verdict
    verified: bool


class SharedFailing(BaseModel):
    """Words of the answer that did not stand up to examination, and the `n` they are cited to; see `Failing`."""

    kind: str
    reason: str
    text: str
    citations: list[int]


class SharedMessage(BaseModel):
    """`id` and `parent_id` are the link's own and tell which message follows which; see `Message`."""

    id: str
    parent_id: str | None
    role: str
    content: str
    status: str
    citations: list[SharedCitation]
    citations_valid: bool | None
    #: Null for an answer that was not examined, as are the next two.
    quotes: list[SharedQuote] | None
    failing: list[SharedFailing] | None
    unsupported_sentences: list[str] | None
    created_at: datetime

    @classmethod
    def of(cls, row: Row, *, link_id: Id) -> Self:
        """Of a message as it goes over the wire: each field by its name, so that a new one is not shared by itself."""
        parent_id = row["parent_id"]
        examined = Verification.model_validate(row["verification"]) if row["verification"] else None
        return cls(
            id=_own(link_id, row["id"]),
            parent_id=_own(link_id, parent_id) if parent_id not in (None, START) else parent_id,
            role=row["role"],
            content=row["content"],
            status=row["status"],
            citations=[_cited(cited, row["stale"]) for cited in row["citations"]],
            citations_valid=examined and examined.citations_valid,
            quotes=examined and [_quoted(one) for one in examined.quotes],
            failing=examined and [_failing(one) for one in examined.failing],
            unsupported_sentences=examined and examined.unsupported_sentences,
            created_at=row["created_at"],
        )


def _own(link_id: Id, message_id: str) -> str:
    return str(derived_id(link_id, message_id))


def _cited(row: Row, stale: Row) -> SharedCitation:
    lost = stale.get(row["document_id"])
    reason = lost["reason"] if lost and row["n"] in lost["citations"] else None
    names = SharedCitation.model_fields.keys() - {"stale"}
    return SharedCitation.model_validate({name: row[name] for name in names} | {"stale": reason})


def _quoted(row: dict[str, JsonValue]) -> SharedQuote:
    names = SharedQuote.model_fields.keys()
    return SharedQuote.model_validate({"verified": False} | {name: row[name] for name in names & row.keys()})


def _failing(one: Failing) -> SharedFailing:
    return SharedFailing(kind=one.kind, reason=one.reason, text=one.text, citations=one.citations)


class SharedConversation(BaseModel):
    """Oldest first; `next` is the `start` of what follows."""

    title: str
    created_at: datetime
    expires_at: datetime
    message_count: int
    messages: list[SharedMessage]
    next: int | None
