"""The text of a rich text file as it flows: paragraphs, rows of tables, notes after the paragraph that has them."""

from collections.abc import Iterator
from typing import Final

from elenchus.library.reading.child.stretches import HIDDEN
from elenchus.library.reading.child.wordml import RAISED

SIGNS: Final = {
    "~": "\xa0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}", "tab": "\t", "line": "\n", "lbr": "\n", "column": "\n",
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "emspace": " ", "enspace": " ", "qmspace": " ", "nestcell": "\t", "nestrow": "\n",
}  # fmt: skip
#: What a word does to the flow, by the method's name.
MOVES: Final = {
    "par": "paragraph",
    "pard": "plain_paragraph",
    "intbl": "enter_table",
    "pagebb": "begin_page",
    "page": "page",
    "sect": "section",
    "sbknone": "section_goes_on",
    "sbkcol": "section_goes_on",
    "cell": "cell",
    "row": "row",
    "chftn": "note_mark",
}


class Flow:
    """Where text goes; `taken` empties what is finished."""

    def __init__(self) -> None:
        self._in_table = self._breaks_before = False
        self._out: list[str] = []
        self._line: list[str] = []
        self._cells: list[str] = []
        self._notes: list[str] = []
        self._above: list[list[str]] = []  # the paragraphs that wait while their notes are read
        self._mark = ""
        self._noted = 0
        self._after_row = self._section_begins = self._conceals = False

    def taken(self) -> str:
        text, self._out = "".join(self._out), []
        return text

    def say(self, text: str) -> None:
        self._line.append(text)

    def conceal(self) -> None:
        """Words that no reader sees were left out here."""
        self._conceals = True

    def _mark_of_concealed(self) -> str:
        mark, self._conceals = HIDDEN * self._conceals, False
        return mark

    def plain_paragraph(self) -> None:
        self._in_table = self._breaks_before = False

    def enter_table(self) -> None:
        self._in_table = True

    def begin_page(self) -> None:
        self._breaks_before = True

    def paragraph(self) -> None:
        if self._above or self._in_table:
            self.say("\n")
        else:
            self._emit(self._text())

    def page(self) -> None:
        if self._above or self._in_table:
            self.say("\n")
        else:
            self.say("\f")

    def section(self) -> None:
        """Whether it begins on a new page is said only after this."""
        self.paragraph()
        self._section_begins = True

    def section_goes_on(self) -> None:
        self._section_begins = False

    def cell(self) -> None:
        if not self._above:
            self._cells.append(self._text())

    def row(self) -> None:
        if self._above:
            return
        row = "\t".join(self._cells).rstrip("\t")
        self._cells = []
        if row.strip():
            self._out.append(self._mark_of_concealed() + (f"{row}\n\n" if "\n" in row else f"{row}\n"))
            self._after_row = True
        self._emit_notes()

    def note_mark(self) -> None:
        """The number that stands for a note, in the text and once more in the note."""
        if not self._above:
            self._mark = str(self._noted + 1).translate(RAISED)
            self.say(self._mark)

    def open_note(self) -> None:
        self._above.append(self._line)
        self._line = []

    def close_note(self) -> None:
        words = " ".join("".join(self._line).split())
        self._line = self._above.pop()
        self._noted += bool(self._mark)
        if words:
            self._notes.append(f"{self._mark} {words}".strip())
        self._mark = ""

    def finish(self) -> Iterator[str]:
        while self._above:
            self.close_note()
        if self._cells:
            self.cell()
            self.row()
        self._emit(self._text())
        self._out.append(self._mark_of_concealed())
        yield self.taken()

    def _text(self) -> str:
        text, self._line = "".join(self._line), []
        return text.strip(" \n")

    def _emit(self, text: str) -> None:
        if text.strip():
            gap = "\n" * self._after_row
            page = "\f" * (self._section_begins or self._breaks_before)
            self._out.append(f"{gap}{page}{self._mark_of_concealed()}{text}\n\n")
            self._after_row = self._section_begins = False
        elif "\f" in text:
            self._out.append("\f")
        self._emit_notes()

    def _emit_notes(self) -> None:
        if self._notes:
            self._out += ["\n" * self._after_row, *(f"{note}\n\n" for note in self._notes)]
            self._after_row = False
        self._notes = []
