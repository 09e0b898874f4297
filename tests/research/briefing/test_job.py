"""The job behind a brief: models that are away, people who stop it, what it costs."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from elenchus.core.ids import Id
from elenchus.core.llm.usage import rough_tokens
from elenchus.jobs import run as runs
from elenchus.jobs import task as jobs_task
from elenchus.jobs import verdict
from elenchus.jobs.errors import Retryable
from elenchus.library.errors import DocumentNotFound
from elenchus.research.briefing import metering, service, sources, store, tasks
from elenchus.research.briefing.models import BriefPart
from elenchus.research.running import retrieve
from tests.fixtures.gemini import GeminiStub, Reply
from tests.library.support import job_over
from tests.research.briefing.support import (
    BRIEFS,
    CALL_TOKENS,
    FACTS,
    ISSUES,
    LATE,
    briefed,
    ended,
    issue_of,
    part_of,
    said,
    started,
    tokens_used,
)
from tests.research.support import LEASE, filed
from tests.support import Firm, until

SLOW = Reply(pieces=("Slow", "ly."), pause_after=1)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the attempts at a job."""
    monkeypatch.setattr(verdict, "FIRST_PAUSE_SECONDS", 0.01)


async def leased(firm: Callable[[], Awaitable[Firm]]) -> Firm:
    """With the lease on its shelf, and no tokens used."""
    f = await firm()
    await filed(f)
    return f


async def costs(f: Firm, tokens: int) -> None:
    async def counted() -> bool:
        return await tokens_used(f) == tokens

    await until(counted)


async def costs_about(f: Firm, tokens: int, *, beside: int = 0) -> None:
    """What was left in the middle is estimated."""

    async def counted() -> bool:
        return tokens <= await tokens_used(f) - beside <= 2 * tokens

    await until(counted)


def sent(gemini: GeminiStub, part: str = "analysis") -> int:
    """Tokens of all prompts for this part."""
    prompts = [
        (body["systemInstruction"]["parts"][0]["text"], said(body)) for body in gemini.requests if part_of(body) == part
    ]
    return sum(rough_tokens(text) for prompt in prompts for text in prompt)


async def attempts(f: Firm, job_id: str) -> list[str]:
    log = (await f.client.get(f"/api/v1/jobs/{job_id}")).json()["attempt_log"]
    return [each["outcome"] for each in log]


