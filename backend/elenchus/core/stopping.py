"""The word from the server to responses without an end: uvicorn waits for them when it stops, and cuts them off when
its grace is over."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

_KEY = "stopping"


def lifespan_state() -> dict[str, Any]:
    """What a lifespan yields, so that its server and its requests share it."""
    return {_KEY: asyncio.Event()}


def begin(state: Mapping[str, Any]) -> None:
    if event := state.get(_KEY):
        event.set()


def stopping(scope: Scope) -> asyncio.Event:
    """Set when the server of this request begins to stop; of a server without such a word, never."""
    event: asyncio.Event = scope.get("state", {}).get(_KEY) or asyncio.Event()
    return event
