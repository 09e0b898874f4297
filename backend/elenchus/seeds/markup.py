"""The small Markdown of `texts/`: a header of `key: value` lines, then blocks parted by blank lines.

    # title        ## heading        ### subheading        -> centered        *** page break
    > [!NOTE] notice        > quotation        (two spaces) item        | table | row |        [^1]: footnote

Inline: **bold**, *italic*, [^1] where a footnote is called. A block may be wrapped; its lines are one paragraph.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FOOTNOTE_CALL = re.compile(r"\[\^(\d+)\]")
_FOOTNOTE = re.compile(r"\[\^(\d+)\]: ")


class Kind(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    SUBHEADING = "subheading"
    CENTERED = "centered"
    NOTICE = "notice"
    QUOTE = "quote"
    ITEM = "item"
    TABLE = "table"
    PAGE_BREAK = "page-break"
    PARAGRAPH = "paragraph"


# The first mark that fits decides, so a longer one stands before its own beginning.
_MARKS = {
    "### ": Kind.SUBHEADING,
    "## ": Kind.HEADING,
    "# ": Kind.TITLE,
    "-> ": Kind.CENTERED,
    "> [!NOTE] ": Kind.NOTICE,
    "> ": Kind.QUOTE,
    "  ": Kind.ITEM,
    "| ": Kind.TABLE,
    "***": Kind.PAGE_BREAK,
}


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or table; inline marks are still in its text."""

    kind: Kind
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def footnote_calls(self) -> list[str]:
        return FOOTNOTE_CALL.findall(self.text)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole document. `leading` is the height of a line in units of its type size; `short` runs above each page."""

    title: str
    short: str
    date: date
    leading: float
    blocks: tuple[Block, ...]
    footnotes: Mapping[str, str]


class BadSource(ValueError):
    """A text in `texts/` breaks the rules above."""


def parse(text: str) -> Source:
    body, fields = _header(text)
    chunks = re.split(r"\n{2,}", text[body:].strip("\n"))
    notes = dict(_footnote(chunk) for chunk in chunks if _FOOTNOTE.match(chunk))
    blocks = tuple(_block(chunk) for chunk in chunks if not _FOOTNOTE.match(chunk))
    if missing := {call for block in blocks for call in block.footnote_calls} ^ notes.keys():
        raise BadSource(f"footnotes {sorted(missing)} are called without a text or written without a call")
    return Source(
        title=fields["title"],
        short=fields["short"],
        date=date.fromisoformat(fields["date"]),
        leading=float(fields["leading"]),
        blocks=blocks,
        footnotes=notes,
    )


def _header(text: str) -> tuple[int, dict[str, str]]:
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if match is None:
        raise BadSource("a text begins with a header between two lines of ---")
    fields = dict(line.split(": ", 1) for line in match[1].splitlines())
    if fields.keys() != {"title", "short", "date", "leading"}:
        raise BadSource(f"a header has title, short, date and leading, not {sorted(fields)}")
    return match.end(), fields


def _footnote(chunk: str) -> tuple[str, str]:
    match = _FOOTNOTE.match(chunk)
    assert match is not None
    return match[1], _joined(chunk[match.end() :].splitlines())


def _block(chunk: str) -> Block:
    mark, kind = next(((m, k) for m, k in _MARKS.items() if chunk.startswith(m)), ("", Kind.PARAGRAPH))
    lines = chunk.removeprefix(mark).splitlines()
    if kind is Kind.PAGE_BREAK:
        return Block(kind)
    if kind is Kind.TABLE:
        return Block(kind, rows=tuple(_rows(chunk.splitlines())))
    return Block(kind, _joined(line.removeprefix(">") if mark.startswith(">") else line for line in lines))


def _rows(lines: list[str]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        if not line.startswith("|--"):
            yield tuple(cell.strip() for cell in line.strip("|").split("|"))


def _joined(lines: Iterator[str] | list[str]) -> str:
    return " ".join(line.strip() for line in lines)
