"""Looking into the record, newest first, however long it is: rows are sought in ever longer stretches of the chain.

A stretch is a tight range of an index: the bundled database reads all that match before it sorts.
"""

from datetime import datetime, timedelta

from elenchus.audit import store
from elenchus.audit.chain import Head, Link
from elenchus.audit.models import DOCUMENTS
from elenchus.audit.schemas import RowFilters
from elenchus.core.ids import Id
from elenchus.core.mongo import Row

GROWTH = 4  # of each stretch over the one before
LONGEST = 5_000  # numbers in a stretch: 0.25 s on the bundled database should all of them match
#: Rows stand almost in the order of time: so far may the clocks of two servers differ, and a deed and its row.
SKEW = timedelta(seconds=60)


async def page(tenant_id: Id, filters: RowFilters, *, before: int | None, limit: int) -> list[Row]:
    """The newest rows below `before` that match."""
    head = await store.head(tenant_id)
    if head is None:
        return []
    first, last = head.start.seq, await _last(tenant_id, head, filters.until, before)
    if filters.since:
        first = await first_since(tenant_id, filters.since - SKEW, first, last) - 1
    rows: list[Row] = []
    stretch = limit
    while len(rows) < limit and last > first:
        after = max(first, last - stretch)
        rows += [row for row in await _found(tenant_id, filters, after, last) if _matches(row, filters)]
        last, stretch = after, min(stretch * GROWTH, LONGEST)
    return rows[:limit]


async def _found(tenant_id: Id, filters: RowFilters, after: int, last: int) -> list[Row]:
    """By the value that fewest rows have; by the others they are sifted. A document is also an object where rows only
    name it: its passages were shown."""
    field, value = _most_telling(filters)
    found = await store.newest_with(tenant_id, field, value, after=after, last=last)
    if filters.object_id is None:
        return found
    naming = await store.newest_with(tenant_id, DOCUMENTS, value, after=after, last=last)
    return sorted({row["seq"]: row for row in found + naming}.values(), key=lambda row: -row["seq"])


def _most_telling(filters: RowFilters) -> tuple[str | None, object]:
    for field, value in (
        ("object.id", filters.object_id),
        ("actor.user_id", filters.actor),
        ("action", filters.action),
        ("object.kind", filters.object_kind),
    ):
        if value is not None:
            return field, value
    return None, None


def _matches(row: Row, filters: RowFilters) -> bool:
    return (
        filters.object_id in (None, row["object"]["id"], *row["details"].get("documents", ()))
        and filters.actor in (None, row["actor"]["user_id"])
        and filters.action in (None, row["action"])
        and filters.object_kind in (None, row["object"]["kind"])
        and (filters.since is None or filters.since <= row["at"])
        and (filters.until is None or row["at"] <= filters.until)
    )


async def _last(tenant_id: Id, head: Head, until: datetime | None, before: int | None) -> int:
    """The end of the chain, rows beyond the head too, or what lies before it."""
    if before is not None and before <= head.end.seq:
        last = before - 1
    else:
        end = await _end(tenant_id, head.end)
        last = end if before is None else min(before - 1, end)
    return last if until is None else await first_since(tenant_id, until + SKEW, head.start.seq, last) - 1


async def _end(tenant_id: Id, known: Link) -> int:
    """Few rows lie beyond the head, and only for a moment."""
    beyond = await store.numbers_after(tenant_id, known.seq)
    return max([known.seq, *beyond])


async def first_since(tenant_id: Id, instant: datetime, before: int, last: int) -> int:
    """The first row after `before` that was made at `instant` or later; the number after `last` when there is none.

    By halves: twenty reads by id for a million rows.
    """
    first, end = before + 1, last + 1
    while first < end:
        middle = (first + end) // 2
        at = await store.instant(tenant_id, middle)
        if at is not None and at >= instant:
            end = middle
        else:
            first = middle + 1
    return first
