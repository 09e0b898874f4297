"""The visible text of a web page: blocks as paragraphs, rows of tables as lines, nothing of scripts and styles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from elenchus.library.reading.child.contract import Refused
from elenchus.library.reading.child.hiding import Look, Sheet, Style, declared, has_background, is_gone
from elenchus.library.reading.child.numbering import letters, roman
from elenchus.library.reading.child.stretches import HEADING, HIDDEN, MARKS, PICTURE

DEEPEST: Final = 3_000
LONGEST_OPEN: Final = 1 << 16  # characters of a tag or comment that the file's end leaves open
VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr keygen basefont".split())
NOT_SHOWN: Final = frozenset(
    "script style template noscript head title iframe object applet audio video canvas svg datalist frameset".split()
)
BLOCKS: Final = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header html legend li main menu nav ol p pre section summary table ul".split()
)
#: An element that another one's beginning ends, though nobody wrote its end.
ENDED_BY: Final = {
    "p": BLOCKS,
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"}),
    "th": frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"}),
    "tr": frozenset({"tr", "tbody", "thead", "tfoot"}),
    "option": frozenset({"option", "optgroup"}),
    "head": frozenset({"body"}),
}
HEADINGS: Final = {f"h{depth}": depth for depth in range(1, 7)}
COUNTED: Final = {"a": lambda n: letters(n).lower(), "A": letters, "i": lambda n: roman(n).lower(), "I": roman}
BREAKS: Final = ("always", "page", "left", "right")
Attributes = Mapping[str, str | None]


SEEN: Final = Look()


@dataclass(slots=True)
class Element:
    tag: str
    hidden: bool = False
    concealed: bool = False  # hidden though it is of a kind that is shown
    look: Look = SEEN
    on_color: bool = False  # something behind it may be painted, where white letters can be read
    kept: bool = False  # white space as written
    breaks_after: bool = False
    count: int = 0
    counts_as: str = ""

    @property
    def is_unseen(self) -> bool:
        return self.look.tiny or self.look.invisible or (self.look.pale and not self.on_color)


@dataclass(slots=True)
class Row:
    cells: list[str] = field(default_factory=list)
    outer: list[str] = field(default_factory=list)


class Visible(HTMLParser):
    """Feed it; `taken` empties what is finished. Text inside a row waits for the row's end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[Element] = [Element("")]
        self._line: list[str] = []
        self._rows: list[Row] = []
        self._sheet = Sheet()
        self._in_style = False
        self._page_begins = True
        self._conceals = False  # since the last block
        self.is_cut = False

    @property
    def pending(self) -> int:
        """Characters of a tag or comment that has not ended. The parser begins it anew with every piece, so the next
        one should be at least as long: else a tag without an end takes quadratic time."""
        return len(self.rawdata)

    def taken(self) -> str:
        if self._rows:
            return ""
        text, self._out = "".join(self._out), []
        return text

    def finish(self) -> str:
        if self.rawdata.startswith("<!--"):  # a comment that never ends hides the rest, as it does in a browser
            self.rawdata, self.is_cut = "", True
        if self.pending > LONGEST_OPEN:  # to end it, the parser would try every "<" in it
            raise Refused("damaged")
        self.close()
        while len(self._open) > 1:
            self._leave()
        self._end_block()
        self._out.append(self._mark_of_concealed())
        return self.taken()

    # what the parser tells

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while len(self._open) > 1 and tag in ENDED_BY.get(self._open[-1].tag, ()):
            self._leave()
        attributes = dict(attrs)
        style = self._sheet.style_of(tag, attributes) | declared(attributes.get("style"))
        if tag in VOID:
            self._mark(tag, attributes, style)
        else:
            self._enter(tag, attributes, style)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """In HTML "<div/>" only opens; in XHTML, which mostly writes "<br/>" so, it is empty."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and not self._is_open("p"):
            self._end_block()
        elif tag not in VOID and self._is_open(tag):
            while self._open[-1].tag != tag:
                self._leave()
            self._leave()

    def handle_data(self, data: str) -> None:
        top = self._open[-1]
        if self._in_style:
            self._sheet.add(data)
        elif not top.hidden and not top.is_unseen:
            self._line.append(_kept(data) if top.kept else _joined(data))
        elif (top.concealed or not top.hidden) and not data.isspace():
            self._conceals = True

    # elements

    def _is_open(self, tag: str) -> bool:
        """Not through the cell or table around it: a stray end tag inside a cell does not end the table."""
        for element in reversed(self._open):
            if element.tag == tag:
                return True
            if element.tag in ("td", "th", "table") and tag not in ("table", "tr", "tbody", "html", "body"):
                return False
        return False

    def _enter(self, tag: str, attributes: Attributes, style: Style) -> None:
        if len(self._open) > DEEPEST:
            raise Refused("too_complex")
        around = self._open[-1]
        style = _attributed(tag, attributes) | style
        not_shown = tag in NOT_SHOWN or (tag == "option" and "selected" not in attributes)
        concealed = "hidden" in attributes or is_gone(style)
        hidden = around.hidden or not_shown or concealed
        concealed = not not_shown and (around.concealed or (concealed and not around.hidden))
        element = Element(tag, hidden, concealed, around.look.inside(style))
        element.on_color = around.on_color or self._sheet.is_partial or has_background(style)
        element.kept = around.kept or tag in ("pre", "textarea")
        element.breaks_after = _breaks(style, "after")
        start = _number(attributes.get("start"))
        element.counts_as, element.count = attributes.get("type") or "", 1 if start is None else start
        if not hidden:
            self._begin(tag, style)
        self._in_style = tag == "style"
        self._open.append(element)
        if not hidden and tag == "li":
            bullet = self._bullet(attributes)
            self._line.append("" if element.is_unseen else bullet)

    def _begin(self, tag: str, style: Style) -> None:
        if tag in BLOCKS:
            self._end_block()
        if _breaks(style, "before"):
            self._break_page()
        if tag == "tr":
            self._end_block()
            self._rows.append(Row(outer=self._out))
            self._out = []
        elif tag in ("td", "th") and self._rows:
            self._end_cell()

    def _leave(self) -> None:
        if self._open[-1].kept and not self._open[-1].hidden:
            self._end_block()
        element = self._open.pop()
        if element.tag == "style":
            self._in_style = False
            self._sheet.finish()
        if element.hidden:
            return
        if element.tag in BLOCKS:
            self._end_block(HEADING * HEADINGS.get(element.tag, 0))
        elif element.tag in ("td", "th") and self._rows:
            self._end_cell(closes=True)
        elif element.tag == "tr" and self._rows:
            self._end_row()
        if element.tag == "table":
            self._out.append("\n")
        if element.breaks_after:
            self._break_page()

    def _mark(self, tag: str, attributes: Attributes, style: Style) -> None:
        """An element that holds nothing."""
        if tag == "link":
            self._sheet.is_partial = True
        if self._open[-1].hidden or "hidden" in attributes or style.get("display") == "none":
            return
        if tag == "br":
            self._line.append("\v")
        elif tag == "img":
            self._line.append(PICTURE)
        elif tag == "hr":
            self._end_block()
        if _breaks(style, "before") or _breaks(style, "after"):
            self._break_page()

    def _bullet(self, attributes: Attributes) -> str:
        for element in reversed(self._open[:-1]):
            if element.tag == "ol" and not element.hidden:
                value = _number(attributes.get("value"))
                shown = element.count if value is None else value
                element.count = shown + 1
                return f"{COUNTED.get(element.counts_as, str)(shown)}. "
            if element.tag in ("ul", "menu", "dir"):
                break
        return "• "

    # text

    def _end_block(self, heading: str = "") -> None:
        text = self._text()
        if text.strip(" \n"):
            self._out.append(f"{self._mark_of_concealed()}{heading}{text}\n\n")
            self._page_begins = False

    def _mark_of_concealed(self) -> str:
        mark, self._conceals = HIDDEN * self._conceals, False
        return mark

    def _break_page(self) -> None:
        """Two of them, after one element and before the next, are one."""
        self._end_block()
        if not self._rows and not self._page_begins:
            self._out.append("\f")
            self._page_begins = True

    def _end_cell(self, *, closes: bool = False) -> None:
        """Paragraphs within a cell become its lines; those of a cell that was never closed too."""
        self._end_block()
        text = "".join(self._out).replace(HEADING, "").strip("\n").replace("\n\n", "\n").replace("\f", "\n")
        self._out = []
        if text or closes:
            self._rows[-1].cells.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        row = self._rows.pop()
        self._out = row.outer
        text = "\t".join(cell for cell in row.cells if cell)
        if text:
            self._page_begins = False
            self._out.append(f"{text}\n\n" if "\n" in text else f"{text}\n")

    def _text(self) -> str:
        text, self._line = "".join(self._line), []
        if not self._open[-1].kept:
            while "  " in text:
                text = text.replace("  ", " ")
        lines = text.replace("\r", "").replace("\v", "\n").split("\n")
        return "\n".join(line.rstrip(" ") if self._open[-1].kept else line.strip(" ") for line in lines).strip("\n")


def _attributed(tag: str, attributes: Attributes) -> Style:
    """What older pages say without a style."""
    said = {"color": attributes.get("color") if tag == "font" else None}
    said["background"] = attributes.get("background") or attributes.get("bgcolor")
    return {name: value.lower() for name, value in said.items() if value}


def _kept(data: str) -> str:
    return data.translate(MARKS).replace("\f", " ")


def _joined(data: str) -> str:
    """White space of the source is one blank; a no-break space is a letter."""
    for space in "\t\n\r\f\v" + PICTURE + HIDDEN + HEADING:
        data = data.replace(space, " ")
    return data


def _breaks(style: Style, where: str) -> bool:
    return style.get(f"page-break-{where}") in BREAKS or style.get(f"break-{where}") in BREAKS


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else None
