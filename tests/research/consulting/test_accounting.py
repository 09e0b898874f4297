"""What a consultation used is told once, however it ends."""

import asyncio

import pytest

from elenchus.core.errors import TooManyRequests
from elenchus.core.ids import Id
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.usage import rough_tokens
from elenchus.core.principal import Principal
from elenchus.research.consulting.schemas import Spent
from elenchus.research.examining import service as examining
from tests.fixtures.gemini import GeminiStub
from tests.research.consulting.support import CALL_TOKENS, Caller, passage, rules_told, told
from tests.support import until

GIVEN = (passage(),)


@pytest.fixture
def asker(new_principal, resources_) -> Principal:
    made: Principal = new_principal()
    return made


def sent(gemini: GeminiStub) -> int:
    """Tokens of the prompt."""
    [body] = gemini.requests
    return rough_tokens("\n\n".join([rules_told(body), *(f"user: {turn}" for turn in told(body))]))


class TestCancelled:
    @pytest.mark.parametrize("pieces", [0, 1], ids=["before the first word", "in the middle"])
    async def test_the_model_is_left_at_once_and_what_it_had_read_and_said_is_told(
        self, asker: Principal, caller: Caller, gemini: GeminiStub, monkeypatch, pieces: int
    ):
        heard: list[str] = []
        monkeypatch.setattr(examining.Ahead, "hear", lambda _self, text: heard.append(text))
        gemini.will_say("x" * 40, "never", pause_after=pieces)
        asking = caller.consulting(asker, passages=GIVEN)
        await until(lambda: gemini.open_streams and len(heard) == pieces)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asking, 1)
        await until(lambda: gemini.open_streams == 0)
        [spent] = caller.spent
        assert (spent.prompt_tokens, spent.completion_tokens) == (sent(gemini), 10 * pieces)
        assert (spent.is_estimate, spent.paid_tokens) == (True, spent.total_tokens)

    async def test_while_it_is_examined_the_provider_has_said_what_it_used(
        self, asker: Principal, caller: Caller, gemini: GeminiStub, monkeypatch
    ):
        examined = asyncio.Event()

        async def stall(*_: object) -> None:
            examined.set()
            await asyncio.Event().wait()

        monkeypatch.setattr("elenchus.research.examining.service._verdicts", stall)
        asking = caller.consulting(asker, passages=GIVEN)
        await asyncio.wait_for(examined.wait(), 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert [(spent.total_tokens, spent.is_estimate) for spent in caller.spent] == [(CALL_TOKENS, False)]

    async def test_before_the_model_was_asked_nothing_is_told(
        self, asker: Principal, caller: Caller, gemini: GeminiStub
    ):
        holding = asyncio.Event()

        async def hold(_prompt_tokens: int, _completion_tokens: int) -> None:
            holding.set()
            await asyncio.Event().wait()

        caller.hold = hold  # type: ignore[method-assign]
        asking = caller.consulting(asker, passages=GIVEN)
        await asyncio.wait_for(holding.wait(), 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (gemini.requests, caller.spent) == ([], [])

    async def test_twice_it_is_told_all_the_same(self, asker: Principal, caller: Caller, gemini: GeminiStub):
        telling, go_on = asyncio.Event(), asyncio.Event()

        async def used(_hold_id: Id, spent: Spent) -> None:
            telling.set()
            await go_on.wait()
            caller.spent.append(spent)

        caller.used = used  # type: ignore[method-assign]
        gemini.will_say("Slow", pause_after=0)
        asking = caller.consulting(asker, passages=GIVEN)
        await until(lambda: gemini.open_streams)
        asking.cancel()
        await asyncio.wait_for(telling.wait(), 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        go_on.set()
        await until(lambda: len(caller.spent) == 1)


class TestFailed:
    async def test_a_model_that_is_away_is_told_with_nothing_and_answers_the_next_time(
        self, asker: Principal, caller: Caller, gemini: GeminiStub
    ):
        gemini.will_say(status=503)
        gemini.will_say("The rent is $4,200 [1].")
        with pytest.raises(ModelFailed) as failed:
            await caller.consult(asker, passages=GIVEN)
        assert (failed.value.code, failed.value.retryable) == ("model_away", True)
        [spent] = caller.spent
        assert (spent.total_tokens, spent.paid_tokens, spent.cost_usd) == (0, 0, 0.0)
        assert (await caller.consult(asker, passages=GIVEN)).text == "The rent is $4,200 [1]."
        assert [spent.total_tokens for spent in caller.spent] == [0, CALL_TOKENS]

    async def test_one_that_is_asked_again_at_once_is_one_call(
        self, asker: Principal, caller: Caller, gemini: GeminiStub, change_settings, monkeypatch
    ):
        change_settings("llm", max_attempts=2)
        monkeypatch.setattr("elenchus.core.llm.persistence.FIRST_WAIT_SECONDS", 0)
        gemini.will_say(status=503)
        gemini.will_say("The rent is $4,200 [1].")
        assert (await caller.consult(asker, passages=GIVEN)).citations
        assert len(gemini.requests) == 2
        assert [spent.total_tokens for spent in caller.spent] == [CALL_TOKENS]

    async def test_an_answer_that_the_provider_held_back_was_paid_for(
        self, asker: Principal, caller: Caller, gemini: GeminiStub
    ):
        gemini.will_say(block_reason="SAFETY")
        with pytest.raises(ModelFailed) as failed:
            await caller.consult(asker, passages=GIVEN)
        assert (failed.value.code, failed.value.retryable) == ("blocked", False)
        assert [spent.total_tokens for spent in caller.spent] == [CALL_TOKENS]

    async def test_a_line_that_broke_in_the_middle_is_estimated(
        self, asker: Principal, caller: Caller, gemini: GeminiStub
    ):
        gemini.will_say("x" * 40, "never", pause_after=1, breaks=True)
        with pytest.raises(ModelFailed):
            await caller.consult(asker, passages=GIVEN)
        [spent] = caller.spent
        assert spent.is_estimate
        assert spent.completion_tokens == 10

    async def test_an_examination_that_broke_too(self, asker: Principal, caller: Caller, gemini, monkeypatch):
        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("elenchus.research.examining.service._verdicts", broken)
        with pytest.raises(ZeroDivisionError):
            await caller.consult(asker, passages=GIVEN)
        assert [spent.total_tokens for spent in caller.spent] == [CALL_TOKENS]

    async def test_where_nothing_may_be_held_nothing_is_asked(
        self, asker: Principal, caller: Caller, gemini: GeminiStub
    ):
        caller.refuses = TooManyRequests("The month is used up.")
        with pytest.raises(TooManyRequests):
            await caller.consult(asker, passages=GIVEN)
        assert (gemini.requests, caller.spent) == ([], [])


async def test_words_of_the_built_in_model_that_stood_in_are_not_paid_for(
    asker: Principal, caller: Caller, gemini: GeminiStub, change_settings
):
    change_settings("llm", fallbacks=["extractive"])
    gemini.will_say(status=503)
    answer = await caller.consult(asker, passages=GIVEN)
    assert (answer.model, answer.record.answered_by) == ("extractive", "extractive")
    [spent] = caller.spent
    assert spent.total_tokens > spent.paid_tokens == 0
