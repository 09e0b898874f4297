"""One socket from its handshake to its end: who it is, the questions it brings, one after the other, and their answers.

Nothing is kept for a slow reader: the next event is fetched when the last one has left, and what came meanwhile comes
together. While an answer is told only a few messages are read ahead; what is sent beyond waits in the sender's buffers.
"""

import asyncio
from collections import deque
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

from beanie.exceptions import CollectionWasNotInitialized
from pydantic_core import to_json
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError
from starlette.websockets import WebSocket, WebSocketDisconnect

from elenchus.core import logs, problems
from elenchus.core.errors import Invalid, Refusal, TooManyRequests, Unauthenticated, Unavailable
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.core.stopping import stopping
from elenchus.identity import service as identity
from elenchus.research import service, store
from elenchus.research.errors import AccessEnded, MessageNotFound
from elenchus.research.following import Reading
from elenchus.research.sockets import guard, schemas
from elenchus.research.sockets.schemas import AuthIn, FollowIn, MessageIn
from elenchus.research.streams import LAST

AUTH_SECONDS = 10.0  # in which a socket without a token in its handshake says who it is
MOST_AHEAD = 4  # messages read while an answer is told, to find a stop among them
#: Refusals, and what may mean that a service is away.
TELLABLE = (Refusal, PyMongoError, RedisError, CollectionWasNotInitialized)
UNSUPPORTED, POLICY, BROKEN, RESTART, LATER = 1003, 1008, 1011, 1012, 1013
log = logs.get(__name__)


