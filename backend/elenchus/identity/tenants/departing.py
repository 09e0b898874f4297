"""A tenant always keeps an owner.

Memberships lie in the users, so two owners are two documents, and no single write can look at both. Whoever takes an
owner away says so first on the one document there is, the tenant: with a compare-and-set on the number of departures
begun, and only while an acting owner remains who is not departing too. Of two owners who lower each other at once, the
second finds the first departing.

What a crash leaves is an owner who is counted as gone and is none the less there: safe, and mended by the next
departure that finds it stale. It first *fences* the membership (a new revision), so that a write which only slept
changes nothing when it wakes, and then strikes the departure out. Time decides when to mend, not whether it is safe.
"""

import random
from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.identity.models import Departure, Tenant
from elenchus.identity.tenants import store
from elenchus.identity.tenants.errors import LastOwner, MembersBusy, TenantNotFound

STALE_AFTER = timedelta(seconds=30)  # a write ends within 2 s (MONGODB_REQUEST_TIMEOUT_SECONDS), a job's within 10
ATTEMPTS = 60
PAUSE_SECONDS = 0.05
log = logs.get(__name__)


@asynccontextmanager
async def departing(tenant_id: Id, user_id: Id) -> AsyncIterator[None]:
    """While an owner is being removed or lowered. Raises `LastOwner`.

    Read the membership before, and let the change insist on its revision. When the change breaks off it may still
    happen, so the departure stands until it is stale.
    """
    departure = await _begun(tenant_id, user_id)
    yield
    await store.end_departure(tenant_id, departure)


async def _begun(tenant_id: Id, user_id: Id) -> Departure:
    for _ in range(ATTEMPTS):
        tenant = await store.tenant(tenant_id)
        if tenant is None:
            raise TenantNotFound
        if await _mended(tenant):
            continue
        remaining = await store.acting_owners(tenant_id) - {one.user_id for one in tenant.departures} - {user_id}
        if not remaining:
            raise LastOwner
        departure = Departure(token=new_id(), user_id=user_id, began_at=now())
        if await store.begin_departure(tenant_id, departure, begun=tenant.departures_begun):
            return departure
        await sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311 - only to come apart
    raise MembersBusy


async def _mended(tenant: Tenant) -> bool:
    """Whether there was something to mend."""
    stale = [one for one in tenant.departures if one.began_at < now() - STALE_AFTER]
    for departure in stale:
        await store.fence(tenant.id, departure.user_id)
        await store.end_departure(tenant.id, departure)
        log.warning("a change of an owner broke off", tenant_id=str(tenant.id), user_id=str(departure.user_id))
    return bool(stale)
