"""Word files, PDFs and workbooks, made by a process of their own and handed on from the disk."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from enum import StrEnum
from tempfile import TemporaryFile, gettempdir
from typing import BinaryIO

import orjson

from elenchus.core import logs
from elenchus.research.exporting.errors import NotTypeset
from elenchus.research.exporting.schemas import DONE

MODULE = "elenchus.research.exporting.child.typeset"
AT_ONCE = 2  # each is a core, and 100 to 200 MB, while it lasts
SECONDS = 300.0
BLOCK_BYTES = 64 * 1024
COMPLAINT_BYTES = 64 * 1024
_turn = asyncio.Semaphore(AT_ONCE)
log = logs.get(__name__)


async def typeset(wanted: StrEnum, lines: AsyncIterator[object]) -> BinaryIO:
    """The finished file. It never has a name, so it is gone when it is closed or both processes have ended, in whatever
    way. Raises `NotTypeset`."""
    file = await asyncio.to_thread(TemporaryFile)
    try:
        async with asyncio.timeout(SECONDS), _turn:
            await _set(wanted, file, lines)
        file.seek(0)
    except TimeoutError as error:
        file.close()
        log.warning("a file took too long to set", format=wanted, seconds=SECONDS)
        raise NotTypeset from error
    except BaseException:
        file.close()
        raise
    return file


async def blocks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block


async def _set(wanted: StrEnum, file: BinaryIO, lines: AsyncIterator[object]) -> None:
    process = await _spawn(wanted, file)
    assert process.stderr is not None
    complaint = asyncio.create_task(_complaint(process.stderr))
    try:
        await _feed(process, lines)
        await process.wait()
        if process.returncode:
            log.error("a file could not be set", format=wanted, complaint=_last_line(await complaint))
            raise NotTypeset
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        complaint.cancel()


async def _feed(process: asyncio.subprocess.Process, lines: AsyncIterator[object]) -> None:
    """No faster than it reads. One that has died says why by its end."""
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        async for line in lines:
            process.stdin.write(orjson.dumps(line, default=str) + b"\n")
            await process.stdin.drain()
        process.stdin.write(DONE + b"\n")
        await process.stdin.drain()
    process.stdin.close()


async def _complaint(stream: asyncio.StreamReader) -> bytes:
    """Its end; read to the last, for a process that cannot complain hangs."""
    told = b""
    while block := await stream.read(COMPLAINT_BYTES):
        told = (told + block)[-COMPLAINT_BYTES:]
    return told


def _last_line(complaint: bytes) -> str:
    """The name of the error and not its words, which may be a client's."""
    lines = complaint.decode(errors="replace").strip().splitlines()
    return lines[-1].partition(":")[0] if lines else ""


async def _spawn(wanted: StrEnum, file: BinaryIO) -> asyncio.subprocess.Process:
    """`-P` keeps the working directory off the import path; the environment holds nothing of ours."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-B", "-m", MODULE, wanted),
        stdin=asyncio.subprocess.PIPE,
        stdout=file,
        stderr=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": gettempdir()},
        cwd="/",
        start_new_session=True,
    )
