"""By this what is read of all tenants is read of one after the other, each by its own indexes.

Indexes over all tenants would serve superusers alone and cost every job of everybody: two of them took a tenth of what
a worker gets done on the bundled database. A superuser's page costs some commands of half a millisecond for each
tenant that queued something as late as the page reaches.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import DuplicateKeyError
from elenchus.jobs.models import Job, LedgerTenant
from elenchus.jobs.reach import Reach, Tenant

REMEMBERED = timedelta(hours=1)
REMEMBERED_TENANTS = 10_000
AT_ONCE = 8  # tenants: a cluster answers them beside each other

CLOCKS_DIFFER = timedelta(minutes=5)  # those of two machines
NEVER, FOR_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

T = TypeVar("T")
_enrolled: OrderedDict[Id, float] = OrderedDict()


class Span(NamedTuple):
    """Whose jobs, and after which time none of them was queued."""

    reach: Reach
    until: datetime


async def enroll(tenant_id: Id) -> None:
    """Before its job is written, so that no job is of a tenant that nobody knows of."""
    if _enrolled.get(tenant_id, 0.0) > time.monotonic():
        return
    await _write(tenant_id)
    _enrolled[tenant_id] = time.monotonic() + REMEMBERED.total_seconds()
    while len(_enrolled) > REMEMBERED_TENANTS:
        _enrolled.popitem(last=False)


async def _write(tenant_id: Id) -> None:
    with suppress(DuplicateKeyError):  # another process did the same
        fresh = LedgerTenant(id=tenant_id, submitted_at=now())
        await LedgerTenant.find_one({"_id": tenant_id}).upsert({"$set": {"submitted_at": now()}}, on_insert=fresh)


def forget() -> None:
    """What this process remembers: for whoever empties the database under it."""
    _enrolled.clear()


async def tenants() -> list[Id]:
    return [*await _submitted()]


async def _submitted() -> dict[Id, datetime]:
    return {found.id: found.submitted_at for found in await LedgerTenant.find_all().to_list()}


async def enroll_all() -> int:
    """Those that have a job and did not say so, whatever this process remembers: of a ledger of before, of a process of
    before that ran on beside this version, of a restored database; how many. Reads the whole ledger."""
    newest = {"$group": {"_id": "$tenant_id", "queued_at": {"$max": "$queued_at"}}}
    found, known = await Job.across_tenants().aggregate([newest]), await _submitted()
    missing = [row["_id"] for row in found if row["queued_at"] > known.get(row["_id"], NEVER) + REMEMBERED]
    for tenant_id in missing:
        await _write(tenant_id)
    return len(missing)


async def strike(tenant_id: Id, before: datetime) -> None:
    """Unless it has a job. `before` is further back than any process remembers."""
    if await Job.owned_by(Tenant(tenant_id)).row({}, fields={"_id": 1}) is None:
        await LedgerTenant.find_one({"_id": tenant_id, "submitted_at": {"$lt": before - REMEMBERED}}).delete()


async def each_of(reach: Reach) -> list[Reach]:
    """It, or when it is of all tenants that of each."""
    if reach.tenant_id is not None:
        return [reach]
    return [Reach(tenant_id, reach.user_id) for tenant_id in await tenants()]


async def spans_of(reach: Reach) -> list[Span]:
    """As `each_of`."""
    if reach.tenant_id is not None:
        return [Span(reach, FOR_EVER)]
    submitted = (await _submitted()).items()
    return [Span(Reach(tenant_id, reach.user_id), at + REMEMBERED + CLOCKS_DIFFER) for tenant_id, at in submitted]


async def read_each(reaches: Sequence[Reach], read: Callable[[Reach], Awaitable[T]]) -> AsyncIterator[T]:
    """What `read` gives of each, in their order. Of the next ones it is asked once those before were taken: what they
    gave may tell that there is less to read."""
    for first in range(0, len(reaches), AT_ONCE):
        for given in await asyncio.gather(*map(read, reaches[first : first + AT_ONCE])):
            yield given
