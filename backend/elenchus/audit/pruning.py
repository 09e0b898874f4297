"""The two ways in which anything leaves the record: rows by age, a person's details by erasure. Both say so in it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf

import pymongo

from elenchus.audit import chain, store
from elenchus.audit.chain import Entry, Head, Keys, Link
from elenchus.audit.reading import SKEW, first_since
from elenchus.audit.schemas import Action
from elenchus.audit.writing import Writer
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.settings import settings

AT_ONCE = 500  # rows deleted by one command: 0.1 s on the bundled database
ERASED_AT_ONCE = 100  # rows changed by one command, which keeps all others waiting: 0.1 s
STRETCH = 5_000  # numbers looked through by one command: 0.2 s
STEP_SECONDS = 60.0  # one read of all numbers to be deleted, after years without a worker
MOVE_TRIES = 20  # of the head, which writers move at the same time
log = logs.get(__name__)


async def prune(writer: Writer) -> int:
    """Remove the rows that are older than the deployment keeps them, and say how many; safe to break off and repeat."""
    cutoff = now() - timedelta(days=settings().audit.retention_days) - SKEW
    removed, failures = 0, []
    for tenant_id in await store.tenants():
        try:
            removed += await _prune_tenant(writer, tenant_id, cutoff)
        except Exception as error:  # noqa: BLE001 - raised below: one chain that broke keeps no other from its pruning
            failures.append(error)
    if failures:
        raise ExceptionGroup("chains of the record that could not be pruned", failures)
    return removed


async def _prune_tenant(writer: Writer, tenant_id: Id, cutoff: datetime) -> int:
    """First the beginning is moved, then what lies before it is deleted: rows that a crash leaves there count for
    nothing, and go with the next pruning."""
    head = await _head_of_ours(tenant_id)
    if head is None:
        return 0
    kept = await first_since(tenant_id, cutoff, head.start.seq, head.end.seq)
    if kept > head.start.seq + 1:
        if not await _is_old(tenant_id, kept - 1, cutoff):
            return 0
        rows = kept - head.start.seq - 1
        await writer.record(
            Entry.of_the_record(tenant_id, Action.AUDIT_PRUNED, rows=rows, before_seq=kept, days=_days())
        )
        head = await _begun_at(tenant_id, kept)
    with pymongo.timeout(STEP_SECONDS):
        seqs = await store.remains(tenant_id, head.start.seq + 1) if head else []
    for i in range(0, len(seqs), AT_ONCE):
        await store.remove(tenant_id, seqs[i], seqs[i : i + AT_ONCE][-1])
    return len(seqs)


async def _is_old(tenant_id: Id, seq: int, cutoff: datetime) -> bool:
    """By the word of its seal, without which whoever can write to the database could have rows removed by dating them
    back. Those before it are older: rows stand almost in the order of time."""
    row = await store.row(tenant_id, seq)
    if row is None or chain.own_fault(row, Keys.ours()) or row["at"] >= cutoff:
        log.error("rows that look old are not as they were written", tenant_id=str(tenant_id), last=seq)
        return False
    return True


def _days() -> int:
    return settings().audit.retention_days


async def _head_of_ours(tenant_id: Id) -> Head | None:
    """None when it is not as we sealed it: from a chain that was tampered with nothing is removed."""
    head = await store.head(tenant_id)
    if head is None or not head.is_ours(Keys.ours()):
        log.error("the head of a chain of the record was tampered with", tenant_id=str(tenant_id))
        return None
    return head


async def _begun_at(tenant_id: Id, seq: int) -> Head | None:
    """The head, sealed with this row as the first one that is kept; None when it cannot be."""
    start = Link(seq - 1, (await store.hashes(tenant_id, [seq - 1])).get(seq - 1, ""))
    for _ in range(MOVE_TRIES if start.hash else 0):
        head = await _head_of_ours(tenant_id)
        if head is None or head.start.seq >= start.seq:
            return head
        moved = replace(head, start=start).sealed(Keys.ours())
        if await store.move_head(head, moved):
            return moved
    log.error("the beginning of a chain could not be moved", tenant_id=str(tenant_id))
    return None


async def erase_personal(writer: Writer, user_id: Id) -> int:
    """Forget addresses and devices of a user's rows, in all tenants, and say in how many rows.

    The chain holds digests of them only and stays whole. That they were erased is recorded first; without that, details
    that are gone count as tampering.
    """
    tenants = {*await store.tenants(), *await store.tenants_with_rows()}
    return sum([await _erase_in(writer, tenant_id, user_id) for tenant_id in sorted(tenants)])


async def erase_personal_in(writer: Writer, tenant_id: Id) -> int:
    """The same of everybody, in one tenant."""
    return sum([await _erase_in(writer, tenant_id, user_id) for user_id in await store.known_people(tenant_id)])


async def _erase_in(writer: Writer, tenant_id: Id, user_id: Id) -> int:
    if not await _knows(tenant_id, user_id):
        return 0
    last = await writer.record(Entry.of_the_record(tenant_id, Action.PERSONAL_ERASED, object_id=str(user_id)))
    erased = 0
    for after, until in await _stretches(tenant_id, last):
        ids = await store.personal_ids(tenant_id, user_id, after=after, last=until)
        for i in range(0, len(ids), ERASED_AT_ONCE):
            erased += await store.erase_personal(tenant_id, ids[i : i + ERASED_AT_ONCE])
    return erased


async def _knows(tenant_id: Id, user_id: Id) -> bool:
    """Whether any row has personal details of theirs."""
    for after, until in await _stretches(tenant_id, inf):
        if await store.personal_ids(tenant_id, user_id, after=after, last=until):
            return True
    return False


async def _stretches(tenant_id: Id, last: float) -> Iterable[tuple[float, float]]:
    """All numbers up to `last`, also where no head of ours says how many there are."""
    head = await store.head(tenant_id)
    end = head.end.seq if head and head.is_ours(Keys.ours()) else 0
    return pairwise([-inf, *range(STRETCH, int(min(end, last)), STRETCH), last])
