"""Writing rows: what a process has to tell of a tenant at one time is one write at the end of the tenant's chain.

Rows are chained to the last one this process knows. Whoever finds their number taken looks where the chain ends by
now, chains what is not written yet to it and tries again. The head follows the rows: when a process dies in between,
it lags behind, and whoever writes next moves it up.
"""

import asyncio
import random
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import replace

from pymongo.errors import PyMongoError

from elenchus.audit import chain, store
from elenchus.audit.chain import Entry, Head, Keys, Link
from elenchus.audit.errors import NotRecorded
from elenchus.audit.pending import Pending, Room
from elenchus.audit.schemas import Action
from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.mongo import Row

FLUSH_SECONDS = 0.5  # that a note waits for others; with the write itself it stays below one second
RETRY_SECONDS = 1.0  # for notes, while the database is away
MOST_AT_ONCE = 200  # rows in one write: 50 ms on the bundled database
MOST_CHAINS = 1_000  # whose end a process remembers; finding it costs two reads
CONTEND_SECONDS = 5.0  # with other processes that write to the same chain
INSIST_SECONDS = 1.0  # past it a database that does not answer is not asked again
HEAD_SECONDS = 0.25  # between two moves of the head while rows keep coming
MOVE_TRIES = 5
PROBE = 32  # rows looked for at once beyond the head
_dice = random.SystemRandom()
log = logs.get(__name__)


