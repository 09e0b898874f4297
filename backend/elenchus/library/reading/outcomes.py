"""Every way a file can be refused: one reason, one code, one sentence that says what to do."""

from typing import Final

FALLBACK: Final = "damaged"

REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "no_bytes": ("empty", "The file has no content. Check the original and upload it again."),
    "no_text": ("empty", "No page holds anything to read. Check the original and upload it again."),
    "password": ("encrypted", "The file opens only with a password. Remove the password and upload it again."),
    "foreign": ("unsupported", "This is {found}. Upload it as {supported}."),
    "not_pdf": ("unsupported", "The file claims to be a PDF but is something else. Upload it as {supported}."),
    "truncated": ("corrupt", "The end of the file is missing. Upload the complete file."),
    "damaged": ("corrupt", "The file is damaged and cannot be read. Export it again and upload the new copy."),
    "too_many_pages": ("too_large", "It has more than {pages:,} pages. Split it and upload the parts."),
    "too_much_text": ("too_large", "It has more than {characters:,} characters. Split it and upload the parts."),
    "page_too_long": (
        "too_large",
        "One of its pages has more than {page_characters:,} characters. Split it and upload the parts.",
    ),
    "memory": ("too_large", "Reading it takes more memory than allowed. Split it or export a simpler copy."),
    "time": ("timeout", "Reading it took longer than allowed. Split it or export a simpler copy."),
    "scan": (
        "needs_ocr",
        "Its pages are pictures without text. Run text recognition (OCR) on it and upload the result.",
    ),
}


class UnreadableFile(Exception):
    """The file cannot become pages. `code` is stable, `detail` tells the user what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class ReadingUnavailable(Exception):
    """The sandbox itself could not start. It says nothing about the file: try again later."""


def unreadable(reason: str, **values: object) -> UnreadableFile:
    """A reason the table does not know counts as damage: the child that sent it is not to be trusted."""
    code, sentence = REFUSALS.get(reason, REFUSALS[FALLBACK])
    return UnreadableFile(code, sentence.format(**values))
