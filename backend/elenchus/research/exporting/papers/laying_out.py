"""A paper as the lines that the writers take: sections of a talk for paper, parts with typed cells for a workbook."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from elenchus.core.clock import now
from elenchus.core.mongo import Row
from elenchus.research.examining import marks
from elenchus.research.exporting import script
from elenchus.research.exporting.papers.schemas import Cell, Event, Paper, Source, Table
from elenchus.research.models import wire_time

ROWS_AT_ONCE = 200  # of a table on paper; each part begins with the head again and is set by itself
CELLS_AT_ONCE = 5_000  # of a line to the process that makes the workbook
DEADLINES = "Deadlines"
WORDS = {True: "yes", False: "no", None: ""}
VERIFIED = {True: "verified", False: "NOT VERIFIED", None: ""}


def about(paper: Paper) -> Row:
    return {"title": paper.title, "exported_at": wire_time(now())}


def is_verification(column: str) -> bool:
    return column.strip().casefold() == "verified"


# ---- on paper


def turns(paper: Paper) -> Iterator[Row]:
    """As the messages of a conversation, which the writers know."""
    called: set[int] = set()
    for section in paper.sections:
        cited = _called(section.markdown, paper.sources)
        called |= {source.n for source in cited}
        yield _turn(section.heading, section.markdown, cited)
    for table in (*paper.tables, *_deadlines(paper.events)):
        yield from _set_table(table)
    if others := [source for source in paper.sources if source.n not in called]:
        yield _turn("Other sources" if called else "Sources", "", others)
    if paper.notes:
        yield {**_turn("Notes", "\n\n".join(paper.notes), ()), "role": "system"}


def _called(markdown: str, sources: Sequence[Source]) -> list[Source]:
    numbers = {number for mark in marks.GAP_AND_MARK.finditer(markdown) for number in marks.numbers(mark[0])}
    return [source for source in sources if source.n in numbers]


def _turn(heading: str, markdown: str, cited: Sequence[Source]) -> Row:
    citations = [_citation(source) for source in cited]
    return {"id": heading, "role": script.SECTION, "heading": heading, "content": markdown, "citations": citations}


def _citation(source: Source) -> Row:
    return {
        "n": source.n, "document_id": "", "document_title": source.document_title, "page_start": source.page,
        "page_end": source.page, "quote": source.quote, "verified": source.verified,
    }  # fmt: skip


def _set_table(table: Table) -> Iterator[Row]:
    """An empty one still shows its head."""
    for first in range(0, max(len(table.rows), 1), ROWS_AT_ONCE):
        heading = f"{table.title} (continued)".strip() if first else table.title
        rows = [[_plain(cell, column) for cell, column in zip(_filled(row, table), table.columns, strict=True)]
                for row in table.rows[first : first + ROWS_AT_ONCE]]  # fmt: skip
        yield {**_turn(heading, "", ()), "table": [table.columns, *rows]}


def _filled(row: Sequence[Cell], table: Table) -> list[Cell]:
    return [*row, *(None for _ in range(len(table.columns) - len(row)))]


def _plain(cell: Cell, column: str) -> str:
    if cell is None or isinstance(cell, bool):
        return VERIFIED[cell] if is_verification(column) else WORDS[cell]
    return script.minute(wire_time(cell)) if isinstance(cell, datetime.datetime) else str(cell)


def _deadlines(events: Sequence[Event]) -> list[Table]:
    rows: list[list[Cell]] = [[each.at, each.title, each.description, each.source] for each in events]
    columns = ["Date", "Title", "Description", "Source"]
    return [Table.model_construct(title=DEADLINES, columns=columns, rows=rows)] if rows else []


# ---- in a workbook


def parts(paper: Paper) -> Iterator[Row]:
    """`sheet` begins one, `rows` go on in it; `text` is a section of the first."""
    for section in paper.sections:
        yield {"text": {"heading": section.heading, "markdown": section.markdown}}
    for number, table in enumerate((*paper.tables, *_deadlines(paper.events)), 1):
        yield from _sheet(table.title or f"Table {number}", table.columns, table.rows)
    if paper.sources:
        columns = ["No.", "Document", "Page", "Quote", "Verified"]
        yield from _sheet("Sources", columns, [_cited(source) for source in paper.sources])
    if paper.notes:
        yield from _sheet("Notes", ["Note"], [[note] for note in paper.notes])


def _sheet(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[Row]:
    yield {"sheet": {"title": title, "columns": columns, "verified": [is_verification(each) for each in columns]}}
    at_once = max(CELLS_AT_ONCE // len(columns), 1)
    for first in range(0, len(rows), at_once):
        yield {"rows": [[*row] for row in rows[first : first + at_once]]}


def _cited(source: Source) -> list[Any]:
    return [source.n, source.document_title, source.page, source.quote, source.verified]
