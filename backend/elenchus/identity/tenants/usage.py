"""What a tenant may use, and what it has used: events and tokens in a calendar month of its time zone, bytes at once.

Storage is reserved before a file is kept and events before they are stored, so neither limit is ever passed. How many
tokens a model will use nobody knows before it has answered: the most that it may are held before it is asked, and what
it did use is counted in their place when it has ended, however it did.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.ratelimit import Standing
from elenchus.identity.models import Tier
from elenchus.identity.tenants import store
from elenchus.identity.tenants.errors import QuotaExceeded, StorageQuotaExceeded
from elenchus.identity.tenants.models import Held, Meter
from elenchus.identity.tenants.schemas import Limits, UsageItem, UsageOut

FOREVER = ""  # the period of what is never set back
#: An upload between its reservation and its document takes no longer; a recount leaves a tenant alone meanwhile.
QUIET = timedelta(minutes=10)
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Month:
    """`name` is like 2026-11."""

    name: str
    ends_at: datetime

    @classmethod
    def at(cls, moment: datetime, timezone: str) -> "Month":
        local = moment.astimezone(ZoneInfo(timezone))
        year, month = divmod(local.year * 12 + local.month, 12)  # the following one, counted from 0
        end = datetime(year, month + 1, 1, tzinfo=local.tzinfo).astimezone(UTC)
        return cls(f"{local:%Y-%m}", end)


@dataclass(frozen=True, slots=True)
class Terms:
    tier: Tier
    limits: Limits
    month: Month


@dataclass(frozen=True, slots=True)
class _Owner:
    tenant_id: Id


async def _terms(owner: HasTenant) -> Terms:
    """A tenant that was deleted while its work goes on has the smallest tier's."""
    tenant = await store.tenant(owner.tenant_id)
    tier, timezone = (tenant.tier, tenant.timezone) if tenant else (Tier.FREE, "UTC")
    return Terms(tier, Limits.of(tier), Month.at(now(), timezone))


async def reserve_storage(owner: HasTenant, size: int) -> None:
    """Raises `StorageQuotaExceeded`, and reserves nothing, when there is no room for so many bytes."""
    limit = (await _terms(owner)).limits.of_meter(Meter.STORAGE)
    if not await store.take(owner, Meter.STORAGE, FOREVER, size, limit=limit):
        raise StorageQuotaExceeded(limit=limit or 0, used=await _used(owner, Meter.STORAGE, FOREVER), needed=size)


async def release_storage(owner: HasTenant, size: int) -> None:
    """Of what was reserved and not kept."""
    await store.give_back(owner, Meter.STORAGE, FOREVER, size)


async def release_removed(owner: HasTenant, size: int, remove: Callable[[], Awaitable[bool]]) -> bool:
    """Remove what takes so many bytes and give them back, if it was this call that removed it.

    A recount must not find it gone and its bytes still counted: they would be subtracted twice.
    """
    await store.add(owner, Meter.STORAGE, FOREVER, 0)
    removed = await remove()
    if removed:
        await release_storage(owner, size)
    return removed


async def month(owner: HasTenant) -> str:
    """The one in which tokens count now: keep it with what holds some, or a crash holds them for good."""
    return (await _terms(owner)).month.name


async def hold_tokens(owner: HasTenant, hold_id: Id, most: int, *, month: str) -> None:
    """Count so many until `settle_tokens` says how many it were. Raises `QuotaExceeded`, and holds none, when they are
    more than the month has left."""
    terms = await _terms(owner)
    limit = terms.limits.of_meter(Meter.TOKENS)
    if not await store.hold(owner, Meter.TOKENS, month, Held(id=hold_id, amount=most), limit=limit):
        raise await _exceeded(owner, Meter.TOKENS, limit or 0, terms.month)


async def settle_tokens(owner: HasTenant, hold_id: Id, used: int, *, month: str) -> None:
    """Safe to repeat; what was never held or is settled already stays as it is."""
    await store.settle(owner, Meter.TOKENS, month, hold_id, used)


async def count_tokens(owner: HasTenant, used: int, *, month: str) -> None:
    """Of work that had held some and ended after these were settled; also beyond what the month has left."""
    await store.add(owner, Meter.TOKENS, month, used)


async def count_events(owner: HasTenant, number: int) -> None:
    """Raises `QuotaExceeded`, and counts none, when all of them are more than the month has left."""
    terms = await _terms(owner)
    limit = terms.limits.of_meter(Meter.EVENTS)
    if not await store.take(owner, Meter.EVENTS, terms.month.name, number, limit=limit):
        raise await _exceeded(owner, Meter.EVENTS, limit or 0, terms.month)


async def _exceeded(owner: HasTenant, meter: Meter, limit: int, month: Month) -> QuotaExceeded:
    seconds = max(1, math.ceil((month.ends_at - now()).total_seconds()))
    used = await _used(owner, meter, month.name)
    return QuotaExceeded(meter, limit=limit, used=used, resets_at=month.ends_at, retry_after_seconds=seconds)


async def _used(owner: HasTenant, meter: Meter, period: str) -> int:
    found = await store.used(owner, meter, period)
    return found.used if found else 0


async def overview(owner: HasTenant, *, requests: Standing | None = None) -> UsageOut:
    """`requests` is how whoever asks stands with the limiter."""
    terms = await _terms(owner)
    month = terms.month
    items = [_of_requests(terms.limits.of_meter(Meter.REQUESTS), requests)]
    for meter, period, resets_at in (
        (Meter.EVENTS, month.name, month.ends_at),
        (Meter.TOKENS, month.name, month.ends_at),
        (Meter.STORAGE, FOREVER, None),
    ):
        used = await _used(owner, meter, period)
        items.append(UsageItem(name=meter, limit=terms.limits.of_meter(meter), used=used, resets_at=resets_at))
    return UsageOut(tier=terms.tier, items=items)


def _of_requests(limit: int | None, standing: Standing | None) -> UsageItem:
    if standing is None or standing.limit != limit:
        return UsageItem(name=Meter.REQUESTS, limit=limit, used=None, resets_at=None)
    resets_at = now() + timedelta(seconds=standing.reset_seconds)
    return UsageItem(name=Meter.REQUESTS, limit=limit, used=limit - standing.remaining, resets_at=resets_at)


async def recount_storage(bytes_kept: Callable[[HasTenant], Awaitable[int]]) -> int:
    """Put right what crashes between a reservation and its document, or a document and its release, have left.

    `bytes_kept` is the library's own count. A tenant that changes meanwhile is left to the next time. Says how many
    were wrong.
    """
    wrong = 0
    for tenant_id in await store.all_tenants():
        wrong += await _recounted(_Owner(tenant_id), bytes_kept)
    return wrong


async def _recounted(owner: HasTenant, bytes_kept: Callable[[HasTenant], Awaitable[int]]) -> bool:
    seen = await store.used(owner, Meter.STORAGE, FOREVER)
    if seen is None or seen.updated_at > now() - QUIET:
        return False
    kept = await bytes_kept(owner)
    if kept == seen.used or not await store.correct(owner, seen, kept):
        return False
    log.warning("storage was counted wrong", tenant_id=str(owner.tenant_id), counted=seen.used, kept=kept)
    return True
