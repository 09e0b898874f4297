"""Reading a file in a test, and what came of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from elenchus.library.reading.kinds import detect
from elenchus.library.reading.outcomes import UnreadableFile
from elenchus.library.reading.running import RunningLines
from elenchus.library.reading.sandbox import DEFAULT_LIMITS, Reader
from elenchus.library.reading.values import PageText, ReadingLimits, ReadingReport


@dataclass(frozen=True)
class Read:
    pages: list[PageText]
    report: ReadingReport
    guards: frozenset[str]

    @property
    def text(self) -> str:
        return "\f".join(page.text for page in self.pages)


async def read(reader: Reader, path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Read:
    async with reader.open(path, detect(path), limits=limits) as reading:
        pages = [page async for page in reading]
        return Read(pages, reading.report, reading.guards)


async def refusal(reader: Reader, path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> UnreadableFile:
    try:
        done = await read(reader, path, limits)
    except UnreadableFile as refused:
        return refused
    raise AssertionError(f"it was read: {done.report}")


def lives(pid: int) -> bool:
    """Whether there is such a process, a zombie included."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def own_parts(pages: Sequence[PageText]) -> str:
    """Their text without running headers and footers."""
    lines = RunningLines()
    spans = [span for page in pages for span in lines.feed(page.text)] + list(lines.finish())
    return "\f".join(page.text[start:end] for page, (start, end) in zip(pages, spans, strict=True))


def pages_of(*texts: str) -> list[PageText]:
    """Pages as a reader places them."""
    pages, at = [], 0
    for number, text in enumerate(texts, start=1):
        pages.append(PageText(number, text, 612.0, 792.0, at, at + len(text)))
        at += len(text) + 1
    return pages
