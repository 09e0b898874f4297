"""From an answer's Markdown to plain blocks, the one form from which every file is written.

What can do something is not carried along: HTML is text, an image is its description, a link is its text and its
address, a definition defines nothing. A writer only ever sees text, and escapes all of it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from elenchus.research.examining import marks

#: What XML 1.0 cannot hold, what turns the direction of the text around it, and letters that nobody sees.
_UNFIT = re.compile(
    "[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_CLOSING = "[.,;:!?]?[\"”’»“'*]{0,2}"
DEEPEST = 60  # lists and quotations within each other; what lies deeper the parser would leave out
MOST_CELLS = 20_000  # the parser completes short rows: 2 kB of strokes become 65,000 cells, a second and 80 MB
_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).enable("table").disable("reference")


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Span:
    """`note` is the footnote that is called here; then there is no text. What is a `flag` the answer did not say: it is
    a warning of ours within its words."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    note: int | None = None
    flag: bool = False


Cells = list[list[Span]]


@dataclass(slots=True)
class Block:
    """`level` is how deep a heading or an item lies, from 1; `label` is what stands before an item. A table has `rows`,
    all as long as the first, which is its head, and no spans."""

    kind: Kind
    spans: list[Span] = field(default_factory=list)
    level: int = 1
    label: str = ""
    rows: list[Cells] = field(default_factory=list)

    @property
    def texts(self) -> list[list[Span]]:
        """Each run of words, to be read or changed in its place."""
        return [cell for row in self.rows for cell in row] or [self.spans]


