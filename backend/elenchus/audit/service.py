"""The door of the record.

`record` for what changes something: it is on the chain when the call returns, or the caller is told and it follows.
`note` for reads: it never waits. A process that is killed may lose what it noted in its last second, and the row of
what it had done and was just recording; one that is stopped loses nothing. While the database is away rows wait, up to
`pending.MOST_NOTES` of a process; how many were lost beyond that is recorded as soon as it answers.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from elenchus.audit import pruning, reading, store, verifying
from elenchus.audit.chain import Entry
from elenchus.audit.schemas import Action, Actor, ChainVerification, RowFilters, RowOut
from elenchus.audit.writing import Writer
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.context import Caller, caller
from elenchus.core.ids import Id
from elenchus.core.pages import Page, PageQuery, encode_cursor

STOP_SECONDS = 3.0
VERIFIED_AT_ONCE = 20_000  # rows in one request: 2 s, of which the event loop is busy for a third
_writer = Writer()
log = logs.get(__name__)

__all__ = [
    "Action", "Actor", "drain", "erase_personal", "erase_personal_in", "look", "note", "page", "prune", "record",
    "record_in", "stop", "strays", "tenants", "verify", "verify_tenant",
]  # fmt: skip


async def record(actor: Actor, action: Action, kind: str, object_id: Id | str | None, **details: JsonValue) -> None:
    """The row is on the tenant's chain when this returns: for what changes something, before it is answered.

    Raises `NotRecorded` (503) when it is not known to be, and then it follows as a note does: what it tells of is done.
    Details are ids, numbers and words of ours.
    """
    await _writer.record(_entry(actor, action, kind, object_id, details))


async def record_in(
    tenants: Iterable[Id], actor: Actor, action: Action, kind: str, object_id: Id | str | None, **details: JsonValue
) -> None:
    """For what concerns tenants whoever acts there or elsewhere: `record` on each one's chain. From where they acted is
    on their own tenant's alone."""
    told = _entry(actor, action, kind, object_id, details)
    abroad = replace(told, caller=Caller(told.caller.request_id))
    entries = [told if one == actor.tenant_id else replace(abroad, tenant_id=one) for one in {*tenants}]
    await asyncio.gather(*(_writer.record(entry) for entry in entries))


def note(actor: Actor, action: Action, kind: str, object_id: Id | str | None, **details: JsonValue) -> None:
    """The row is on the chain within a second: for reads, which must not wait for it."""
    _writer.note(_entry(actor, action, kind, object_id, details))


def _entry(actor: Actor, action: Action, kind: str, object_id: Id | str | None, details: dict[str, JsonValue]) -> Entry:
    about = None if object_id is None else str(object_id)
    return Entry(actor.tenant_id, actor.user_id, actor.api_key_id, action, kind, about, details, now(), caller())


async def drain(grace_seconds: float) -> None:
    """Write what was noted and seal it. Before a process ends; commands that end by themselves call it too."""
    await _writer.drain(grace_seconds)


async def stop() -> None:
    await drain(STOP_SECONDS)


async def look(actor: Actor, filters: RowFilters, query: PageQuery) -> Page[RowOut]:
    """Looking into the record is on the record."""
    note(actor, Action.AUDIT_READ, "audit", None)
    return await page(actor, filters, query)


async def page(actor: Actor, filters: RowFilters, query: PageQuery) -> Page[RowOut]:
    """Newest first: for errands whose own row says that they read it."""
    before = int.from_bytes(query.after.binary) if query.after else None
    rows = await reading.page(actor.tenant_id, filters, before=before, limit=query.fetch)
    shown, more = rows[: query.limit], len(rows) > query.limit
    return Page(items=[RowOut.of(row) for row in shown], next_cursor=_cursor(shown[-1]["seq"]) if more else None)


def _cursor(seq: int) -> str:
    return encode_cursor(Id(seq.to_bytes(12)))


async def verify(actor: Actor, *, from_seq: int | None) -> ChainVerification:
    """As many rows as one request may take; `next_seq` says where to go on."""
    note(actor, Action.AUDIT_READ, "audit", None, verified=True)
    return await verify_tenant(actor.tenant_id, from_seq=from_seq, limit=VERIFIED_AT_ONCE)


async def verify_tenant(tenant_id: Id, *, from_seq: int | None = None, limit: int | None = None) -> ChainVerification:
    return await verifying.verify(tenant_id, from_seq=from_seq, limit=limit)


async def tenants() -> list[Id]:
    """All that have a chain, or rows that should be in one."""
    return sorted({*await store.tenants(), *await store.tenants_with_rows()})


async def strays() -> int:
    """How many rows and heads there are of no tenant: written by hand, and on no chain."""
    return await store.strays()


async def prune(_due_at: datetime) -> None:
    """The only way in which rows are ever deleted: by age. Once a day."""
    if removed := await pruning.prune(_writer):
        log.info("old rows of the record were removed", rows=removed)


async def erase_personal(user_id: Id) -> int:
    """Forget a person's addresses and devices in the rows of what they did, in all tenants; the chains stay whole. Call
    it when the person's sessions have been dead for a second: a note may still be on its way."""
    await drain(STOP_SECONDS)
    return await pruning.erase_personal(_writer, user_id)


async def erase_personal_in(tenant_id: Id) -> int:
    """The same of everybody, in one tenant."""
    await drain(STOP_SECONDS)
    return await pruning.erase_personal_in(_writer, tenant_id)