class TestModel:
    async def test_one_that_is_away_is_asked_again_for_what_is_missing_only(self, firm, gemini, lawyerly):
        f, away = await leased(firm), [Reply(status=503)]
        lawyerly(conclusion=lambda _: away.pop() if away else "It is open.")
        found = await briefed(f)
        assert found["status"] == "completed"
        assert await attempts(f, found["job_id"]) == ["error", "completed"]
        asked = [part_of(body) for body in gemini.requests]
        assert sorted(asked) == ["actions", "analysis", "analysis", "conclusion", "conclusion", "facts"]
        assert found["usage"]["calls"] == 5
        await costs(f, 5 * CALL_TOKENS)

    async def test_one_that_stays_away_fails_the_brief_with_the_reason(self, firm, gemini, lawyerly, monkeypatch):
        f = await leased(firm)
        monkeypatch.setitem(jobs_task._known, service.WRITE, replace(tasks.write, max_attempts=2))
        lawyerly(analysis=lambda body: Reply(status=503) if issue_of(body) == LATE else "It is open.")
        found = await briefed(f)
        assert (found["status"], found["error"]["code"]) == ("failed", "model_away")
        assert "tried 2 times" in found["error"]["detail"]
        assert found["result"] is None
        await costs(f, CALL_TOKENS)  # of the other issue

    async def test_a_refused_one_is_not_asked_again_and_was_paid_for(self, firm, gemini, lawyerly):
        f = await leased(firm)
        lawyerly(facts=Reply(pieces=(), block_reason="SAFETY"))
        found = await briefed(f, legal_issues=[LATE])
        assert (found["status"], found["error"]["code"]) == ("failed", "blocked")
        assert await attempts(f, found["job_id"]) == ["failed"]
        await costs(f, 2 * CALL_TOKENS)

    async def test_one_without_room_to_end_is_told(self, shared, gemini, lawyerly):
        lawyerly(facts=Reply(pieces=(FACTS.removeprefix("Our client "),), finish="MAX_TOKENS"))
        result = (await briefed(shared, legal_issues=[LATE]))["result"]
        facts = result["statement_of_facts"]
        assert (facts["is_cut"], facts["standing"]) == (True, "partly_verified")
        assert any("no room to end statement of facts" in note for note in result["notes"])

    async def test_where_the_built_in_one_stands_in_nothing_is_made_up(self, shared, gemini, lawyerly, change_settings):
        change_settings("llm", fallbacks=["extractive"])
        lawyerly(facts=Reply(status=503), conclusion=Reply(status=503))
        result = (await briefed(shared, legal_issues=[LATE]))["result"]
        facts, conclusion = result["statement_of_facts"], result["conclusion"]
        assert (facts["text"], facts["written_by"], facts["standing"]) == (FACTS, "client", "as_given")
        assert conclusion["written_by"] == "rules"
        assert conclusion["citations"]
        assert any("without the language model: statement of facts, conclusion." in note for note in result["notes"])

    async def test_the_built_in_one_s_tokens_cost_nobody_anything(self, firm, gemini, lawyerly, change_settings):
        change_settings("llm", fallbacks=["extractive"])
        f = await leased(firm)
        lawyerly(facts=Reply(status=503), conclusion=Reply(status=503))
        assert (await briefed(f, legal_issues=[LATE]))["usage"]["calls"] == 4
        await costs(f, 2 * CALL_TOKENS)

    async def test_issues_are_asked_a_few_at_once(self, shared, gemini, lawyerly):
        lawyerly(analysis=SLOW)
        issues = [f"{LATE} ({n})" for n in range(5)]
        told = await started(shared, legal_issues=issues)
        await until(lambda: gemini.open_streams == 3)
        assert len(gemini.requests) == 3
        gemini.go_on.set()
        found = await ended(shared, told)
        assert [each["issue"] for each in found["result"]["issues"]] == issues


class TestDocuments:
    async def test_one_that_was_deleted_meanwhile_leaves_the_choice_smaller(self, firm, monkeypatch):
        f = await leased(firm)
        document, gone = await filed(f, LEASE + " ", "other.txt"), await filed(f, "Rent is due late.", "gone.txt")
        searched: list[list[str]] = []

        async def search(principal, query, document_ids):
            searched.append([str(id_) for id_ in document_ids])
            if Id(gone) in document_ids:
                raise DocumentNotFound(Id(gone))
            return await retrieve(principal, query, document_ids)

        monkeypatch.setattr(sources, "retrieve", search)
        found = await briefed(f, model="extractive", legal_issues=[LATE], document_ids=[document, gone])
        assert searched == [[document, gone], [document]]
        assert {each["document_id"] for each in found["result"]["sources"]} == {document}
        assert "1 of the chosen documents were deleted before they were searched." in found["result"]["notes"]

    async def test_when_all_were_the_library_is_not_searched_instead(self, firm, monkeypatch):
        f = await leased(firm)
        gone = await filed(f, "Rent is due late.", "gone.txt")

        async def search(principal, query, document_ids):
            if document_ids:
                raise DocumentNotFound(Id(gone))
            return await retrieve(principal, query, document_ids)

        monkeypatch.setattr(sources, "retrieve", search)
        found = await briefed(f, model="extractive", document_ids=[gone])
        assert (found["status"], found["error"]["code"]) == ("failed", "documents_gone")


