"""What can be done to an answer while it is written and afterwards."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect

from elenchus.core.ids import Id, new_id
from elenchus.core.resources import resources
from elenchus.research import following, running, store, streams, telling
from elenchus.research.models import Message
from elenchus.research.models import MessageRole as Role
from tests.research.support import (
    CHAT,
    RENT,
    SSE,
    asked,
    filed,
    first_words,
    message_in,
    shown,
    streamed,
    streaming,
    to_the_end,
    told,
)
from tests.support import until

STREAM = CHAT + "/messages/{}/stream"


class TestLeaving:
    async def test_a_client_that_leaves_does_not_lose_the_answer(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent ", "is $4,200 [1].", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
        meta = so_far["meta"]
        kept = await message_in(f, meta["conversation_id"], meta["message_id"])
        assert (kept["status"], kept["content"]) == ("streaming", "")
        gemini.go_on.set()

        async def is_complete() -> bool:
            kept = await message_in(f, meta["conversation_id"], meta["message_id"])
            return bool(kept["status"] == "complete" and kept["content"] == "The rent is $4,200 [1].")

        await until(is_complete)

    async def test_who_comes_back_goes_on_after_the_last_event(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent ", "is $4,200 [1].", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            seen = so_far.ids[-1]
        gemini.go_on.set()
        rest = await f.client.get(
            STREAM.format(so_far["meta"]["message_id"]), headers={**SSE, "Last-Event-ID": str(seen)}
        )
        got = told(rest.text)
        assert got.ids[0] == seen + 1
        assert so_far.text + got.text == "The rent is $4,200 [1]."
        assert got.names[-1] == "done"

    async def test_a_second_tab_reads_along_from_the_beginning(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent ", "is $4,200 [1].", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            second = asyncio.create_task(f.client.get(STREAM.format(so_far["meta"]["message_id"])))
            gemini.go_on.set()
            so_far = await to_the_end(stream)
        assert told((await second).text).text == so_far.text
        assert told((await second).text)["done"] == so_far["done"]

    async def test_a_finished_answer_can_be_read_again_event_by_event(self, firm):
        f = await firm()
        await filed(f)
        first = await streamed(f)
        again = told((await f.client.get(STREAM.format(first["meta"]["message_id"]))).text)
        assert (again.names[0], again.names[-1], again.text) == ("meta", "done", first.text)
        assert again["done"] == first["done"]

    async def test_while_nothing_is_said_there_are_signs_of_life(self, firm, gemini, monkeypatch):
        f = await firm()
        monkeypatch.setattr(telling, "PING_SECONDS", 0.0)
        monkeypatch.setattr(streams, "LOOK_SECONDS", 0.02)
        gemini.will_say("The rent ", "is $4,200.", pause_after=1)
        async with f.client.stream("POST", CHAT, json={"content": RENT}, headers=SSE) as response:
            lines = response.aiter_lines()
            while await asyncio.wait_for(anext(lines), 10) != ": ping":
                pass
            gemini.go_on.set()
            assert "event: done" in [line async for line in lines]

    async def test_when_the_events_are_forgotten_the_message_says_it_all(self, firm):
        f = await firm()
        await filed(f)
        first = await streamed(f)
        message_id = first["meta"]["message_id"]
        await until(lambda: running.find(Id(message_id)) is None)
        await resources().redis.delete(f"elenchus:answer:{message_id}:events")
        again = told((await f.client.get(STREAM.format(message_id), headers={"Last-Event-ID": "4"})).text)
        assert (again.names, again.ids) == (["done"], [5])
        assert again["done"] == first["done"]

    @pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 20, "²"])
    async def test_an_event_id_that_is_none_is_refused(self, firm, last):
        f = await firm()
        body = await asked(f)
        url = STREAM.format(body["message"]["id"])
        answered = await f.client.get(url, headers={"Last-Event-ID": last.encode("latin-1", "replace")})
        assert answered.status_code == 422


class TestTheDatabaseIsAway:
    @pytest.fixture
    def away(self, monkeypatch):
        async def nobody(*_: object, **__: object) -> None:
            raise AutoReconnect

        return lambda name: monkeypatch.setattr(store, name, nobody)

    async def test_an_end_that_only_it_knows_is_still_to_come(self, firm, away):
        f = await firm()
        message_id = Id((await asked(f))["message"]["id"])
        await until(lambda: running.find(message_id) is None)
        await streams.forget([message_id])
        away("message")
        got = told((await f.client.get(f"{CHAT}/messages/{message_id}/stream", headers={"Last-Event-ID": "3"})).text)
        assert (got.names, got.ids) == (["error"], [3])
        assert got["error"]["problem"]["status"] == 503

    async def test_nobody_is_taken_for_dead_meanwhile(self, firm, away):
        f = await firm()
        reading = await following.reading(f.principal, Id((await asked(f))["message"]["id"]), request_id="r")
        away("answer")
        assert await reading._is_being_written()


class TestStopping:
    async def test_it_ends_at_once_with_the_words_so_far(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is $4,200 [1]. ", "And more", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            stopped = await f.client.post(f"{CHAT}/messages/{so_far['meta']['message_id']}/stop")
            so_far = await to_the_end(stream)
        assert stopped.status_code == 200
        message = stopped.json()["message"]
        assert (message["status"], message["content"]) == ("stopped", "The rent is $4,200 [1]. ")
        assert so_far.names[-3:] == ["verification", "usage", "done"]
        assert so_far["done"]["message"] == message
        assert message["citations"][0]["n"] == 1
        assert message["usage"]["completion_tokens"] == 6  # counted by us: its own count never came
        await until(lambda: gemini.open_streams == 0)

    async def test_one_that_has_ended_stays_as_it_is(self, firm):
        f = await firm()
        await filed(f)
        body = await asked(f)
        stopped = await f.client.post(f"{CHAT}/messages/{body['message']['id']}/stop")
        assert stopped.status_code == 200
        assert stopped.json()["message"] == body["message"]

    async def test_an_answer_under_way_is_not_given_again(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            again = await f.client.post(f"{CHAT}/messages/{so_far['meta']['message_id']}/regenerate")
            assert again.status_code == 409
            gemini.go_on.set()
            await to_the_end(stream)


class TestAtOnce:
    async def test_many_questions_in_one_conversation_lose_nothing(self, firm):
        f = await firm()
        await filed(f)
        first = await asked(f)
        await asyncio.gather(
            *(
                asked(f, f"What is the rent, {number}?", conversation_id=first["conversation_id"])
                for number in range(12)
            )
        )
        messages = (await shown(f, first["conversation_id"]))["messages"]
        assert [row["role"] for row in messages] == ["user", "assistant"] * 13
        assert {row["status"] for row in messages} == {"complete"}
        assert len({row["content"] for row in messages if row["role"] == "user"}) == 13

    async def test_more_than_a_process_can_write_are_refused(self, firm, monkeypatch, gemini):
        monkeypatch.setattr(running, "MOST_AT_ONCE", 1)
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            await first_words(stream)
            refused = await f.client.post(CHAT, json={"content": RENT})
            assert refused.status_code == 503
            gemini.go_on.set()
            await to_the_end(stream)

    async def test_not_more_either_when_they_all_come_at_once(self, firm, monkeypatch, gemini):
        monkeypatch.setattr(running, "MOST_AT_ONCE", 2)
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        asking = [asyncio.create_task(f.client.post(CHAT, json={"content": RENT})) for _ in range(12)]
        await until(lambda: sum(task.done() for task in asking) >= 10)
        gemini.go_on.set()
        statuses = [answered.status_code for answered in await asyncio.gather(*asking)]
        assert sorted(statuses) == [200] * 2 + [503] * 10


class TestFeedback:
    async def test_it_stands_on_the_message(self, firm):
        f = await firm()
        body = await asked(f)
        url = f"{CHAT}/messages/{body['message']['id']}/feedback"
        given = await f.client.post(url, json={"score": -1, "comment": "Wrong clause"})
        assert given.status_code == 200
        assert given.json()["feedback"] == {"score": -1, "comment": "Wrong clause"}
        kept = await message_in(f, body["conversation_id"], body["message"]["id"])
        assert kept == given.json()

    async def test_on_an_answer_that_is_being_written_it_would_be_lost_with_the_draft(self, firm, gemini):
        f = await firm()
        gemini.will_say("The rent ", "is", pause_after=1)
        async with streaming(f) as stream:
            so_far = await first_words(stream)
            url = f"{CHAT}/messages/{so_far['meta']['message_id']}/feedback"
            early = await f.client.post(url, json={"score": 1})
            gemini.go_on.set()
            await to_the_end(stream)
        assert early.status_code == 409, early.text
        assert (await f.client.post(url, json={"score": 1})).json()["feedback"] == {"score": 1, "comment": None}

    async def test_also_when_the_message_has_moved_to_a_page(self, firm):
        f = await firm()
        body = await asked(f)
        talk_id = Id(body["conversation_id"])
        for number in range(60):
            at = await store.head(f.principal, talk_id, last=1)
            rows = [Message(id=str(new_id()), role=Role.USER, content=f"{number}", created_at="x") for _ in range(2)]
            await store.append(f.principal, at, rows)
        given = await f.client.post(f"{CHAT}/messages/{body['message']['id']}/feedback", json={"score": 1})
        assert given.json()["feedback"] == {"score": 1, "comment": None}

    @pytest.mark.parametrize(
        "sent", [{}, {"score": 0}, {"score": 2}, {"score": True, "x": 1}, {"score": 1, "comment": "x" * 2001}]
    )
    async def test_nonsense_is_refused(self, firm, sent):
        f = await firm()
        body = await asked(f)
        assert (await f.client.post(f"{CHAT}/messages/{body['message']['id']}/feedback", json=sent)).status_code == 422

    async def test_a_question_takes_none(self, firm):
        f = await firm()
        body = await asked(f)
        question = (await shown(f, body["conversation_id"]))["messages"][0]
        assert (await f.client.post(f"{CHAT}/messages/{question['id']}/feedback", json={"score": 1})).status_code == 404
