"""E-mail messages (.eml): the headers that people read, then the text. What is attached comes out by `files`."""

import base64
import codecs
import email.feedparser
import email.generator
import email.iterators
import email.parser
import quopri
from collections.abc import Iterator
from pathlib import Path

from elenchus.library.reading.child import mailparts
from elenchus.library.reading.child.contract import Page
from elenchus.library.reading.child.stretches import page_chars, pages_of
from elenchus.library.reading.values import ReadingLimits

#: What the standard library would import only when a message needs it, which the confined process cannot.
NEEDED = (base64, email.feedparser, email.generator, email.iterators, email.parser, quopri)
codecs.lookup("raw-unicode-escape")


class MailFile:
    page_count: int | None = None
    encoding: str | None = None

    def __init__(self, path: Path, limits: ReadingLimits) -> None:
        self._message = mailparts.parsed(path)
        self._limits = limits

    @property
    def repaired(self) -> bool:
        """Some damage shows only when a part is decoded."""
        return not mailparts.is_whole(self._message)

    def pages(self) -> Iterator[Page]:
        text = f"{mailparts.heading(self._message)}\n\n{mailparts.text(self._message)}"
        return pages_of(iter([text]), page_chars(len(text) // 2, self._limits))

    def attachments(self) -> list[mailparts.Attachment]:
        return mailparts.attachments(self._message)
