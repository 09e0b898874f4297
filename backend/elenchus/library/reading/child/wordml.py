"""The body of a Word document, element by element: paragraphs, tables row by row, notes after the paragraph that
refers to them. Tracked deletions are left out and insertions kept: the text as if all changes were accepted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from elenchus.library.reading.child.contract import Refused
from elenchus.library.reading.child.numbering import Numbering, roman
from elenchus.library.reading.child.package import Attributes
from elenchus.library.reading.child.stretches import HEADING
from elenchus.library.reading.child.styles import Styles, is_painted, is_true
from elenchus.library.reading.child.wordprose import PICTURES, SIGNS, Paragraph, Prose

#: What is not the text: former versions, field codes, the readings above ruby characters, what old programs see.
SKIPPED: Final = frozenset(
    "del moveFrom pPrChange rPrChange tblPrChange trPrChange tcPrChange sectPrChange numberingChange tblPrExChange "
    "instrText delText delInstrText rt -Fallback".split()
)
RAISED: Final = str.maketrans("0123456789ivxlc", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁱᵛˣˡᶜ")

#: What each element of Word does, by the method's name.
STARTS: Final = {
    "p": "_start_paragraph",
    "pStyle": "_paragraph_style",
    "outlineLvl": "_outline_level",
    "numId": "_list_number",
    "ilvl": "_list_level",
    "pageBreakBefore": "_page_break_before",
    "sectPr": "_section",
    "type": "_section_type",
    "r": "_start_run",
    "-r": "_start_run",
    "rStyle": "_run_style",
    "vanish": "_vanish",
    "color": "_color",
    "sz": "_size",
    "shd": "_shade",
    "highlight": "_shade",
    "t": "_start_text",
    "-t": "_start_text",
    "br": "_break",
    "sym": "_symbol",
    "fldChar": "_field",
    "ddList": "_start_choice",
    "checkBox": "_start_choice",
    "listEntry": "_choice",
    "default": "_is_chosen",
    "result": "_is_chosen",
    "checked": "_is_chosen",
    "footnoteReference": "_footnote_reference",
    "endnoteReference": "_endnote_reference",
    "background": "_paper",
    "tbl": "_start_table",
    "tblStyle": "_table_style",
    "tr": "_start_row",
    "tc": "_start_cell",
    "txbxContent": "_start_box",
    "altChunk": "_refuse_part",
}
ENDS: Final = {
    "p": "_end_paragraph",
    "r": "_end_run",
    "-r": "_end_run",
    "t": "_end_text",
    "-t": "_end_text",
    "ddList": "_end_choice",
    "checkBox": "_end_tick",
    "tbl": "_end_table",
    "tr": "_end_row",
    "txbxContent": "_end_box",
}

Notes = Mapping[str, str]


@dataclass(slots=True)
class Table:
    row: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_deleted: bool = False
    is_painted: bool = False
    is_cell_painted: bool = False


class Body(Prose):
    """Expat's events in, text out: `taken` empties what has gathered."""

    def __init__(self, styles: Styles, numbering: Numbering | None, footnotes: Notes, endnotes: Notes) -> None:
        super().__init__(styles, numbering)
        self._footnotes, self._endnotes = footnotes, endnotes
        self._out: list[str] = []
        self._tables: list[Table] = []
        self._boxes: list[list[Table]] = []
        self._skipped = self._footnote = 0
        self._closing: list[str] = []
        self._carried: Paragraph | None = None
        self._starts: dict[str, Callable[[Attributes], None]] = {k: getattr(self, verb) for k, verb in STARTS.items()}
        self._ends: dict[str, Callable[[], None]] = {k: getattr(self, verb) for k, verb in ENDS.items()}

    def taken(self) -> str:
        text, self._out = "".join(self._out), []
        return text

    def finish(self) -> None:
        """The endnotes come last, in the order in which the text refers to them."""
        if self._carried:
            self._emit(self._carried)
        self._out += [f"{note}\n\n" for note in self._closing]
        self._out.append(self._mark_of_concealed())

    def _may_stand_on_color(self) -> bool:
        """What is painted behind a text box is not known."""
        return bool(self._boxes) or any(table.is_painted or table.is_cell_painted for table in self._tables)

    def start(self, name: str, attributes: Attributes) -> None:
        if self._skipped or self._is_skipped(name):
            self._skipped += 1
            return
        handler = self._starts.get(name)
        if handler:
            handler(attributes)
        elif name in SIGNS or name in PICTURES:
            self._sign(name)
        self._open.append(name)

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._open.pop()
        handler = self._ends.get(name)
        if handler:
            handler()

    def text(self, text: str) -> None:
        if self._in_text and not self._skipped:
            self._say(text)

    def _is_skipped(self, name: str) -> bool:
        """Inside properties, `del` says what of the paragraph or row itself was deleted."""
        if name in ("del", "moveFrom") and self._open[-2:] == ["pPr", "rPr"] and self._paragraphs:
            self._paragraphs[-1].continues = True
        elif name == "del" and self._open[-1:] == ["trPr"] and self._tables:
            self._tables[-1].is_deleted = True
        return name in SKIPPED

    def _end_paragraph(self) -> None:
        paragraph = self._paragraphs.pop()
        self._fields = [result for result in self._fields if result]  # a field code ends with its paragraph at last
        if self._carried and not self._paragraphs:
            paragraph = _joined(self._carried, paragraph)
            self._carried = None
        if paragraph.continues and not self._paragraphs:
            self._carried = paragraph
        else:
            self._emit(paragraph)

    def _emit(self, paragraph: Paragraph) -> None:
        text = "".join(paragraph.pieces).rstrip(" \t")
        if text.strip("\f\n\t \xa0"):
            text = self._mark_of_concealed() + self._label(paragraph) + text
        table = self._tables[-1] if self._tables else None
        if table is None and text.strip():
            text = HEADING * paragraph.depth + text
        if table is not None:
            table.notes += paragraph.notes
            if table.row and (text := text.replace("\f", "\n")).strip():
                table.row[-1].append(text)
            return
        before, after = "\f" * paragraph.breaks_before, "\f" * paragraph.breaks_after
        if text or before or after:
            self._out.append(f"{before}{text}\n\n{after}")
        self._out += [f"{note}\n\n" for note in paragraph.notes]

    # notes

    def _footnote_reference(self, attributes: Attributes) -> None:
        note = self._footnotes.get(attributes.get("id", ""))
        if note is None or not self._paragraphs or not self._shows():
            return
        mark = ""
        if not is_true(attributes.get("customMarkFollows", "0")):
            self._footnote += 1
            mark = str(self._footnote).translate(RAISED)
        self._paragraphs[-1].pieces.append(mark)
        self._paragraphs[-1].notes.append(f"{mark} {note}".strip())

    def _endnote_reference(self, attributes: Attributes) -> None:
        note = self._endnotes.get(attributes.get("id", ""))
        if note is None or not self._paragraphs or not self._shows():
            return
        mark = roman(len(self._closing) + 1).lower().translate(RAISED)
        self._paragraphs[-1].pieces.append(mark)
        self._closing.append(f"{mark} {note}")

    # tables and text boxes

    def _start_table(self, _: Attributes) -> None:
        self._tables.append(Table())

    def _end_table(self) -> None:
        self._tables.pop()
        if not self._tables:
            self._out.append("\n")

    def _table_style(self, attributes: Attributes) -> None:
        if self._tables and self._styles.paints(attributes.get("val")):
            self._tables[-1].is_painted = True

    def _start_row(self, _: Attributes) -> None:
        if self._tables:
            self._tables[-1] = Table(is_painted=self._tables[-1].is_painted)

    def _start_cell(self, _: Attributes) -> None:
        if self._tables:
            self._tables[-1].row.append([])
            self._tables[-1].is_cell_painted = False

    def _shade(self, attributes: Attributes) -> None:
        if self._open[-1:] == ["tcPr"] and self._tables:
            self._tables[-1].is_cell_painted = is_painted(attributes)
        elif self._open[-1:] == ["tblPr"] and self._tables:
            self._tables[-1].is_painted = self._tables[-1].is_painted or is_painted(attributes)
        else:
            super()._shade(attributes)

    def _end_row(self) -> None:
        """One line, if no cell holds more than a line: what belongs together stays together."""
        if not self._tables:
            return
        table = self._tables[-1]
        self._tables[-1] = Table(is_painted=table.is_painted)
        if table.is_deleted or not any(table.row):
            return
        text = "\t".join("\n".join(cell) for cell in table.row).rstrip("\t")
        outer = self._tables[-2] if len(self._tables) > 1 else None
        if outer is None:
            self._out.append(f"{text}\n\n" if "\n" in text else f"{text}\n")
            self._out += [f"\n{note}\n\n" for note in table.notes]
        elif outer.row:
            outer.row[-1].append(text)
            outer.notes += table.notes

    def _start_box(self, _: Attributes) -> None:
        """A text box is anchored inside a paragraph, whose text it is not."""
        self._boxes.append(self._tables)
        self._tables = []

    def _end_box(self) -> None:
        self._tables = self._boxes.pop()

    def _refuse_part(self, _: Attributes) -> None:
        raise Refused("inner_document")


def _joined(first: Paragraph, second: Paragraph) -> Paragraph:
    """Where the end of the first was deleted, what stays is one paragraph, with the second's style."""
    second.pieces = first.pieces + second.pieces
    second.notes = first.notes + second.notes
    second.breaks_before = first.breaks_before or second.breaks_before
    return second
