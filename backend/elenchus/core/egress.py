"""The one door for HTTP to addresses that users name.

A name is looked up once, each address it has must be one that the whole world reaches (or that EGRESS_ALLOW_HOSTS
opens), and the connection goes to that very address: whoever answers the second question about a name differently is
not asked. No redirect is followed, no proxy and no cookie of the environment is used, and time and size are bounded.
It is httpx's engine without httpx, which would do all of that unless told otherwise, at each place where it is used.

ForbiddenAddress    final: it is not called, now or later
Unreachable         another moment may do
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

import httpcore

from elenchus.core import urls
from elenchus.core.addresses import IPAddress, may_be_called
from elenchus.core.errors import Unavailable
from elenchus.core.settings import settings
from elenchus.core.urls import ForbiddenAddress, Url

MOST_BODY_BYTES: Final = 64 * 1024
MOST_ADDRESSES: Final = 4  # tried of one name
CONNECT_SECONDS: Final = 5.0  # for each of them
AGAIN_SECONDS: Final = 5
#: Of an answer's header, what a caller may want to know.
_TOLD: Final = frozenset({"content-type", "retry-after"})
_TOLD_CHARACTERS: Final = 200
#: Ours to say: they frame the request, or would lead it elsewhere.
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "cookie"})
#: Threads of their own: a name server that keeps silent must not hold those that all other work shares.
_lookups = ThreadPoolExecutor(4, thread_name_prefix="egress-lookup")


class Unreachable(Unavailable):
    slug, title = "unreachable", "The receiver was not reached"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after_seconds=AGAIN_SECONDS)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes
    #: False when the body went on past the time or the size that it is given; what is here is its beginning.
    is_whole: bool


def read(url: str) -> Url:
    """The parts of a URL that may be called as far as one can tell without asking anybody. Raises
    `ForbiddenAddress`."""
    rules = settings().egress
    return urls.read(url, allow_http=rules.allow_http, besides=rules.opened)


async def check(url: str) -> Url:
    """For a URL that is about to be stored. What it leads to is asked again before each call. Raises
    `ForbiddenAddress`, `Unreachable`."""
    parts, ends = read(url), _deadline()
    with _told(parts):
        async with asyncio.timeout_at(ends):
            await _addresses(parts)
    return parts


async def post(url: str, *, content: bytes, headers: Mapping[str, str]) -> Reply:
    """Once its status is here the call has had its effect: a body that does not end is cut and is no failure. Raises
    `ForbiddenAddress`, and `Unreachable`, after which the receiver may have got it all the same."""
    parts, ends = read(url), _deadline()
    request = _request(parts, content, headers)
    with _told(parts):
        async with asyncio.timeout_at(ends):
            addresses = await _addresses(parts)
            trust = await asyncio.to_thread(_trust) if parts.scheme == "https" else None
        async with _Pinned(parts, addresses) as pinned:
            line = httpcore.AsyncHTTPConnection(request.url.origin, trust, network_backend=pinned)
            async with asyncio.timeout_at(ends):
                response = await line.handle_async_request(request)
            body, is_whole = await _beginning(response, ends)
    return Reply(response.status, _header(response.headers), body, is_whole)


def _deadline() -> float:
    return asyncio.get_running_loop().time() + settings().egress.timeout_seconds


def _request(parts: Url, content: bytes, headers: Mapping[str, str]) -> httpcore.Request:
    if wrong := _OURS & {name.lower() for name in headers}:
        raise ValueError(f"These are not the caller's to say: {sorted(wrong)}.")
    ours = {
        "Host": parts.authority,
        "Content-Length": str(len(content)),
        "Accept-Encoding": "identity",  # nothing to unpack
        "Connection": "close",
    }
    target = httpcore.URL(
        scheme=parts.scheme.encode(), host=parts.host.encode(), port=parts.port, target=parts.target.encode()
    )
    said = [(name.encode("ascii"), value.encode("ascii")) for name, value in {**ours, **headers}.items()]
    return httpcore.Request("POST", target, headers=said, content=content)


# ---- where it leads


async def _addresses(parts: Url) -> Sequence[IPAddress]:
    """Those that were checked, in the resolver's order. A name of which a single one is not allowed is not called at
    all."""
    if parts.address is not None:
        found: Sequence[IPAddress] = [parts.address]
    else:
        said = await asyncio.get_running_loop().run_in_executor(_lookups, lookup, parts.host, parts.port)
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in dict.fromkeys(said)]
    besides = settings().egress.opened
    name = parts.host if parts.address is None else None
    if not all(may_be_called(address, parts.port, name=name, besides=besides) for address in found):
        raise ForbiddenAddress(
            f"{parts.host} does not lead to a public address only. If it is meant to be called, whoever runs this "
            "deployment can list it in EGRESS_ALLOW_HOSTS."
        )
    if not found:
        raise Unreachable(f"The name server knows no address of {parts.host}.")
    return found[:MOST_ADDRESSES]


def lookup(host: str, port: int) -> list[str]:
    """What the system's resolver says, in a thread. Tests put their own in its place."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(row[4][0]) for row in rows]


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that were checked, and to nothing else, whatever it is asked for. Whatever it opened is
    closed at the end: httpcore forgets a connection when it is cancelled in the handshake."""

    def __init__(self, parts: Url, addresses: Sequence[IPAddress]) -> None:
        self._asked = (parts.host, parts.port)
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()
        self._opened: httpcore.AsyncNetworkStream | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opened is not None:
            await self._opened.aclose()

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        if (host, port) != self._asked:
            raise httpcore.ConnectError("Another address was asked for.")
        *others, last = map(str, self._addresses)
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._connect(address, port)
        return await self._connect(last, port)

    async def _connect(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        self._opened = await self._network.connect_tcp(address, port, timeout=CONNECT_SECONDS)
        return self._opened


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The system's authorities, SSL_CERT_FILE's and certifi's: 20 ms, so once."""
    return httpcore.default_ssl_context()


# ---- what comes back


async def _beginning(response: httpcore.Response, ends: float) -> tuple[bytes, bool]:
    taken, is_whole = bytearray(), False
    try:
        async with asyncio.timeout_at(ends):
            async for piece in response.aiter_stream():
                taken += piece
                if len(taken) > MOST_BODY_BYTES:
                    break
            else:
                is_whole = True
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        pass
    finally:
        await response.aclose()
    return bytes(taken[:MOST_BODY_BYTES]), is_whole


def _header(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    told = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
    return {name: value[:_TOLD_CHARACTERS] for name, value in told if name in _TOLD}


@contextmanager
def _told(parts: Url) -> Iterator[None]:
    """Every trouble as a sentence that names nothing but the host, as it was written: what answers there, and at which
    address, is nobody's to learn by trying."""
    try:
        yield
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise Unreachable(f"{parts.host} did not answer in time.") from error
    except socket.gaierror as error:
        raise Unreachable(f"The name server knows no address of {parts.host}.") from error
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise Unreachable(f"{parts.host} shows no certificate that is valid for it.") from error
        raise Unreachable(f"{parts.host} could not be reached.") from error
    except httpcore.RemoteProtocolError as error:
        raise Unreachable(f"{parts.host} does not answer as a web server does.") from error
    except (httpcore.NetworkError, OSError) as error:
        raise Unreachable(f"{parts.host} ended the connection.") from error


__all__ = ["ForbiddenAddress", "Reply", "Unreachable", "Url", "check", "post", "read"]
