"""Where uploaded bytes live. A name given by a user is a label only: every key here is made by us."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from elenchus.core.errors import NotFound

BLOCK_BYTES = 256 * 1024
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_.-]*)+")


class Storage(Protocol):
    """Whole files under keys. `put_file` is atomic and may be repeated."""

    def temporary_dir(self) -> Path:
        """Where files on their way in may be written before `put_file` takes them over."""

    async def put_file(self, key: str, source: Path) -> None:
        """Take the file over: `source` is gone afterwards, and the bytes are on disk."""

    async def local_path(self, key: str) -> Path:
        """A readable file with these bytes; raises `NotFound`."""

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Blocks of the bytes from `start` up to, not including, `end`."""

    async def delete(self, key: str) -> None:
        """Gone afterwards; not an error when it was already."""


class LocalStorage:
    """Files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def temporary_dir(self) -> Path:
        """On the same disk as the files, so that taking one over is a rename."""
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    async def put_file(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._take_over, source, self._path(key))

    @staticmethod
    def _take_over(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with source.open("rb") as written:
            os.fsync(written.fileno())
        source.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def local_path(self, key: str) -> Path:
        path = self._path(key)
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("The stored file is missing; upload it again.")
        return path

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        path = await self.local_path(key)
        left = (await asyncio.to_thread(path.stat)).st_size if end is None else end
        left -= start
        with await asyncio.to_thread(path.open, "rb") as file:
            file.seek(start)
            while left > 0 and (block := await asyncio.to_thread(file.read, min(BLOCK_BYTES, left))):
                left -= len(block)
                yield block

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key) or ".." in key:
            raise ValueError(f"{key!r} is not a storage key.")
        return self.root / key
