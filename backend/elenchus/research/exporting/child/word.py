"""A conversation as a Word file with real footnotes.

Body and footnotes are written turn by turn to the disk, so a conversation of any length takes no more memory than its
longest turn. What stands around them is the same for every file and lies in `package/`.
"""

import shutil
import zipfile
from contextlib import ExitStack
from importlib import resources
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO

from lxml import etree

from elenchus.core.clock import now
from elenchus.research.exporting.blocks import Block, Kind, Span
from elenchus.research.exporting.child import tables
from elenchus.research.exporting.child.wordml import (
    LINE,
    NAMES,
    R,
    W,
    element,
    footnote,
    paragraph,
    separators,
    table,
    within,
)
from elenchus.research.exporting.script import EXAMINATION, Talk, Turn

BODY, NOTES, PROPERTIES = "word/document.xml", "word/footnotes.xml", "docProps/core.xml"
FIXED = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package.rels",
    "word/_rels/document.xml.rels": "document.xml.rels",
    "word/styles.xml": "styles.xml",
    "word/settings.xml": "settings.xml",
    "word/footer1.xml": "footer1.xml",
}
FOOTER = "rId4"  # in document.xml.rels
A4 = {"w": "11906", "h": "16838"}  # twentieths of a point
MARGIN = str((11906 - LINE) // 2)
LONGEST_TITLE = 255
DEEPEST_HEADING, DEEPEST_ITEM = 4, 8
INDENT = 284
_STYLES = {Kind.PARAGRAPH: "Normal", Kind.QUOTE: "Quote", Kind.CODE: "Code"}


class WordFile:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._open = ExitStack()
        self._body = _Part(self._open, "document", "body")
        self._notes = _Part(self._open, "footnotes")
        for one in separators():
            self._notes.write(one)

    def head(self, talk: Talk) -> None:
        self._title = talk.title
        self._body.write(paragraph("Title", [Span(talk.title)]))
        self._body.write(paragraph("Remark", [Span(talk.about)]))

    def turn(self, said: Turn) -> None:
        if said.heading:
            self._say("Heading1", said.heading)
        for remark in said.remarks:
            self._say("Remark", remark)
        for warning in said.warnings:
            self._say("Warning", warning)
        called: set[int] = set()
        for block in said.blocks:
            self._write(block, called)
        if uncalled := [Span("", note=note.number) for note in said.notes if note.number not in called]:
            self._body.write(paragraph("Normal", [Span("Sources: "), *uncalled]))
        for note in said.notes:
            self._notes.write(footnote(note.number, note.text))
        if said.findings:
            self._say("Heading3", EXAMINATION)
        for row in said.findings:
            self._say("Finding", row)

    def close(self) -> None:
        self._body.write(_section())
        with self._open, zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED) as package:
            for name, file in FIXED.items():
                package.writestr(name, resources.files(__package__).joinpath("package", file).read_bytes())
            package.writestr(PROPERTIES, _properties(self._title))
            for name, part in ((BODY, self._body), (NOTES, self._notes)):
                with package.open(name, "w", force_zip64=True) as out:
                    shutil.copyfileobj(part.ended(), out)

    def _say(self, style: str, text: str) -> None:
        self._body.write(paragraph(style, [Span(text)]))

    def _write(self, block: Block, called: set[int]) -> None:
        if block.kind is not Kind.TABLE:
            self._body.write(_block(block, called))
        elif tables.fits(block):
            self._body.write(table(block.rows, called))
            self._body.write(paragraph("Normal", []))  # two tables in a row would become one
        else:
            for line in tables.as_lines(block):
                self._body.write(_block(line, called))


class _Part:
    """An XML file that is written while its outer elements are open."""

    def __init__(self, opened: ExitStack, *names: str) -> None:
        self._file = opened.enter_context(TemporaryFile())  # noqa: SIM115 - it is closed with the others
        self._elements = ExitStack()
        self._xml = self._elements.enter_context(etree.xmlfile(self._file, encoding="utf-8"))
        self._xml.write_declaration(standalone=True)
        for name in names:
            self._elements.enter_context(self._xml.element(f"{{{W}}}{name}", nsmap=NAMES))

    def write(self, one: Any) -> None:
        self._xml.write(one)

    def ended(self) -> IO[bytes]:
        self._elements.close()
        self._file.seek(0)
        return self._file


def _block(block: Block, called: set[int]) -> Any:
    if block.kind is Kind.HEADING:
        return paragraph(f"Heading{min(block.level + 1, DEEPEST_HEADING)}", block.spans, called)
    if block.kind is not Kind.ITEM:
        return paragraph(_STYLES[block.kind], block.spans, called)
    label = [Span(f"{block.label}\t")] if block.label else []
    left = INDENT * (min(block.level, DEEPEST_ITEM) + 1)
    return paragraph("ListParagraph", [*label, *block.spans], called, left=left, hanging=INDENT if label else 0)


def _section() -> Any:
    section = element("sectPr")
    within(section, "footerReference", type="default").set(f"{{{R}}}id", FOOTER)
    within(section, "pgSz", **A4)
    sides = dict.fromkeys(["top", "right", "bottom", "left"], MARGIN)
    within(section, "pgMar", **sides, header="708", footer="708", gutter="0")
    return section


def _properties(title: str) -> bytes:
    core, dc, terms, xsi = (
        "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/terms/",
        "http://www.w3.org/2001/XMLSchema-instance",
    )
    root = etree.Element(f"{{{core}}}coreProperties", nsmap={"cp": core, "dc": dc, "dcterms": terms, "xsi": xsi})
    etree.SubElement(root, f"{{{dc}}}title").text = title[:LONGEST_TITLE]
    etree.SubElement(root, f"{{{dc}}}creator").text = "Elenchus"
    for name in ("created", "modified"):
        instant = etree.SubElement(root, f"{{{terms}}}{name}", {f"{{{xsi}}}type": "dcterms:W3CDTF"})
        instant.text = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return written
