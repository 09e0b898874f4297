"""Where the bundled servers listen: on loopback only, on ports that nothing else is given."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Sequence

HOST = "127.0.0.1"
# Below every ephemeral range (Linux 32768, macOS 49152): while a server is down no outgoing connection can be given
# its port, nor can a client that retries connect to itself and so keep the port from it.
PORTS = range(20_000, 30_000)
KNOCK_SECONDS = 0.2


def free_port(among: Sequence[int] = PORTS) -> int:
    while True:
        port = secrets.choice(among)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port


async def knock(port: int) -> bool:
    """Whether anything accepts there."""
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
