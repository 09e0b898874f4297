"""Two texts set beside each other, and what was told of them against what was done to them."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from elenchus.library.comparing.beside import set_beside
from elenchus.library.comparing.schemas import Compared, ComparedClause, ComparedRow, Status
from elenchus.library.quoting.source import Source
from elenchus.seeds import render
from tests.library.comparing.altering import WITHIN, Altered, Versions


def compared(left: str, right: str, *topics: str) -> Compared:
    return set_beside(Source(left.split("\f")), Source(right.split("\f")), topics)


def changed(left: str, right: str) -> list[ComparedRow]:
    return [row for row in compared(left, right).rows if row.status is not Status.SAME]


def told(left: str, right: str) -> list[tuple[str, str, str]]:
    """The differences of the one row that differs."""
    [row] = changed(left, right)
    return [(each.kind, each.left, each.right) for each in row.differences]


def sample(name: str) -> str:
    """A contract of our own, as plain text."""
    text = (Path(render.__file__).parent / "texts" / f"{name}.md").read_text()
    body = text.split("---\n", 2)[2]
    return re.sub(r"\*\*|^(?:#+|->|>) ?", "", body, flags=re.MULTILINE)


@dataclass
class Score:
    """By kind of alteration how many were told and how many made; rows that differ for no reason."""

    found: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[Altered, list[ComparedRow]]] = field(default_factory=list)
    strays: list[ComparedRow] = field(default_factory=list)
    rows: int = 0

    def recall(self, *kinds: str) -> float:
        wanted = kinds or tuple(self.made)
        return sum(self.found[kind] for kind in wanted) / max(sum(self.made[kind] for kind in wanted), 1)

    @property
    def precision(self) -> float:
        """Of the rows that are told to differ."""
        return 1 - len(self.strays) / max(self.rows, 1)

    def add(self, versions: Versions, rows: list[ComparedRow]) -> None:
        differing = [row for row in rows if row.status is not Status.SAME]
        near = set[int]()
        for one in versions.made:
            touched = [row for row in differing if _over(one, row) != (0, 0)]
            near |= {id(row) for row in touched}
            is_told = _is_told(one, versions, touched)
            self.made[one.kind] += 1
            self.found[one.kind] += is_told
            self.missed += [] if is_told else [(one, touched)]
        self.rows += len(differing)
        self.strays += [row for row in differing if id(row) not in near]


def _over(one: Altered, row: ComparedRow) -> tuple[int, int]:
    return _common(one.before, row.left), _common(one.after, row.right)


def _common(span: tuple[int, int], side: ComparedClause | None) -> int:
    return max(0, min(span[1], side.end_char) - max(span[0], side.start_char)) if side and span[1] else 0


def _is_told(one: Altered, versions: Versions, touched: list[ComparedRow]) -> bool:
    match one.kind:
        case "moved":
            return any(row.status is Status.MOVED and all(_over(one, row)) for row in touched)
        case "removed":
            return _is_gone(one.before, versions.left, touched, Status.REMOVED, "left")
        case "added":
            return _is_gone(one.after, versions.right, touched, Status.ADDED, "right")
        case "reworded":
            return any(row.status is Status.CHANGED and all(_over(one, row)) for row in touched)
        case _:
            assert one.kind in WITHIN
            kinds = {each.kind for row in touched if all(_over(one, row)) for each in row.differences}
            return one.kind in kinds


def _is_gone(span: tuple[int, int], text: str, touched: list[ComparedRow], status: Status, side: str) -> bool:
    """As a clause of its own, or as a passage that one of its clauses lacks."""
    covered = sum(_common(span, getattr(row, side)) for row in touched if row.status is status)
    words = " ".join(text[span[0] : span[1]].split())[10:40]
    passages = [getattr(each, side) for row in touched for each in row.differences if each.kind in {"missing", "added"}]
    return covered >= 0.8 * (span[1] - span[0]) or any(words in passage for passage in passages)
