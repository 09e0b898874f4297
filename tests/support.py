"""Small things every test may need."""

import asyncio
import inspect
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel
from pymongo import monitoring

from elenchus.core.principal import Principal

T = TypeVar("T")
#: Trusts nobody. A client makes a context of its own otherwise, and reads all certificate authorities for it: 18 ms.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(**options: Any) -> httpx.AsyncClient:
    """For servers on loopback."""
    return httpx.AsyncClient(**{"verify": NO_TLS, "timeout": 30} | options)


async def until(condition: Callable[[], T | Awaitable[T]], timeout: float = 15, every: float = 0.02) -> T:
    """The first truthy value of the condition; fails, showing the last one, when none comes in time."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"still {value!r} after {timeout} s: {inspect.getsource(condition).strip()}")
        await asyncio.sleep(every)


def alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the second when it goes while it is read
        return False


def require_documented(model: type[BaseModel], event: str, data: Any, id: object = "") -> None:
    """Fails when an event that came is not to the letter what the API document says of it."""
    came = {"id": str(id), "event": event, "data": data}
    assert model.model_validate(came).model_dump(mode="json", exclude_unset=True) == came


@dataclass
class Firm:
    """A tenant of its own with its owner signed in."""

    client: httpx.AsyncClient
    principal: Principal
    email: str
    password: str
    user: dict[str, Any]
    access_token: str
    refresh_token: str


@dataclass
class CommandLog(monitoring.CommandListener):
    """Names of the MongoDB commands sent while it records."""

    names: list[str] = field(default_factory=list)
    recording: bool = False

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if not self.recording or event.command_name in {"hello", "ping", "endSessions"}:
            return
        if event.command.get(event.command_name) not in {
            "jobs",
            "schedules",
            "workers",
            "audit_rows",
            "audit_heads",
        }:  # a worker of the same process, and what is noted on the record
            self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...
    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...

    @contextmanager
    def record(self) -> Iterator[list[str]]:
        self.names, self.recording = [], True
        try:
            yield self.names
        finally:
            self.recording = False


COMMANDS = CommandLog()
