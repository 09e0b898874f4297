"""How much one file may hold. It is counted before any work is done."""

from elenchus.research.exporting.papers.errors import PaperTooLarge, RowTooLong
from elenchus.research.exporting.papers.schemas import Paper, PaperFormat, Table

MOST_ROWS = 100_000  # of all tables together
MOST_CELLS = 1_000_000
MOST_SET_CELLS = 60_000  # of a Word file or a PDF: MuPDF sets some 10,000 cells a second
MOST_CHARACTERS = 20_000_000
MOST_SET_CHARACTERS = 10_000_000  # of those: half a minute of computing when all stands in cells
MOST_EVENTS, EVENT_CELLS = 10_000, 4  # on paper a table of them
MOST_BYTES = 50_000_000

_SET = {PaperFormat.WORD, PaperFormat.PDF}


def require_bounded(paper: Paper, wanted: PaperFormat) -> None:
    """Raises `PaperTooLarge`, `RowTooLong`."""
    for table in paper.tables:
        _require_even(table)
    _require("rows", sum(len(table.rows) for table in paper.tables), MOST_ROWS)
    cells = sum(len(table.rows) * len(table.columns) for table in paper.tables)
    cells += EVENT_CELLS * len(paper.events)
    _require("cells", cells, MOST_SET_CELLS if wanted in _SET else MOST_CELLS)
    _require("events", len(paper.events), MOST_EVENTS)
    _require("characters", _characters(paper), MOST_SET_CHARACTERS if wanted in _SET else MOST_CHARACTERS)


def require_small(size: int) -> None:
    _require("bytes", size, MOST_BYTES)


def _require(what: str, number: int, limit: int) -> None:
    if number > limit:
        raise PaperTooLarge(what, number, limit)


def _require_even(table: Table) -> None:
    for number, row in enumerate(table.rows, 1):
        if len(row) > len(table.columns):
            raise RowTooLong(table.title, number, len(row), len(table.columns))


def _characters(paper: Paper) -> int:
    return (
        sum(len(each.markdown) for each in paper.sections)
        + sum(len(cell) for table in paper.tables for row in table.rows for cell in row if isinstance(cell, str))
        + sum(len(each.quote) for each in paper.sources)
        + sum(map(len, paper.notes))
        + sum(len(each.description) + len(each.source) for each in paper.events)
    )
