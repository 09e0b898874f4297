"""The few elements of Word's XML that a conversation is made of, their parts in the order that the schema demands."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from elenchus.research.exporting.blocks import Cells, Span, is_right_to_left

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = {"w": W, "r": R}
LINE = 9298  # twentieths of a point between the margins
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SEPARATORS = {-1: "separator", 0: "continuationSeparator"}  # Word looks for both, under the numbers in settings.xml
_RIGHT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
#: Words that are read from the right, with what stands between them.
_RIGHT_TO_LEFT = re.compile(f"({_RIGHT}+(?:[^\\w\n]*{_RIGHT}+)*)")


def element(name: str, /, **attributes: str) -> Any:
    return etree.Element(f"{{{W}}}{name}", {f"{{{W}}}{key}": value for key, value in attributes.items()}, NAMES)


def within(parent: Any, name: str, /, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{W}}}{name}", {f"{{{W}}}{key}": value for key, value in attributes.items()})


def paragraph(
    style: str,
    spans: Sequence[Span],
    called: set[int] | None = None,
    *,
    left: int = 0,
    hanging: int = 0,
    bold: bool = False,
) -> Any:
    """`called` are the notes that were called before, and grows: a second call of the same one is a reference to the
    first, for Word counts calls and would give it a number of its own."""
    called = set() if called is None else called
    made = element("p")
    properties = within(made, "pPr")
    within(properties, "pStyle", val=style)
    if is_right_to_left("".join(span.text for span in spans)):
        within(properties, "bidi")
    if left:
        within(properties, "ind", left=str(left), **({"hanging": str(hanging)} if hanging else {}))
    before: Span | None = None
    for span in spans:
        if span.note is not None and before and before.note is not None:
            _add_words(made, Span(", "), style="FootnoteReference")  # else 2 and 3 would read as 23
        if span.note is None:
            _add_span(made, span, bold=bold)
        elif span.note in called:
            field = within(made, "fldSimple", instr=f" NOTEREF {_bookmark(span.note)} \\f \\h ")
            _add_words(field, Span(str(span.note)), style="FootnoteReference")
        else:
            _add_call(made, span.note)
            called.add(span.note)
        before = span
    return made


def _bookmark(note: int) -> str:
    return f"_Note{note}"


def _add_call(made: Any, note: int) -> None:
    within(made, "bookmarkStart", id=str(note), name=_bookmark(note))
    run = within(made, "r")
    within(within(run, "rPr"), "rStyle", val="FootnoteReference")
    within(run, "footnoteReference", id=str(note))
    within(made, "bookmarkEnd", id=str(note))


def _add_span(made: Any, span: Span, *, bold: bool) -> None:
    style = "Flag" if span.flag else "InlineCode" if span.code else ""
    for number, piece in enumerate(_RIGHT_TO_LEFT.split(span.text)):
        if piece:
            _add_words(made, span, piece, style=style, bold=bold, rtl=number % 2 == 1)


def _add_words(
    made: Any, span: Span, text: str | None = None, *, style: str = "", bold: bool = False, rtl: bool = False
) -> None:
    run = within(made, "r")
    properties = within(run, "rPr")
    if style:
        within(properties, "rStyle", val=style)
    for name, wanted in (("b", span.bold or bold), ("i", span.italic)):
        if wanted:
            within(properties, name)
            within(properties, f"{name}Cs")
    if rtl:
        within(properties, "rtl")
    for number, line in enumerate((span.text if text is None else text).split("\n")):
        if number:
            within(run, "br")
        _add_line(run, line)


def _add_line(run: Any, line: str) -> None:
    for number, words in enumerate(line.split("\t")):
        if number:
            within(run, "tab")
        if words:
            said = within(run, "t")
            said.set(_SPACE, "preserve")
            said.text = words


def table(rows: Sequence[Cells], called: set[int]) -> Any:
    made = element("tbl")
    properties = within(made, "tblPr")
    within(properties, "tblStyle", val="TableGrid")
    within(properties, "tblW", w="0", type="auto")
    grid = within(made, "tblGrid")
    for _ in rows[0]:
        within(grid, "gridCol", w=str(LINE // len(rows[0])))  # to begin with: Word fits them to their words
    for number, row in enumerate(rows):
        line = within(made, "tr")
        if not number:
            within(within(line, "trPr"), "tblHeader")
        for cell in row:
            within(line, "tc").append(paragraph("Normal", cell, called, bold=not number))
    return made


def footnote(number: int, text: str) -> Any:
    note = element("footnote", id=str(number))
    made = paragraph("FootnoteText", [Span(f" {text}")])
    run = element("r")
    within(within(run, "rPr"), "rStyle", val="FootnoteReference")
    within(run, "footnoteRef")
    made.insert(1, run)
    note.append(made)
    return note


def separators() -> Iterator[Any]:
    for number, kind in _SEPARATORS.items():
        note = element("footnote", type=kind, id=str(number))
        within(within(within(note, "p"), "r"), kind)
        yield note
