"""What was said stays when a question is asked in other words or answered again; the model sees one branch of it."""

import asyncio

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.research import store
from elenchus.research.branches import START
from elenchus.research.models import Message
from elenchus.research.models import MessageRole as Role
from tests.fixtures.gemini import Reply
from tests.research.support import (
    CHAT,
    CONVERSATIONS,
    RENT,
    SSE,
    asked,
    blocks,
    conversation,
    filed,
    first_words,
    shown,
    to_the_end,
)

GEMINI = "google_genai:gemini-3.8-flash"


@pytest.fixture
def model(gemini):
    """It answers, and fills in no forms: a conversation's title is not asked for here."""
    gemini.will_fill(lambda _: Reply(status=400))
    return gemini


def seen(gemini) -> list[str]:
    """The turns before the last question, as the model got them."""
    asked = [body for body, path in zip(gemini.requests, gemini.paths, strict=True) if "stream" in path]
    contents = asked[-1]["contents"]
    return ["".join(part["text"] for part in turn["parts"]) for turn in contents[:-1]]


async def again(firm, message_id: str, expect: int = 200, *, key: str | None = None, **sent) -> dict:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"json": sent} if sent else {}
    answered = await firm.client.post(f"{CHAT}/messages/{message_id}/regenerate", headers=headers, **body)
    assert answered.status_code == expect, answered.text
    return answered.json()


class TestAskedInOtherWords:
    async def test_the_first_words_and_their_answer_stay(self, firm):
        f = await firm()
        first = await asked(f, "What is the rent?")
        edited = await again(f, first["message"]["id"], content="What is the deposit?")
        kept = (await shown(f, first["conversation_id"]))["messages"]
        assert [said["content"] for said in kept[::2]] == ["What is the rent?", "What is the deposit?"]
        assert kept[1] == first["message"]
        assert kept[3] == edited["message"]
        assert [said["parent_id"] for said in kept] == [None, None, START, None]
        assert len({said["id"] for said in kept}) == 4

    async def test_the_model_sees_what_the_first_words_followed_and_none_of_the_branch_beside(self, firm, model):
        f = await firm()
        for number in range(5):
            model.will_say(f"Answer {number}.")
        talk = (await asked(f, "Question 0", model=GEMINI))["conversation_id"]
        second = await asked(f, "Question 1", model=GEMINI, conversation_id=talk)
        await asked(f, "Question 2", model=GEMINI, conversation_id=talk)
        edited = await again(f, second["message"]["id"], content="Question 1, edited")
        assert seen(model) == ["Question 0", "Answer 0."]
        kept = (await shown(f, talk))["messages"]
        assert kept[-2]["parent_id"] == kept[1]["id"]
        await asked(f, "Question 3", model=GEMINI, conversation_id=talk)
        assert seen(model) == ["Question 0", "Answer 0.", "Question 1, edited", "Answer 3."]
        assert edited["message"]["model"] == GEMINI

    async def test_an_edited_question_can_be_edited_and_is_its_sibling(self, firm, model):
        f = await firm()
        talk = (await asked(f, "Question 0", model=GEMINI))["conversation_id"]
        second = await asked(f, "Question 1", model=GEMINI, conversation_id=talk)
        edited = await again(f, second["message"]["id"], content="Question 1a")
        await again(f, edited["message"]["id"], content="Question 1b")
        kept = (await shown(f, talk))["messages"]
        assert [kept[4]["parent_id"], kept[6]["parent_id"]] == [kept[1]["id"]] * 2
        assert [said["content"] for said in kept[4::2]] == ["Question 1a", "Question 1b"]
        assert seen(model)[::2] == ["Question 0"]

    async def test_the_first_question_edited_begins_anew(self, firm, model):
        f = await firm()
        first = await asked(f, "Question 0", model=GEMINI)
        edited = await again(f, first["message"]["id"], content="Question 0a")
        await again(f, edited["message"]["id"], content="Question 0b")
        assert seen(model) == []
        kept = (await shown(f, first["conversation_id"]))["messages"]
        assert [said["parent_id"] for said in kept] == [None, None, START, None, START, None]

    async def test_what_is_not_sent_is_as_it_was(self, firm):
        f = await firm()
        document_id = await filed(f)
        first = await asked(f, RENT, model="extractive", document_ids=[document_id])
        edited = await again(f, first["message"]["id"], content="Is there a deposit?", require_verified=True)
        rows = [await store.answer(f.principal, Id(body["message"]["id"])) for body in (first, edited)]
        assert [(each.model, each.document_ids, each.require_verified) for each in rows] == [
            ("extractive", [Id(document_id)], False),
            ("extractive", [Id(document_id)], True),
        ]
        assert rows[1].question == "Is there a deposit?"
        assert rows[0].user_message_id != rows[1].user_message_id

    async def test_another_model_is_asked_the_same(self, firm, model):
        f = await firm()
        first = await asked(f, "What is the rent?", model="extractive")
        other = await again(f, first["message"]["id"], model=GEMINI)
        assert other["message"]["model"] == GEMINI
        assert (await shown(f, first["conversation_id"]))["message_count"] == 3

    @pytest.mark.parametrize(
        "sent",
        [
            {"content": ""},
            {"content": "x" * 32_001},
            {"content": "a\x00"},
            {"model": "nobody:model"},
            {"temperature": 3},
            {"require_verified": 1},
            {"document_ids": []},
            {"conversation_id": "6" * 24},
            {"parent_id": "6" * 24},
        ],
        ids=["empty", "too long", "no text", "model", "temperature", "verified", "documents", "conversation", "parent"],
    )
    async def test_nonsense_is_refused_and_nothing_is_stored(self, shared_firm, sent):
        first = await asked(shared_firm, "What is the rent?")
        await again(shared_firm, first["message"]["id"], expect=422, **sent)
        assert (await shown(shared_firm, first["conversation_id"]))["message_count"] == 2


