"""An answer that is kept: its words and what they cite, whole or in part, and never changed words for its own."""

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.research import store
from elenchus.research.models import MessageRole as Role
from elenchus.research.models import MessageStatus as Status
from tests.research.noting.support import listed, notes_of, write, written
from tests.research.support import CHAT, CONVERSATIONS, asked, filed, message_in
from tests.research.test_exporting import citation, exported, kept, said
from tests.support import http_client

FIRST, SECOND, THIRD = "Rent is due\non the  first [1].", "A late charge applies [2].", "Pets need consent [2-4]."
ANSWER = f"{FIRST}\n\n{SECOND} {THIRD} The moon is full."


@pytest.fixture
async def answered(firm):
    """A firm, its conversation, and a question and an answer in it."""
    f = await firm()
    question = said(Role.USER, "What is due?")
    answer = said(Role.ASSISTANT, ANSWER, *(citation(n, f"quote {n}") for n in (1, 2, 3, 4)))
    return f, await kept(f, question, answer), question, answer


def cited(note) -> list[int]:
    return [each["n"] for each in note["citations"]]


class TestWhole:
    async def test_its_words_and_citations_are_taken(self, answered):
        f, talk, _, answer = answered
        note = await written(f, talk, message_id=answer.id)
        assert (note["origin"], note["message_id"], note["edited"]) == ("answer", answer.id, False)
        message = await message_in(f, talk, answer.id)
        assert (note["content"], note["citations"]) == (message["content"], message["citations"])
        assert (await listed(f, talk))["items"] == [note]

    async def test_of_a_model_and_a_document_too(self, firm):
        f = await firm()
        await filed(f)
        turn = await asked(f, model="extractive")
        note = await written(f, turn["conversation_id"], message_id=turn["message"]["id"])
        assert note["content"] == turn["message"]["content"]
        assert note["citations"] == turn["message"]["citations"] != []

    async def test_of_long_ago_too(self, answered):
        f, talk, _, answer = answered
        for _ in range(13):
            rows = [said(Role.USER, "words") for _ in range(10)]
            await store.append(f.principal, await store.head(f.principal, Id(talk), last=1), rows)
        assert (await written(f, talk, message_id=answer.id))["content"] == ANSWER

    async def test_of_a_stopped_one_what_is_there(self, firm):
        f = await firm()
        answer = said(Role.ASSISTANT, "Rent is [1]", citation()).model_copy(update={"status": Status.STOPPED})
        note = await written(f, await kept(f, answer), message_id=answer.id)
        assert (note["content"], cited(note)) == ("Rent is [1]", [1])

    @pytest.mark.parametrize(
        ("status", "content", "title"),
        [
            (Status.STREAMING, "Rent is", "This answer is still being written"),
            (Status.FAILED, "Rent is", "This answer cannot be kept"),
            (Status.STOPPED, " ", "This answer cannot be kept"),
        ],
    )
    async def test_one_that_has_not_come_to_an_end_is_not_kept(self, firm, status, content, title):
        f = await firm()
        answer = said(Role.ASSISTANT, content).model_copy(update={"status": status})
        talk = await kept(f, answer)
        refused = await write(f, talk, message_id=answer.id)
        assert (refused.status_code, refused.json()["title"]) == (409, title)
        assert (await listed(f, talk))["items"] == []

    async def test_what_is_no_answer_of_this_conversation_is_not_kept(self, answered):
        f, talk, question, answer = answered
        other = await kept(f, said(Role.USER, "And now?"))
        for where, message_id in ((talk, question.id), (talk, str(new_id())), (other, answer.id)):
            refused = await write(f, where, message_id=message_id)
            assert refused.status_code == 422, refused.text
            assert refused.json()["errors"][0]["loc"] == ["body", "message_id"]

    async def test_what_another_firm_was_answered_is_not_kept(self, answered, firm):
        _, _, _, answer = answered
        stranger = await firm()
        refused = await write(stranger, await kept(stranger), message_id=answer.id)
        assert refused.status_code == 422
        assert ANSWER not in refused.text


class TestExcerpt:
    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            (SECOND, [2]),
            (THIRD, [2, 3, 4]),
            ("Rent is due on the first [1].", [1]),
            (f" {SECOND}\n\n{THIRD}", [2, 3, 4]),
            ("The moon is full.", []),
        ],
    )
    async def test_it_keeps_what_it_cites_itself(self, answered, words, numbers):
        f, talk, _, answer = answered
        note = await written(f, talk, message_id=answer.id, content=words)
        assert (note["origin"], note["message_id"], note["edited"]) == ("answer", answer.id, False)
        assert (note["content"], cited(note)) == (words.strip(), numbers)

    @pytest.mark.parametrize("words", ["Rent is due on the second [1].", "rent is due", f"{FIRST} {THIRD}", "[5]"])
    async def test_words_that_the_answer_does_not_say_are_refused(self, answered, words):
        f, talk, _, answer = answered
        refused = await write(f, talk, message_id=answer.id, content=words)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["loc"] == ["body", "content"]
        assert (await listed(f, talk))["items"] == []


class TestChanging:
    async def test_changed_words_say_so_and_keep_what_was_cited(self, answered):
        f, talk, _, answer = answered
        note = await written(f, talk, message_id=answer.id)
        path = f"{notes_of(talk)}/{note['id']}"
        same = await f.client.patch(path, json={"content": ANSWER})
        assert same.json() == note
        changed = (await f.client.patch(path, json={"content": "Rent is never due [9]."})).json()
        assert (changed["edited"], changed["content"]) == (True, "Rent is never due [9].")
        assert (changed["citations"], changed["message_id"]) == (note["citations"], answer.id)
        back = (await f.client.patch(path, json={"content": ANSWER})).json()
        assert back["edited"] is True
        assert (await listed(f, talk))["items"] == [back]


class TestElsewhere:
    async def test_neither_a_link_nor_a_file_of_the_conversation_tells_of_it(self, answered):
        f, talk, _, answer = answered
        await written(f, talk, content="Zanzibar")
        await written(f, talk, message_id=answer.id, content=SECOND)
        link = (await f.client.post(f"{CONVERSATIONS}/{talk}/share", json={})).json()
        async with http_client(base_url=str(f.client.base_url)) as stranger:
            seen = await stranger.get(f"{CHAT}/shared/{link['token']}")
            assert seen.status_code == 200
            assert (await stranger.get(notes_of(talk))).status_code == 401
        for text in (seen.text, (await exported(f, talk, "md")).decode(), (await exported(f, talk, "json")).decode()):
            assert "Zanzibar" not in text
            assert "note" not in text
