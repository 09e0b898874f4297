"""What each room keeps of people and tenants. Identity lies below the rooms, so they hand it up here.

A room declares its part once, at import, and the registry's table names it; a test finds every stored model in a part,
so that neither export nor erasure can forget a collection.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from beanie import Document

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant


@dataclass(frozen=True, slots=True)
class Item:
    """One object of an export. Each stream is written into it under its name, so it may be of any length."""

    fields: Mapping[str, object]
    streams: Mapping[str, AsyncIterator[Mapping[str, object]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Whose data is erased, and where they were reached."""

    user_id: Id
    email_key: str


@dataclass(frozen=True, slots=True)
class Part:
    """All three are asked tenant by tenant, erasing a person also in tenants that they have left. An export leaves
    those out: what somebody wrote there is that firm's to show. Erasing must bear repetition."""

    name: str
    models: tuple[type[Document], ...]
    export: Callable[[HasTenant, Id], AsyncIterator[Item]]
    erase_person: Callable[[HasTenant, Leaver], Awaitable[None]]
    erase_tenant: Callable[[HasTenant], Awaitable[None]]


_known: dict[str, Part] = {}


def part(
    name: str,
    *,
    models: tuple[type[Document], ...],
    export: Callable[[HasTenant, Id], AsyncIterator[Item]],
    erase_person: Callable[[HasTenant, Leaver], Awaitable[None]],
    erase_tenant: Callable[[HasTenant], Awaitable[None]],
) -> Part:
    """Declare it; `name` is its list's in an export and its step's in an erasure."""
    if name in _known:
        raise ValueError(f"Two parts are called {name!r}.")
    _known[name] = Part(name, models, export, erase_person, erase_tenant)
    return _known[name]


def known() -> tuple[Part, ...]:
    """Those of all the rooms that this process has loaded."""
    return tuple(_known.values())
