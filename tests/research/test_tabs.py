"""One conversation in several tabs: nothing is lost, and each answer stands right after its question."""

import asyncio

from elenchus.core.ids import Id
from elenchus.research.models import Conversation, ConversationPage
from elenchus.research.tail import TAIL_MESSAGES
from tests.research.support import CHAT, CONVERSATIONS, asked, conversation, shown

TABS, QUESTIONS = 2, 18


async def all_messages(firm, talk_id: str) -> list[dict]:
    found: list[dict] = []
    before = None
    while True:
        params = {"limit": 30} | ({"before": before} if before else {})
        page = (await firm.client.get(f"{CONVERSATIONS}/{talk_id}/messages", params=params)).json()
        found += page["items"]
        if (before := page["next_cursor"]) is None:
            return found[::-1]


async def test_two_tabs_at_once_lose_nothing_while_messages_move_to_pages(firm):
    f = await firm()
    talk = (await conversation(f))["id"]
    answers: dict[str, dict] = {}

    async def tab(name: int) -> None:
        for number in range(QUESTIONS):
            question = f"Question {number} of tab {name}"
            answers[question] = (await asked(f, question, conversation_id=talk))["message"]

    await asyncio.gather(*map(tab, range(TABS)))
    messages = await all_messages(f, talk)
    assert [said["role"] for said in messages] == ["user", "assistant"] * (TABS * QUESTIONS)
    told = dict(zip((said["content"] for said in messages[::2]), messages[1::2], strict=True))
    assert told == answers
    assert len({said["id"] for said in messages}) == len(messages)
    for name in range(TABS):
        mine = [said["content"] for said in messages[::2] if said["content"].endswith(f"tab {name}")]
        assert mine == [f"Question {number} of tab {name}" for number in range(QUESTIONS)]
    await check_counts(f, talk, len(messages))


async def check_counts(f, talk: str, count: int) -> None:
    assert (await shown(f, talk))["message_count"] == count > TAIL_MESSAGES
    [row] = await Conversation.owned_by(f.principal).rows({"_id": Id(talk)})
    pages = await ConversationPage.owned_by(f.principal).rows({"conversation_id": Id(talk)}, sort=[("start", 1)])
    assert sum(len(page["messages"]) for page in pages) == row["tail_start"] > 0
    assert row["tail_start"] + len(row["messages"]) == count


async def test_a_tab_that_edits_beside_one_that_asks_on(firm):
    f = await firm()
    first = await asked(f, "Question 0")
    talk = first["conversation_id"]
    url = f"{CHAT}/messages/{first['message']['id']}/regenerate"

    async def editing() -> None:
        for number in range(6):
            answered = await f.client.post(url, json={"content": f"Edited {number}"})
            assert answered.status_code == 200, answered.text

    async def asking() -> None:
        tip = first["message"]["id"]
        for number in range(6):
            tip = (await asked(f, f"Question on {number}", conversation_id=talk, parent_id=tip))["message"]["id"]

    await asyncio.gather(editing(), asking())
    messages = await all_messages(f, talk)
    assert [said["role"] for said in messages] == ["user", "assistant"] * 13
    edited = [said for said in messages if said["content"].startswith("Edited")]
    assert {said["parent_id"] for said in edited} == {"start"}
    on = [number for number, said in enumerate(messages) if said["content"].startswith("Question on")]
    tips = [first["message"]["id"], *(messages[number + 1]["id"] for number in on)]
    assert [messages[number]["parent_id"] for number in on] == tips[:-1]
