"""The border of the process: request id, size limit, security headers, figures, the access log and the last catch."""

import asyncio
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress

from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from elenchus.core import logs, metrics, problems
from elenchus.core.errors import Refusal, TooLarge, Unavailable

LINGER_BYTES, LINGER_SECONDS = 8_000_000, 2.0
log = logs.get(__name__)
_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{7,127}")
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),  # answers are one person's; what may be kept says so itself (RFC 6749, 5.1)
)
_QUIET_ROUTES = frozenset({"/health", "/api/v1/health", "/api/v1/health/ready", "/metrics"})


class _BodyTooLargeError(HTTPException):
    """FastAPI calls any other error while it reads a body 400, and lets only this kind pass."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"This path takes at most {limit} bytes.")


class Border:
    """The outermost layer of our own. Plain ASGI: a `BaseHTTPMiddleware` would cost a task and break streaming."""

    def __init__(
        self, app: ASGIApp, *, max_body_bytes: int, other_limits: Mapping[str, int | None] | None = None
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        #: By path; None for one that counts for itself.
        self.other_limits = dict(other_limits or {})

    def limit(self, path: str) -> int | None:
        return self.other_limits.get(path, self.max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await _Exchange(self, scope, receive, send).run()


class _Exchange:
    """One request and its answer."""

    __slots__ = ("border", "limit", "receive_raw", "received", "request_id", "scope", "send_raw", "status")

    def __init__(self, border: Border, scope: Scope, receive: Receive, send: Send) -> None:
        self.border, self.scope, self.receive_raw, self.send_raw = border, scope, receive, send
        self.request_id = _request_id(scope)
        self.limit = border.limit(scope["path"])
        self.received = 0
        self.status = 0

    async def run(self) -> None:
        if self.scope["method"] == "HEAD":  # a GET whose answer has no body; the server leaves it out (RFC 9110, 9.3.2)
            self.scope = {**self.scope, "method": "GET"}
        scope = self.scope
        scope.setdefault("state", {})["request_id"] = self.request_id
        logs.unbind_all()
        logs.bind(request_id=self.request_id)
        began = time.perf_counter()
        try:
            if not await self._refuse_announced_size():
                await self.border.app(scope, self.receive, self.send)
        except _BodyTooLargeError:
            await self._refuse_size()
        except ClientDisconnect:
            self.status = self.status or 499  # nginx's number for a client that left
        except asyncio.CancelledError:  # the server stops and has waited long enough
            await self._answer_unless_started(self._problem(Unavailable("Elenchus is restarting. Try again shortly.")))
        except Exception as error:  # noqa: BLE001 - the HTTP border
            await self._fault(error)
        finally:
            self._record(time.perf_counter() - began)

    async def receive(self) -> Message:
        message = await self.receive_raw()
        if self.limit is not None and message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            if self.received > self.limit:
                raise _BodyTooLargeError(self.limit)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers.append((b"x-request-id", self.request_id.encode()))
            present = {name for name, _ in headers}
            headers += [row for row in _HEADERS if row[0] not in present]
            message = {**message, "headers": headers}
        await self.send_raw(message)

    async def _refuse_announced_size(self) -> bool:
        if self.limit is None:
            return False
        for name, value in self.scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self.limit:
                await self._refuse_size()
                return True
        return False

    async def _refuse_size(self) -> None:
        answer = self._problem(TooLarge(f"This path takes at most {self.limit} bytes.", limit_bytes=self.limit))
        await self._linger()
        await self._answer_unless_started(answer)

    async def _linger(self) -> None:
        """Read on for a while and forget it: a client that is cut off while it sends would never see why."""
        left, is_more = LINGER_BYTES, True
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while is_more and left > 0:
                    message = await self.receive_raw()
                    left -= len(message.get("body", b""))
                    is_more = message.get("more_body", False)

    async def _fault(self, error: Exception) -> None:
        if unavailable := problems.away(error):
            log.warning("a service is away", service=unavailable.fields["service"], error=type(error).__name__)
            answer = self._problem(unavailable)
        else:
            log.error("request broke", path=self.scope["path"], exc_info=error)
            answer = problems.fault(instance=self.scope["path"], request_id=self.request_id)
        await self._answer_unless_started(answer)

    def _problem(self, refusal: Refusal) -> Response:
        return problems.response(refusal, instance=self.scope["path"], request_id=self.request_id)

    async def _answer_unless_started(self, answer: ASGIApp) -> None:
        if self.status == 0:
            await answer(self.scope, self.receive_raw, self.send)

    def _record(self, took_seconds: float) -> None:
        scope = self.scope
        route = _template(scope)
        metrics.observe(scope["method"], route, self.status, took_seconds)
        if route not in _QUIET_ROUTES:
            log.info(
                "request", method=scope["method"], route=route, status=self.status, ms=round(took_seconds * 1000, 2)
            )


def _template(scope: Scope) -> str:
    """The whole path's template: a route of an included router knows only its own part, its context the prefix too."""
    matched = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(matched, "path_format", None) or "unmatched"


def _request_id(scope: Scope) -> str:
    """The client's when it is sane (it ends in logs), else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return uuid.uuid4().hex


def only_below(prefix: str, route: BaseRoute) -> None:
    """Let this included router look only at paths that begin with its prefix.

    FastAPI tries every route of every router in turn, about 1.5 µs each: with a hundred routes most of a small request.
    """
    matches = route.matches

    def quickly(scope: Scope) -> tuple[Match, Scope]:
        return matches(scope) if get_route_path(scope).startswith(prefix) else (Match.NONE, {})

    route.matches = quickly  # type: ignore[method-assign]  # the router has no seam of its own for this
