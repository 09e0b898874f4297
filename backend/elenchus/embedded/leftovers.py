"""A note of each server we run, so that the next start can end one that outlived its supervisor.

On Linux none should (see `launch`); elsewhere a killed supervisor leaves its servers, and they would hold the files.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path

from elenchus.core import logs
from elenchus.embedded.errors import EmbeddedError

log = logs.get(__name__)

POLL_SECONDS = 0.05
PROC = Path("/proc")


def remember(note: Path, pid: int, command: list[str]) -> None:
    note.write_text(json.dumps({"pid": pid, "command": command}))


def forget(note: Path) -> None:
    note.unlink(missing_ok=True)


async def end_leftover(note: Path, *, patience_seconds: float = 5) -> None:
    """End the process of this note, if it still is that process: pids are reused, and a stranger must not be hit."""
    pid, command = _read(note)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not runs(pid, command):
            return forget(note)
        log.warning("a server outlived its supervisor and is ended", pid=pid, signal=number.name)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        await _until_gone(pid, command, patience_seconds)
    if runs(pid, command):
        raise EmbeddedError(f"Process {pid} still uses {note.parent.parent} and cannot be ended. End it and try again.")
    return forget(note)


def runs(pid: int, command: list[str]) -> bool:
    """Whether `pid` lives and runs exactly `command`, perhaps through an interpreter. A zombie has no command line."""
    return bool(command) and f" {_command_line(pid)}".endswith(" " + " ".join(command))


def _read(note: Path) -> tuple[int, list[str]]:
    """(0, []) when there is none or it was cut short: written in a crash, it names nothing we could be sure of."""
    try:
        row = json.loads(note.read_text())
        return int(row["pid"]), [str(word) for word in row["command"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0, []


def _command_line(pid: int) -> str:
    if PROC.joinpath("self").exists():
        try:
            return PROC.joinpath(str(pid), "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
    query = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(query, capture_output=True, text=True, check=False)  # noqa: S603 - fixed but for a number
    return listed.stdout.strip()


async def _until_gone(pid: int, command: list[str], patience_seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_seconds):
            while True:
                if not runs(pid, command):
                    return
                await asyncio.sleep(POLL_SECONDS)
