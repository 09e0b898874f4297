"""The border of the process: who calls, request id, limits, security headers, figures, the log and the last catch."""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress

from starlette._utils import get_route_path
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from elenchus.core import headers as security
from elenchus.core import logs, metrics, problems
from elenchus.core.context import Caller, set_caller
from elenchus.core.depth import JsonDepth
from elenchus.core.errors import Malformed, Refusal, TooLarge, Unavailable
from elenchus.core.origin import ForeignOrigin, Origins, Proxies
from elenchus.core.principal import known
from elenchus.core.problems import UnfitBody

LINGER_BYTES, LINGER_SECONDS = 8_000_000, 2.0
USER_AGENT_BYTES = 200
POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
log = logs.get(__name__)
_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{7,127}")
_QUIET_ROUTES = frozenset({"/health", "/api/v1/health", "/api/v1/health/ready", "/metrics"})


class Border:
    """The outermost layer. Plain ASGI: a `BaseHTTPMiddleware` would cost a task and break streaming."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        other_limits: Mapping[str, int | None] | None = None,
        trusted_proxies: Iterable[str] = (),
        public_url: str = "",
        cors_origins: Iterable[str] = (),
        counted: str = "/api/",
        uncounted: Collection[str] = (),
        pages: Mapping[str, security.Rows] | None = None,
        cross_origin: Callable[[ASGIApp], ASGIApp] | None = None,
    ) -> None:
        #: Lets other websites read an answer, the border's own too, and answers what they ask beforehand.
        self.cross_origin = cross_origin
        self.app = self.readable(app)
        self.max_body_bytes = max_body_bytes
        #: By path; None for one that counts for itself.
        self.other_limits = dict(other_limits or {})
        self.proxies = Proxies(trusted_proxies)
        self.origins = Origins(public_url, cors_origins)
        #: Below which path requests are counted, and which probes are not.
        self.counted, self.uncounted = counted, frozenset(uncounted)
        #: Whose security headers differ, by path.
        self.pages = dict(pages or {})

    def limit(self, path: str) -> int | None:
        return self.other_limits.get(path, self.max_body_bytes)

    def counts(self, path: str) -> bool:
        return path.startswith(self.counted) and path not in self.uncounted

    def readable(self, app: ASGIApp) -> ASGIApp:
        return self.cross_origin(app) if self.cross_origin else app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _Exchange(self, scope, receive, send).run()
        elif scope["type"] == "websocket":
            await self._open(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket's handshake: every website may start one, so it says which it is."""
        headers = _first_of_each(scope)
        self.introduce(scope, headers)
        try:
            self.origins.check(scope, headers)
        except ForeignOrigin:
            log.warning("a handshake from a foreign website was refused")
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})  # before it is accepted: HTTP 403
        else:
            await self.app(scope, receive, send)

    def introduce(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """Let everything below know whose request this is; its id."""
        self.proxies.look_behind(scope)
        request_id = _request_id(headers.get(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        peer = scope.get("client")
        address = peer[0].removeprefix("::ffff:") if peer else ""  # IPv4 as a socket for both kinds shows it
        set_caller(Caller(request_id, address, headers.get(b"user-agent", b"")[:USER_AGENT_BYTES].decode("latin-1")))
        logs.unbind_all()
        logs.bind(request_id=request_id)
        return request_id


class _Exchange:
    """One request and its answer."""

    __slots__ = (
        "border", "depth", "has_more", "headers", "is_unfit", "limit", "receive_raw", "received", "request_id", "scope",
        "send_raw", "status",
    )  # fmt: skip

    def __init__(self, border: Border, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":  # a GET whose answer has no body; the server leaves it out (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        self.border, self.scope, self.receive_raw, self.send_raw = border, scope, receive, send
        self.headers = _first_of_each(scope)
        self.request_id = border.introduce(scope, self.headers)
        self.limit = border.limit(scope["path"])
        self.depth = JsonDepth() if b"json" in self.headers.get(b"content-type", b"").lower() else None
        self.received = 0
        self.has_more, self.is_unfit = True, False
        self.status = 0

    async def run(self) -> None:
        began = time.perf_counter()
        try:
            await self._require_admission()
            await self.border.app(self.scope, self.receive, self.send)
        except UnfitBody as error:
            await self._answer_unless_started(self._problem(error.refusal))
        except Refusal as refusal:
            await self._answer_unless_started(self._problem(refusal))
        except ClientDisconnect:
            self.status = self.status or 499  # nginx's number for a client that left
        except asyncio.CancelledError:  # the server stops and has waited long enough
            await self._answer_unless_started(self._problem(Unavailable("Elenchus is restarting. Try again shortly.")))
        except Exception as error:  # noqa: BLE001 - the HTTP border
            await self._fault(error)
        finally:
            self._record(time.perf_counter() - began)

    async def _require_admission(self) -> None:
        """Raises what the request is refused for before anything of it is read."""
        self.border.origins.check(self.scope, self.headers)
        if self.border.counts(self.scope["path"]) and not self._is_preflight():
            await known(self.scope)  # whatever it asks for: an open path or none is where a limit is tried to be evaded
        announced = self.headers.get(b"content-length", b"")
        if self.limit is not None and announced.isdigit() and int(announced) > self.limit:
            raise self._unfit(self._too_large(self.limit))

    def _is_preflight(self) -> bool:
        """One precedes each request of another website's page, and is answered before it comes to anything."""
        is_one = self.scope["method"] == "OPTIONS" and b"access-control-request-method" in self.headers
        return is_one and b"origin" in self.headers and self.border.cross_origin is not None

    async def receive(self) -> Message:
        message = await self.receive_raw()
        if message["type"] == "http.request":
            body, self.has_more = message.get("body", b""), message.get("more_body", False)
            self.received += len(body)
            if self.limit is not None and self.received > self.limit:
                raise self._unfit(self._too_large(self.limit))
            if self.depth is not None:
                self._look_into(self.depth, body)
        return message

    def _look_into(self, depth: JsonDepth, body: bytes) -> None:
        try:
            depth.feed(body)
        except Malformed as refusal:
            raise self._unfit(refusal) from refusal

    def _unfit(self, refusal: Refusal) -> UnfitBody:
        self.is_unfit = True
        return UnfitBody(refusal)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.is_unfit:
                await self._linger()
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers.append((b"x-request-id", self.request_id.encode()))
            if standing := self.scope["state"].get("rate_limit"):
                headers += security.of_limit(standing)
            rows = self.border.pages.get(self.scope["path"], security.ROWS)
            security.complete(headers, rows, is_https=self.scope.get("scheme") == "https")
            message = {**message, "headers": headers}
        await self.send_raw(message)

    def _too_large(self, limit: int) -> TooLarge:
        return TooLarge(f"This path takes at most {limit} bytes.", limit_bytes=limit)

    async def _linger(self) -> None:
        """Read on for a while and forget it: a client that is cut off while it sends would never see why."""
        left = LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while self.has_more and left > 0:
                    message = await self.receive_raw()
                    left -= len(message.get("body", b""))
                    self.has_more = message.get("more_body", False)

    async def _fault(self, error: Exception) -> None:
        if unavailable := problems.away(error):
            log.warning("a service is away", service=unavailable.fields["service"], error=type(error).__name__)
            answer = self._problem(unavailable)
        else:
            log.error("request broke", route=_template(self.scope), exc_info=error)  # a path may open something
            answer = problems.fault(instance=self.scope["path"], request_id=self.request_id)
        await self._answer_unless_started(answer)

    def _problem(self, refusal: Refusal) -> Response:
        return problems.response(refusal, instance=self.scope["path"], request_id=self.request_id)

    async def _answer_unless_started(self, answer: ASGIApp) -> None:
        if self.status == 0:
            await self.border.readable(answer)(self.scope, self.receive_raw, self.send)

    def _record(self, took_seconds: float) -> None:
        scope = self.scope
        route = _template(scope)
        metrics.observe(scope["method"], route, self.status, took_seconds)
        if route not in _QUIET_ROUTES:
            log.info(
                "request", method=scope["method"], route=route, status=self.status, ms=round(took_seconds * 1000, 2)
            )


def _first_of_each(scope: Scope) -> dict[bytes, bytes]:
    """Of a header sent twice the first counts, as it does for the framework: who checks must see what is used."""
    return dict(scope["headers"][::-1])


def _template(scope: Scope) -> str:
    """The whole path's template: a route of an included router knows only its own part, its context the prefix too."""
    matched = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(matched, "path_format", None) or "unmatched"


def _request_id(sent: bytes | None) -> str:
    """The client's when it is sane (it ends in logs), else a new one."""
    return sent.decode() if sent is not None and _SANE_REQUEST_ID.fullmatch(sent) else secrets.token_hex(16)


def only_below(prefix: str, route: BaseRoute) -> None:
    """Let this included router look only at paths that begin with its prefix.

    FastAPI tries every route of every router in turn, about 1.5 µs each: with a hundred routes most of a small request.
    """
    matches = route.matches

    def quickly(scope: Scope) -> tuple[Match, Scope]:
        return matches(scope) if get_route_path(scope).startswith(prefix) else (Match.NONE, {})

    route.matches = quickly  # type: ignore[method-assign]  # the router has no seam of its own for this
