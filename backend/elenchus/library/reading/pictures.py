"""A page of a PDF as a PNG, drawn by a sealed child."""

import asyncio
import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from elenchus.library.reading.diagnosis import reason_of_death
from elenchus.library.reading.kinds import Kind, supported
from elenchus.library.reading.outcomes import UnreadableFile, unreadable
from elenchus.library.reading.process import Child, OutputTooLarge
from elenchus.library.reading.sandbox import EXIT_SECONDS, Reader
from elenchus.library.reading.values import ReadingLimits

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


class NoSuchPage(Exception):
    """The file has fewer pages."""


async def picture_of(reader: Reader, path: Path, page: int, *, width: int, limits: ReadingLimits) -> bytes:
    """Raises `NoSuchPage` past the last one, else `UnreadableFile`."""
    request = {"path": str(path), "kind": Kind.PDF, "limits": asdict(limits), "task": "picture"}
    async with reader.lend() as child:
        await child.ask({**request, "page": page, "width": width})
        try:
            async with asyncio.timeout(limits.wall_seconds):
                return _png(await _line(child, limits), limits)
        except TimeoutError as error:
            raise _refused("time", limits) from error


async def _line(child: Child, limits: ReadingLimits) -> bytes:
    try:
        line = await child.line()
    except OutputTooLarge as error:
        raise _refused("damaged", limits) from error
    if not line:
        await child.exited(EXIT_SECONDS)
        raise _refused(reason_of_death(child.exit_code, child.complaints), limits)
    return line


def _png(line: bytes, limits: ReadingLimits) -> bytes:
    try:
        match json.loads(line):
            case {"type": "end", "outcome": "no_such_page"}:
                raise NoSuchPage
            case {"type": "end", "outcome": str(outcome)}:
                raise _refused(outcome, limits)
            case {"type": "picture", "base64": str(encoded)}:
                png = base64.b64decode(encoded, validate=True)
                if png.startswith(SIGNATURE):
                    return png
    except (ValueError, RecursionError) as error:
        raise _refused("damaged", limits) from error
    raise _refused("damaged", limits)


def _refused(reason: str, limits: ReadingLimits) -> UnreadableFile:
    return unreadable(reason, supported=supported(), **asdict(limits))
