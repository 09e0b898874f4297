"""How the tests of the samples read a page: with ligatures spelt out and layout folded away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pymupdf

from elenchus.seeds.markup import FOOTNOTE_CALL, Block, Source

SPELT_OUT = pymupdf.TEXTFLAGS_TEXT & ~pymupdf.TEXT_PRESERVE_LIGATURES


def folded(text: str) -> str:
    """White space is one space, and a line that broke at a hyphen is whole again."""
    return re.sub(r"-\s+", "-", re.sub(r"\s+", " ", text)).strip()


def plain(text: str) -> str:
    """Inline marks as a reader sees them: gone, but for the footnote's number."""
    return folded(FOOTNOTE_CALL.sub(r"\1", text).replace("*", ""))


def strings(block: Block) -> Iterator[str]:
    """What must be readable of a block: its text, or each cell of its table."""
    cells = [cell for row in block.rows for cell in row]
    yield from (plain(text) for text in [block.text, *cells] if text)


def page_texts(pdf: Path | bytes) -> list[str]:
    with pymupdf.open(stream=pdf, filetype="pdf") if isinstance(pdf, bytes) else pymupdf.open(pdf) as document:
        return [page.get_text(flags=SPELT_OUT) for page in document]


def body(pages: list[str], source: Source) -> str:
    """The running text across pages, without the header, the footer and the footnotes between."""
    return folded(" ".join(_body_of(page, source) for page in pages))


def _body_of(page: str, source: Source) -> str:
    lines = page.strip().splitlines()
    text = folded("\n".join(lines[1:-1]))
    for call, note in source.footnotes.items():
        text = text.replace(f"{call} {plain(note)}", " ")
    return text
