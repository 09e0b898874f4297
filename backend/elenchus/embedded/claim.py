"""The first start of the database, which can only be given a password while it asks for none.

Until then any process of this machine may connect and make an account that stays. So the account is made in a store
that nobody has been promised, over one connection of ours, and the store counts only if that was the only connection.
"""

import asyncio
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson

from elenchus.embedded.datadir import DataDir, explained
from elenchus.embedded.errors import EmbeddedError
from elenchus.embedded.ports import HOST
from elenchus.embedded.server import Policy, Server

OP_MSG = 2013
ANSWER_SECONDS = 5


async def make_store(
    data: DataDir, store: Path, user: dict[str, Any], command: Callable[[Path, int], list[str]]
) -> None:
    """`store` exists afterwards, with this user and no other; or not at all."""
    new = store.with_name("new")
    shutil.rmtree(new, ignore_errors=True)  # of a start that was cut short: empty but for our user
    server = Server(_Unclaimed(user, new, command), data, policy=Policy(auto_restart=False), on_event=_hush)
    try:
        await server.start()
    finally:
        server.kill()  # the account is synced; to ask it to end would leave it open for longer
        await server.stop()
    with explained(data.root):
        new.rename(store)


class _Unclaimed:
    """Serves when our user is made."""

    name = "database"
    title = "database"

    def __init__(self, user: dict[str, Any], new: Path, command: Callable[[Path, int], list[str]]) -> None:
        self._user, self._new, self._command = user, new, command
        self._connections = 0

    async def prepare(self) -> None:
        return None

    def command(self, port: int) -> list[str]:
        return self._command(self._new, port)

    def url(self, port: int) -> str:
        return f"mongodb://{HOST}:{port}/"

    async def serves(self, port: int, pid: int) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            return False
        self._connections += 1
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._claim(reader, writer, pid)
        except (OSError, asyncio.IncompleteReadError):
            return False
        finally:
            writer.close()

    async def _claim(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pid: int) -> bool:
        if (await _ask(reader, writer, {"serverStatus": 1})).get("pid") != pid:
            return False  # another's server, which must not get an account from us
        made = await _ask(reader, writer, self._user)
        status = await _ask(reader, writer, {"serverStatus": 1})
        if made["ok"] != 1 or status["connections"]["totalCreated"] != self._connections:
            raise EmbeddedError(
                "Another process of this machine connected to the bundled database while it was set up. "
                "What had been set up is discarded; start again."
            )
        return True


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: dict[str, Any]) -> dict[str, Any]:
    """One command over one connection; a driver opens several, which could not be told from a stranger's."""
    body = struct.pack("<iB", 0, 0) + bson.encode({**command, "$db": "admin"})
    writer.write(struct.pack("<iiii", 16 + len(body), 1, 0, OP_MSG) + body)
    (length,) = struct.unpack("<i", await reader.readexactly(4))
    return bson.decode((await reader.readexactly(length - 4))[17:])


def _hush(_sentence: str) -> None:
    """That a server starts only to be stopped again is no news."""
