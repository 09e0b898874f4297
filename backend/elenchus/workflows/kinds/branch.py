"""Which way it goes: the first case that holds. The steps behind ask `steps.<name>.chosen == "…"` in their `when`."""

from typing import Annotated

from pydantic import Field, JsonValue

from elenchus.workflows.kinds.base import Desk, Given, Kind
from elenchus.workflows.schemas import StepName

MOST_CASES = 20


class Case(Given):
    """`when` is an expression; by the time it is given it has been evaluated."""

    name: StepName
    when: JsonValue


class BranchGiven(Given):
    cases: Annotated[list[Case], Field(min_length=1, max_length=MOST_CASES)]
    otherwise: StepName = "otherwise"


async def run(_desk: Desk, given: BranchGiven) -> JsonValue:
    return {"chosen": next((case.name for case in given.cases if case.when), given.otherwise)}


KIND = Kind("branch", BranchGiven, run, inner=False, is_pure=True)
