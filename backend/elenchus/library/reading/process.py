"""One child process: start it, ask once, read its lines, end it. It is trusted with nothing."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import deque
from typing import Final, Self

from elenchus.library.reading.outcomes import ReadingUnavailable

CHILD_MODULE: Final = "elenchus.library.reading.child"
START_SECONDS: Final = 30  # a cold disk takes 1 to 2 s to import PyMuPDF
LINE_BYTES: Final = 8 << 20  # one page: 1 M characters of up to four bytes, and room for escapes
READ_BYTES: Final = 1 << 16
DRAIN_SECONDS: Final = 1
STDERR_PIECES, STDERR_BYTES = 4, 4_096  # enough to tell a lack of memory from a crash; never logged: it may quote


class OutputTooLarge(Exception):
    """A line longer than any honest page."""


class Child:
    """Born sealed and idle; `started` returns once it has imported its libraries."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._process = process
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr
        self._buffer = bytearray()
        self._complaints: deque[bytes] = deque(maxlen=STDERR_PIECES)
        self._drain = asyncio.create_task(self._drain_stderr())

    @classmethod
    async def started(cls) -> Self:
        child = cls(await _spawn(CHILD_MODULE))
        try:
            async with asyncio.timeout(START_SECONDS):
                is_ready = b'"ready"' in await child.line()
        except TimeoutError:
            is_ready = False
        except BaseException:
            await child.end()
            raise
        if not is_ready:
            await child.end()
            raise ReadingUnavailable(f"the reading process did not start (exit code {child.exit_code})")
        return child

    @classmethod
    async def running(cls, module: str, *arguments: str) -> Self:
        """One that is told everything by its arguments, and whose output is read by `piece`."""
        child = cls(await _spawn(module, *arguments))
        child._stdin.close()
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    @property
    def complaints(self) -> bytes:
        """The end of its standard error."""
        return b"".join(self._complaints)

    async def ask(self, request: dict[str, object]) -> None:
        """The one request. A child that died meanwhile shows at the next `line`."""
        with contextlib.suppress(ConnectionError):
            self._stdin.write(json.dumps(request).encode() + b"\n")
            await self._stdin.drain()

    async def line(self) -> bytes:
        """The next line, or b"" at the end of the output."""
        searched = 0
        while (line := self.waiting_line(searched)) is None:
            searched = len(self._buffer)
            if searched > LINE_BYTES:
                raise OutputTooLarge
            if not (data := await self._stdout.read(READ_BYTES)):
                return b""
            self._buffer += data
        return line

    def waiting_line(self, searched: int = 0) -> bytes | None:
        """The next line if it is here. `searched` bytes are known to hold no end of one."""
        end = self._buffer.find(b"\n", searched)
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    async def piece(self) -> bytes:
        """Of its output, or b"" at the end."""
        return await self._stdout.read(READ_BYTES)

    async def end(self) -> None:
        """Kill its whole process group, unless it is gone, and wait until it is. Safe to call twice."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._stdin.close()
        await self._close_pipes()  # first: some Pythons wait for a process until its pipes are read off
        await self._process.wait()

    async def exited(self, within_seconds: float) -> None:
        """Let it exit by itself, so that its exit code is its own, then make sure."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await self._process.wait()
        await self.end()

    async def _close_pipes(self) -> None:
        """Unread output keeps a pipe open, so it is read off; a stranger that holds the other end is not waited for."""
        drains = {self._drain, asyncio.create_task(_read_off(self._stdout))}
        _, pending = await asyncio.wait(drains, timeout=DRAIN_SECONDS)
        for drain in pending:
            drain.cancel()

    async def _drain_stderr(self) -> None:
        while data := await self._stderr.read(STDERR_BYTES):
            self._complaints.append(data)


async def _read_off(stream: asyncio.StreamReader) -> None:
    while await stream.read(READ_BYTES):
        pass


async def _spawn(module: str, *arguments: str) -> asyncio.subprocess.Process:
    """`-P` keeps the working directory off the import path; the environment holds nothing of ours."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-B", "-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        cwd="/",
        limit=READ_BYTES,
        start_new_session=True,
    )
