"""Papers, and readers of what became of them that are not their writers."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import orjson
from lxml import etree

from elenchus.research.exporting.child import typeset
from elenchus.research.exporting.papers import laying_out, service
from elenchus.research.exporting.papers.schemas import Paper, PaperFormat
from elenchus.research.exporting.schemas import DONE

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def paper(**parts: Any) -> Paper:
    return Paper.model_validate({"title": "Lease review", **parts})


async def written(of: Paper, wanted: str) -> bytes:
    """What the child makes is made here, a second sooner; `TestFile` has it made by the child."""
    if wanted in {"md", "json", "ics"}:
        return (await service.write(of, PaperFormat(wanted))).file.read()
    file = io.BytesIO()
    parts = laying_out.parts(of) if wanted == "xlsx" else laying_out.turns(of)
    lines = [orjson.dumps(laying_out.about(of)), *map(orjson.dumps, parts), DONE]
    if wanted == "xlsx":
        typeset.write_workbook(file, lines)
    else:
        typeset.write(typeset.WRITERS[wanted](file), lines)
    return file.getvalue()


@dataclass(frozen=True)
class Cell:
    """`value` is text, or the number as it is stored; `format` how it is shown."""

    value: str
    is_text: bool
    has_formula: bool
    format: str
    style: Any

    @property
    def is_bold(self) -> bool:
        return self.style["bold"]

    @property
    def is_quoted(self) -> bool:
        return self.style["quoted"]


class Book:
    def __init__(self, content: bytes) -> None:
        self.package = zipfile.ZipFile(io.BytesIO(content))
        assert self.package.testzip() is None
        self._strings = ["".join(each.itertext()) for each in self.xml("xl/sharedStrings.xml")]
        self._styles = self._read_styles()
        sheets = self.xml("xl/workbook.xml").find(f"{S}sheets")
        self.sheets = {each.get("name"): f"xl/worksheets/sheet{n}.xml" for n, each in enumerate(sheets, 1)}

    def xml(self, name: str) -> Any:
        return etree.fromstring(self.package.read(name))

    def rows(self, sheet: str) -> list[list[Cell]]:
        return [[self._cell(cell) for cell in row] for row in self.xml(self.sheets[sheet]).iter(f"{S}row")]

    def texts(self, sheet: str) -> list[list[str]]:
        return [[cell.value for cell in row] for row in self.rows(sheet)]

    def _cell(self, cell: Any) -> Cell:
        value, style = cell.findtext(f"{S}v") or "", self._styles[int(cell.get("s", 0))]
        is_text = cell.get("t") == "s"
        text = self._strings[int(value)] if is_text else value
        return Cell(text, is_text, cell.find(f"{S}f") is not None, style["format"], style)

    def _read_styles(self) -> list[dict[str, Any]]:
        styles = self.xml("xl/styles.xml")
        numbers = {each.get("numFmtId"): each.get("formatCode") for each in styles.iter(f"{S}numFmt")}
        fonts = [font.find(f"{S}b") is not None for font in styles.find(f"{S}fonts")]
        return [
            {
                "format": numbers.get(each.get("numFmtId"), ""),
                "bold": fonts[int(each.get("fontId"))],
                "quoted": each.get("quotePrefix") == "1",
                "wrapped": (alignment := each.find(f"{S}alignment")) is not None and alignment.get("wrapText") == "1",
            }
            for each in styles.find(f"{S}cellXfs")
        ]