class TestAnsweredAgain:
    async def test_it_follows_its_question_also_when_more_was_said_since(self, firm, model):
        f = await firm()
        for number in range(4):
            model.will_say(f"Answer {number}.")
        first = await asked(f, "Question 0", model=GEMINI)
        talk = first["conversation_id"]
        await asked(f, "Question 1", model=GEMINI, conversation_id=talk)
        await again(f, first["message"]["id"])
        assert seen(model) == []
        kept = (await shown(f, talk))["messages"]
        assert kept[-1]["parent_id"] == kept[0]["id"]
        await asked(f, "Question 2", model=GEMINI, conversation_id=talk)
        assert seen(model) == ["Question 0", "Answer 2."]

    async def test_an_answer_given_again_is_given_again(self, firm):
        f = await firm()
        first = await asked(f, "Question 0")
        second = await again(f, first["message"]["id"])
        await again(f, second["message"]["id"])
        kept = (await shown(f, first["conversation_id"]))["messages"]
        assert [said["parent_id"] for said in kept] == [None, None, kept[0]["id"], kept[0]["id"]]

    async def test_of_a_question_that_has_moved_to_a_page(self, firm, model):
        f = await firm()
        model.will_say("Answer 0.")
        talk = (await asked(f, "Question 0", model=GEMINI))["conversation_id"]
        second = await asked(f, "Question 1", model=GEMINI, conversation_id=talk)
        await fill(f, talk, 80)
        await again(f, second["message"]["id"])
        assert seen(model) == ["Question 0", "Answer 0."]
        await again(f, second["message"]["id"], content="Question 1a")
        assert seen(model) == ["Question 0", "Answer 0."]


