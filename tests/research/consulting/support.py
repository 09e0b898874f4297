"""A caller that keeps what it is told, and passages to give."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal
from elenchus.library.schemas import Passage
from elenchus.research.consulting import service
from elenchus.research.consulting.schemas import Consultation, Consulted, Spent
from tests.research.support import RENT, RENT_WORDS

CITED = f"{RENT_WORDS} [{{n}}]"
CALL_TOKENS = 140  # as the stub counts each


@dataclass
class Caller:
    """`refuses` is what it raises when tokens are to be held."""

    held: list[int] = field(default_factory=list)
    holds: set[Id] = field(default_factory=set)
    spent: list[Spent] = field(default_factory=list)
    refuses: Exception | None = None

    async def hold(self, prompt_tokens: int, completion_tokens: int) -> Id:
        if self.refuses:
            raise self.refuses
        self.held.append(prompt_tokens + completion_tokens)
        self.holds.add(hold_id := new_id())
        return hold_id

    async def used(self, hold_id: Id, spent: Spent) -> None:
        self.holds.remove(hold_id)
        self.spent.append(spent)

    async def consult(self, principal: Principal, question: str = RENT, **more: Any) -> Consulted:
        asked = Consultation(question=question, **more)
        return await service.consult(principal, asked, hold=self.hold, used=self.used)

    def consulting(self, principal: Principal, **more: Any) -> asyncio.Task[Consulted]:
        return asyncio.create_task(self.consult(principal, **more))


def passage(text: str = RENT_WORDS, *, title: str = "Lease", score: float = 1.0) -> Passage:
    return Passage(new_id(), title, new_id(), 1, 1, 0, len(text), text, None, score=score, highlights=())


def told(body: dict[str, Any]) -> list[str]:
    """The turns that a model was sent."""
    return ["".join(part["text"] for part in turn["parts"]) for turn in body["contents"]]


def rules_told(body: dict[str, Any]) -> str:
    text: str = body["systemInstruction"]["parts"][0]["text"]
    return text


def number_of(body: dict[str, Any], words: str) -> int:
    """Of the source that has them."""
    asked = told(body)[-1]
    return int(asked[: asked.index(words)].rpartition('<source n="')[2].partition('"')[0])
