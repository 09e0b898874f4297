"""What a reading takes and gives."""

from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class PageText:
    """One page. `start_char` and `end_char` are code points into all pages joined by one form feed; `label` is what the
    document calls it; `ocr_confidence`, of 1, is there when its words were recognised in a picture; `headings` are the
    lines that the document marks as such, by number from 0, with how deep, from 1."""

    number: int
    text: str
    width: float
    height: float
    start_char: int
    end_char: int
    label: str | None = None
    ocr_confidence: float | None = None
    headings: tuple[tuple[int, int], ...] = ()

    @property
    def heading_depths(self) -> dict[int, int]:
        """By where in the full text their lines begin."""
        if not self.headings:
            return {}
        starts = [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]
        return {self.start_char + starts[line]: depth for line, depth in self.headings if line < len(starts) - 1}


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one document may cost. `wall_seconds` counts only the time spent waiting for the child."""

    pages: int = 5_000
    characters: int = 50_000_000
    page_characters: int = 1_000_000  # the densest real page seen had 12,000; one line on the pipe holds one page
    wall_seconds: float = 300
    cpu_seconds: int = 240
    ocr_seconds: float = 1_800  # in addition, for recognising text in pictures; a dense page takes 1 to 4
    memory_bytes: int = 1 << 30
    tessdata: str | None = None
    """Where Tesseract's language data is, when not in one of the usual places."""


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """`textless_pages` hold something to read, but not as text: scans, outlined letters, damage. Blank pages do not.
    The words of `ocr_pages` were recognised in pictures; `hidden_text` are pages that hold words which no reader sees.
    """

    page_count: int
    char_count: int
    repaired: bool
    textless_pages: tuple[int, ...]
    language: str | None = None
    ocr_pages: tuple[int, ...] = ()
    ocr_confidence: float | None = None
    """Of 1: the mean of those pages by their length."""
    hidden_text: tuple[int, ...] = ()
    encoding: str | None = None
    """Of a plain text only; `windows-1252` is a guess, the others are facts."""