class Writer:
    """One for each process."""

    def __init__(self) -> None:
        self._chains: OrderedDict[Id, _Chain] = OrderedDict()
        self._room = Room()

    async def record(self, entry: Entry) -> int:
        """The row's number, once it is acknowledged. Raises `NotRecorded`."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._chain(entry.tenant_id).add(Pending(entry, done, chain.content(entry)))
        return await done

    def note(self, entry: Entry) -> None:
        self._chain(entry.tenant_id).add_note(Pending(entry))

    async def drain(self, grace_seconds: float) -> None:
        """Write what waits; what cannot be written in time is lost, and said to be."""
        writing = [task for one in self._chains.values() if (task := one.flush())]
        if writing:
            await asyncio.wait(writing, timeout=grace_seconds)
        if left := sum(one.waiting for one in self._chains.values()):
            log.error("rows of the record could not be written before the end", rows=left)

    def _chain(self, tenant_id: Id) -> "_Chain":
        found = self._chains.get(tenant_id)
        if found is None:
            self._forget_idle()
            found = self._chains[tenant_id] = _Chain(tenant_id, self._room)
        return found

    def _forget_idle(self) -> None:
        """The oldest one that has nothing to do."""
        if len(self._chains) >= MOST_CHAINS:
            for tenant_id, one in self._chains.items():
                if one.is_idle:
                    del self._chains[tenant_id]
                    return


class _Chain:
    """The end of one tenant's chain, and what this process has to add to it."""

    def __init__(self, tenant_id: Id, room: Room) -> None:
        self._tenant_id = tenant_id
        self._room = room
        self._waiting: deque[Pending] = deque()
        self._lost = 0
        self._end: Link | None = None
        self._head: Head | None = None
        self._head_moved_at = 0.0
        self._owes_head = False
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting) + self._lost

    @property
    def _has_work(self) -> bool:
        return self.waiting > 0 or self._owes_head

    @property
    def is_idle(self) -> bool:
        return self._task is None and self._timer is None and not self._has_work

    def add(self, pending: Pending) -> None:
        self._waiting.append(pending)
        self.flush()

    def add_note(self, pending: Pending) -> None:
        if self._has_room():
            self._waiting.append(pending)
        if self._task is None and self._timer is None:
            self._flush_in(FLUSH_SECONDS)

    def _has_room(self) -> bool:
        """For one more that nobody waits for; otherwise it is lost, and counted."""
        has_room = self._room.taken()
        self._lost += not has_room
        return has_room

    def _flush_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.flush, context=Context())

    def flush(self) -> asyncio.Task[None] | None:
        """The task that writes what waits. It is many callers' and bears none's request id and none's deadline."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._task is None and self._has_work:
            self._task = asyncio.get_running_loop().create_task(self._write_all(), context=Context())
        return self._task

    async def _write_all(self) -> None:
        try:
            while self._has_work:
                if self.waiting:
                    self._owes_head = True
                    await self._write_some()
                if not self.waiting or time.monotonic() - self._head_moved_at > HEAD_SECONDS:
                    await self._move_head()
                    self._owes_head = False
        except (PyMongoError, NotRecorded) as error:
            log.warning("rows of the record wait for the database", rows=self.waiting, error=type(error).__name__)
            self._refuse_waiting(error)
        except BaseException as error:
            self._refuse_waiting(error)
            raise
        finally:
            self._task = None
            if self._has_work and self._timer is None:
                self._flush_in(RETRY_SECONDS)

    def _refuse_waiting(self, error: BaseException) -> None:
        """Who waits is told at once. The row waits for better times, as notes do: what it tells of is done, and will
        not be done again when it is asked for again."""
        waiting, self._waiting = self._waiting, deque()
        for pending in waiting:
            is_kept = pending.done is None or self._has_room()
            pending.refuse(error)
            if is_kept:
                self._waiting.append(pending)

    async def _write_some(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        try:
            await self._append([pending for pending in batch if pending.is_storable()])
        finally:
            back = [pending for pending in batch if pending.content and not pending.is_written]
            self._waiting.extendleft(reversed(back))
            self._room.left += sum(p.done is None for p in batch) - sum(p.done is None for p in back)
        if self._lost:
            self._room.left -= 1
            self._waiting.append(Pending(Entry.of_the_record(self._tenant_id, Action.AUDIT_LOST, rows=self._lost)))
            self._lost = 0

    async def _append(self, left: list[Pending]) -> None:
        keys, began = Keys.ours(), time.monotonic()
        if self._end is None or any(pending.plans for pending in left):
            left = await self._look_again(left, (), keys)
        for pending in left:
            pending.say_if_late()
        while left:  # empty when there are only lost ones to tell of
            rows = self._chained(left, keys)
            if await self._try(left, rows, insists=time.monotonic() - began < INSIST_SECONDS):
                return
            left = await self._look_again(left, rows, keys)
            if left and time.monotonic() - began > CONTEND_SECONDS:
                raise NotRecorded
            await asyncio.sleep(_dice.uniform(0, 0.01))  # whoever was faster shall not be so every time

    def _chained(self, pendings: Sequence[Pending], keys: Keys) -> list[Row]:
        assert self._end is not None
        rows, end = [], self._end
        for pending in pendings:
            assert pending.content is not None
            rows.append(chain.link(pending.content, end, keys))
            end = Link(end.seq + 1, rows[-1]["hash"])
        return rows

    async def _try(self, pendings: Sequence[Pending], rows: Sequence[Row], *, insists: bool) -> bool:
        """Whether all of them are written. Some may be when not, or will be when the database thaws."""
        try:
            if not await store.append(self._tenant_id, rows):
                return False
        except PyMongoError:
            for pending, row in zip(pendings, rows, strict=True):
                pending.plans.append(Link(row["seq"], row["hash"]))
            if insists:
                return False
            raise
        for pending, row in zip(pendings, rows, strict=True):
            pending.written_at(row["seq"])
        self._end = Link(rows[-1]["seq"], rows[-1]["hash"])
        return True

    async def _look_again(self, left: Sequence[Pending], rows: Sequence[Row], keys: Keys) -> list[Pending]:
        """Those not written yet, once it is known which were, and where the chain ends."""
        tried = [Link(row["seq"], row["hash"]) for row in rows]
        places = [[*pending.plans, *tried[i : i + 1]] for i, pending in enumerate(left)]
        seqs = {place.seq for row in places for place in row}
        there = await store.hashes(self._tenant_id, seqs) if seqs else {}
        for pending, possible in zip(left, places, strict=True):
            for place in possible:
                if there.get(place.seq) == place.hash:
                    pending.written_at(place.seq)
        self._end = await self._find_end(keys)
        return [pending for pending in left if not pending.is_written]

    async def _find_end(self, keys: Keys) -> Link:
        """From the head or the last row we know of, whichever is later, as far as there are rows."""
        known = [await self._sealed_end(keys), *([self._end] if self._end else [])]
        end = max(known, key=lambda link: link.seq)
        while ahead := await store.hashes(self._tenant_id, range(end.seq + 1, end.seq + 1 + PROBE)):
            before = end.seq
            while end.seq + 1 in ahead:
                end = Link(end.seq + 1, ahead[end.seq + 1])
            if end.seq < before + PROBE:
                break
        return end

    async def _sealed_end(self, keys: Keys) -> Link:
        """Where the head says the chain ends. A head that is gone or not ours is left for `verify` to tell of."""
        head = await store.head(self._tenant_id) or await self._begun(keys)
        self._head = head if head and head.is_ours(keys) else None
        if self._head:
            return self._head.end
        log.error("the head of a chain of the record was tampered with", tenant_id=str(self._tenant_id))
        if head and (await store.hashes(self._tenant_id, [head.end.seq])).get(head.end.seq) == head.end.hash:
            return head.end
        newest = await store.newest(self._tenant_id)
        return newest or chain.genesis(self._tenant_id)

    async def _begun(self, keys: Keys) -> Head | None:
        """A head comes before the first row: rows without one mean that it was taken away."""
        if await store.newest(self._tenant_id) is None:
            start = chain.genesis(self._tenant_id)
            await store.begin(Head(self._tenant_id, end=start, start=start).sealed(keys))
        return await store.head(self._tenant_id)

    async def _move_head(self) -> None:
        """To the last row. Others may have moved it farther; whoever loses often leaves it to them."""
        keys, self._head_moved_at = Keys.ours(), time.monotonic()
        for _ in range(MOVE_TRIES):
            if self._head is None or self._end is None or self._head.end.seq >= self._end.seq:
                return
            moved = replace(self._head, end=self._end).sealed(keys)
            if await store.move_head(self._head, moved):
                self._head = moved
            else:
                await self._sealed_end(keys)
