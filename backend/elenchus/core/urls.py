"""The addresses that users write, read by our own hand: whatever is not plainly one address is none.

Parsers disagree about anything odd, and what one of them checked another one calls. Here the parts that were checked
are the parts that go out: nothing puts them together and reads them again.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from elenchus.core.addresses import USUAL_PORTS, IPAddress, Opened, host_name
from elenchus.core.errors import Invalid

LONGEST_URL: Final = 2048
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<target>(?:/[^?#]*)?(?:\?[^#]*)?)"
)
#: RFC 3986's characters for path and query; whatever else there is goes percent-encoded.
_TARGET: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_AUTHORITY: Final = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)


class ForbiddenAddress(Invalid):
    """Final: this address is not called, now or later."""

    slug, title = "forbidden-address", "This address is not called"


@dataclass(frozen=True, slots=True)
class Url:
    scheme: str
    #: In ASCII; an IPv6 address without its brackets.
    host: str
    #: When the host is written as one.
    address: IPAddress | None
    port: int
    #: Path and query.
    target: str

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """What may be shown and logged of it: a path or a query is often a secret."""
        return f"{self.scheme}://{self.authority}"


def read(text: str, *, allow_http: bool, besides: Sequence[Opened]) -> Url:
    """Raises `ForbiddenAddress`. Asks nobody: what the name leads to is for `egress` to find out."""
    if len(text) > LONGEST_URL:
        raise ForbiddenAddress(f"A URL has at most {LONGEST_URL:,} characters.")
    found = _URL.fullmatch(text)
    if found is None:
        raise ForbiddenAddress("Write the whole URL and no #fragment, such as https://hooks.firm.example/path.")
    scheme = found["scheme"].lower()
    if scheme not in (USUAL_PORTS if allow_http else ("https",)):
        raise ForbiddenAddress("Only https:// is called." if scheme != "http" else _NO_HTTP)
    if not _TARGET.fullmatch(found["target"]):
        raise ForbiddenAddress("Write what is no letter, digit or plain sign of a URL percent-encoded, as %20.")
    host, address, port = _authority(found["authority"], usual=USUAL_PORTS[scheme])
    if port != USUAL_PORTS[scheme] and port not in {one.port for one in besides}:
        raise ForbiddenAddress(f"Only port {USUAL_PORTS[scheme]} is called, and those that EGRESS_ALLOW_HOSTS names.")
    target = found["target"]
    return Url(scheme, host, address, port, target if target.startswith("/") else f"/{target}")


_NO_HTTP: Final = "Only https:// is called; whoever runs this deployment can set EGRESS_ALLOW_HTTP."


def _authority(text: str, *, usual: int) -> tuple[str, IPAddress | None, int]:
    if "@" in text:
        raise ForbiddenAddress("A URL holds no user name and no password.")
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise ForbiddenAddress("The host of the URL cannot be read.")
    port = int(found["port"]) if found["port"] else usual
    if found["host"].startswith("["):
        return *_six(found["host"][1:-1]), port
    try:
        four = ipaddress.IPv4Address(found["host"])
    except ValueError:
        return _name(found["host"]), None, port
    return str(four), four, port


def _six(text: str) -> tuple[str, IPAddress]:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise ForbiddenAddress("What stands in brackets is no IPv6 address.") from error
    if address.scope_id is not None:
        raise ForbiddenAddress("An IPv6 address stands without a zone.")
    return str(address), address


def _name(text: str) -> str:
    try:
        return host_name(text)
    except ValueError as error:
        raise ForbiddenAddress(
            "The host is neither a name, such as hooks.firm.example, nor an address in its usual form, "
            "such as 192.0.2.7 or [2001:db8::7]."
        ) from error
