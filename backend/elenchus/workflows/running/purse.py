"""What an execution may spend: its budget, and the month's tokens of its tenant. Held before a model is asked, settled
afterwards, so that neither is ever passed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.llm.base import Usage
from elenchus.core.llm.usage import cost_usd
from elenchus.identity import service as identity
from elenchus.jobs import run as runs
from elenchus.jobs.errors import Fatal
from elenchus.workflows import store
from elenchus.workflows.models import Execution, Spent
from elenchus.workflows.running.record import Record

OVER_BUDGET = "budget_exceeded"


@dataclass(frozen=True, slots=True)
class Call:
    prompt_tokens: int
    completion_tokens: int
    model: str
    cost_usd: float | None

    def as_spent(self) -> Spent:
        cost, is_unpriced = self.cost_usd or 0.0, int(self.cost_usd is None)
        return Spent(
            calls=1,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cost_usd=cost,
            unpriced=is_unpriced,
        )


@dataclass(slots=True)
class Purse:
    """One run's. `held` is what calls under way may use at most."""

    record: Record
    held: dict[Id, tuple[int, float]] = field(default_factory=dict)
    _number: int = 0

    async def hold(self, most_tokens: int, model: str) -> Id:
        """Raises `Fatal` when the budget, and `QuotaExceeded` when the month, has not so much left."""
        execution = self.record.execution
        self._number += 1
        hold_id = derived_id("workflow tokens", execution.id, execution.token, self._number)
        most_cost = self._require_budget(most_tokens, model)
        self.held[hold_id] = (most_tokens, most_cost)
        try:
            await self.record.ask(lambda: store.note_hold(execution, execution.id, hold_id))
            month = execution.tokens_month
            await self.record.ask(lambda: identity.usage.hold_tokens(execution, hold_id, most_tokens, month=month))
        except BaseException:
            self.held.pop(hold_id)
            raise
        return hold_id

    def _require_budget(self, most_tokens: int, model: str) -> float:
        """What it may cost at most."""
        budget, spent = self.record.execution.budget, self.spent()
        if budget.max_tokens is not None:
            tokens = spent.total_tokens + sum(tokens for tokens, _ in self.held.values()) + most_tokens
            if tokens > budget.max_tokens:
                raise _over(f"{budget.max_tokens} tokens", f"{spent.total_tokens} are used, {most_tokens} more may be")
        if budget.max_cost_usd is None:
            return 0.0
        cost = cost_usd(model, Usage(0, most_tokens), on=now().date())
        if cost is None:
            raise Fatal(
                "budget_unpriced", f"The price of {model} is not known, so its cost cannot be kept in a budget."
            )
        if spent.cost_usd + sum(cost for _, cost in self.held.values()) + cost > budget.max_cost_usd:
            raise _over(f"${budget.max_cost_usd:g}", f"${spent.cost_usd:.4f} are spent, ${cost:.4f} more may be")
        return cost

    def tokens_left(self) -> int | None:
        """Of the budget; None: it has no such limit."""
        most = self.record.execution.budget.max_tokens
        held = sum(tokens for tokens, _ in self.held.values())
        return None if most is None else max(0, most - self.spent().total_tokens - held)

    async def used(self, index: int, hold_id: Id, call: Call | None) -> None:
        """By the step of this index; None: it costs nobody anything."""
        if call is None:
            await self.release(hold_id)
            return
        runs.at("workflow_before_used")
        await self.record.spend(index, call.as_spent())
        runs.at("workflow_after_spent")
        await self._settle(hold_id, call.prompt_tokens + call.completion_tokens)

    async def release(self, hold_id: Id) -> None:
        """Nothing was used."""
        await self._settle(hold_id, 0)

    async def _settle(self, hold_id: Id, tokens: int) -> None:
        self.held.pop(hold_id, None)
        execution = self.record.execution
        month = execution.tokens_month
        await self.record.ask(lambda: identity.usage.settle_tokens(execution, hold_id, tokens, month=month))
        await self.record.ask(lambda: store.drop_holds(execution, execution.id, [hold_id]))

    def spent(self) -> Spent:
        return total(step.spent for step in self.record.execution.steps)


async def release_all(execution: Execution) -> None:
    """Of calls whose process died: how much they used nobody knows."""
    for hold_id in execution.holds:
        await identity.usage.settle_tokens(execution, hold_id, 0, month=execution.tokens_month)
    if execution.holds:
        await store.drop_holds(execution, execution.id, execution.holds)


def total(parts: Iterable[Spent]) -> Spent:
    whole = Spent()
    for part in parts:
        whole = whole.plus(part)
    return whole


def _over(limit: str, how: str) -> Fatal:
    return Fatal(OVER_BUDGET, f"The budget of {limit} is not enough: {how}. Raise it and continue.")
