"""Which reader opens which kind. A new format is one file beside this one and one line here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.contract import Opened
from elenchus.library.reading.child.pdf import PdfFile
from elenchus.library.reading.child.plaintext import TextFile
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.values import ReadingLimits

READERS: Final[Mapping[Kind, Callable[[Path, ReadingLimits], Opened]]] = {
    Kind.PDF: PdfFile,
    Kind.TEXT: TextFile,
}
