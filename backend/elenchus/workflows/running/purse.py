"""What an execution may spend: its budget, and the month's tokens of its tenant. Held before a model is asked, settled
afterwards, so that neither is ever passed."""

from dataclasses import dataclass, field

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.llm.base import Usage
from elenchus.core.llm.usage import cost_usd
from elenchus.identity import service as identity
from elenchus.jobs import run as runs
from elenchus.jobs.errors import Fatal
from elenchus.workflows import store
from elenchus.workflows.models import Execution, Reserved, Spent
from elenchus.workflows.running.record import Record
from elenchus.workflows.schemas import StepStatus

OVER_BUDGET = "budget_exceeded"
_UNDER_WAY = frozenset({StepStatus.PENDING, StepStatus.RUNNING, StepStatus.WAITING})


@dataclass(slots=True)
class Purse:
    """One run's. `held` is what calls under way may use at most, `reserved` what jobs may that steps wait for."""

    record: Record
    held: dict[Id, Reserved] = field(default_factory=dict)
    reserved: dict[int, dict[Id, Reserved]] = field(default_factory=dict)
    _unsettled: set[Id] = field(default_factory=set)
    _number: int = 0

    def __post_init__(self) -> None:
        for index, step in enumerate(self.record.execution.steps):
            self.reserved[index] = {each.id: each for each in step.reserved if step.status in _UNDER_WAY}

    async def hold(self, prompt_tokens: int, completion_tokens: int, model: str) -> Id:
        """Raises `Fatal` when the budget, and `QuotaExceeded` when the month, has not so much left."""
        execution = self.record.execution
        self._number += 1
        hold_id = derived_id("workflow tokens", execution.id, execution.token, self._number)
        most = self._within_budget(hold_id, Usage(prompt_tokens, completion_tokens), model)
        self.held[hold_id] = most
        self._unsettled.add(hold_id)
        try:
            await self.record.ask(lambda: store.note_hold(execution, execution.id, hold_id))
            month = execution.tokens_month
            await self.record.ask(lambda: identity.usage.hold_tokens(execution, hold_id, most.tokens, month=month))
        except BaseException:
            self.held.pop(hold_id)
            raise
        return hold_id

    def reserve(self, index: int, id_: Id, most_tokens: int, model: str, *, job_id: Id) -> None:
        """For a job that counts in the month itself. All of it may be completion: how much is not known before."""
        if most_tokens and id_ not in self.reserved[index]:
            most = self._within_budget(id_, Usage(0, most_tokens), model)
            self.reserved[index][id_] = most.model_copy(update={"job_id": job_id})

    def reserved_by(self, index: int) -> list[Reserved]:
        return [*self.reserved[index].values()]

    def _within_budget(self, id_: Id, most: Usage, model: str) -> Reserved:
        budget, spent = self.record.execution.budget, self.record.execution.spent
        others = [*self.held.values(), *(each for step in self.reserved.values() for each in step.values())]
        tokens = most.total_tokens
        all_tokens = spent.total_tokens + sum(each.tokens for each in others) + tokens
        if budget.max_tokens is not None and all_tokens > budget.max_tokens:
            raise _over(f"{budget.max_tokens} tokens", f"{spent.total_tokens} are used, {tokens} more may be")
        if budget.max_cost_usd is None:
            return Reserved(id=id_, tokens=tokens, cost_usd=0.0)
        cost = cost_usd(model, most, on=now().date())
        if cost is None:
            raise Fatal(
                "budget_unpriced", f"The price of {model} is not known, so its cost cannot be kept in a budget."
            )
        if spent.cost_usd + sum(each.cost_usd for each in others) + cost > budget.max_cost_usd:
            raise _over(f"${budget.max_cost_usd:g}", f"${spent.cost_usd:.4f} are spent, ${cost:.4f} more may be")
        return Reserved(id=id_, tokens=tokens, cost_usd=cost)

    async def used(self, index: int, hold_id: Id, spent: Spent | None) -> None:
        """By the step of this index; None: it costs nobody anything."""
        if spent is None:
            await self.release(hold_id)
            return
        runs.at("workflow_before_used")
        await self.record.spend(index, spent, hold_id=hold_id, unsettled=self._unsettled)
        runs.at("workflow_after_spent")
        await self._settle(hold_id, spent.total_tokens)

    async def release(self, hold_id: Id) -> None:
        """Nothing was used."""
        await self._settle(hold_id, 0)

    async def _settle(self, hold_id: Id, tokens: int) -> None:
        self.held.pop(hold_id, None)
        execution = self.record.execution
        month = execution.tokens_month
        await self.record.ask(lambda: identity.usage.settle_tokens(execution, hold_id, tokens, month=month))
        self._unsettled.discard(hold_id)
        await self.record.ask(lambda: store.drop_holds(execution, execution.id, [hold_id]))


async def release_all(execution: Execution) -> None:
    """Of calls whose process died: with what was written of them, or 0 where nobody knows how much they used."""
    used = {name: tokens for step in execution.steps for name, tokens in step.unsettled.items()}
    for hold_id in execution.holds:
        tokens = used.get(str(hold_id), 0)
        await identity.usage.settle_tokens(execution, hold_id, tokens, month=execution.tokens_month)
    if execution.holds:
        await store.drop_holds(execution, execution.id, execution.holds)


def _over(limit: str, how: str) -> Fatal:
    return Fatal(OVER_BUDGET, f"The budget of {limit} is not enough: {how}. Raise it and continue.")
