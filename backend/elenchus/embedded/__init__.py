"""The bundled database and Valkey: started under DATA_DIR, kept alive, stopped, never left behind.

For `elenchus up` and the tests. Signals are the caller's: on Ctrl-C and SIGTERM let the task that is inside
`embedded_servers` be cancelled. Whatever ends us without that, SIGKILL included, ends the servers too.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from elenchus.embedded.datadir import DataDir
from elenchus.embedded.errors import DataDirInUse, EmbeddedError, MissingServer
from elenchus.embedded.programs import Database, Valkey
from elenchus.embedded.server import Policy, Program, Server, announce

__all__ = [
    "DataDirInUse",
    "EmbeddedError",
    "Endpoints",
    "MissingServer",
    "Policy",
    "Server",
    "database_server",
    "embedded_servers",
    "valkey_server",
]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Both carry passwords, so neither shows in a log."""

    mongodb_url: str = field(repr=False)
    redis_url: str = field(repr=False)


@asynccontextmanager
async def embedded_servers(
    data_dir: Path,
    *,
    mongodb_url: str | None = None,
    redis_url: str | None = None,
    on_event: Callable[[str], None] = announce,
) -> AsyncIterator[Endpoints]:
    """Lock the directory, start what is not replaced by a url, keep it alive; on exit stop it, by force if need be.

    With both urls nothing is started and the directory is not touched. A server that keeps dying cancels the body and
    raises EmbeddedError.
    """
    if mongodb_url and redis_url:
        yield Endpoints(mongodb_url, redis_url)
        return
    data = DataDir.at(data_dir)
    programs: list[Program] = []
    programs += [] if mongodb_url else [Database(data)]
    programs += [] if redis_url else [Valkey(data)]
    servers = {program.name: Server(program, data, on_event=on_event) for program in programs}
    with data.locked():
        async with _running(list(servers.values())):
            yield Endpoints(mongodb_url or servers["database"].url, redis_url or servers["valkey"].url)


def database_server(data_dir: Path, *, policy: Policy = Policy(), on_event: Callable[[str], None] = announce) -> Server:
    """One server without the directory's lock: for tests that kill it, in a folder of their own."""
    data = DataDir.at(data_dir)
    return Server(Database(data), data, policy=policy, on_event=on_event)


def valkey_server(data_dir: Path, *, policy: Policy = Policy(), on_event: Callable[[str], None] = announce) -> Server:
    data = DataDir.at(data_dir)
    return Server(Valkey(data), data, policy=policy, on_event=on_event)


@asynccontextmanager
async def _running(servers: Sequence[Server]) -> AsyncIterator[None]:
    try:
        async with _interrupted_by_failure(servers):
            await _start(servers)
            yield
    finally:
        await _stop(servers)


@asynccontextmanager
async def _interrupted_by_failure(servers: Sequence[Server]) -> AsyncIterator[None]:
    """As `asyncio.timeout` does it: the body is cancelled, and who waits for the body gets the error instead."""
    host = asyncio.current_task()
    failures: list[EmbeddedError] = []

    def interrupt(error: EmbeddedError) -> None:
        failures.append(error)
        if host is not None:
            host.cancel()

    for server in servers:
        server.on_failure = interrupt
    try:
        yield
    except asyncio.CancelledError:
        if host is None or not failures or host.uncancel() > 0:
            raise
    if failures:
        raise failures[0]


async def _start(servers: Sequence[Server]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for server in servers:
                group.create_task(server.start())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _stop(servers: Sequence[Server]) -> None:
    stopping = asyncio.gather(*(server.stop() for server in servers))
    try:
        await asyncio.shield(stopping)
    except asyncio.CancelledError:  # a second Ctrl-C: no more patience
        for server in servers:
            server.kill()
        await stopping
        raise
