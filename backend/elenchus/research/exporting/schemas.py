"""In what a conversation can be had."""

from enum import StrEnum

#: The last line for the process that sets a file: all has been said.
DONE = b'{"complete":true}'


class Format(StrEnum):
    MARKDOWN = "md"
    JSON = "json"
    WORD = "docx"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.JSON: "application/json",
    Format.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
}
