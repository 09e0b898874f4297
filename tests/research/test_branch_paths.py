"""The messages of one branch, wherever they are stored."""

import random

import pytest

from elenchus.core.ids import new_id
from elenchus.research import store
from elenchus.research.branches import START, path
from elenchus.research.models import Message
from elenchus.research.models import MessageRole as Role
from elenchus.research.placing import new_conversation
from elenchus.research.tail import TAIL_MESSAGES
from tests.support import COMMANDS


def row(id_: str, parent_id: str | None = None) -> dict:
    return {"id": id_} | ({"parent_id": parent_id} if parent_id else {})


def ids(rows) -> str:
    return "".join(each["id"] for each in rows)


class TestPath:
    def test_a_plain_conversation_is_its_own_path(self):
        rows = [row(each) for each in "abcdef"]
        assert path(rows) == rows
        assert ids(path(rows, "d")) == "abcd"

    @pytest.mark.parametrize(
        ("tip", "found"), [("d", "abcd"), ("e", "abce"), ("g", "abfg"), ("i", "hi"), (None, "abcdj"), ("j", "abcdj")]
    )
    def test_links_lead_past_what_is_on_other_branches(self, tip, found):
        rows = [*map(row, "abcd"), row("e", "c"), row("f", "b"), row("g"), row("h", START), row("i"), row("j", "d")]
        assert ids(path(rows, tip)) == found

    def test_what_is_not_there_has_no_path(self):
        assert path([row("a")], "x") == path([], "x") == path([]) == []

    def test_it_ends_where_a_link_leads_out_of_the_rows(self):
        assert ids(path([row("b"), row("c", "a"), row("d")])) == "cd"

    @pytest.mark.parametrize("parent_id", ["a", "b", "c"])
    def test_no_link_makes_it_go_round(self, parent_id):
        assert ids(path([row("a"), row("b", parent_id), row("c")])) in {"bc", "abc"}

    def test_it_is_what_a_tree_says(self):
        dice = random.Random(7)
        rows, parents = [row("0")], {"0": None}
        for number in range(1, 200):
            before, other = str(number - 1), dice.choice([START, str(dice.randrange(number))])
            parent_id = None if dice.random() < 0.6 else other
            rows.append(row(str(number), parent_id))
            parents[str(number)] = {None: before, START: None}.get(parent_id, parent_id)
        for tip in parents:
            up, found = tip, []
            while up is not None:
                found.append(up)
                up = parents[up]
            assert [each["id"] for each in path(rows, tip)] == found[::-1]


class Talk:
    """A conversation of many branches beside what each message follows."""

    def __init__(self, principal) -> None:
        self.principal, self.id = principal, new_id()
        self.ids: list[str] = []

    async def add(self, count: int = 2, *, parent_id: str | None = None) -> None:
        rows = [
            Message(id=str(new_id()), role=Role.USER, content="x", created_at="t", parent_id=None if n else parent_id)
            for n in range(count)
        ]
        await store.append(self.principal, await self.head(), rows)
        self.ids += [said.id for said in rows]

    async def head(self):
        return await store.head(self.principal, self.id, last=12)

    async def branch(self, tip: str, limit: int = 12) -> list[int]:
        """By the numbers of its messages."""
        found = await store.branch(self.principal, await self.head(), tip, limit=limit)
        return [self.ids.index(said["id"]) for said in found]


@pytest.fixture
async def talk(new_principal, resources_) -> Talk:
    made = Talk(new_principal())
    await store.insert(
        made.principal, new_conversation(made.principal, id_=made.id, title="t", session_id=None, document_ids=[])
    )
    return made


class TestReading:
    """`store.branch`, wherever the messages are."""

    async def test_of_the_last_messages_it_costs_nothing(self, talk):
        for count in (2, 12, 40):
            while len(talk.ids) < count:
                await talk.add()
            at = await talk.head()
            with COMMANDS.record() as sent:
                found = await store.branch(talk.principal, at, talk.ids[-1], limit=12)
            assert sent == []
            assert [said["id"] for said in found] == talk.ids[-12:]

    async def test_it_goes_on_where_the_head_ends(self, talk):
        for _ in range(10):
            await talk.add()
        await talk.add(parent_id=talk.ids[13])
        assert await talk.branch(talk.ids[-1]) == [*range(4, 14), 20, 21]

    async def test_of_a_message_on_a_page_it_is_the_same_at_any_length(self, talk):
        for _ in range(15):
            await talk.add(10)
        await talk.add(parent_id=talk.ids[30])
        assert len(talk.ids) > 2 * TAIL_MESSAGES
        at = await talk.head()
        for tip, found in ((talk.ids[-1], [*range(21, 31), 150, 151]), (talk.ids[9], [*range(10)])):
            with COMMANDS.record() as sent:
                rows = await store.branch(talk.principal, at, tip, limit=12)
            assert [talk.ids.index(said["id"]) for said in rows] == found
            assert len(sent) <= 6

    async def test_many_branches_far_apart(self, talk):
        dice = random.Random(3)
        parents: dict[int, int | None] = {0: None, 1: 0}
        await talk.add()
        while len(talk.ids) < 130:
            number = len(talk.ids)
            parent = dice.choice([None, None, -1, dice.randrange(number)])
            await talk.add(parent_id=START if parent == -1 else None if parent is None else talk.ids[parent])
            parents[number] = number - 1 if parent is None else None if parent == -1 else parent
            parents[number + 1] = number
        for tip in [*range(0, 130, 9), 129]:
            up: int | None = tip
            expected: list[int] = []
            while up is not None and len(expected) < 12:
                expected.append(up)
                up = parents[up]
            assert await talk.branch(talk.ids[tip]) == expected[::-1]

    async def test_of_another_conversation_s_message_there_is_none(self, talk, new_principal):
        await talk.add()
        assert await talk.branch(str(new_id())) == []