class TestStopping:
    async def test_it_leaves_the_model_in_the_middle_of_a_word(self, firm, gemini, lawyerly):
        f = await leased(firm)
        lawyerly(analysis=SLOW)
        told = await started(f)
        await until(lambda: gemini.open_streams == 2)
        assert (await f.client.post(f"/api/v1/jobs/{told['job_id']}/cancel")).status_code == 202
        await until(lambda: gemini.open_streams == 0)
        found = await ended(f, told)
        assert (found["status"], found["error"]["code"], found["result"]) == ("cancelled", "cancelled", None)
        await costs_about(f, sent(gemini))

    async def test_one_that_is_deleted_in_the_middle_costs_what_it_had_used(self, firm, gemini, lawyerly):
        f = await leased(firm)
        lawyerly(analysis=SLOW)
        told = await started(f)
        await until(lambda: gemini.open_streams == 2)
        assert (await f.client.delete(f"{BRIEFS}/{told['brief_id']}")).status_code == 204
        await until(lambda: gemini.open_streams == 0)
        await job_over(f, told["job_id"])
        await costs_about(f, sent(gemini))

    async def test_one_that_was_stopped_goes_on_where_it_was_and_is_counted_once(self, firm, gemini, lawyerly):
        f = await leased(firm)
        lawyerly(conclusion=SLOW)
        told = await started(f)
        await until(lambda: gemini.open_streams == 1)
        await f.client.post(f"/api/v1/jobs/{told['job_id']}/cancel")
        assert (await ended(f, told))["status"] == "cancelled"
        stopped = sent(gemini, "conclusion")
        await costs_about(f, stopped, beside=3 * CALL_TOKENS)
        lawyerly()
        assert (await f.client.post(f"/api/v1/jobs/{told['job_id']}/retry")).status_code == 202

        async def whole() -> bool:
            return (await ended(f, told))["status"] == "completed"

        await until(whole)
        assert sorted(map(part_of, gemini.requests)).count("analysis") == len(ISSUES)
        await costs_about(f, stopped, beside=5 * CALL_TOKENS)


class TestDying:
    async def test_between_a_part_and_the_end_of_its_step_nothing_is_asked_again(
        self, shared, gemini, lawyerly, monkeypatch
    ):
        died: list[str] = []

        def die(point: str) -> None:
            if point == "after_work" and not died and any(part_of(body) == "conclusion" for body in gemini.requests):
                died.append(point)
                raise Retryable("It died here.")

        monkeypatch.setattr(runs, "at", die)
        found = await briefed(shared, legal_issues=[LATE])
        assert died
        assert found["status"] == "completed"
        assert sorted(map(part_of, gemini.requests)) == ["actions", "analysis", "conclusion", "facts"]

    async def test_one_that_is_deleted_as_it_begins_holds_nothing(self, firm, gemini, lawyerly, monkeypatch):
        """Between the look at it and the hold."""
        f = await leased(firm)
        hold, held = metering.hold, []

        async def late(owner, brief) -> None:
            held.append(brief.id)
            if len(held) == 2:  # the job's; the first is the request's
                await metering.settle(owner, brief)
                await store.remove(owner, brief.id)
            await hold(owner, brief)

        monkeypatch.setattr(metering, "hold", late)
        told = await started(f)
        await job_over(f, told["job_id"])
        assert gemini.requests == []
        await costs(f, 0)

    async def test_whole_but_not_told_so_is_left_as_it_is(self, shared, monkeypatch):
        """The attempt dies after the brief was completed."""
        died: list[bool] = []
        tidy = store.drop_parts

        async def die(*owner_and_id) -> int:
            if not died:
                died.append(True)
                raise Retryable("It died here.")
            return await tidy(*owner_and_id)

        monkeypatch.setattr(store, "drop_parts", die)
        found = await briefed(shared, model="extractive", legal_issues=[LATE])
        assert found["status"] == "completed"
        assert await BriefPart.owned_by(shared.principal).count({"brief_id": Id(found["id"])}) == 0