class Closed(Exception):
    """The socket ends with this code."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(slots=True)
class Session:
    socket: WebSocket
    conversation_id: Id
    principal: Principal | None = None
    token: str = ""
    watch: identity.Watch | None = None
    places: ExitStack = field(default_factory=ExitStack)
    watching: ExitStack = field(default_factory=ExitStack)
    #: Messages that came while an answer was told.
    ahead: deque[str] = field(default_factory=deque)
    #: The number of the last event that was told of the answer.
    seen: int = 0
    ear: asyncio.Task[str] | None = None
    stopped: asyncio.Task[Any] | None = None
    ended: asyncio.Task[Any] | None = None

    async def run(self) -> None:
        """The border of this stream: whatever happens, the socket is closed with a code that says so."""
        self.stopped = asyncio.create_task(stopping(self.socket.scope).wait())
        try:
            await self._open()
            while True:
                await self._take(await self._heard())
        except WebSocketDisconnect:
            return
        except Closed as end:
            await self._close(end.code, end.reason)
        except asyncio.CancelledError:  # the server stops and has waited long enough
            await self._close(RESTART, "")
            raise
        except Exception as error:
            log.error("a socket broke", exc_info=error)
            await self._close(BROKEN, "This is our fault.")
        finally:
            self.places.close()
            self.watching.close()
            for task in (self.ear, self.stopped, self.ended):
                if task:
                    task.cancel()

    # ---- who it is

    async def _open(self) -> None:
        """Accepted first: before that a browser learns nothing of a refusal but that there was one."""
        await self.socket.accept(
            subprotocol=guard.SCHEME if guard.SCHEME in self.socket.scope["subprotocols"] else None
        )
        try:
            self.places.enter_context(guard.room())
            token = guard.offered(self.socket)
            if token is None:
                token = await self._first_word()
            await self._become(token)
            self.places.enter_context(guard.room_for(self._known.user_id))
            await store.head(self._known, self.conversation_id, last=1)
        except TELLABLE as error:
            refusal = _as_refusal(error)
            await self._refuse(refusal)
            raise Closed(_code(refusal), refusal.title) from refusal

    async def _first_word(self) -> str:
        """Sockets of strangers are counted by address before they are waited for."""
        with suppress(Unauthenticated):
            await guard.admitted(self.socket.scope, None)
        try:
            async with asyncio.timeout(AUTH_SECONDS):
                said = schemas.read(await self._heard())
        except TimeoutError as error:
            raise Unauthenticated('Send {"type":"auth","token":…} first.') from error
        if not isinstance(said, AuthIn):
            raise Unauthenticated('Send {"type":"auth","token":…} first.')
        return said.token

    async def _become(self, token: str) -> None:
        """Another token of the same person and tenant takes the place of the old one."""
        found = await guard.admitted(self.socket.scope, token)
        if self.principal and (found.user_id, found.tenant_id) != (self._known.user_id, self._known.tenant_id):
            raise Closed(POLICY, "Open another socket for another person.")
        self.principal, self.token = found, token
        self.watching.close()
        self.watch = self.watching.enter_context(identity.watched(token, found))
        if self.ended:
            self.ended.cancel()
        self.ended = asyncio.create_task(self.watch.ended.wait())

    @property
    def _known(self) -> Principal:
        if self.principal is None:
            raise Unauthenticated("Sign in first.")
        return self.principal

    @property
    def _has_ended(self) -> bool:
        return self.watch is not None and self.watch.ended.is_set()

    # ---- what it says

    async def _heard(self) -> str:
        """The next message. Raises `Closed` when the server stops or who is there may be there no longer."""
        if not self.ahead:
            await _first_of(self._listening(), self.stopped, self.ended)
        if self.stopped and self.stopped.done():
            raise Closed(RESTART)
        if self._has_ended:
            await self._refuse(AccessEnded())
            raise Closed(POLICY, AccessEnded.title)
        return self.ahead.popleft() if self.ahead else self._taken()

    def _listening(self) -> asyncio.Task[str]:
        self.ear = self.ear or asyncio.create_task(self._received())
        return self.ear

    def _taken(self) -> str:
        """What was listened for. Raises `Closed` or `WebSocketDisconnect` when that was no message."""
        said, self.ear = self._listening(), None
        return said.result()

    async def _received(self) -> str:
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"], message.get("reason"))
        text = message.get("text")
        if text is None:
            raise Closed(UNSUPPORTED, "Send text.")
        return str(text)

    async def _take(self, text: str) -> None:
        """A refusal is told and the socket goes on, as the next request of a refused one would."""
        try:
            reading = await self._begun(text)
        except TELLABLE as error:
            await self._refuse(_as_refusal(error))
        else:
            if reading:
                await self._tell(reading)

    async def _begun(self, text: str) -> Reading | None:
        """Whatever it is, it counts as a request of whoever sends it, with the rights of now: a role or a scope may
        have changed since the handshake."""
        try:
            said = schemas.read(text)
        except Refusal:
            await guard.admitted(self.socket.scope, self.token)
            raise
        if isinstance(said, AuthIn):
            await self._become(said.token)
            return None
        principal = await guard.admitted(self.socket.scope, self.token)
        if isinstance(said, MessageIn):
            return await self._asked(principal, said)
        return await self._found(principal, said) if isinstance(said, FollowIn) else None

    async def _asked(self, principal: Principal, said: MessageIn) -> Reading:
        if (said.conversation_id or self.conversation_id) != self.conversation_id:
            detail = "Leave it out, or open a socket for that conversation."
            raise Invalid(detail, errors=[{"loc": ["conversation_id"], "msg": detail, "type": "conversation"}])
        asked = said.asked().model_copy(update={"conversation_id": self.conversation_id})
        self.seen = 0
        return await service.ask(principal, asked, request_id=self._request_id, key=said.idempotency_key)

    async def _found(self, principal: Principal, said: FollowIn) -> Reading:
        """An answer of this conversation, from where a socket before this one broke off."""
        reading = await service.reading(principal, said.message_id, request_id=self._request_id)
        if reading.answer.conversation_id != self.conversation_id:
            raise MessageNotFound(said.message_id)
        self.seen = said.after
        return reading

    # ---- what it is told

    async def _tell(self, reading: Reading) -> None:
        """Up to the last event, or until the reader may read no longer. A wish to stop is heard meanwhile."""
        telling = asyncio.create_task(self._told(reading))
        try:
            while not (telling.done() or self._has_ended):
                await _first_of(telling, self._listening() if self._has_room else None, self.ended)
                if self._has_room and self.ear and self.ear.done():
                    await self._hear_meanwhile(reading)
            if telling.done() and telling.result():
                return
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        await self.socket.send_text(schemas.written(reading.cut_off(self.seen)))
        raise Closed(POLICY, AccessEnded.title)

    @property
    def _has_room(self) -> bool:
        return len(self.ahead) < MOST_AHEAD

    async def _told(self, reading: Reading) -> bool:
        """Whether that was all: nothing is told to who may be here no longer."""
        async with aclosing(reading.events(self.seen)) as events:
            async for event in events:
                if self._has_ended:
                    return False
                if event:
                    await self.socket.send_text(schemas.written(event))
                    self.seen = event.seq
                    if event.name in LAST:
                        return True
        return True

    async def _hear_meanwhile(self, reading: Reading) -> None:
        text = self._taken()
        if not schemas.is_stop(text):
            self.ahead.append(text)
            return
        try:
            await guard.admitted(self.socket.scope, self.token)
            await service.stop(reading)
        except TELLABLE as error:
            await self._refuse(_as_refusal(error))

    async def _refuse(self, refusal: Refusal) -> None:
        path = self.socket.scope["path"]
        problem = problems.problem(refusal, instance=path, request_id=self._request_id)
        if refusal.retry_after_seconds is not None:
            problem["retry_after_seconds"] = refusal.retry_after_seconds
        await self.socket.send_text(to_json({"type": "error", "problem": problem}).decode())

    @property
    def _request_id(self) -> str:
        return str(self.socket.state.request_id)

    async def _close(self, code: int, reason: str) -> None:
        """The other side may have gone first."""
        try:
            await self.socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            log.debug("a socket had ended before", error=type(error).__name__)


async def _first_of(*tasks: asyncio.Task[Any] | None) -> None:
    """Wait for one of them."""
    await asyncio.wait({task for task in tasks if task}, return_when=asyncio.FIRST_COMPLETED)


def _as_refusal(error: Exception) -> Refusal:
    """The error itself when it is no refusal and no service is away."""
    refusal = error if isinstance(error, Refusal) else problems.away(error)
    if refusal is None:
        raise error
    return refusal


def _code(refusal: Refusal) -> int:
    return LATER if isinstance(refusal, TooManyRequests | Unavailable) else POLICY
