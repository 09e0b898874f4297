"""A list of messages as a conversation of ours with one more question, and its answer in OpenAI's shape."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic_core import to_json

from elenchus.core.clock import now
from elenchus.core.dialects import openai_error
from elenchus.core.errors import NotFound
from elenchus.core.ids import new_id
from elenchus.core.llm.factory import ALL_OF, AUTO, offered
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.research import placing, prompts, service
from elenchus.research.following import Reading
from elenchus.research.models import AnswerUsage, Conversation, Message, MessageRole, wire_time
from elenchus.research.openai_api import schemas
from elenchus.research.openai_api.schemas import (
    Choice,
    Completion,
    CompletionIn,
    Grounds,
    MessageIn,
    ModelOut,
    Models,
    Said,
    Usage,
)
from elenchus.research.schemas import AnswerOut, AskIn
from elenchus.research.streams import DELTA, Event
from elenchus.research.tail import as_row

#: Of what was said before: an answer is given on no more of it, and a conversation begins with no more.
MOST_EARLIER, MOST_EARLIER_CHARACTERS = placing.HISTORY_MESSAGES - 1, 200_000
OURS = "elenchus"
_ROLES = {"user": MessageRole.USER, "assistant": MessageRole.ASSISTANT}


def models() -> Models:
    """Those that a question may name here."""
    named = [AUTO, *(name for name in offered(settings().llm) if not name.endswith(ALL_OF))]
    return Models(data=[ModelOut(id=name, owned_by=_owner(name)) for name in named])


def model(name: str) -> ModelOut:
    """Raises `NoSuchModel`."""
    found = next((each for each in models().data if each.id == name), None)
    if found is None:
        raise NoSuchModel(name)
    return found


class NoSuchModel(NotFound):
    title = "There is no such model here"

    def __init__(self, name: str) -> None:
        super().__init__("GET …/models lists those that a question may name.", model=name[:200])


def _owner(name: str) -> str:
    return name.partition(":")[0] if ":" in name else OURS


async def ask(principal: Principal, asked: CompletionIn, *, request_id: str) -> Reading:
    """Every refusal happens here, and what is refused leaves nothing."""
    wanted = AskIn(
        content=asked.messages[-1].text,
        document_ids=asked.document_ids,
        model=asked.model,
        temperature=asked.temperature,
        require_verified=asked.require_verified,
    )
    return await service.ask(principal, wanted, request_id=request_id, begun=_begun(principal, wanted, asked.messages))


def _standing(messages: Sequence[MessageIn]) -> list[Message]:
    """What the client's `system` messages wish, as the first thing that the user said: it is said by whoever has the
    key, so it may be followed like a question and counts for no more than one. The rules stand above it."""
    texts = [message.text for message in messages if message.role in schemas.STANDING and message.text]
    return [_said(MessageRole.USER, prompts.standing("\n\n".join(texts)))] if texts else []


def _said(role: MessageRole, text: str) -> Message:
    return Message(id=str(new_id()), role=role, content=text, created_at=wire_time(now()))


def _earlier(messages: Sequence[MessageIn]) -> list[Message]:
    """The newest of what was said that fits, oldest first."""
    found: list[Message] = []
    left = MOST_EARLIER_CHARACTERS
    for message in reversed(messages):
        role, text = _ROLES.get(message.role), message.text
        if role is None or not text:
            continue
        left -= len(text)
        if left < 0 or len(found) == MOST_EARLIER:
            break
        found.append(_said(role, text))
    return found[::-1]


def _begun(principal: Principal, wanted: AskIn, messages: Sequence[MessageIn]) -> Conversation:
    """What was said before the question. Its name is what the user asked first, not what the client wishes for."""
    said = _earlier(messages[:-1])
    first = next((message.content for message in said if message.role is MessageRole.USER), wanted.content)
    conversation = placing.new_conversation(
        principal,
        id_=new_id(),
        title=placing.title_of(first),
        session_id=None,
        document_ids=wanted.document_ids,
    )
    conversation.messages = [as_row(message) for message in [*_standing(messages), *said]]
    return conversation


# ---- the answer, whole


def completion(asked: CompletionIn, answer: AnswerOut) -> Completion:
    message = answer.message
    return Completion(
        id=f"chatcmpl-{message.id}",
        created=int(now().timestamp()),
        model=message.model or asked.model,
        choices=[Choice(message=Said(content=message.content), finish_reason=_finish(message))],
        usage=_usage(answer.usage),
        elenchus=_grounds(str(answer.conversation_id), message),
    )


def _usage(used: AnswerUsage | None) -> Usage | None:
    return Usage(**used.model_dump(include=set(Usage.model_fields))) if used else None


def _finish(message: Message) -> Literal["stop", "length"]:
    return "length" if message.is_cut else "stop"


def _grounds(conversation_id: str, message: Message) -> Grounds:
    shown = message.model_dump(mode="json", include={"citations", "verification"})
    return Grounds(conversation_id=conversation_id, message_id=message.id, **shown)


# ---- the answer, as it is written


class Chunks:
    """The events of one answer as OpenAI's."""

    def __init__(self, asked: CompletionIn, reading: Reading) -> None:
        self._reading = reading
        self._wants_usage = asked.wants_usage
        self._head: dict[str, Any] = {
            "id": f"chatcmpl-{reading.message_id}",
            "object": "chat.completion.chunk",
            "created": int(now().timestamp()),
            "model": reading.answer.model,
        }

    def of(self, event: Event) -> bytes:
        """Nothing for what OpenAI's stream has no word for; it comes with the last chunk."""
        if event.name == "meta":
            return self._chunk({"role": "assistant", "content": ""})
        if event.name == DELTA:
            return self._chunk({"content": json.loads(event.data)["text"]})
        if event.name == "error":
            return _line({"error": openai_error(json.loads(event.data)["problem"])})
        return self._end(Message.model_validate(json.loads(event.data)["message"])) if event.name == "done" else b""

    def _chunk(self, delta: dict[str, str], *, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self._wants_usage else {}
        return _line({**self._head, "choices": [choice], **usage, **more})

    def _end(self, message: Message) -> bytes:
        grounds = _grounds(str(self._reading.answer.conversation_id), message)
        last = self._chunk({}, finish=_finish(message), elenchus=grounds)
        if self._wants_usage:
            last += _line({**self._head, "choices": [], "usage": _usage(message.usage)})
        return last + b"data: [DONE]\n\n"


def _line(value: dict[str, Any]) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"
