"""The words of the record."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol, Self

from pydantic import BaseModel, ConfigDict, JsonValue, StringConstraints

from elenchus.core.clock import Instant
from elenchus.core.ids import Id, IdField
from elenchus.core.mongo import Row


class Actor(Protocol):
    """Whoever acts: a `Principal` is one."""

    @property
    def tenant_id(self) -> Id: ...
    @property
    def user_id(self) -> Id: ...
    @property
    def api_key_id(self) -> Id | None: ...


class Action(StrEnum):
    """`<noun>.<past participle>`."""

    USER_REGISTERED = "user.registered"
    USER_SIGNED_IN = "user.signed_in"
    USER_REFUSED = "user.refused"  # a wrong password, code or a locked account
    USER_SIGNED_OUT = "user.signed_out"
    USER_CHANGED = "user.changed"
    USER_VERIFIED = "user.verified"
    USER_LINKED = "user.linked"  # to an account elsewhere that may sign in for them
    USER_SUSPENDED = "user.suspended"
    USER_ACTIVATED = "user.activated"
    USER_UNLOCKED = "user.unlocked"
    USER_EXPORTED = "user.exported"
    USER_DELETED = "user.deleted"
    USER_RESTORED = "user.restored"
    USER_ERASED = "user.erased"
    SUPERUSER_GRANTED = "superuser.granted"
    SUPERUSER_REVOKED = "superuser.revoked"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - what was done
    PASSWORD_RESET = "password.reset"  # noqa: S105 - what was done
    SECOND_FACTOR_ENABLED = "second_factor.enabled"
    SECOND_FACTOR_DISABLED = "second_factor.disabled"
    SESSION_ENDED = "session.ended"
    TENANT_OPENED = "tenant.opened"  # for somebody who signed in and was in none any more
    TENANT_CHANGED = "tenant.changed"
    TENANT_ENTERED = "tenant.entered"
    TENANT_PRUNED = "tenant.pruned"  # of what it keeps for its `retention_days` only
    TENANT_DELETED = "tenant.deleted"
    TENANT_RESTORED = "tenant.restored"
    TENANT_ERASED = "tenant.erased"
    INVITATION_SENT = "invitation.sent"
    INVITATION_REVOKED = "invitation.revoked"
    INVITATION_ACCEPTED = "invitation.accepted"
    MEMBER_CHANGED = "member.changed"
    MEMBER_REMOVED = "member.removed"
    API_KEY_CREATED = "api_key.created"
    API_KEY_ROTATED = "api_key.rotated"
    API_KEY_REVOKED = "api_key.revoked"
    WEBHOOK_SECRET_READ = "webhook_secret.read"  # noqa: S105 - what was done
    WEBHOOK_SECRET_ROTATED = "webhook_secret.rotated"  # noqa: S105 - what was done
    DOCUMENT_UPLOADED = "document.uploaded"
    DOCUMENT_READ = "document.read"
    DOCUMENT_SEARCHED = "document.searched"
    DOCUMENT_CHANGED = "document.changed"
    DOCUMENT_REPROCESSED = "document.reprocessed"
    DOCUMENT_DELETED = "document.deleted"
    ANALYSIS_STARTED = "analysis.started"
    ANALYSIS_READ = "analysis.read"
    CONVERSATION_CREATED = "conversation.created"
    CONVERSATION_READ = "conversation.read"
    CONVERSATION_CHANGED = "conversation.changed"
    CONVERSATION_DELETED = "conversation.deleted"
    CONVERSATION_EXPORTED = "conversation.exported"
    CONVERSATION_SHARED = "conversation.shared"
    CONVERSATION_UNSHARED = "conversation.unshared"
    CONVERSATION_VISITED = "conversation.visited"  # by somebody with a link
    QUESTION_ASKED = "question.asked"
    ANSWER_READ = "answer.read"
    ANSWER_RATED = "answer.rated"
    ANSWER_REPLAYED = "answer.replayed"
    ANSWER_STOPPED = "answer.stopped"
    NOTE_WRITTEN = "note.written"
    NOTE_CHANGED = "note.changed"
    NOTE_REMOVED = "note.removed"
    BRIEF_STARTED = "brief.started"
    BRIEF_READ = "brief.read"
    BRIEF_EXPORTED = "brief.exported"
    BRIEF_DELETED = "brief.deleted"
    EXECUTION_STARTED = "execution.started"
    EXECUTION_READ = "execution.read"
    EXECUTION_EXPORTED = "execution.exported"
    EXECUTION_CANCELLED = "execution.cancelled"
    EXECUTION_RETRIED = "execution.retried"
    EXECUTION_DELETED = "execution.deleted"
    STEP_DECIDED = "step.decided"
    TEMPLATE_CREATED = "template.created"
    TEMPLATE_CHANGED = "template.changed"
    TEMPLATE_DELETED = "template.deleted"
    SCHEDULE_CREATED = "schedule.created"
    SCHEDULE_CHANGED = "schedule.changed"
    SCHEDULE_DELETED = "schedule.deleted"
    JOB_CANCELLED = "job.cancelled"
    JOB_RETRIED = "job.retried"
    AUDIT_READ = "audit.read"
    AUDIT_PRUNED = "audit.pruned"
    AUDIT_LOST = "audit.lost"  # notes that a process could not keep while the database was away
    PERSONAL_ERASED = "personal.erased"  # addresses and devices of one person, in the rows before


Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class RowFilters(BaseModel):
    """Rows with all of these values; `since` and `until` are inclusive. `object_id` also finds the rows that name a
    document beside others: searches that showed its passages, questions asked within it."""

    model_config = ConfigDict(frozen=True)

    actor: IdField | None = None
    action: Action | None = None
    object_kind: Word | None = None
    object_id: Word | None = None
    since: Instant | None = None
    until: Instant | None = None


class ActorOut(BaseModel):
    """Nobody for what the record itself did."""

    user_id: IdField | None
    api_key_id: IdField | None


class ObjectOut(BaseModel):
    kind: str
    id: str | None


class RowOut(BaseModel):
    """`ip_address` and `user_agent` are null once they were erased."""

    id: IdField
    seq: int
    at: datetime
    actor: ActorOut
    action: str
    object: ObjectOut
    details: dict[str, JsonValue]
    request_id: str
    ip_address: str | None
    user_agent: str | None
    hash: str
    prev_hash: str

    @classmethod
    def of(cls, row: Row) -> Self:
        personal = row.get("personal") or {"ip_address": None, "user_agent": None}
        return cls.model_validate({**row, **personal, "id": row["_id"]})


class FirstBad(BaseModel):
    seq: int
    reason: str


class ChainVerification(BaseModel):
    """`head_seq` and `head_hash` are how far the chain is sealed: kept elsewhere, they also show a database that was
    put back to an earlier state. `next_seq` is where to go on when there were more rows than one call checks."""

    verified: bool
    rows_checked: int
    first_bad: FirstBad | None
    head_seq: int
    head_hash: str | None
    pruned_before: int | None
    next_seq: int | None
