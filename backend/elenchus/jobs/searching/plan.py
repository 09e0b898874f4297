"""Which rows a search has to read, and which of them it gives."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.jobs.reach import Reach
from elenchus.jobs.schemas import NEVER_STARTED_AFTER, SELDOM, UNDER_WAY, JobStatus, Key
from elenchus.jobs.searching.schemas import JobFilter
from elenchus.jobs.searching.store import FIELDS, NO_MORE, OPEN, all_of, one_of

CLOSED = {"open": False}
OVER = frozenset(JobStatus) - UNDER_WAY
_ID = re.compile(r"[0-9a-fA-F]{24}")
Equal = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """`among`: only those that stand so are looked for. `strange`: those too that stand as no job does in this
    version."""

    reach: Reach
    wanted: JobFilter
    among: frozenset[JobStatus] = frozenset(JobStatus)
    strange: bool = False

    @property
    def named(self) -> Id | None:
        """The one job that is asked for."""
        return self.wanted.id

    @property
    def about(self) -> Id | None:
        """`q`, when it is an id."""
        return Id(self.wanted.q) if self.wanted.q and _ID.fullmatch(self.wanted.q) else None

    @property
    def is_about_one(self) -> bool:
        """Of such there are few."""
        return bool(self.wanted.document_id or self.wanted.subject_id or self.about)

    @property
    def statuses(self) -> frozenset[JobStatus]:
        return self.among & {self.wanted.status} if self.wanted.status else self.among

    def streams(self) -> list[Equal]:
        """Of each tenant. Each is the beginning of an index that goes on with the time: of what is under way, which has
        but one, and of what has ended, of which the most telling one is read."""
        has_ended = any(status.is_over for status in self.statuses)
        return [OPEN, *({**CLOSED, **equal} for equal in (self._most_telling() if has_ended else ()))]

    def _most_telling(self) -> Sequence[Equal]:
        wanted, over = self.wanted, sorted(self.statuses & OVER)
        if about := wanted.document_id or wanted.subject_id or self.about:
            return [{"keys": Key.about(about)}]
        if wanted.never_started or wanted.error_code:  # what completed has begun, and has no error
            over = sorted(self.statuses & SELDOM)
        if wanted.error_code and wanted.error_code != JobStatus.CANCELLED:  # which is the code of all that were
            over = sorted(self.statuses & {JobStatus.FAILED})
        if SELDOM.issuperset(over):
            return [{"keys": Key.status(status)} for status in over]
        if self.reach.user_id:
            return [{"keys": Key.user(self.reach.user_id)}]
        return [{"keys": Key.type(wanted.type)} if wanted.type else {}]

    def and_also(self, equal: Equal) -> Equal:
        """Of what is under way the database itself finds what is wanted: it reads all of a stretch, and gives only
        that. What has ended is too much for it; `gives` looks through as much of it as a page may cost."""
        if equal is not OPEN:
            return NO_MORE
        wanted: dict[str, Any] = self._equal()
        if about := [Key.about(each) for each in (self.wanted.document_id, self.about) if each]:
            wanted["keys"] = all_of(about)
        if self.statuses != frozenset(JobStatus):
            wanted["status"] = one_of(self.statuses)
        return wanted

    def fields_of(self, equal: Equal) -> Mapping[str, int]:
        """Where many are read for the few that are wanted, only what tells which those are."""
        if equal is OPEN:
            has_more = (self.wanted.q and not self.about) or self.wanted.never_started is not None
            return self.telling if has_more else FIELDS
        asked = self.wanted.model_dump(exclude={"scope", "tenant_id", "since", "until"}, exclude_none=True)
        return self.telling if len(asked) > 1 else FIELDS

    @property
    def telling(self) -> Mapping[str, int]:
        wanted, names = self.wanted, {"queued_at", "status", *(name.partition(".")[0] for name in self._equal())}
        names |= {"keys"} if wanted.document_id or self.about else set()
        names |= {"type", "stage"} if wanted.q else set()
        names |= {"started_at"} if wanted.never_started is not None else set()
        return dict.fromkeys(names, 1)

    def gives(self, row: Row) -> bool:
        return all(asked(row) for asked in self._asked)

    @cached_property
    def _asked(self) -> list[Callable[[Row], bool]]:
        wanted, equal, statuses = self.wanted, self._equal(), self.statuses
        asked: list[Callable[[Row], bool]] = [lambda row: all(_at(row, name) == value for name, value in equal.items())]
        if not self.strange:
            asked.append(lambda row: row["status"] in statuses)
        if document := wanted.document_id:
            asked.append(lambda row: Key.about(document) in row.get("keys", ()))
        if since := wanted.since:
            asked.append(lambda row: row["queued_at"] >= since)
        if until := wanted.until:
            asked.append(lambda row: row["queued_at"] <= until)
        if wanted.never_started is not None:
            asked.append(lambda row: never_started(row) is wanted.never_started)
        if wanted.q:
            asked.append(self._said)
        return asked

    def _equal(self) -> dict[str, Any]:
        wanted = self.wanted
        equal = {
            "user_id": self.reach.user_id, "_id": wanted.id, "type": wanted.type, "queue": wanted.queue,
            "subject.type": wanted.subject_type, "subject.id": wanted.subject_id,
            "error.code": wanted.error_code, "worker": wanted.worker,
        }  # fmt: skip
        return {name: value for name, value in equal.items() if value is not None}

    def _said(self, row: Row) -> bool:
        if self.about:
            return self.about == row["_id"] or Key.about(self.about) in row.get("keys", ())
        part = (self.wanted.q or "").casefold()
        return part in row["type"].casefold() or part in (row["stage"] or "").casefold()


def never_started(row: Row) -> bool:
    if row["started_at"] is not None:
        return False
    return JobStatus(row["status"]).is_over or bool(now() - row["queued_at"] > NEVER_STARTED_AFTER)


def _at(row: Row, path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = None if value is None else value.get(name)
    return value
