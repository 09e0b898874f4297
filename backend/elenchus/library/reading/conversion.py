"""Old Word documents (.doc) into text, by antiword where it is installed, in a process that is confined like a reader.

antiword rather than LibreOffice: it needs no file but the document and starts no other process, so it runs inside the
same jail. antiword rather than catdoc: it leaves out what was deleted with changes tracked.
"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final

from elenchus.library.reading.diagnosis import reason_of_death
from elenchus.library.reading.kinds import supported
from elenchus.library.reading.outcomes import UnreadableFile, unreadable
from elenchus.library.reading.process import Child
from elenchus.library.reading.programs import converter
from elenchus.library.reading.values import ReadingLimits

MODULE: Final = "elenchus.library.reading.child.convert"
BYTES_PER_CHARACTER: Final = 4
EXIT_SECONDS: Final = 2  # to die by itself after its output ended, so that its exit code tells why
ENCRYPTED: Final = re.compile(rb"encrypted", re.IGNORECASE)


@asynccontextmanager
async def as_text(path: Path, limits: ReadingLimits) -> AsyncIterator[Path]:
    """A text file with what the document says, gone afterwards. Raises `UnreadableFile`."""
    program = converter()
    if program is None:
        raise unreadable("old_word", supported=supported())
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="reading-")
    try:
        target = Path(folder) / "text"
        await _convert(program, path, target, limits)
        yield target
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _convert(program: Path, document: Path, target: Path, limits: ReadingLimits) -> None:
    bounds = (str(limits.memory_bytes), str(limits.cpu_seconds))
    child = await Child.running(MODULE, str(program), str(document), *bounds)
    try:
        async with asyncio.timeout(limits.wall_seconds):
            with target.open("wb") as file:
                await _keep(child, file, limits)
        await child.exited(EXIT_SECONDS)
    except TimeoutError as error:
        raise unreadable("time") from error
    finally:
        await child.end()
    if child.exit_code:
        raise _verdict(child.exit_code, child.complaints)


async def _keep(child: Child, file: BinaryIO, limits: ReadingLimits) -> None:
    left = limits.characters * BYTES_PER_CHARACTER
    while data := await child.piece():
        left -= len(data)
        if left < 0:
            raise unreadable("too_much_text", characters=limits.characters)
        await asyncio.to_thread(file.write, data)


def _verdict(exit_code: int, complaints: bytes) -> UnreadableFile:
    if exit_code > 0 and ENCRYPTED.search(complaints):
        return unreadable("password")
    return unreadable(reason_of_death(exit_code, complaints))
