"""`Idempotency-Key`: a POST that is sent again under the same key gets the first answer and is not done again.

Between the border and the app, for what creates or spends and answers in one piece. Rows are kept by `core.answers`.
When the process or the database fails between the work and the keeping of its answer, nobody knows that it was done:
the same key does it again once the lease is over. What may never happen twice meets itself in its own room.
"""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from pymongo.errors import PyMongoError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from elenchus.core import answers, crypto, logs
from elenchus.core.answers import MODELS, AnswerNotKept, KeptAnswer
from elenchus.core.context import caller
from elenchus.core.errors import Malformed
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal, known
from elenchus.core.ratelimit import network_of
from elenchus.core.settings import settings

__all__ = ["MODELS", "Idempotency"]

MOST_ANSWER_BYTES = 256 * 1024
RENEW_SECONDS = answers.LEASE_SECONDS / 3
#: What may go another way the next time, though nothing is changed: the key stays free for it.
PASSING = frozenset((401, 403, 408, 423, 425, 429))
FIRST_FAULT = 500
NO_CONTENT = 204
REPLAYED = (b"idempotency-replayed", b"true")
#: Visible ASCII.
KEY = r"[\x21-\x7e]{1,200}"
_KEY = re.compile(KEY.encode())
_KEPT_HEADERS = frozenset((b"content-type", b"location", b"etag", b"retry-after"))
_FORMS = (b"multipart/form-data", b"application/x-www-form-urlencoded")
log = logs.get(__name__)


class Idempotency:
    """`except_paths`, and paths with one of these endings, know the header in their own way, or hand out tokens that
    nobody may get twice."""

    def __init__(
        self, app: ASGIApp, *, below: str, except_paths: Collection[str] = (), except_endings: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        self.below = below
        self.except_paths = frozenset(except_paths)
        self.except_endings = except_endings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and (key := self._key(scope)):
            await self._once(key, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _key(self, scope: Scope) -> bytes | None:
        keys = [value for name, value in scope["headers"] if name == b"idempotency-key"]
        if (
            not keys
            or not scope["path"].startswith(self.below)
            or scope["path"] in self.except_paths
            or scope["path"].endswith(self.except_endings)
            or _is_form(scope)
        ):
            return None
        if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
            raise Malformed("Send one Idempotency-Key of 1 to 200 visible ASCII characters.")
        return bytes(keys[0])

    async def _once(self, key: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        principal = await known(scope)  # first: whose credential is revoked sees no answer of before
        id_, holder = _id(principal, scope["path"], key), new_id()
        kept = await answers.claim(id_, _fingerprint(principal, scope, body), holder=holder)
        if kept is not None:
            await _replay(kept, send)
            return
        work = _Work(id_, holder, send)
        async with _alive(id_, holder):
            await work.run(self.app, scope, _again(body, receive))


class _Work:
    """The first request with its key: done by the app, its answer kept before its last byte leaves.

    One that is not kept leaves first: a database that froze meanwhile would make it wait twice.
    """

    __slots__ = ("_body", "_headers", "_holder", "_id", "_is_over", "_send", "_status")

    def __init__(self, id_: Id, holder: Id, send: Send) -> None:
        self._id, self._holder, self._send = id_, holder, send
        self._status = FIRST_FAULT  # until it says otherwise
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._is_over = False

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        """When this process is stopped in it, the lease is left to run out: who knows how far it came."""
        try:
            await app(scope, receive, self.send)
        except Exception:
            await self._end(is_whole=False)
            raise
        await self._end(is_whole=False)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [row for row in message.get("headers", ()) if row[0].lower() in _KEPT_HEADERS]
        elif len(self._body) <= MOST_ANSWER_BYTES:
            self._body += message.get("body", b"")
        is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if is_last and not self._is_passing:
            await self._end(is_whole=True)
        await self._send(message)

    @property
    def _is_passing(self) -> bool:
        return self._status >= FIRST_FAULT or self._status in PASSING

    async def _end(self, *, is_whole: bool) -> None:
        """Once. Without the database the work is done all the same; the lease then ends by itself."""
        if self._is_over:
            return
        self._is_over = True
        try:
            if self._is_passing:
                await answers.give_back(self._id, holder=self._holder)
            elif not await answers.keep(self._id, self._status, self._sealed(is_whole), holder=self._holder):
                log.warning("a request outlived its lease; another one with its Idempotency-Key may have been done too")
        except PyMongoError as error:
            log.warning("an answer was not kept: the database does not answer", error=type(error).__name__)

    def _sealed(self, is_whole: bool) -> bytes | None:
        """The answer may show a secret once, such as a new API key."""
        if not is_whole or len(self._body) > MOST_ANSWER_BYTES:
            return None
        head = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self._headers]
        return crypto.seal(settings().server, _purpose(self._id), json.dumps(head).encode() + b"\n" + self._body)


async def _replay(kept: KeptAnswer, send: Send) -> None:
    if kept.sealed is None or kept.status is None:
        raise AnswerNotKept
    opened = crypto.unseal(settings().server, _purpose(kept.id), kept.sealed)
    head, _, body = opened.partition(b"\n")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in json.loads(head)]
    if kept.status != NO_CONTENT:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": kept.status, "headers": [*headers, REPLAYED]})
    await send({"type": "http.response.body", "body": body})


def _id(principal: Principal | None, path: str, key: bytes) -> Id:
    """Nobody's key is another's: who it is comes first, and strangers are who they are by their address."""
    if principal is None:
        return derived_id("idempotency", "", network_of(caller().ip_address), path, key.decode())
    actor = f"key:{principal.api_key_id}" if principal.api_key_id else f"user:{principal.user_id}"
    return derived_id("idempotency", principal.tenant_id, actor, path, key.decode())


def _fingerprint(principal: Principal | None, scope: Scope, body: bytes) -> str:
    """Of the request and of what its sender may do: who may less now than then does not get the answer of then."""
    may = (principal.role, principal.is_superuser, *sorted(principal.scopes or ())) if principal else ()
    parts = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), may)
    secret = crypto.key_for(settings().server, "idempotency")
    return hmac.digest(secret, json.dumps(parts).encode() + b"\n" + body, "sha256").hex()


def _purpose(id_: Id) -> str:
    """Of its own for each row: a sealed answer put into another row does not open."""
    return f"kept answer {id_}"


def _is_form(scope: Scope) -> bool:
    """An upload: the same bytes are the same document anyway, and are not read into memory for this."""
    return any(name == b"content-type" and value.lower().startswith(_FORMS) for name, value in scope["headers"])


async def _whole(receive: Receive) -> bytes:
    """The border bounds it."""
    body, is_more = bytearray(), True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body as if nobody had read it, and then whatever comes."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return unread.pop() if unread else await receive()

    return give


@asynccontextmanager
async def _alive(id_: Id, holder: Id) -> AsyncIterator[None]:
    """A model may take minutes: the lease is renewed while the work goes on."""
    renewing = asyncio.create_task(_renew(id_, holder))
    try:
        yield
    finally:
        renewing.cancel()


async def _renew(id_: Id, holder: Id) -> Any:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await answers.renew(id_, holder=holder)
        except PyMongoError as error:
            log.warning("a lease was not renewed: the database does not answer", error=type(error).__name__)
