"""Two whole texts set beside each other."""

from collections.abc import Iterator, Sequence
from typing import Final

from elenchus.core.ids import Id
from elenchus.library.comparing.aligning import Pair, aligned
from elenchus.library.comparing.clauses import Whole
from elenchus.library.comparing.cutting import Beside, Stretch, recut
from elenchus.library.comparing.differences import Differ, Told
from elenchus.library.comparing.joining import join
from elenchus.library.comparing.kinds import names_of
from elenchus.library.comparing.schemas import (
    Compared,
    ComparedClause,
    ComparedDifference,
    ComparedRow,
    Counts,
    Status,
)
from elenchus.library.comparing.words import Vocabulary, Worded, alike, are_titled_alike, worded
from elenchus.library.quoting.source import Source
from elenchus.library.searching.terms import terms

MOST_DIFFERENCES: Final = 60  # of a row
LEAST_ALIKE: Final = 0.12  # of all their words; below it a few of them stand in a long other text
UNCHANGED: Final = {"misread"}


def set_beside(
    left: Source, right: Source, topics: Sequence[str] = (), ids: tuple[Id | None, Id | None] = (None, None)
) -> Compared:
    """`ids` are those of the documents. In a thread: two contracts of 200 pages take a second or two."""
    return _Comparison(left, right, ids).told(topics)


class _Comparison:
    def __init__(self, left: Source, right: Source, ids: tuple[Id | None, Id | None]) -> None:
        self._wholes, self._ids = (Whole(left), Whole(right)), ids
        self._differ = Differ(left, right, names_of(left.text, right.text))

    def told(self, topics: Sequence[str]) -> Compared:
        rows = [self._row(each) for each in self._beside()]
        shown = [row for row in rows if not topics or _is_about(row, topics)]
        return Compared(rows=shown, summary=_counts(shown))

    def _beside(self) -> list[Beside]:
        vocabulary = Vocabulary()
        left, right = (worded(whole, vocabulary) for whole in self._wholes)
        pairs = aligned(left, right)
        join(pairs, left, right)
        kept = [pair for pair in pairs if _holds(pair, left, right)]
        rows = [(pair, _stretched(pair, left, right)) for pair in _in_order(kept, len(left), len(right))]
        recut(rows, *self._wholes)
        return [row for _, row in rows]

    def _row(self, row: Beside) -> ComparedRow:
        left, right = self._clause(0, row.left), self._clause(1, row.right)
        if row.left is None or row.right is None:
            return ComparedRow(status=Status.REMOVED if left else Status.ADDED, left=left, right=right, similarity=0)
        numbers, texts = zip(*(self._said(side, each) for side, each in enumerate((row.left, row.right))), strict=True)
        found = self._differ.differ(*texts)
        is_changed = any(_is_change(each.kind) for each in found.told)
        return ComparedRow(
            status=Status.MOVED if row.moved else Status.CHANGED if is_changed else Status.SAME,
            left=left,
            right=right,
            similarity=round(found.alike, 4) if is_changed else 1,
            is_renumbered=found.is_renumbered or numbers[0] != numbers[1],
            differences=[_difference(each) for each in found.told[:MOST_DIFFERENCES]],
            more_differences=max(len(found.told) - MOST_DIFFERENCES, 0),
        )

    def _said(self, side: int, stretch: Stretch) -> tuple[str, str]:
        """Its number, and what it says besides."""
        plain = self._wholes[side].plain
        return plain[stretch.start : stretch.body].strip(), plain[stretch.body : stretch.end]

    def _clause(self, side: int, stretch: Stretch | None) -> ComparedClause | None:
        if stretch is None:
            return None
        source = self._wholes[side].source
        pages = source.page_numbers(stretch.start, stretch.end)
        return ComparedClause(
            heading=stretch.heading,
            text=source.text[stretch.start : stretch.end],
            document_id=self._ids[side],
            page_start=pages[0],
            page_end=pages[1],
            start_char=stretch.start,
            end_char=stretch.end,
        )


def _stretched(pair: Pair, left: Sequence[Worded], right: Sequence[Worded]) -> Beside:
    here, there = (
        Stretch.over([side[index].clause for index in indexes]) if indexes else None
        for indexes, side in ((pair.left, left), (pair.right, right))
    )
    return Beside(here, there, pair.moved)


def _holds(pair: Pair, left: Sequence[Worded], right: Sequence[Worded]) -> bool:
    """Unless only a few of its words stand in a long other text."""
    here, there = (
        [id_ for index in indexes for id_ in side[index].ids]
        for indexes, side in ((pair.left, left), (pair.right, right))
    )
    return alike(here, there) >= LEAST_ALIKE or are_titled_alike(left[pair.left[0]], right[pair.right[0]])


def _is_change(kind: str) -> bool:
    return kind not in UNCHANGED


def _difference(told: Told) -> ComparedDifference:
    return ComparedDifference.model_validate(told, from_attributes=True)


def _in_order(pairs: Sequence[Pair], lefts: int, rights: int) -> Iterator[Pair]:
    """By their place in the right; what was removed behind the clause that it stood behind."""
    of_left = {pair.left[0]: pair for pair in pairs}
    of_right = {pair.right[0]: pair for pair in pairs}
    held = {index for pair in pairs for index in pair.left}, {index for pair in pairs for index in pair.right}
    removed: dict[int | None, list[Pair]] = {}
    last: int | None = None
    for index in range(lefts):
        if index in of_left and not of_left[index].moved:
            last = of_left[index].right[0]
        elif index not in held[0]:
            removed.setdefault(last, []).append(Pair([index], []))
    yield from removed.get(None, ())
    for index in range(rights):
        if index in of_right:
            yield of_right[index]
        elif index not in held[1]:
            yield Pair([], [index])
        yield from removed.get(index, ())


def _is_about(row: ComparedRow, topics: Sequence[str]) -> bool:
    """One of its sides, or the headings above it, say all words of a topic, in whatever form."""
    said = [{*terms(f"{side.heading or ''} {side.text}")} for side in (row.left, row.right) if side]
    wanted = [{*terms(topic)} for topic in topics]
    return any(words and words <= there for words in wanted for there in said)


def _counts(rows: Sequence[ComparedRow]) -> Counts:
    by_status = {status.value: sum(row.status is status for row in rows) for status in Status}
    moved = sum(row.status is Status.MOVED and any(_is_change(each.kind) for each in row.differences) for row in rows)
    sides = {"left": sum(row.left is not None for row in rows), "right": sum(row.right is not None for row in rows)}
    return Counts(**by_status, **sides, moved_and_changed=moved)
