"""From a question to its steps, without HTTP and without a database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from elenchus.core.errors import NotFound, Unavailable
from elenchus.core.ids import Id, new_id
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.extractive import Extractive
from elenchus.core.principal import Principal, Role
from elenchus.library.schemas import Passage, Retrieved
from elenchus.research import accounts, answering
from elenchus.research.answering import Delta, Failed, Finished, Question, Sources, Used, Verified
from elenchus.research.leash import Cut, Leash, until_pulled
from elenchus.research.prompts import History

TEXT = "Rent of $900 is due on the first day of each month. Pets are not allowed."


def passage(text: str = TEXT) -> Passage:
    return Passage(new_id(), "Lease", new_id(), 1, 1, 0, len(text), text, None, score=1.0, highlights=())


def question(text: str = "When is rent due?", **changes) -> Question:
    fields = {
        "principal": Principal(new_id(), new_id(), Role.OWNER),
        "conversation_id": new_id(),
        "user_message_id": new_id(),
        "message_id": new_id(),
        "text": text,
        "document_ids": (),
        "documents_may_be_gone": False,
        "history": History(),
        "model": Extractive(),
        "temperature": 0.0,
        "require_verified": False,
    }
    return Question(**{**fields, **changes})


async def giving(_principal, _query, _document_ids) -> Retrieved:
    return Retrieved((passage(),), "lexical")


async def steps(asked: Question, retrieve=giving, leash: Leash | None = None) -> list[answering.Step]:
    return [step async for step in answering.answer(asked, retrieve, leash or Leash())]


class TestSteps:
    async def test_one_after_the_other(self):
        found = await steps(question())
        assert [type(step) for step in found] == [Sources, Delta, Delta, Verified, Used, Finished]
        outcome = found[-1].outcome
        assert outcome.text.startswith("Rent of $900 is due on the first day of each month. [1]")
        assert outcome.citations[0].quote == "Rent of $900 is due on the first day of each month."
        assert outcome.usage.total_tokens > 0

    async def test_what_is_retrieved_is_asked_for_this_person_and_these_documents(self):
        heard = []

        async def retrieve(principal, query, document_ids) -> Retrieved:
            heard.append((principal, query, list(document_ids)))
            return Retrieved((), "lexical")

        wanted = question(document_ids=(new_id(), new_id()))
        await steps(wanted, retrieve)
        assert heard == [(wanted.principal, "When is rent due?", list(wanted.document_ids))]


class TestFailing:
    async def test_a_refusal_is_a_failed_answer(self):
        async def away(*_) -> Retrieved:
            raise Unavailable("The database does not answer.")

        [failed] = await steps(question(), away)
        assert isinstance(failed, Failed)
        assert (failed.error.detail, failed.error.retryable) == ("The database does not answer.", True)

    async def test_a_fault_of_ours_too_and_it_tells_nothing_of_itself(self):
        async def broken(*_) -> Retrieved:
            raise ZeroDivisionError("secret internals")

        [failed] = await steps(question(), broken)
        assert isinstance(failed, Failed)
        assert failed.error.code == "internal"
        assert "secret" not in failed.error.detail

    async def test_documents_that_are_gone_are_passed_over_when_they_were_chosen_of_old(self):
        gone, there = new_id(), new_id()
        asked_for: list[list[Id]] = []

        async def retrieve(_principal, _query, document_ids) -> Retrieved:
            asked_for.append(list(document_ids))
            if gone in document_ids:
                raise NotFound("gone", document_id=str(gone))
            return Retrieved((passage(),), "lexical")

        found = await steps(question(document_ids=(gone, there), documents_may_be_gone=True), retrieve)
        assert isinstance(found[-1], Finished)
        assert asked_for == [[gone, there], [there]]
        [failed] = await steps(question(document_ids=(gone, there)), retrieve)
        assert isinstance(failed, Failed)

    async def test_when_all_are_gone_nothing_is_searched_rather_than_everything(self):
        gone = new_id()
        asked_for: list[list[Id]] = []

        async def retrieve(_principal, _query, document_ids) -> Retrieved:
            asked_for.append(list(document_ids))
            raise NotFound("gone", document_id=str(gone))

        found = await steps(question(document_ids=(gone,), documents_may_be_gone=True), retrieve)
        assert found[0] == Sources(())
        assert asked_for == [[gone]]


async def numbers(closed: asyncio.Event, pause_at: int = 99) -> AsyncGenerator[int, None]:
    try:
        for number in range(5):
            if number == pause_at:
                await asyncio.Event().wait()
            yield number
    finally:
        closed.set()


async def collected(stream: AsyncIterator[int]) -> list[int]:
    return [number async for number in stream]


class TestLeash:
    async def test_without_a_pull_everything_comes(self):
        stream = numbers(asyncio.Event())
        assert await collected(until_pulled(stream, Leash(), timeout_seconds=5)) == [0, 1, 2, 3, 4]

    async def test_a_stalled_stream_is_left_at_once_and_closed(self):
        leash, closed = Leash(), asyncio.Event()
        reading = asyncio.create_task(collected(until_pulled(numbers(closed, 2), leash, timeout_seconds=60)))
        await asyncio.sleep(0.01)
        leash.stop()
        assert await asyncio.wait_for(reading, 1) == [0, 1]
        await asyncio.wait_for(closed.wait(), 1)

    async def test_silence_is_a_failure(self):
        with pytest.raises(ModelFailed) as caught:
            await collected(until_pulled(numbers(asyncio.Event(), 2), Leash(), timeout_seconds=0.02))
        assert (caught.value.code, caught.value.retryable) == ("model_slow", True)

    async def test_the_first_reason_counts(self):
        leash = Leash()
        leash.stop()
        leash.pull(Cut.RESTART)
        assert leash.reason is Cut.STOPPED

    async def test_an_answer_stopped_before_its_first_word_is_empty_and_not_failed(self):
        leash = Leash()
        leash.stop()
        found = await steps(question(), leash=leash)
        assert isinstance(found[-1], Finished)
        assert (found[-1].outcome.text, found[-1].outcome.cut) == ("", Cut.STOPPED)

    async def test_a_model_that_was_never_asked_costs_nothing(self):
        """Stopped while its sources were looked for."""
        leash, model = Leash(), Unasked()

        async def while_it_is_stopped(*args) -> Retrieved:
            leash.stop()
            return await giving(*args)

        found = await steps(question(model=model), while_it_is_stopped, leash)
        assert isinstance(found[-1], Finished)
        assert (found[-1].outcome.cut, found[-1].outcome.usage) == (Cut.STOPPED, None)
        assert accounts.tokens_of(model, found[-1].outcome) == 0

    async def test_one_that_was_asked_and_had_said_nothing_costs_what_it_was_sent(self):
        leash, model = Leash(), Silent()
        reading = asyncio.create_task(steps(question(model=model), leash=leash))
        await asyncio.wait_for(model.is_asked.wait(), 10)
        leash.stop()
        found = await asyncio.wait_for(reading, 10)
        assert found[-1].outcome.cut is Cut.STOPPED
        assert accounts.tokens_of(model, found[-1].outcome) > 0


class Silent(Extractive):
    """One that somebody pays for, and that never says a word."""

    name = "provider:silent"

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()

    async def stream(self, *_prompt, **_how):
        self.is_asked.set()
        await asyncio.Event().wait()
        yield


class Unasked(Extractive):
    name = "provider:unasked"

    async def stream(self, *_prompt, **_how):
        raise AssertionError("it was asked")
        yield
