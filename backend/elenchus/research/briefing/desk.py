"""What one attempt at a brief has before it, and how it keeps what its steps find."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from elenchus.core.llm.base import ChatModel, Prompt
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.identity.tenants.errors import QuotaExceeded
from elenchus.jobs.errors import Fatal
from elenchus.jobs.run import Run
from elenchus.research.briefing import metering, store, writing
from elenchus.research.briefing.models import Brief, Call
from elenchus.research.briefing.prompts import Part
from elenchus.research.briefing.writing import Draft

Found = tuple[Mapping[str, Any], Call | None]


@dataclass(frozen=True, slots=True)
class Desk:
    """One attempt's."""

    run: Run
    brief: Brief
    model: ChatModel

    @property
    def principal(self) -> Principal:
        return self.run.principal

    async def kept(self, name: str, work: Callable[[], Awaitable[Found]]) -> Row:
        """What the step of this name found, in this attempt or an earlier one."""
        await self.run.step(name, partial(self._keep, name, work))
        part = await store.part(self.principal, self.brief.id, name)
        if part is None:
            raise gone()
        found: Row = part["found"]
        return found

    async def _keep(self, name: str, work: Callable[[], Awaitable[Found]]) -> None:
        """An attempt may have died between its part and the end of its step."""
        if await store.part(self.principal, self.brief.id, name):
            return
        found, call = await work()
        if not await store.keep_part(self.principal, self.brief.id, name, found=found, call=call):
            await metering.count_late(self.principal, self.brief, metering.paid_for([call] if call else []))
            raise gone()

    async def hold(self) -> None:
        """The month may have been used up since it was asked for. A brief that was deleted meanwhile holds nothing."""
        try:
            await metering.hold(self.principal, self.brief)
        except QuotaExceeded as refusal:
            raise Fatal(refusal.slug, refusal.detail) from refusal
        if await store.find(self.principal, self.brief.id) is None:
            await metering.settle(self.principal, self.brief)
            raise gone()

    async def written(self, part: Part, prompt: Prompt) -> tuple[Draft, Call]:
        """By the brief's model."""
        return await writing.written(
            self.model, part, prompt, temperature=self.brief.temperature, in_vain=self._in_vain
        )

    async def _in_vain(self, tokens: int) -> None:
        if not await store.note_in_vain(self.principal, self.brief.id, tokens):
            await metering.count_late(self.principal, self.brief, tokens)


def gone() -> Fatal:
    return Fatal("brief_gone", "The brief was deleted while it was written.")
