"""Templates made in a line, executions begun and followed to their end."""

import json
from collections.abc import Iterable
from typing import Any

from elenchus.workflows.following.schemas import ExecutionEvent
from tests.support import Firm, require_documented, until

ANYTHING: dict[str, Any] = {"type": "object"}
OVER = ("completed", "failed", "cancelled")


def step(name: str, kind: str = "transform", /, *, needs: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """A `transform` gives its `value`; other kinds are given `input`."""
    if kind == "transform" and "input" not in more:
        more["input"] = {"value": more.pop("value", name)}
    return {"name": name, "type": kind, "needs": [*needs], **more}


async def template(firm: Firm, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    definition = {"steps": [*steps], **{key: more.pop(key) for key in ("output", "budget") if key in more}}
    body = {"name": f"t{len(more)}-{id(steps)}-{id(definition)}", "title": "A test", "input_schema": ANYTHING}
    answer = await firm.client.post("/api/v1/workflows/templates", json={**body, "definition": definition, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def execute(firm: Firm, made: dict[str, Any], /, *, expect: int = 202, **more: Any) -> dict[str, Any]:
    answer = await firm.client.post("/api/v1/workflows/execute", json={"template_id": made["id"], **more})
    assert answer.status_code == expect, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def get(firm: Firm, execution: dict[str, Any]) -> dict[str, Any]:
    answer = await firm.client.get(path(execution))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def listed(firm: Firm, execution: dict[str, Any]) -> dict[str, Any]:
    """As the list of executions has it."""
    answer = await firm.client.get("/api/v1/workflows/executions", params={"template_id": execution["template_id"]})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    found: dict[str, Any] = next(row for row in items if row["execution_id"] == execution["execution_id"])
    return found


def path(execution: dict[str, Any], *more: str) -> str:
    return "/".join(["/api/v1/workflows/executions", execution["execution_id"], *more])


async def reached(firm: Firm, execution: dict[str, Any], *statuses: str, timeout: float = 20) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        now = await get(firm, execution)
        return now if now["status"] in statuses else None

    found = await until(there, timeout=timeout)
    assert found is not None
    return found


async def over(firm: Firm, execution: dict[str, Any], timeout: float = 20) -> dict[str, Any]:
    return await reached(firm, execution, *OVER, timeout=timeout)


async def ran(
    firm: Firm, *steps: dict[str, Any], input_data: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """To its end."""
    made = await template(firm, *steps, **more)
    return await over(firm, await execute(firm, made, input_data=input_data or {}))


def of(execution: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in execution["steps"] if step["name"] == name)
    return found


def statuses(execution: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["status"] for step in execution["steps"]}


async def decide(firm: Firm, execution: dict[str, Any], name: str, *, approved: bool, comment: str = "") -> Any:
    body = {"approved": approved, "comment": comment}
    return await firm.client.post(path(execution, "steps", name, "approve"), json=body)


async def events(firm: Firm, execution: dict[str, Any], *, after: int | None = None) -> list[dict[str, Any]]:
    """All that the stream tells until it ends."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    found: list[dict[str, Any]] = []
    async with firm.client.stream("GET", path(execution, "events"), headers=headers, timeout=30) as answer:
        assert answer.status_code == 200, await answer.aread()
        block: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line and name:
                block[name] = value
            elif "data" in block:
                found.append({"id": int(block["id"]), "type": block["event"], "data": json.loads(block["data"])})
                require_documented(ExecutionEvent, block["event"], found[-1]["data"], block["id"])
                block = {}
    return found
