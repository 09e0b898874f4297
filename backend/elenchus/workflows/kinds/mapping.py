"""One step for each of many items, some of them side by side. What an item gave is kept before the step has ended."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from elenchus.core import at_once
from elenchus.core.errors import Refusal
from elenchus.core.llm.base import ModelFailed
from elenchus.jobs import verdict
from elenchus.jobs.errors import Fatal, Retryable
from elenchus.workflows.errors import WaitsForJob
from elenchus.workflows.kinds.base import Desk, Given, Kind

MOST_ITEMS = 500
MOST_AT_ONCE = 8


class InnerStep(Given):
    """Its expressions see `item` and `index` besides."""

    type: Annotated[str, Field(max_length=48)]
    input: dict[str, JsonValue] = {}


class MapGiven(Given):
    """`on_error: continue` gives an item that cannot be done its error, and goes on with the others."""

    items: Annotated[list[JsonValue], Field(max_length=MOST_ITEMS)]
    step: InnerStep
    at_once: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 3
    on_error: Literal["fail", "continue"] = "fail"


async def run(desk: Desk, given: MapGiven) -> JsonValue:
    ended, waits = 0, list[WaitsForJob]()

    async def do(index: int) -> JsonValue:
        nonlocal ended
        try:
            return await _item(desk, given, index)
        except WaitsForJob as wait:  # the others go on meanwhile
            waits.append(wait)
            return None
        finally:
            ended += 1
            await desk.progress(ended / len(given.items), f"{ended} of {len(given.items)}")

    rows = await at_once.each(range(len(given.items)), do, most=given.at_once)
    if waits:
        raise WaitsForJob(waits[0].job_id, waits[0].stage, others=[wait.job_id for wait in waits[1:]])
    return {"items": rows, "failed": sum(1 for row in rows if isinstance(row, dict) and row["error"])}


async def _item(desk: Desk, given: MapGiven, index: int) -> JsonValue:
    item, part = given.items[index], desk.part(f"item {index}")

    async def work() -> JsonValue:
        try:
            return {"item": item, "output": await _output(part, given, index), "error": None}
        except (Fatal, Retryable, Refusal, ModelFailed) as error:
            found = verdict.of_error(error)
            if given.on_error == "fail" or (found.is_failure and not desk.is_last_attempt):
                raise
            return {"item": item, "output": None, "error": found.error.model_dump() if found.error else None}

    return await desk.kept(f"item {index}", work)


async def _output(part: Desk, given: MapGiven, index: int) -> JsonValue:
    kind = part.kind(given.step.type)

    async def evaluated(value: JsonValue) -> JsonValue:
        return await part.evaluated(value, {"item": given.items[index], "index": index})

    taken, _ = await kind.taken(given.step.input, evaluated, f"Item {index}")
    return await kind.run(part, taken)


KIND = Kind("map", MapGiven, run, lazy=frozenset({"step"}), inner=False)
