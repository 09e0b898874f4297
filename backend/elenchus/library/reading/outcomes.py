"""Every way a file can be refused: one reason, one code, one sentence that says what to do."""

from typing import Final

FALLBACK: Final = "damaged"

REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "no_bytes": ("empty", "The file has no content. Check the original and upload it again."),
    "no_text": ("empty", "No page holds anything to read. Check the original and upload it again."),
    "password": ("encrypted", "The file opens only with a password. Remove the password and upload it again."),
    "foreign": ("unsupported", "This is {found}. Upload it as {supported}."),
    "sealed": ("encrypted", "The message is encrypted. Decrypt it in your mail program, save it and upload that."),
    "mailbox": (
        "unsupported",
        "This is a mailbox with several messages. Save each of them as a file of its own (.eml) and upload those.",
    ),
    "old_word": (
        "unsupported",
        "This is an old Word document (.doc), which this installation cannot read: the program antiword is not "
        "installed. Ask your administrator for it (make readers or apt install antiword), or upload it as {supported}.",
    ),
    "not_word": (
        "unsupported",
        "The file claims to be a Word document but is something else. Upload it as {supported}.",
    ),
    "outside": (
        "unsupported",
        "It takes parts of its content from other files or addresses, which are not fetched. Break its links in Word "
        "(File > Info > Edit Links to Files), save it and upload the new copy.",
    ),
    "inner_document": (
        "unsupported",
        "It holds another whole document inside. Open it in Word, save it anew and upload the new copy.",
    ),
    "declarations": (
        "corrupt",
        "It holds declarations (DOCTYPE) that no Word document has. Save it anew in Word and upload the new copy.",
    ),
    "not_pdf": ("unsupported", "The file claims to be a PDF but is something else. Upload it as {supported}."),
    "truncated": ("corrupt", "The end of the file is missing. Upload the complete file."),
    "damaged": ("corrupt", "The file is damaged and cannot be read. Export it again and upload the new copy."),
    "too_many_pages": ("too_large", "It has more than {pages:,} pages. Split it and upload the parts."),
    "too_much_text": ("too_large", "It has more than {characters:,} characters. Split it and upload the parts."),
    "page_too_long": (
        "too_large",
        "One of its pages has more than {page_characters:,} characters. Split it and upload the parts.",
    ),
    "too_many_files": ("too_large", "More than {files:,} files are attached. Save them and upload them themselves."),
    "unpacks": (
        "too_large",
        "It is packed far beyond what documents are, or unpacks to more than 200 MB. Save it anew, without large "
        "embedded files.",
    ),
    "too_complex": ("too_large", "It has more parts, or parts deeper inside each other, than can be read. Split it."),
    "memory": ("too_large", "Reading it takes more memory than allowed. Split it or export a simpler copy."),
    "time": ("timeout", "Reading it took longer than allowed. Split it or export a simpler copy."),
    "scan": (
        "needs_ocr",
        "Its pages are pictures without text, and text recognition (OCR) is not installed here. Ask your administrator "
        "for it (make ocr), or upload a copy that has been through it.",
    ),
    "illegible": (
        "needs_ocr",
        "Its pages are pictures in which text recognition (OCR) found no words. Upload a sharper scan, or a copy that "
        "has its text.",
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
