"""A row on its way, and the room for those that nobody waits for."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from bson.errors import BSONError

from elenchus.audit import chain
from elenchus.audit.chain import Entry, Link
from elenchus.audit.errors import NotRecorded
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.mongo import Row

MOST_NOTES = 10_000  # that a process keeps while the database is away: 15 MB
LATE = timedelta(seconds=30)  # below `reading.SKEW`: a row that waited longer bears the time of its writing
log = logs.get(__name__)


@dataclass(slots=True, eq=False)
class Pending:
    """`done` when somebody waits for it. `plans` are its places in writes that had no answer."""

    entry: Entry
    done: asyncio.Future[int] | None = None
    content: Row | None = None
    plans: list[Link] = field(default_factory=list)
    is_written: bool = False

    def is_storable(self) -> bool:
        """A note is made into a row here, where nobody waits for it."""
        try:
            self.content = self.content or chain.content(self.entry)
        except (TypeError, ValueError, OverflowError, BSONError) as error:
            log.error("a row of the record cannot be stored", action=self.entry.action, error=type(error).__name__)
            return False
        return True

    def say_if_late(self) -> None:
        if self.content and self.content["at"] < now() - LATE:
            self.content, self.plans = chain.late(self.content), []

    def written_at(self, seq: int) -> None:
        self.is_written = True
        if self.done and not self.done.done():
            self.done.set_result(seq)

    def refuse(self, error: BaseException) -> None:
        """From here on nobody waits for it."""
        if self.done and not self.done.done():
            refusal = NotRecorded()
            refusal.__cause__ = error
            self.done.set_exception(refusal)
        self.done = None


@dataclass(slots=True)
class Room:
    """For rows of all tenants."""

    left: int = MOST_NOTES

    def taken(self) -> bool:
        """Whether there was some for one more."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True
