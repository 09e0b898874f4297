from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.research.sockets.support import Talk
from tests.research.support import conversation
from tests.support import Firm


@pytest.fixture
async def f(firm) -> Firm:
    made: Firm = await firm()
    return made


@pytest.fixture
async def id_(f: Firm) -> str:
    return str((await conversation(f))["id"])


@pytest.fixture
def talk(live: str, id_: str) -> Talk:
    def make(token: str | None = None, *, about: str = id_, url: str = live, **options: Any) -> Any:
        if token:
            options["subprotocols"] = ["bearer", token]
        path = f"{url.replace('http', 'ws', 1)}/api/v1/chat/ws/{about}"
        return connect(path, compression=None, proxy=None, **options)

    return make
