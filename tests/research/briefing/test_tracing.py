"""What an operator's Langfuse is told of a brief."""

from tests.research.briefing.support import FACTS, LATE, LATE_SAID, briefed
from tests.research.support import filed
from tests.support import until


async def test_one_trace_with_each_search_call_and_examination(firm, gemini, lawyerly, langfuse):
    f = await firm()
    await filed(f)
    found = await briefed(f, legal_issues=[LATE])
    assert found["status"] == "completed"

    async def has_arrived() -> bool:
        await langfuse.flush()
        return "research.brief" in langfuse.names

    await until(has_arrived)
    whole = langfuse["research.brief"]
    within = [row for row in langfuse.observations if row.trace_id == whole.trace_id and row is not whole]
    names = sorted(row.name for row in within)
    assert names == ["generation"] * 4 + ["retrieval"] + ["verification"] * 4
    assert {row["observation.model.name"] for row in within if row.name == "generation"} == {
        "google_genai:gemini-3.8-flash"
    }
    for secret in (FACTS, LATE, LATE_SAID[:30], "Svensson"):
        assert secret.encode() not in langfuse.raw
