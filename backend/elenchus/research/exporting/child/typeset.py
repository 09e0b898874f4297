"""The process that sets a Word file, a PDF or a workbook: one of them, then it ends.

Apart from the API, for it is seconds of computing, and what it took of memory goes with it. It reads lines of JSON,
first {title, exported_at, messages}, then a message each, holds one message at a time and writes the file to where its
standard output leads.
"""

import os
import resource
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import BinaryIO, Protocol

import orjson

from elenchus.research.exporting import script
from elenchus.research.exporting.schemas import DONE
from elenchus.research.exporting.script import Talk, Turn

MOST_MEMORY = 2 << 30  # bytes of address space; 10,000 messages take a tenth
MOST_SECONDS = 300  # of computing: when whoever waited for it was killed it ends by itself
MOST_BYTES = 1 << 30  # of a file


class Cut(RuntimeError):
    """The lines ended before the conversation did."""


class Writer(Protocol):
    def head(self, talk: Talk) -> None: ...
    def turn(self, said: Turn) -> None: ...
    def close(self) -> None: ...


def _word(file: BinaryIO) -> Writer:
    from elenchus.research.exporting.child.word import WordFile

    return WordFile(file)


def _pdf(file: BinaryIO) -> Writer:
    from elenchus.research.exporting.child.portable import PdfFile

    return PdfFile(file)


WORKBOOK = "xlsx"
WRITERS: dict[str, Callable[[BinaryIO], Writer]] = {"docx": _word, "pdf": _pdf}


def write(writer: Writer, lines: Iterable[bytes]) -> None:
    """Raises `Cut` when the last line does not say that it was the last: no file may look whole that is not."""
    waiting = iter(lines)
    writer.head(script.talk(**orjson.loads(next(waiting, b"{}"))))
    said = script.Script()
    for line in waiting:
        if line.strip() == DONE:
            writer.close()
            return
        writer.turn(said.turn(orjson.loads(line)))
    raise Cut


def write_workbook(file: BinaryIO, lines: Iterable[bytes]) -> None:
    """Raises `Cut` like `write`. Of the parts of a paper, not of messages: cells keep their types."""
    from elenchus.research.exporting.child.workbook import Workbook

    waiting = iter(lines)
    made = Workbook(file, **orjson.loads(next(waiting, b"{}")))
    for line in waiting:
        if line.strip() == DONE:
            made.close()
            return
        made.take(orjson.loads(line))
    raise Cut


def _bound() -> None:
    """Where the system lets us: macOS knows a limit of memory and refuses to set it."""
    bounds = (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_BYTES),
        (resource.RLIMIT_CORE, 0),  # what a crash would leave on the disk has a client's words in it
    )
    for kind, most in bounds:
        _, hard = resource.getrlimit(kind)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, hard))


def main(wanted: str) -> None:
    """What a library may print goes where complaints go, not into the file."""
    _bound()
    with os.fdopen(os.dup(1), "wb") as file:
        os.dup2(2, 1)
        if wanted == WORKBOOK:
            write_workbook(file, sys.stdin.buffer)
        else:
            write(WRITERS[wanted](file), sys.stdin.buffer)


if __name__ == "__main__":
    main(sys.argv[1])
