"""What research refuses."""

from typing import ClassVar

from elenchus.core.errors import (
    Conflict,
    Invalid,
    NotFound,
    PreconditionFailed,
    Refusal,
    Unauthenticated,
    Unavailable,
)
from elenchus.core.ids import Id
from elenchus.research.models import MessageError


class ConversationNotFound(NotFound):
    title = "There is no such conversation"

    def __init__(self, conversation_id: Id) -> None:
        super().__init__("It was deleted, or it is not yours.", conversation_id=conversation_id)


class MessageNotFound(NotFound):
    title = "There is no such message"

    def __init__(self, message_id: Id | str) -> None:
        super().__init__("It was deleted, or it is not yours.", message_id=message_id)


class ConversationChanged(PreconditionFailed):
    title = "The conversation was changed meanwhile"

    def __init__(self) -> None:
        super().__init__("Read it again and repeat the change on what it says now.")


class ConversationBusy(Conflict):
    title = "Too many answers are being written in this conversation"

    def __init__(self) -> None:
        super().__init__("Wait until they are done, then ask again.")


class TooManyAnswers(Unavailable):
    title = "Too many answers are being written on this server"

    def __init__(self) -> None:
        super().__init__("Ask again shortly.")


class QuestionTooLong(Invalid):
    title = "The question is too long for this language model"

    def __init__(self, most_tokens: int) -> None:
        detail = f"With its rules the model takes {most_tokens} tokens. Shorten the question, or upload what it quotes."
        super().__init__(detail, errors=[{"loc": ["body", "content"], "msg": detail, "type": "too_long"}])


class AnswerUnderWay(Conflict):
    title = "This answer is still being written"

    def __init__(self) -> None:
        super().__init__("Stop it or wait for its end first.")


class KeyUsedBefore(Conflict):
    title = "The Idempotency-Key was used for another request"

    def __init__(self) -> None:
        super().__init__("Send a new key with a new question.")


class AccessEnded(Unauthenticated):
    title = "You may no longer read this"

    def __init__(self) -> None:
        super().__init__("Your session or API key, or your membership, has ended. Sign in again.")


class UnknownPlace(Invalid):
    title = "There is no such message in this conversation"

    def __init__(self, message_id: str) -> None:
        detail = "Take `before` unchanged from `next_cursor` of the page before, or use a message's id."
        super().__init__(detail, errors=[{"loc": ["query", "before"], "msg": detail, "type": "message"}], id=message_id)


class UnknownParent(Invalid):
    title = "There is no such message in this conversation"

    def __init__(self, message_id: Id) -> None:
        detail = "`parent_id` is the id of a message of the conversation that `conversation_id` names."
        row = {"loc": ["body", "parent_id"], "msg": detail, "type": "message"}
        super().__init__(detail, errors=[row], id=message_id)


class AnswerFailed(Unavailable):
    """The model or something it needs is away; asking again may help."""

    title = "No answer could be given"


class AnswerRefused(Conflict):
    """Asking the same again gives the same outcome."""

    title = "No answer could be given"
    slug: ClassVar[str] = "answer-refused"


class AnswerUnverified(Conflict):
    title = "The answer did not pass verification"
    slug: ClassVar[str] = "answer-unverified"


_KINDS: dict[str, type[Refusal]] = {"unverified": AnswerUnverified}


def refusal_of(error: MessageError, **fields: object) -> Refusal:
    """The same failure as an HTTP answer tells it."""
    kind = _KINDS.get(error.code, AnswerFailed if error.retryable else AnswerRefused)
    refusal = kind(error.detail)
    refusal.fields |= {"code": error.code, **fields}
    if isinstance(wait := fields.get("retry_after_seconds"), int) and error.retryable:
        refusal.retry_after_seconds = wait
    return refusal
