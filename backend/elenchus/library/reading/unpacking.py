"""What is attached to a message, as files: told by a sealed child, checked and counted like everything it says.

async for attached in attachments(reader, path, kind, folder=folder, limits=limits):
    attached.path    # the caller's from now on
"""

import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from elenchus.core.ids import new_id
from elenchus.library.reading.diagnosis import reason_of_death
from elenchus.library.reading.kinds import Kind, supported
from elenchus.library.reading.outcomes import UnreadableFile, unreadable
from elenchus.library.reading.process import Child, OutputTooLarge
from elenchus.library.reading.sandbox import EXIT_SECONDS, Reader
from elenchus.library.reading.transcript import NotATranscript
from elenchus.library.reading.values import ReadingLimits

MOST_FILES: Final = 100
LONGEST_NAME: Final = 1_000
SUFFIX: Final = ".part"


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """Whole on disk; `name` is what the sender called it."""

    name: str
    path: Path
    size: int
    digest: str


async def attachments(
    reader: Reader, path: Path, kind: Kind, *, folder: Path, limits: ReadingLimits, most_bytes: int
) -> AsyncGenerator[AttachedFile, None]:
    """In the message's order. Raises `UnreadableFile`; what was given until then stands."""
    async with reader.lend() as child:
        request: dict[str, Any] = {
            "path": str(path),
            "kind": str(kind),
            "limits": asdict(limits),
            "task": "attachments",
        }
        unpacking = _Unpacking(child, request, folder, limits, most_bytes)
        async for attached in unpacking.files():
            yield attached


class _Unpacking:
    def __init__(
        self, child: Child, request: dict[str, Any], folder: Path, limits: ReadingLimits, most_bytes: int
    ) -> None:
        self._child, self._request = child, request
        self._folder, self._limits = folder, limits
        self._bytes_left, self._seconds_left = most_bytes, limits.wall_seconds

    async def files(self) -> AsyncIterator[AttachedFile]:
        await self._child.ask(self._request)
        given = 0
        while (message := await self._message())["type"] != "end":
            if message["type"] == "file":
                given += 1
                if given > MOST_FILES:
                    raise self._refused("too_many_files")
                yield await self._file(_name(message))
        if (outcome := message.get("outcome")) != "ok":
            raise self._refused(str(outcome))

    async def _file(self, name: str) -> AttachedFile:
        """Blocks until the one that is empty."""
        path = self._folder / f"{new_id()}{SUFFIX}"
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("xb") as file:
                while data := self._data(await self._message()):
                    size += len(data)
                    digest.update(data)
                    await asyncio.to_thread(file.write, data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return AttachedFile(name, path, size, digest.hexdigest())

    def _data(self, message: dict[str, Any]) -> bytes:
        if message["type"] != "data":
            raise self._refused("damaged")
        try:
            data = base64.b64decode(message["base64"], validate=True)
        except (KeyError, TypeError, binascii.Error, ValueError) as error:
            raise self._refused("damaged") from error
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise self._refused("unpacks")
        return data

    async def _message(self) -> dict[str, Any]:
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._seconds_left):
                line = await self._child.line()
                if not line:
                    await self._child.exited(EXIT_SECONDS)
                    raise self._refused(reason_of_death(self._child.exit_code, self._child.complaints))
            return _message_of(line)
        except TimeoutError as error:
            raise self._refused("time") from error
        except (NotATranscript, OutputTooLarge) as error:
            raise self._refused("damaged") from error
        finally:
            self._seconds_left -= asyncio.get_running_loop().time() - began

    def _refused(self, reason: str) -> UnreadableFile:
        return unreadable(reason, supported=supported(), files=MOST_FILES, **asdict(self._limits))


def _message_of(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotATranscript("no JSON") from error
    if not isinstance(message, dict) or message.get("type") not in ("file", "data", "end"):
        raise NotATranscript("no known message")
    return message


def _name(message: dict[str, Any]) -> str:
    name = message.get("name")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise unreadable("damaged")
    return name.encode("utf-8", "replace").decode()
