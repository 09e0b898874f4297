"""What was sent to the model, and the jobs that remember."""

from typing import Any

from elenchus.research import running
from tests.fixtures.gemini import GeminiStub
from tests.support import Firm, until


def questions(gemini: GeminiStub) -> list[dict[str, Any]]:
    """The requests for answers, in order."""
    return [
        body
        for body, path in zip(gemini.requests, gemini.paths, strict=True)
        if path.endswith(":streamGenerateContent")
    ]


def contents(body: dict[str, Any]) -> list[str]:
    return [row["parts"][0]["text"] for row in body["contents"]]


async def jobs(firm: Firm) -> list[dict[str, Any]]:
    """Those of all answers so far: each is considered a moment after it was told."""
    await until(lambda: not running._running)
    found = (await firm.client.get("/api/v1/jobs", params={"type": "research.remember"})).json()["items"]
    return list(found)


async def remembered(firm: Firm, number: int) -> list[dict[str, Any]]:
    """The jobs, once so many are over."""

    async def are_over() -> list[dict[str, Any]]:
        over = [job for job in await jobs(firm) if job["status"] in ("completed", "failed", "cancelled")]
        return over if len(over) >= number else []

    return await until(are_over)
