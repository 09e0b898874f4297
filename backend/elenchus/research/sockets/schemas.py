"""What goes over the socket, in both directions."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from elenchus.core.depth import JsonDepth
from elenchus.core.errors import Invalid, Malformed, Refusal
from elenchus.core.idempotency import KEY
from elenchus.core.ids import IdField
from elenchus.core.problems import ERRORS_SHOWN
from elenchus.research.schemas import AskIn
from elenchus.research.streams import Event

LONGEST_TOKEN = 8_192


class AuthIn(BaseModel):
    """First, when the handshake brought no token; later, to go on with a fresh one of the same person."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["auth"]
    token: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TOKEN, pattern=r"^[\x21-\x7e]+$")]


class MessageIn(AskIn):
    """A question as `POST /chat` takes it. `conversation_id` may be left out: the socket's path names it. With the same
    `idempotency_key` again, after a break, it is the same answer."""

    type: Literal["message"]
    idempotency_key: Annotated[str, StringConstraints(pattern=f"^{KEY}$")] | None = None

    def asked(self) -> AskIn:
        return AskIn(**self.model_dump(exclude={"type", "idempotency_key"}))


class StopIn(BaseModel):
    """End the answer that is being told with the text so far; when none is, nothing happens."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["stop"]


class FollowIn(BaseModel):
    """The events of an answer of this conversation after the one with the id `after`: what a socket before this one did
    not bring."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["follow"]
    message_id: IdField
    after: Annotated[int, Field(ge=0, lt=10**15)] = 0


Said = AuthIn | MessageIn | StopIn | FollowIn
_SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


def read(text: str) -> Said:
    """Raises `Malformed` or `Invalid`, as a request with this body would."""
    try:
        JsonDepth().feed(text.encode())
        return _SAID.validate_json(text)
    except UnicodeEncodeError as error:
        raise Malformed("Send the JSON as UTF-8.") from error
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        rows = [{"loc": list(row["loc"]), "msg": row["msg"], "type": row["type"]} for row in found[:ERRORS_SHOWN]]
        if rows[0]["type"] == "json_invalid":
            raise Malformed("The message is not valid JSON.", errors=rows) from error
        detail = 'Send a "type" of "auth", "message", "stop" or "follow", with valid values.'
        raise Invalid(detail, errors=rows) from error


def is_stop(text: str) -> bool:
    try:
        return isinstance(read(text), StopIn)
    except Refusal:
        return False


def written(event: Event) -> str:
    """The event's own JSON with its type and id in front: as cheap for a long one as for a short one."""
    head = f'{{"type":"{event.name}","id":{event.seq}'
    if event.data.startswith("{"):
        return f"{head}}}" if event.data == "{}" else f"{head},{event.data[1:]}"
    return f'{head},"{event.name}":{event.data}}}'