async def fill(firm, talk: str, count: int) -> None:
    for _ in range(count // 10):
        at = await store.head(firm.principal, Id(talk), last=1)
        rows = [Message(id=str(new_id()), role=Role.USER, content="x", created_at="2026") for _ in range(10)]
        await store.append(firm.principal, at, rows)


class TestGoingOn:
    """On an earlier branch, by `parent_id`."""

    async def test_the_question_follows_the_message_that_it_names(self, firm, model):
        f = await firm()
        for number in range(4):
            model.will_say(f"Answer {number}.")
        first = await asked(f, "Question 0", model=GEMINI)
        talk = first["conversation_id"]
        await again(f, first["message"]["id"])
        await asked(f, "Question 1", model=GEMINI, conversation_id=talk, parent_id=first["message"]["id"])
        assert seen(model) == ["Question 0", "Answer 0."]
        await asked(f, "Question 2", model=GEMINI, conversation_id=talk)
        assert seen(model) == ["Question 0", "Answer 0.", "Question 1", "Answer 2."]

    async def test_also_when_that_has_moved_to_a_page(self, firm, model):
        f = await firm()
        model.will_say("Answer 0.")
        first = await asked(f, "Question 0", model=GEMINI)
        talk = first["conversation_id"]
        await fill(f, talk, 80)
        on = await asked(f, "Question 1", model=GEMINI, conversation_id=talk, parent_id=first["message"]["id"])
        assert seen(model) == ["Question 0", "Answer 0."]
        assert (await shown(f, talk))["messages"][-2]["parent_id"] == first["message"]["id"]
        assert on["conversation_id"] == talk

    async def test_a_message_that_is_not_in_the_conversation_is_refused(self, firm):
        f = await firm()
        talk, other = await conversation(f), await asked(f, "Question 0")
        for body in (
            {"conversation_id": talk["id"], "parent_id": str(new_id())},
            {"conversation_id": talk["id"], "parent_id": other["message"]["id"]},
            {"parent_id": other["message"]["id"]},
        ):
            refused = await f.client.post(CHAT, json={"content": "Question 1", **body})
            assert refused.status_code == 422, refused.text
            assert refused.json()["errors"][0]["loc"] == ["body", "parent_id"]
        assert (await shown(f, talk["id"]))["message_count"] == 0
        assert len((await f.client.get(CONVERSATIONS)).json()["items"]) == 2


class TestTheSameKey:
    async def test_who_lost_the_line_follows_the_answer_with_it(self, firm, model):
        f = await firm()
        first = await asked(f, "What is the rent?", model="extractive")
        model.will_say("The deposit ", "is $8,400.", pause_after=1)
        url = f"{CHAT}/messages/{first['message']['id']}/regenerate"
        sent = {"json": {"content": "And the deposit?", "model": GEMINI}, "headers": {**SSE, "Idempotency-Key": "k"}}
        async with f.client.stream("POST", url, **sent) as response:
            so_far = await first_words(blocks(response))
        async with f.client.stream("POST", url, **sent) as response:
            assert response.status_code == 200, await response.aread()
            model.go_on.set()
            followed = await to_the_end(blocks(response))
        assert followed["done"]["message"]["id"] == so_far["meta"]["message_id"]
        assert followed.text.endswith("The deposit is $8,400.")
        assert (await shown(f, first["conversation_id"]))["message_count"] == 4

    async def test_many_at_once_are_one(self, firm):
        f = await firm()
        first = await asked(f, "What is the rent?")
        bodies = await asyncio.gather(*(again(f, first["message"]["id"], key="again-2") for _ in range(5)))
        assert len({body["message"]["id"] for body in bodies}) == 1
        assert (await shown(f, first["conversation_id"]))["message_count"] == 3

    async def test_another_request_under_it_is_refused(self, firm):
        f = await firm()
        first = await asked(f, "What is the rent?")
        await again(f, first["message"]["id"], key="again-3")
        await again(f, first["message"]["id"], expect=409, key="again-3", temperature=0.2)

    async def test_for_another_answer_it_is_another_key(self, firm):
        f = await firm()
        one = await asked(f, "What is the rent?")
        two = await asked(f, "What is the deposit?")
        made = [await again(f, each["message"]["id"], key="again-4") for each in (one, two)]
        assert made[0]["message"]["id"] != made[1]["message"]["id"]
        assert made[1]["conversation_id"] == two["conversation_id"]


class TestRecord:
    async def test_an_answer_on_a_branch_is_made_again_from_its_own_branch(self, firm):
        f = await firm()
        talk = (await asked(f, "Question 0"))["conversation_id"]
        second = await asked(f, "Question 1", conversation_id=talk)
        await asked(f, "Question 2", conversation_id=talk)
        edited = await again(f, second["message"]["id"], content="Question 1a")
        await asked(f, "Question 3", conversation_id=talk)
        replayed = await f.client.post(f"{CHAT}/messages/{edited['message']['id']}/replay")
        assert replayed.status_code == 200, replayed.text
        assert replayed.json()["record"]["history_turns"] == 2
        assert replayed.json()["difference"]["same_prompt"]
