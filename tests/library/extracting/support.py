"""Who asks for an extraction: counts what is held and used, keeps what was read, and may die in between."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import JsonValue

from elenchus.core.ids import Id, new_id
from elenchus.core.llm.base import Usage
from elenchus.library.extracting import service
from elenchus.library.extracting.schemas import Extracted, Extraction

TERMS: dict[str, Any] = {
    "type": "object",
    "required": ["landlord", "rent", "deposit"],
    "additionalProperties": False,
    "properties": {
        "landlord": {"type": "string", "description": "Who lets the premises"},
        "rent": {"type": "number", "description": "Rent per month"},
        "commencement": {"type": "string", "format": "date", "description": "The day on which the term commences"},
        "deposit": {"type": ["number", "null"], "description": "Security deposit"},
        "renews": {"type": "boolean"},
        "duties": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["who", "what"],
                "properties": {
                    "who": {"type": "string", "enum": ["Landlord", "Tenant"]},
                    "what": {"type": "string"},
                    "days": {"type": "integer"},
                },
            },
        },
    },
}
PARTIES = "This Lease is made and entered into on March 1, 2024 by and between Harbour Estates Ltd."
STARTS = "The term of this Lease shall commence on April 1, 2024 and shall end on March 31, 2026."
INDEMNITY = (
    "The Tenant shall indemnify and hold harmless the Landlord from any and all claims that arise out of the use of "
    "the Premises."
)


class Asker:
    def __init__(self, principal: Any) -> None:
        self.principal = principal
        self.held: list[int] = []
        self.holds: set[Id] = set()
        self.usages: list[tuple[Usage, str]] = []
        self.parts: dict[str, JsonValue] = {}
        self.begun = 0
        self.dies_after: int | None = None  # so many parts that were begun
        self.room: int | None = None  # calls

    @property
    def tokens(self) -> int:
        return sum(usage.total_tokens for usage, _ in self.usages)

    async def hold(self, prompt_tokens: int, completion_tokens: int) -> Id:
        if self.room is not None and len(self.held) >= self.room:
            raise RuntimeError("The month is used up.")
        self.held.append(prompt_tokens + completion_tokens)
        self.holds.add(hold_id := new_id())
        return hold_id

    async def used(self, hold_id: Id, usage: Usage, model: str) -> None:
        self.holds.remove(hold_id)
        await asyncio.sleep(0)  # a write
        self.usages.append((usage, model))

    async def kept(self, name: str, work: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        if name not in self.parts:
            if self.begun == self.dies_after:
                raise RuntimeError("It dies here.")
            self.begun += 1
            self.parts[name] = await work()
        return self.parts[name]

    async def extract(self, schema: dict[str, Any], **asked: Any) -> Extracted:
        extraction = Extraction(schema, **asked)
        return await service.extract(self.principal, extraction, hold=self.hold, used=self.used, kept=self.kept)


def at(extracted: Extracted, path: str) -> list[Any]:
    return [one for one in extracted.citations if one.path == path]
