"""Where a request comes from: its address behind proxies that we trust, and the website whose page made it."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from starlette.types import Scope

from elenchus.core.errors import Forbidden

MOST_HOPS = 32  # of X-Forwarded-For; nobody has more proxies, and each entry costs a microsecond
_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
_ONE_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
Headers = Mapping[bytes, bytes]
_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network


class ForeignOrigin(Forbidden):
    slug, title = "foreign-origin", "Another website sent this request"

    def __init__(self, what_to_do: str = "") -> None:
        super().__init__(what_to_do or "Send `Authorization` instead of a cookie, or add the website to CORS_ORIGINS.")


class Proxies:
    """Those whose X-Forwarded-For and X-Forwarded-Proto are believed. Anybody else could write there what they like."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [_network(entry) for entry in trusted]
        self._believes = lru_cache(maxsize=4096)(self._is_trusted)

    def look_behind(self, scope: Scope) -> None:
        """Put into the scope who and what was there before our own proxies; what makes no sense changes nothing."""
        peer = scope.get("client")
        if not self._networks or not peer or not self._believes(peer[0]):
            return
        if address := self._farthest_known(_joined(scope, b"x-forwarded-for")):
            scope["client"] = (address, 0)
        said = _joined(scope, b"x-forwarded-proto").rpartition(b",")[2].strip().lower()
        if said in (b"http", b"https"):
            is_websocket = scope["type"] == "websocket"
            scope["scheme"] = said.decode().replace("http", "ws") if is_websocket else said.decode()

    def _farthest_known(self, forwarded: bytes) -> str | None:
        """The right-most entry that is not a trusted proxy's, for what is left of it was written by a stranger."""
        address = None
        for entry in reversed(forwarded.rsplit(b",", MOST_HOPS)[-MOST_HOPS:]):
            address = _bare_address(entry.strip().decode("latin-1"))
            if address is None or not self._believes(address):
                break
        return address

    def _is_trusted(self, address: str) -> bool:
        known = _parsed(address)
        return known is not None and any(known in network for network in self._networks)


def _network(entry: str) -> _Network:
    try:
        return ipaddress.ip_network(entry.strip(), strict=False)
    except ValueError as error:
        raise ValueError(f"TRUSTED_PROXIES: {entry!r} is neither an address nor a network.") from error


def _parsed(address: str) -> _Address | None:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return None
    return (known.ipv4_mapped or known) if isinstance(known, IPv6Address) else known


def _bare_address(entry: str) -> str | None:
    """Without the port that some proxies add: `203.0.113.9:51234`, `[2001:db8::1]:51234`."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    known = _parsed(entry)
    return None if known is None else str(known)


def _joined(scope: Scope, wanted: bytes) -> bytes:
    """Several lines of one name are one list (RFC 9110, 5.3)."""
    return b",".join(value for name, value in scope["headers"] if name == wanted)


class Origins:
    """The websites that may act for a signed-in browser: the deployment's own and those of CORS_ORIGINS."""

    def __init__(self, public_url: str, others: Iterable[str]) -> None:
        named = [public_url, *others] if public_url else others
        self._named = frozenset(_origin(url).encode() for url in named)

    def check(self, scope: Scope, headers: Headers) -> None:
        """Raises `ForeignOrigin`. A browser adds cookies to whatever any website makes it send; tokens it does not."""
        if scope["type"] == "websocket":
            is_fine = b"origin" not in headers or self._is_ours(scope, headers)
        else:
            is_fine = scope["method"] in _SAFE_METHODS or not _by_cookie(headers) or self._is_ours(scope, headers)
        if not is_fine:
            raise ForeignOrigin

    def require_own(self, scope: Scope, headers: Headers) -> None:
        """Raises `ForeignOrigin` for whatever no page of this deployment has sent, or does not say so: each browser
        says with a POST where it comes from."""
        if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin" or not self._is_ours(scope, headers):
            raise ForeignOrigin("This is for the web interface alone; a program signs in with POST /api/v1/auth/login.")

    def _is_ours(self, scope: Scope, headers: Headers) -> bool:
        if headers.get(b"sec-fetch-site") == b"same-origin":  # no script can write it (Fetch metadata, 3)
            return True
        origin = headers.get(b"origin", b"").lower()
        return origin in self._named or origin in _reached_as(scope, headers)


def _by_cookie(headers: Headers) -> bool:
    """In a browser, that is: each says with a write where it comes from. A program has cookies of load balancers."""
    is_browser = b"origin" in headers or b"sec-fetch-site" in headers
    return is_browser and b"cookie" in headers and b"authorization" not in headers and b"x-api-key" not in headers


def _reached_as(scope: Scope, headers: Headers) -> tuple[bytes, ...]:
    """Our origin as the browser knows it. A proxy may have taken TLS off, but nothing makes http of an https page."""
    host = headers.get(b"host", b"").lower()
    if not host:
        return ()
    is_plain = scope.get("scheme") in ("http", "ws")
    return (b"https://" + host, b"http://" + host) if is_plain else (b"https://" + host,)


def one_origin(url: str) -> str:
    """Of a setting. `*` or `null` together with signed-in requests would let every website act for your users."""
    if not _ONE_ORIGIN.fullmatch(url.strip().lower()):
        raise ValueError(f"name each origin as https://host or https://host:port; {url!r} is none")
    return _origin(url)


def _origin(url: str) -> str:
    """Scheme and host as browsers write them: in lower case, without the scheme's own port."""
    parts = urlsplit(url.strip().lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix(_DEFAULT_PORTS.get(parts.scheme, '/'))}"
