"""Who is at the other end of a socket: found by the one resolver of every way in, and counted as a request is. And how
many sockets there may be."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope
from starlette.websockets import WebSocket

from elenchus.core import scopes
from elenchus.core.errors import Forbidden, Unauthenticated, Unavailable
from elenchus.core.ids import Id
from elenchus.core.places import Places
from elenchus.core.principal import Principal, Role, credential_of, known

SCHEME = "bearer"
SCOPE = "chat:write"
MOST_OPEN = 2_000  # on one process, each some 50 kB
MOST_OF_ONE = 32  # person, on one process: tabs and programs
_places = Places()


class TooManySockets(Unavailable):
    title = "Too many sockets are open"


@contextmanager
def room() -> Iterator[None]:
    """A place among all open sockets; also for a stranger's. Raises `TooManySockets`."""
    full = TooManySockets("This server holds no more sockets. Try again shortly.")
    with _places.one(None, most=MOST_OPEN, full=full):
        yield


@contextmanager
def room_for(user_id: Id) -> Iterator[None]:
    """A place among this person's sockets. Raises `TooManySockets`."""
    full = TooManySockets("Close another one first; a socket takes many questions.")
    with _places.one(user_id, most=MOST_OF_ONE, full=full):
        yield


def offered(socket: WebSocket) -> str | None:
    """The token of the handshake: of `Sec-WebSocket-Protocol: bearer, <token>`, or of the headers that a program can
    set. None when it comes with the first message. Raises `Unauthenticated` for one that is neither."""
    asked: list[str] = socket.scope["subprotocols"]
    headers = {name for name, _ in socket.scope["headers"]}
    if asked:
        if len(asked) != 2 or asked[0] != SCHEME:
            raise Unauthenticated("Offer two protocols: `bearer` and the token.")
        return credential_of(_as_request(socket.scope, asked[1]))
    return credential_of(socket.scope) if headers & {b"authorization", b"x-api-key"} else None


async def admitted(scope: Scope, token: str | None) -> Principal:
    """Who may ask with this token, counted as one request; a stranger by address. Raises what `POST /chat` would."""
    request = _as_request(scope, token)
    principal = await known(request)
    if principal is None:
        refusal: Unauthenticated = request["state"]["unknown"]
        raise refusal
    if principal.api_key_id is not None:
        scopes.require(SCOPE, principal.scopes or ())
    if not principal.role.covers(Role.MEMBER):
        raise Forbidden(f"This needs the role {Role.MEMBER}; yours is {principal.role}.")
    return principal


def _as_request(scope: Scope, token: str | None) -> Scope:
    """A request of its own with this token in its header: what was found out for an earlier one is not believed."""
    others = [row for row in scope["headers"] if row[0] not in (b"authorization", b"x-api-key")] if token else []
    headers = [*others, (b"authorization", f"Bearer {token}".encode())] if token else []
    return {**scope, "headers": headers, "state": {}}
