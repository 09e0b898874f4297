"""What one attempt at an analysis has before it, and how it keeps what its steps find."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.identity.tenants.errors import QuotaExceeded
from elenchus.jobs.errors import Fatal
from elenchus.jobs.run import Run
from elenchus.library.analysing import service, store
from elenchus.library.analysing.models import Analysis, Spent
from elenchus.library.analysing.paper import Paper

Found = tuple[Mapping[str, Any], Spent]


@dataclass(frozen=True, slots=True)
class Desk:
    """One attempt's."""

    run: Run
    analysis: Analysis
    paper: Paper

    @property
    def principal(self) -> Principal:
        return self.run.principal

    async def kept(self, name: str, work: Callable[[], Awaitable[Found]]) -> Row:
        """What the step of this name found, in this attempt or an earlier one."""
        await self.run.step(name, partial(self._keep, name, work))
        part = await store.part(self.principal, self.analysis.id, name)
        if part is None:
            raise gone()
        found: Row = part["found"]
        return found

    async def _keep(self, name: str, work: Callable[[], Awaitable[Found]]) -> None:
        """An attempt may have died between its part and the end of its step."""
        if await store.part(self.principal, self.analysis.id, name):
            return
        found, spent = await work()
        if not await store.keep_part(self.principal, self.analysis, name, found=found, spent=spent):
            raise gone()

    async def hold(self) -> None:
        """The month may have been used up since it was asked for."""
        await self._held(service.hold, self.analysis)

    async def hold_enough(self) -> None:
        """When calls have used all that was held for them, which cut or useless answers bring about, hold as much again
        if the month has it left."""
        current = await store.find(self.principal, self.analysis.id)
        if current is None:
            raise gone()
        await self._held(service.hold_more, current)

    async def _held(self, hold: Callable[[Principal, Analysis], Awaitable[None]], analysis: Analysis) -> None:
        try:
            await hold(self.principal, analysis)
        except QuotaExceeded as refusal:
            raise Fatal(refusal.slug, refusal.detail) from refusal

    async def paid(self, spent: Spent) -> None:
        """For what is of no use."""
        await store.note_spent(self.principal, self.analysis.id, spent)


def gone() -> Fatal:
    return Fatal("document_gone", "The document was deleted while it was analysed.")
