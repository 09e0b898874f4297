"""The door: a paper goes in, a file comes out."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import orjson

from elenchus.core.mongo import Row
from elenchus.research.exporting import markdown, script, typesetting
from elenchus.research.exporting.names import filename
from elenchus.research.exporting.papers import laying_out
from elenchus.research.exporting.papers.bounds import require_bounded, require_small
from elenchus.research.exporting.papers.deadlines import calendar
from elenchus.research.exporting.papers.schemas import Paper, PaperFormat

FORMAT = "elenchus paper 1"
UNNAMED = "result"


@dataclass(frozen=True, slots=True)
class Written:
    """`file` has no name on the disk and is gone when it is closed, which reading it to its end by `blocks` does."""

    filename: str
    media_type: str
    size: int
    file: BinaryIO

    def blocks(self) -> AsyncIterator[bytes]:
        return typesetting.blocks(self.file)

    async def save(self, path: Path) -> None:
        """Closes it."""
        await asyncio.to_thread(self._save, path)

    def _save(self, path: Path) -> None:
        with self.file, path.open("wb") as target:
            shutil.copyfileobj(self.file, target)


async def write(paper: Paper, wanted: PaperFormat) -> Written:
    """Raises `PaperTooLarge`, `RowTooLong`, `NoEvents`, `NotTypeset`."""
    await asyncio.to_thread(require_bounded, paper, wanted)
    file = await asyncio.to_thread(_kept, paper, wanted) if wanted in _HERE else await _set(paper, wanted)
    size = os.fstat(file.fileno()).st_size
    try:
        require_small(size)
    except BaseException:
        file.close()
        raise
    return Written(filename(paper.title, wanted, UNNAMED), wanted.media_type, size, file)


def _kept(paper: Paper, wanted: PaperFormat) -> BinaryIO:
    """Like a file that another process has made."""
    content = _HERE[wanted](paper)
    file = TemporaryFile()  # noqa: SIM115 - whoever has it closes it
    file.write(content)
    file.seek(0)
    return file


def _json(paper: Paper) -> bytes:
    """Canonical: the same paper is the same bytes, whenever and wherever. It ends with `"title"`, and a file that was
    cut off is no JSON."""
    return orjson.dumps({"format": FORMAT, **paper.model_dump(mode="json")}, option=orjson.OPT_SORT_KEYS)


def _markdown(paper: Paper) -> bytes:
    said = script.Script()
    head = markdown.head(script.talk(**laying_out.about(paper)))
    return "".join([head, *(markdown.turn(said.turn(turn)) for turn in laying_out.turns(paper))]).encode()


_HERE: dict[PaperFormat, Callable[[Paper], bytes]] = {
    PaperFormat.JSON: _json,
    PaperFormat.MARKDOWN: _markdown,
    PaperFormat.CALENDAR: calendar,
}


async def _set(paper: Paper, wanted: PaperFormat) -> BinaryIO:
    made = laying_out.parts if wanted is PaperFormat.WORKBOOK else laying_out.turns
    return await typesetting.typeset(wanted, _lines(laying_out.about(paper), made(paper)))


async def _lines(about: Row, rest: Iterator[Row]) -> AsyncIterator[object]:
    """Each is made in a thread: a section may be long."""
    yield about
    while line := await asyncio.to_thread(next, rest, None):
        yield line
