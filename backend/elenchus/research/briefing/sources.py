"""The passages that a brief is written from, in one sequence: [7] is the same passage wherever it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from elenchus.core import tracing
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.tracing import Kind
from elenchus.jobs.errors import Fatal
from elenchus.library.schemas import Passage, Retrieved
from elenchus.research.briefing import fitting, prompts
from elenchus.research.briefing.desk import Desk, Found
from elenchus.research.choosing import found_in_what_is_left
from elenchus.research.running import retrieve

_IDS = ("document_id", "chunk_id")


@dataclass(frozen=True, slots=True)
class Sources:
    """`of_issue` are the numbers, counted from 1, of the passages that were found for each issue. `gone` are chosen
    documents that were deleted before they were searched, `left_out` passages that had no room beside the facts."""

    passages: tuple[Passage, ...]
    of_issue: tuple[tuple[int, ...], ...]
    modes: tuple[str, ...]
    gone: frozenset[str]
    left_out: int

    def numbered(self, numbers: Iterable[int]) -> dict[int, Passage]:
        return {n: self.passages[n - 1] for n in numbers}


async def gathered(desk: Desk) -> Sources:
    """For each issue a step. What was found is kept with its words: a document may be read anew before the end."""
    found: list[Row] = []
    for number, issue in enumerate(desk.brief.legal_issues, 1):

        async def search(issue: str = issue) -> Found:
            return await _searched(desk, issue), None

        found.append(await desk.kept(f"retrieve {number}", search))
    return _in_sequence(found)


async def _searched(desk: Desk, issue: str) -> Row:
    with tracing.span("retrieval", Kind.RETRIEVER) as part:
        found, gone = await found_in_what_is_left(retrieve, desk.principal, issue, desk.brief.document_ids)
        if found is None:
            raise _nothing_left()
        part.facts(passages=len(found.passages), mode=str(found.mode_used))
    return _row(desk, issue, found, gone)


def _nothing_left() -> Fatal:
    return Fatal("documents_gone", "The documents that it was to be written from were deleted. Choose others.")


def _row(desk: Desk, issue: str, found: Retrieved, gone: Sequence[str]) -> Row:
    bare = prompts.of_analysis(desk.brief.case_facts, issue, {})
    given = fitting.given(desk.model, bare, dict(enumerate(found.passages, 1))).values()
    rows = [{**asdict(passage), **{name: str(getattr(passage, name)) for name in _IDS}} for passage in given]
    left_out = len(found.passages) - len(rows)
    return {"passages": rows, "mode": str(found.mode_used), "gone": list(gone), "left_out": left_out}


def _passage(row: Row) -> Passage:
    ids = {name: Id(row[name]) for name in _IDS}
    return Passage(**{**row, **ids, "highlights": tuple(tuple(span) for span in row["highlights"])})


def _in_sequence(found: Sequence[Row]) -> Sources:
    numbers: dict[Id, int] = {}
    passages: list[Passage] = []
    for passage in (_passage(row) for each in found for row in each["passages"]):
        if passage.chunk_id not in numbers:
            passages.append(passage)
            numbers[passage.chunk_id] = len(passages)
    return Sources(
        tuple(passages),
        tuple(tuple(numbers[Id(row["chunk_id"])] for row in each["passages"]) for each in found),
        tuple(each["mode"] for each in found),
        frozenset(id_ for each in found for id_ in each["gone"]),
        sum(each["left_out"] for each in found),
    )