def fit(text: str) -> str:
    """Without characters that a file could not hold or that would hide what it says."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\f", "\n").replace("\r", "\n"))


def is_right_to_left(text: str) -> bool:
    """By its first letter, as the Unicode rules have it."""
    strong = (kind for sign in text if (kind := unicodedata.bidirectional(sign)) in {"L", "R", "AL"})
    return next(strong, "L") != "L"


def one_line(text: str) -> str:
    return " ".join(fit(text).split())


def plain(text: str) -> list[Block]:
    """A text that is no Markdown: what a person has typed."""
    parts = re.split(r"\n\s*\n", fit(text))
    return [Block(Kind.PARAGRAPH, [Span(part.strip("\n"))]) for part in parts if part.strip()]


def of_markdown(text: str) -> list[Block]:
    if _most_cells(text) > MOST_CELLS:
        return plain(text)
    tokens = _markdown.parse(fit(text))
    if any(token.level >= DEEPEST - 1 for token in tokens):
        return plain(text)
    walk = _Walk()
    for token in tokens:
        walk.take(token)
    return [block for block in walk.blocks if any(span.text.strip() for text in block.texts for span in text)]


def _most_cells(text: str) -> int:
    """That its tables can have: as if all lines were rows of the widest."""
    lines = text.splitlines()
    return len(lines) * max((line.count("|") + 1 for line in lines if not line.strip(" \t>|:-")), default=0)


def table(rows: Sequence[Sequence[str]]) -> list[Block]:
    """Of plain cells; the first row is the head."""
    return [Block(Kind.TABLE, rows=[[[Span(fit(cell))] if cell else [] for cell in row] for row in rows])]


class _Walk:
    """One way through the tokens, remembering what they lie in."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._lists: list[int | None] = []  # the next number, or None for bullets
        self._labels: list[str] = []
        self._heading = 0
        self._quotes = 0
        self._table: Block | None = None

    def take(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._take_text(token)
            case "fence" | "code_block":
                self.blocks.append(Block(Kind.CODE, [Span(token.content.rstrip("\n"))]))
            case "heading_open" | "heading_close":
                self._heading = int(token.tag[1]) if token.nesting == 1 else 0
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
            case "table_open" | "table_close" | "tr_open":
                self._take_table(token)
            case _:
                self._take_list(token)

    def _take_table(self, token: Token) -> None:
        if token.type == "tr_open" and self._table:
            self._table.rows.append([])
            return
        self._table = Block(Kind.TABLE) if token.nesting == 1 else None
        self.blocks += [self._table] if self._table else []

    def _take_list(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                number = self._lists[-1]
                self._labels.append("•" if number is None else f"{number}.")
                self._lists[-1] = None if number is None else number + 1
            case "list_item_close":
                self._labels.pop()

    def _take_text(self, token: Token) -> None:
        spans = list(_joined(_spans(token.children or [])))
        if self._table:
            self._table.rows[-1].append(spans)
        elif self._heading:
            self.blocks.append(Block(Kind.HEADING, spans, self._heading))
        elif self._labels:
            self.blocks.append(Block(Kind.ITEM, spans, len(self._lists), self._labels[-1]))
            self._labels[-1] = ""  # the next paragraph of the same item has none
        else:
            self.blocks.append(Block(Kind.QUOTE if self._quotes else Kind.PARAGRAPH, spans))


def _spans(tokens: Iterable[Token]) -> Iterator[Span]:
    """A sign can be written as its number, so what is unfit is looked for in what was read too."""
    bold = italic = 0
    addresses: list[str] = []
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold += token.nesting
            case "em_open" | "em_close":
                italic += token.nesting
            case "softbreak" | "hardbreak":
                yield Span(" " if token.type == "softbreak" else "\n", bool(bold), bool(italic))
            case "link_open":
                addresses.append(str(token.attrs.get("href", "")))
            case "link_close":
                yield Span(f" <{addresses.pop()}>")
            case "image":
                yield Span(f"[image: {token.content}]", bool(bold), bool(italic))
            case "code_inline":
                yield Span(token.content, bool(bold), bool(italic), code=True)
            case _:
                yield Span(fit(token.content), bool(bold), bool(italic))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours of one style are one: a mark may have been cut in the middle."""
    last: Span | None = None
    for span in spans:
        if last and replace(last, text="") == replace(span, text=""):
            last = replace(last, text=last.text + span.text)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


def called(blocks: Sequence[Block], sources: Collection[int]) -> list[int]:
    """Those of the sources that a mark such as [2] names, in the order of their first one."""
    return list(
        dict.fromkeys(n for text in _words(blocks) for span in text for _, ns in _marks(span, sources) for n in ns)
    )


def call_notes(blocks: Sequence[Block], notes: Mapping[int, int]) -> None:
    """Put a call of its footnote in the place of each mark; `notes` says by source number which it is.

    A mark that names a source of which nothing is cited stays as it was written.
    """
    for text in _words(blocks):
        text[:] = [piece for span in text for piece in _with_calls(span, notes)]


def _words(blocks: Sequence[Block]) -> Iterator[list[Span]]:
    return (text for block in blocks if block.kind is not Kind.CODE for text in block.texts)


def _marks(span: Span, sources: Collection[int]) -> Iterator[tuple[re.Match[str], tuple[int, ...]]]:
    for mark in marks.GAP_AND_MARK.finditer("" if span.code or span.flag else span.text):
        numbers = marks.numbers(mark[0])
        if numbers and all(number in sources for number in numbers):
            yield mark, numbers


def _with_calls(span: Span, notes: Mapping[int, int]) -> Iterator[Span]:
    end = 0
    for mark, numbers in _marks(span, notes):
        if before := span.text[end : mark.start()]:
            yield replace(span, text=before)
        yield from (Span("", note=notes[number]) for number in numbers)
        end = mark.end()
    if rest := span.text[end:]:
        yield replace(span, text=rest)


def flag(blocks: Sequence[Block], words: str, warning: str) -> bool:
    """Put a warning behind each place where an answer says these words; False when it says them nowhere so."""
    wanted = re.compile(r"\s+".join(map(re.escape, words.split())) + _CLOSING)
    found = False
    for text in (text for block in blocks for text in block.texts):
        ends = [place.end() for place in wanted.finditer("".join(span.text for span in text))]
        for end in reversed(ends):
            _insert(text, end, Span(f" [{warning}]", flag=True))
        found |= bool(ends)
    return found


def _insert(text: list[Span], at: int, warning: Span) -> None:
    for index, span in enumerate(text):
        if at <= len(span.text):
            parts = replace(span, text=span.text[:at]), warning, replace(span, text=span.text[at:])
            text[index : index + 1] = [part for part in parts if part.text]
            return
        at -= len(span.text)
