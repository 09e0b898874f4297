"""Which reader opens which kind. A new format is one file beside this one and one line here.

An old Word document has none: another program turns it into text first (`conversion`)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from elenchus.library.reading.child.contract import Opened
from elenchus.library.reading.child.docx import WordFile
from elenchus.library.reading.child.html import WebPage
from elenchus.library.reading.child.mail import MailFile
from elenchus.library.reading.child.pdf import PdfFile
from elenchus.library.reading.child.plaintext import TextFile
from elenchus.library.reading.child.rtf import RichFile
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.values import ReadingLimits

READERS: Final[Mapping[Kind, Callable[[Path, ReadingLimits], Opened]]] = {
    Kind.PDF: PdfFile,
    Kind.WORD: WordFile,
    Kind.RICH_TEXT: RichFile,
    Kind.WEB_PAGE: WebPage,
    Kind.MAIL: MailFile,
    Kind.TEXT: TextFile,
}
