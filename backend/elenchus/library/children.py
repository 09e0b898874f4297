"""This process's reader of files, for whoever has one to read: it keeps one sealed child warm."""

import asyncio
from importlib import import_module

from elenchus.library.reading.sandbox import Reader

_reader: Reader | None = None


def reader() -> Reader:
    global _reader
    if _reader is None:
        _reader = Reader()
    return _reader


async def warm_up() -> None:
    """At a worker's start, so that its first document does not wait 0.4 s for a child and for numpy."""
    reader().warm()
    await asyncio.to_thread(import_module, "elenchus.library.searching.segment")


async def close_reader(_within_seconds: float = 0) -> None:
    """At a process's end."""
    global _reader
    if _reader is not None:
        closing, _reader = _reader, None
        await closing.close()
