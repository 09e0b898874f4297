"""Whether a chain still says what was written: every row, its place, its seal, its end and its beginning.

Accepted are, besides a whole chain: rows beyond the head that are chained and sealed (their writer has not moved the
head yet, or died before it could), rows below the beginning (a pruning that was interrupted), and rows whose personal
details were erased, when a later row says so. Everything else names the first row that is not as it was written.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from elenchus.audit import chain, store
from elenchus.audit.chain import Head, Keys, Link
from elenchus.audit.schemas import Action, ChainVerification, FirstBad
from elenchus.core.ids import Id
from elenchus.core.mongo import Row

AT_ONCE = 250  # rows in memory: 5 ms of the event loop between two reads
NO_HEAD = "the head of the chain is gone"
BAD_HEAD = "the head of the chain was changed, or SECRET_KEY is not the one it was sealed with"
OTHER_END = "the row is not the one that the head was sealed with"
MISSING = "the row is missing"
STRIPPED = "the personal details are gone, and no erasure is on the record"


async def verify(tenant_id: Id, *, from_seq: int | None = None, limit: int | None = None) -> ChainVerification:
    """From the beginning, or from a row on that an earlier call came to; at most `limit` rows.

    What looks bad is looked at twice: rows may have been pruned or written while they were read.
    """
    found = await _Walk.over(tenant_id, from_seq, limit)
    return found if found.verified else await _Walk.over(tenant_id, from_seq, limit)


class _Bad(Exception):
    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq
        self.reason = reason


@dataclass(slots=True)
class _Walk:
    """From `at`, the last row that is known to be good."""

    tenant_id: Id
    head: Head
    at: Link
    limit: int | None
    keys: Keys
    checked: int = 0
    #: First and last row without personal details, by user.
    stripped: dict[Id | None, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    async def over(cls, tenant_id: Id, from_seq: int | None, limit: int | None) -> ChainVerification:
        head, keys = await store.head(tenant_id), Keys.ours()
        if head is None:
            newest = await store.newest(tenant_id)
            return _verification(None, bad=_Bad(newest.seq, NO_HEAD) if newest else None)
        if not head.is_ours(keys):
            return _verification(None, bad=_Bad(head.end.seq, BAD_HEAD))
        walk = cls(tenant_id, head, head.start, limit, keys)
        try:
            await walk.go(from_seq)
        except _Bad as bad:
            return _verification(walk, bad=bad)
        return _verification(walk)

    async def go(self, from_seq: int | None) -> None:
        before = min(from_seq or 0, self.head.end.seq + 1) - 1
        if before > self.at.seq:
            self.at = await self._trusted(before)
        self._compare_end()
        async for row in self._rows():
            if reason := chain.fault(row, self.at, self.keys):
                raise _Bad(self.at.seq if row.get("seq") == self.at.seq else self.at.seq + 1, reason)
            self.at = Link(row["seq"], row["hash"])
            self.checked += 1
            self._compare_end()
            if row.get("personal") is None:
                first, _ = self.stripped.get(row["actor"]["user_id"], (row["seq"], 0))
                self.stripped[row["actor"]["user_id"]] = (first, row["seq"])
        await self._require_end()
        await self._require_erasures()

    async def _trusted(self, seq: int) -> Link:
        """Its seal says that it was written here, and so what it is chained to."""
        row = await store.row(self.tenant_id, seq)
        reason = chain.own_fault(row, self.keys) if row else MISSING
        if row is None or reason:
            raise _Bad(seq, reason or MISSING)
        return Link(row["seq"], row["hash"])

    async def _rows(self) -> AsyncIterator[Row]:
        """As long as there are some and no more than were asked for."""
        while not self.is_enough:
            left = AT_ONCE if self.limit is None else self.limit - self.checked
            rows = await store.span(self.tenant_id, after=self.at.seq, last=self.at.seq + min(AT_ONCE, left))
            if not rows:
                return
            for row in rows:
                yield row

    @property
    def is_enough(self) -> bool:
        return self.limit is not None and self.checked >= self.limit

    def _compare_end(self) -> None:
        if self.at.seq == self.head.end.seq and self.at != self.head.end:
            raise _Bad(self.at.seq, OTHER_END)

    async def _require_end(self) -> None:
        """No row is missing before the head's, nor before one that lies beyond."""
        following = self.at.seq + 1
        if self.is_enough or not (following <= self.head.end.seq or await store.any_after(self.tenant_id, self.at.seq)):
            return
        if await store.row(self.tenant_id, following) is None:  # else it was written just now
            raise _Bad(following, MISSING)

    async def _require_erasures(self) -> None:
        for user_id, (first, last) in self.stripped.items():
            if user_id is None or not await self._is_erased(user_id, after=last):
                raise _Bad(first, STRIPPED)

    async def _is_erased(self, user_id: Id, *, after: int) -> bool:
        rows = await store.about(self.tenant_id, str(user_id), after=after)
        erasures = (row for row in rows if row.get("action") == Action.PERSONAL_ERASED)
        return any(chain.own_fault(row, self.keys) is None for row in erasures)


def _verification(walk: _Walk | None, *, bad: _Bad | None = None) -> ChainVerification:
    head = walk.head if walk else None
    more = walk is not None and bad is None and walk.is_enough
    return ChainVerification(
        verified=bad is None,
        rows_checked=walk.checked if walk else 0,
        first_bad=FirstBad(seq=bad.seq, reason=bad.reason) if bad else None,
        head_seq=head.end.seq if head else 0,
        head_hash=head.end.hash if head else None,
        pruned_before=head.start.seq + 1 if head and head.start.seq else None,
        next_seq=walk.at.seq + 1 if walk and more else None,
    )
