"""Tables that no page can hold become lines."""

from elenchus.research.exporting.blocks import Block, Kind, Span

MOST_COLUMNS = 12
LONGEST_CELL = 1_500  # characters; a row cannot be longer than a page


def fits(block: Block) -> bool:
    longest = max(sum(len(span.text) for span in cell) for cell in block.texts)
    return len(block.rows[0]) <= MOST_COLUMNS and longest <= LONGEST_CELL


def as_lines(block: Block) -> list[Block]:
    return [Block(Kind.PARAGRAPH, _line(row)) for row in block.rows if any(row)]


def _line(row: list[list[Span]]) -> list[Span]:
    first, *others = row
    return [*first, *(span for cell in others for span in (Span(" | "), *cell))]
