"""Which addresses the whole world reaches, and which ones a deployment opens to its users besides.

The lists are ours and not `ipaddress.is_global`, whose answers differ between the Pythons we run on.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import idna

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
#: What an address without a port of its own may be called at.
USUAL_PORTS: Final = {"https": 443, "http": 80}


def _networks(text: str) -> tuple[IPNetwork, ...]:
    return tuple(ipaddress.ip_network(network) for network in text.split())


#: IANA's IPv4 registry of special purposes, multicast, and 168.63.129.16, where Azure answers its own machines.
_NOT_PUBLIC_V4: Final = _networks(
    """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    """
)
#: All that is given out of IPv6. Outside lie loopback, private, link-local and multicast addresses, those that carry an
#: IPv4 address (mapped, compatible, NAT64), and whatever comes to be reserved.
_GIVEN_OUT_V6: Final = ipaddress.ip_network("2000::/3")
#: Inside of it: Teredo and other protocols, documentation, 6to4, AS112.
_NOT_PUBLIC_V6: Final = _networks("2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20")
#: ISATAP writes an IPv4 address behind these halves of an interface's id (RFC 5214).
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})
#: No name leads here, however much its deployment trusts it: what a machine learns about itself and its cloud, what
#: nobody has, and what many have. A network that is listed does.
_NEVER_BY_NAME: Final = _networks(
    """
    0.0.0.0/8 100.100.100.200/32 168.63.129.16/32 169.254.0.0/16 192.0.0.192/32 224.0.0.0/4 240.0.0.0/4
    ::/128 ::ffff:0:0/96 64:ff9b::/96 fd00:ec2::/32 fd20:ce::/32 fe80::/10 ff00::/8
    """
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LONGEST_NAME: Final = 253
_ENDS_AS_NUMBER: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)


def is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not _within(address, _NOT_PUBLIC_V4)
    is_isatap = (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP
    return address in _GIVEN_OUT_V6 and not is_isatap and not _within(address, _NOT_PUBLIC_V6)


def _within(address: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    return any(address in network for network in networks)


def host_name(text: str) -> str:
    """As name servers know it: in ASCII and lower case. Raises ValueError for what is no name, also for any way to
    write a number as one, as `0x7f.1` and `2130706433`: by WHATWG's rule, for resolvers take them for addresses."""
    if not text.isascii():
        try:
            text = idna.encode(text.lower(), strict=True, std3_rules=True).decode()
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError("no name") from error
    name = text.lower()
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)) or _ENDS_AS_NUMBER.fullmatch(labels[-1]):
        raise ValueError("no name")
    return name


@dataclass(frozen=True, slots=True)
class Opened:
    """What a deployment lets its users reach though the world does not: a host by its name, or a network."""

    name: str | None
    network: IPNetwork | None
    #: None: the usual ones.
    port: int | None

    def is_at(self, port: int) -> bool:
        return port == self.port if self.port else port in USUAL_PORTS.values()

    def names(self, name: str) -> bool:
        return self.name == name

    def covers(self, address: IPAddress) -> bool:
        return self.network is not None and address in self.network


def opened(entry: str) -> Opened:
    """One of EGRESS_ALLOW_HOSTS: a host name or address, each with or without a port, or a network. Raises ValueError
    with a sentence."""
    text = entry.strip()
    try:
        if "/" in text:
            return Opened(None, ipaddress.ip_network(text), None)
        host, port = _parted(text)
        try:
            return Opened(None, ipaddress.ip_network(host), port)
        except ValueError:
            return Opened(host_name(host), None, port)
    except ValueError as error:
        raise ValueError(
            f"{entry!r} is no host, such as hooks.firm.internal, 10.2.3.4:8443 or [fd00::1]:443, "
            "and no network, such as 10.2.0.0/16."
        ) from error


def _parted(text: str) -> tuple[str, int | None]:
    if found := re.fullmatch(r"\[(?P<host>[^\]]+)\](?::(?P<port>[0-9]{1,5}))?", text):
        host, port = found["host"], found["port"]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        return text, None
    if port is not None and not 0 < int(port) < 65_536:
        raise ValueError("no port")
    return host, int(port) if port else None


def may_be_called(address: IPAddress, port: int, *, name: str | None, besides: Iterable[Opened]) -> bool:
    """Whether a connection to this very address is let through; `name` is the one that led there."""
    here = [one for one in besides if one.is_at(port)]
    if any(one.covers(address) for one in here):
        return True
    if name is not None and any(one.names(name) for one in here):
        return not _within(address, _NEVER_BY_NAME)
    return port in USUAL_PORTS.values() and is_public(address)
