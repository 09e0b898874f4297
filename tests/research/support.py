"""What a client of conversations does."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from elenchus.research.told import AnswerEvent
from tests.support import Firm, require_documented, until

CHAT = "/api/v1/chat"
CONVERSATIONS = f"{CHAT}/conversations"
SSE = {"Accept": "text/event-stream"}

LEASE = """RESIDENTIAL LEASE

1. Parties. This Lease is made on 1 March 2024 between Harbour Estates Ltd. ("Landlord") and Maria
Svensson ("Tenant").

2. Term. The term of this Lease begins on 1 April 2024 and ends on 31 March 2026.

3. Rent. The Tenant shall pay rent of $4,200 per month, in advance, on the first
day of each month. A late charge of 5% of the overdue amount applies to any rent received after the fifth day.

4. Security Deposit. The Tenant shall deposit $8,400 with the Landlord as security.

5. Pets. No pets may be kept on the premises without the prior written consent of the Landlord.

Governing Law
This Lease is governed by the laws of the State of Maine.
"""
RENT = "What is the monthly rent?"
RENT_WORDS = "The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month."


@dataclass
class Told:
    """What came over an event stream."""

    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    data: list[Any] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.data[self.names.index(name)]

    @property
    def text(self) -> str:
        return "".join(row["text"] for name, row in zip(self.names, self.data, strict=True) if name == "delta")

    def add(self, block: str) -> None:
        lines = dict(line.split(": ", 1) for line in block.strip().split("\n") if not line.startswith(":"))
        if lines:
            self.ids.append(int(lines["id"]))
            self.names.append(lines["event"])
            self.data.append(json.loads(lines["data"]))
            require_documented(AnswerEvent, self.names[-1], self.data[-1], self.ids[-1])


def told(body: str) -> Told:
    found = Told()
    for block in body.split("\n\n"):
        if block.strip():
            found.add(block)
    return found


async def blocks(response: httpx.Response) -> AsyncIterator[Told]:
    """What has been told so far, after each event."""
    found, rest = Told(), ""
    async for piece in response.aiter_text():
        rest += piece
        while "\n\n" in rest:
            block, rest = rest.split("\n\n", 1)
            found.add(block)
            yield found


async def first_words(stream: AsyncIterator[Told]) -> Told:
    """Read on until the first delta."""
    async for so_far in stream:
        if "delta" in so_far.names:
            return so_far
    raise AssertionError("no words came")


async def to_the_end(stream: AsyncIterator[Told]) -> Told:
    last = Told()
    async for so_far in stream:
        last = so_far
    return last


async def filed(firm: Firm, text: str = LEASE, name: str = "lease.txt") -> str:
    """Upload and wait until it can be searched; the document's id."""
    files = [("files", (name, text.encode(), "text/plain"))]
    uploaded = await firm.client.post("/api/v1/documents", files=files)
    assert uploaded.status_code in (200, 202), uploaded.text
    [document] = uploaded.json()["items"]

    async def is_read() -> bool:
        state = (await firm.client.get(f"/api/v1/documents/{document['id']}")).json()["processing"]
        assert state["status"] != "failed", state
        return bool(state["status"] == "completed")

    await until(is_read)
    return str(document["id"])


async def full_text(firm: Firm, document_id: str) -> str:
    pages = (await firm.client.get(f"/api/v1/documents/{document_id}")).json()["page_count"]
    texts = [
        (await firm.client.get(f"/api/v1/documents/{document_id}/pages/{n}")).json()["text"]
        for n in range(1, pages + 1)
    ]
    return "\f".join(texts)


async def asked(firm: Firm, content: str = RENT, **more: Any) -> dict[str, Any]:
    answered = await firm.client.post(CHAT, json={"content": content, **more})
    assert answered.status_code == 200, answered.text
    body: dict[str, Any] = answered.json()
    return body


async def streamed(firm: Firm, content: str = RENT, **more: Any) -> Told:
    answered = await firm.client.post(CHAT, json={"content": content, **more}, headers=SSE)
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].startswith("text/event-stream")
    return told(answered.text)


async def conversation(firm: Firm, **wanted: Any) -> dict[str, Any]:
    made = await firm.client.post(CONVERSATIONS, json=wanted)
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


async def shown(firm: Firm, conversation_id: str) -> dict[str, Any]:
    got = await firm.client.get(f"{CONVERSATIONS}/{conversation_id}")
    assert got.status_code == 200, got.text
    body: dict[str, Any] = got.json()
    return body


@asynccontextmanager
async def streaming(firm: Firm, content: str = RENT, **more: Any) -> AsyncIterator[AsyncIterator[Told]]:
    """A stream whose reader can leave when it likes."""
    async with firm.client.stream("POST", CHAT, json={"content": content, **more}, headers=SSE) as response:
        assert response.status_code == 200, await response.aread()
        yield blocks(response)


async def message_in(firm: Firm, conversation_id: str, message_id: str) -> dict[str, Any]:
    kept = await shown(firm, conversation_id)
    return next(row for row in kept["messages"] if row["id"] == message_id)
