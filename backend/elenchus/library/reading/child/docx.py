"""Word documents (.docx): the body in reading order with its notes; headers, footers and comments are left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.contract import Page
from elenchus.library.reading.child.numbering import Numbering
from elenchus.library.reading.child.package import Attributes, Package, Xml
from elenchus.library.reading.child.stretches import page_chars, pages_of
from elenchus.library.reading.child.styles import Styles
from elenchus.library.reading.child.wordml import Body, Notes
from elenchus.library.reading.values import ReadingLimits

MARKUP_SHARE: Final = 4  # of a document part's bytes at most so much is text: 3 to 20 % in real files


class WordFile:
    page_count: int | None = None
    encoding: str | None = None
    repaired: bool = False

    def __init__(self, path: Path, limits: ReadingLimits) -> None:
        self._package = Package(path)
        self._package.refuse_outside_content()
        self._main = self._package.main_part()
        self._folder = self._main.rpartition("/")[0] + "/"
        self._page_chars = page_chars(self._package.size(self._main) // MARKUP_SHARE, limits)

    def pages(self) -> Iterator[Page]:
        return pages_of(self._pieces(), self._page_chars)

    def _pieces(self) -> Iterator[str]:
        styles = Styles(self._package, self._folder)
        notes = [self._notes(f"{self._folder}{kind}s.xml", kind, styles) for kind in ("footnote", "endnote")]
        body = Body(styles, Numbering(styles, self._package, self._folder), *notes)
        xml = Xml(body.start, body.end, body.text)
        for piece in self._package.pieces(self._main):
            xml.feed(piece)
            yield body.taken()
        xml.finish()
        body.finish()
        yield body.taken()

    def _notes(self, part: str, kind: str, styles: Styles) -> Notes:
        reader = _Notes(kind, styles)
        xml = Xml(reader.start, reader.end, reader.text)
        for piece in self._package.pieces(part):
            xml.feed(piece)
        xml.finish()
        return reader.notes


class _Notes:
    """By id. The lines that Word draws between text and notes are kept as notes of a type; they are none."""

    def __init__(self, kind: str, styles: Styles) -> None:
        self.notes: dict[str, str] = {}
        self._kind = kind
        self._body = Body(styles, None, {}, {})
        self._id: str | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name == self._kind:
            self._body.taken()
            self._id = None if attributes.get("type", "normal") != "normal" else attributes.get("id")
        else:
            self._body.start(name, attributes)

    def end(self, name: str) -> None:
        if name != self._kind:
            self._body.end(name)
        elif self._id is not None:
            lines = self._body.taken().replace("\f", "\n").split("\n")
            self.notes[self._id] = "\n".join(line.strip() for line in lines if line.strip())

    def text(self, text: str) -> None:
        self._body.text(text)
