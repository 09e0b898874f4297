"""All of a person's data as one JSON file, written while it is read: 10,000 messages take no more memory than ten.

It ends with `"complete": true`. When something fails on the way the answer breaks off, which a client sees: nothing is
ever closed to look whole.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import to_json

from elenchus.audit import service as audit
from elenchus.audit.schemas import RowFilters, RowOut
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.pages import MAX_LIMIT, PageQuery, decode_cursor
from elenchus.core.principal import Principal, Role
from elenchus.identity.keys import service as keys
from elenchus.identity.models import Membership, User
from elenchus.identity.people import parts, store
from elenchus.identity.people.parts import Item
from elenchus.identity.people.schemas import PersonOut
from elenchus.identity.schemas import SessionOut

FORMAT = "elenchus person 1"
BLOCK_BYTES = 64 * 1024


async def export(principal: Principal, user: User) -> AsyncIterator[bytes]:
    """Blocks of the file."""
    block = bytearray()
    async for text in _file(principal, user):
        block += text
        if len(block) >= BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block)


async def _file(principal: Principal, user: User) -> AsyncIterator[bytes]:
    yield b"{" + b",".join(_members(_about(user)))
    async for text in _array("sessions", _sessions(user.id)):
        yield text
    async for text in _array("api_keys", _api_keys(user.id)):
        yield text
    for part in parts.known():
        async for text in _array(part.name, _in_each_tenant(part, user)):
            yield text
    async for text in _array("audit", _record(principal, user)):
        yield text
    yield b',"complete":true}'


def _about(user: User) -> dict[str, object]:
    profile = PersonOut.of(user).model_dump()
    return {
        "format": FORMAT,
        "exported_at": now(),
        "memberships": profile.pop("memberships"),
        "profile": profile,
        "has_password": user.password_hash is not None,
        "has_second_factor": profile["mfa_enabled"],
        "google_subject": user.google_subject,
    }


async def _array(name: str, items: AsyncIterator[Item]) -> AsyncIterator[bytes]:
    yield b"," + _json(name) + b":["
    separator = b""
    async for item in items:
        yield separator + b"{" + b",".join(_members(item.fields))
        for stream, rows in item.streams.items():
            async for text in _array(stream, _items(rows)):
                yield text
        yield b"}"
        separator = b","
    yield b"]"


def _members(fields: Mapping[str, object]) -> Iterable[bytes]:
    return (_json(name) + b":" + _json(value) for name, value in fields.items())


def _json(value: object) -> bytes:
    return to_json(value, fallback=str)


async def _items(rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[Item]:
    async for row in rows:
        yield Item(row)


async def _sessions(user_id: Id) -> AsyncIterator[Item]:
    async for session in store.sessions(user_id):
        yield Item(SessionOut.of(session, current=False).model_dump(exclude={"is_current"}))


async def _api_keys(user_id: Id) -> AsyncIterator[Item]:
    for key in await keys.made_by(user_id):
        yield Item(key.model_dump())


async def _in_each_tenant(part: parts.Part, user: User) -> AsyncIterator[Item]:
    for membership in user.memberships:
        async for item in part.export(_acting(user, membership), user.id):
            yield item


def _acting(user: User, membership: Membership) -> Principal:
    return Principal(membership.tenant_id, user.id, Role.VIEWER)


async def _record(principal: Principal, user: User) -> AsyncIterator[Item]:
    """What they did, and what others did to them, without where those others were."""
    for membership in user.memberships:
        reader = replace(principal, tenant_id=membership.tenant_id)
        async for row in _rows(reader, RowFilters(actor=user.id)):
            yield Item(row.model_dump())
        async for row in _rows(reader, RowFilters(object_kind="user", object_id=str(user.id))):
            if row.actor.user_id != user.id:
                yield Item(row.model_dump(exclude={"ip_address", "user_agent"}))


async def _rows(reader: Principal, filters: RowFilters) -> AsyncIterator[RowOut]:
    query = PageQuery(MAX_LIMIT)
    while True:
        page = await audit.page(reader, filters, query)
        for row in page.items:
            yield row
        if page.next_cursor is None:
            return
        query = PageQuery(MAX_LIMIT, decode_cursor(page.next_cursor))
