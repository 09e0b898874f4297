"""However long a conversation gets, its newest part is inline, the rest on pages, and nothing is lost or doubled."""

import asyncio
import random

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.research import store
from elenchus.research.errors import ConversationBusy, ConversationNotFound
from elenchus.research.models import (
    Citation,
    Conversation,
    ConversationPage,
    Failing,
    Message,
    MessageStatus,
    Verification,
)
from elenchus.research.models import MessageRole as Speaker
from elenchus.research.placing import new_conversation
from elenchus.research.store import appending, pages
from elenchus.research.tail import (
    AT_ONCE,
    DRAFT_BYTES,
    KEPT_MESSAGES,
    MOST_MESSAGE_BYTES,
    MOST_MESSAGES,
    PAGE_MESSAGES,
    TAIL_BYTES,
    TAIL_MESSAGES,
    as_row,
    fitted,
    is_draft,
    leaving,
    size_of,
)
from tests.support import COMMANDS

pytestmark = pytest.mark.usefixtures("resources_")
INLINE_BYTES = 1_000_000


def message(content: str = "words", status: MessageStatus = MessageStatus.COMPLETE) -> Message:
    return Message(
        id=str(new_id()), role=Speaker.USER, content=content, status=status, created_at="2026-11-20T12:00:00.000000Z"
    )


def draft() -> Message:
    return message("", MessageStatus.STREAMING)


class Talk:
    """A stored conversation beside what it must say."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.id = new_id()
        self.expected: list[Message] = []

    async def begin(self) -> "Talk":
        made = new_conversation(self.principal, id_=self.id, title="t", session_id=None, document_ids=[])
        await store.insert(self.principal, made)
        return self

    async def fill(self, count: int) -> None:
        for number in range(count):
            await self.append(message(str(number)))

    async def append(self, *messages: Message) -> None:
        at = await store.head(self.principal, self.id, last=2)
        await store.append(self.principal, at, messages)
        self.expected += messages

    async def finish(self, index: int, content: str) -> None:
        before = self.expected[index]
        final = before.model_copy(update={"content": content, "status": MessageStatus.COMPLETE})
        assert await store.finish_message(self.principal, self.id, before, final)
        self.expected[index] = final

    async def feedback(self, index: int) -> None:
        assert await store.set_feedback(
            self.principal, self.id, Id(self.expected[index].id), {"score": 1, "comment": None}
        )
        self.expected[index] = Message.model_validate(
            {**as_row(self.expected[index]), "feedback": {"score": 1, "comment": None}}
        )

    async def row(self) -> dict:
        rows = await Conversation.owned_by(self.principal).rows({"_id": self.id})
        return rows[0]

    async def crash_between_page_and_cut(self) -> None:
        """What a process leaves that dies after it wrote the page and before it cut the tail."""
        row = await self.row()
        full = [*row["messages"], *([as_row(message())] * TAIL_MESSAGES)]
        moving = leaving(row["messages"], full, 0)
        if moving:
            await pages.write(self.principal, self.id, row["tail_start"], row["revision"], row["messages"][:moving])

    async def all_messages(self, limit: int) -> list[dict]:
        found: list[dict] = []
        before = None
        while True:
            page = await store.messages_before(self.principal, self.id, before, limit=limit)
            assert page is not None
            rows, more = page
            found += rows
            if not more:
                return found[::-1]
            assert len(rows) == limit
            before = rows[-1]["id"]

    async def check(self, limit: int = 37) -> None:
        row = await self.row()
        assert await self.all_messages(limit) == [as_row(said) for said in self.expected]
        assert row["message_count"] == len(self.expected) == row["tail_start"] + len(row["messages"])
        assert row["tail_bytes"] >= sum(map(size_of, row["messages"]))
        pages = await ConversationPage.owned_by(self.principal).rows({"conversation_id": self.id})
        assert all(1 <= len(page["messages"]) <= PAGE_MESSAGES for page in pages)


@pytest.fixture
async def talk(new_principal) -> Talk:
    return await Talk(new_principal()).begin()


class TestLength:
    async def test_thousands_of_messages_in_order_on_pages(self, talk):
        for count in range(220):
            await talk.append(message(f"question {count}"), message(f"answer {count}"))
        row = await talk.row()
        assert KEPT_MESSAGES <= len(row["messages"]) <= TAIL_MESSAGES
        await talk.check()

    async def test_the_newest_fifty_are_always_inline(self, talk):
        for count in range(130):
            await talk.append(message(str(count)))
            assert len((await talk.row())["messages"]) >= min(KEPT_MESSAGES, count + 1)

    async def test_big_messages_leave_the_tail_below_a_megabyte(self, talk):
        for count in range(30):
            await talk.append(message(f"{count} " + "x" * 120_000), message("short"))
            assert len(bson.encode(await talk.row())) < INLINE_BYTES
        await talk.check(7)

    async def test_an_answer_that_is_being_written_does_not_move(self, talk):
        await talk.append(message("first"), draft())
        for count in range(70):
            await talk.append(message(f"q{count}"), message(f"a{count}"))
        row = await talk.row()
        assert row["tail_start"] <= 1
        await talk.finish(1, "done at last")
        for count in range(40):
            await talk.append(message(f"later {count}"))
        assert (await talk.row())["tail_start"] > 50
        await talk.check()

    async def test_too_much_behind_an_unfinished_answer_is_refused(self, talk):
        await talk.append(draft())
        for _ in range(MOST_MESSAGES // 2):
            await talk.append(message(), message())
        with pytest.raises(ConversationBusy):
            await talk.append(message(), message())
        assert len((await talk.row())["messages"]) <= MOST_MESSAGES + 2

    def test_room_is_kept_for_a_draft(self):
        assert size_of(as_row(draft())) == DRAFT_BYTES

    def test_an_answer_that_cites_without_end_loses_its_last_citations(self):
        def cited(n: int) -> Citation:
            return Citation(
                n=n, document_id="d", document_title="t", chunk_id="c", page_start=1, page_end=1, start_char=0,
                end_char=1, quote="x" * 9_000,
            )  # fmt: skip

        long = message().model_copy(update={"citations": [cited(n) for n in range(100)]})
        kept = fitted(long).citations
        assert 0 < len(kept) < 100
        assert kept == long.citations[: len(kept)]
        assert len(bson.encode(as_row(fitted(long)))) <= MOST_MESSAGE_BYTES

    def test_an_answer_without_end_of_faults_loses_the_last_of_them_and_never_the_first(self):
        faults = [Failing(kind="citation", reason="words", text=f"{n} " + "é" * 4_000) for n in range(100)]
        quotes = [{"quote": "x" * 600}] * 60
        told = Verification(failing=faults, unsupported_sentences=["é" * 4_000] * 100, quotes=quotes)
        kept = fitted(message().model_copy(update={"verification": told}))
        assert len(bson.encode(as_row(kept))) <= MOST_MESSAGE_BYTES
        assert kept.verification.failing == faults[: len(kept.verification.failing)] != []


class TestCost:
    @pytest.mark.parametrize("length", [0, 10, 500])
    async def test_an_append_is_one_write(self, talk, length):
        for _ in range(length // 10):
            await talk.append(*(message() for _ in range(10)))
        while not (at := await store.head(talk.principal, talk.id, last=2)).has_room([{}, {}], 1000):
            await talk.append(message(), message())
        with COMMANDS.record() as sent:
            await store.append(talk.principal, at, [message(), message()])
        assert sent == ["update"]

    async def test_an_append_that_moves_messages_is_three_commands(self, talk):
        await talk.fill(TAIL_MESSAGES)
        at = await store.head(talk.principal, talk.id, last=2)
        with COMMANDS.record() as sent:
            await store.append(talk.principal, at, [message(), message()])
        assert sent == ["find", "insert", "update"]

    @pytest.mark.parametrize("length", [60, 1200])
    async def test_any_page_costs_the_same_at_any_length(self, talk, length):
        for _ in range(length // AT_ONCE):
            await talk.append(*(message() for _ in range(AT_ONCE)))
        for place in (length - 5, length // 2, 25):
            with COMMANDS.record() as sent:
                page = await store.messages_before(talk.principal, talk.id, talk.expected[place].id, limit=20)
            assert page is not None
            assert len(page[0]) == 20
            assert len(sent) <= 3

    async def test_a_page_reads_only_what_it_shows(self, talk):
        """Not the whole archive: rows that come back are those of one or two pages."""
        for _ in range(100):
            await talk.append(*(message() for _ in range(AT_ONCE)))
        rows = await pages.between(talk.principal, talk.id, 500, 520)
        assert [row["id"] for row in rows] == [said.id for said in talk.expected[500:520]]


class TestRivals:
    async def test_parallel_appends_lose_nothing_and_keep_pairs_together(self, talk):
        async def tab(name: str) -> None:
            for count in range(12):
                at = await store.head(talk.principal, talk.id, last=2)
                await asyncio.sleep(0)
                await store.append(talk.principal, at, [message(f"{name} q{count}"), message(f"{name} a{count}")])

        await asyncio.gather(*(tab(f"tab{number}") for number in range(8)))
        said = [row["content"] for row in await talk.all_messages(50)]
        assert len(said) == len(set(said)) == 8 * 24
        assert all(said[i].replace(" q", " a") == said[i + 1] for i in range(0, len(said), 2))
        for number in range(8):
            mine = [words for words in said if words.startswith(f"tab{number} q")]
            assert mine == [f"tab{number} q{count}" for count in range(12)]

    async def test_an_outdated_head_does_no_harm(self, talk):
        at = await store.head(talk.principal, talk.id, last=2)
        await talk.fill(TAIL_MESSAGES - 1)
        late = [message("late"), message("later")]
        await store.append(talk.principal, at, late)
        talk.expected += late
        await talk.check()
        assert len((await talk.row())["messages"]) <= TAIL_MESSAGES

    async def test_a_change_between_reading_and_cutting_is_not_lost(self, talk):
        """A page is written from the tail as it was; feedback given before the cut must be on the page in the end."""
        await talk.fill(TAIL_MESSAGES)
        await talk.crash_between_page_and_cut()
        await talk.feedback(3)
        await talk.append(message("moves the old ones"))
        assert (await talk.row())["tail_start"] > 3
        await talk.check()

    async def test_a_late_writer_does_not_overwrite_a_page_that_counts(self, talk):
        await talk.fill(TAIL_MESSAGES)
        seen = await talk.row()
        await talk.append(message("moves the old ones"))
        await talk.feedback(3)
        stale = [{**row, "content": "stale"} for row in seen["messages"][:KEPT_MESSAGES]]
        await pages.write(talk.principal, talk.id, 0, seen["revision"], stale)
        await talk.check()

    async def test_a_conversation_that_is_deleted_meanwhile_takes_its_pages_along(self, talk):
        await talk.fill(TAIL_MESSAGES)
        at = await store.head(talk.principal, talk.id, last=2)
        await talk.crash_between_page_and_cut()
        await Conversation.owned_by(talk.principal).delete({"_id": talk.id})
        with pytest.raises(ConversationNotFound):
            await store.append(talk.principal, at, [message()])
        assert await ConversationPage.owned_by(talk.principal).rows({"conversation_id": talk.id}) == []


class TestSentAgain:
    """The driver sends a write again whose answer was lost."""

    @pytest.mark.parametrize("before", [0, 40, TAIL_MESSAGES], ids=str)
    async def test_what_is_there_is_not_added_twice(self, talk, before):
        await talk.fill(before)
        at = await store.head(talk.principal, talk.id, last=2)
        asked = [message("asked"), message("answered")]
        for _ in range(3):
            await store.append(talk.principal, at, asked)
        talk.expected += asked
        await talk.check()

    async def test_not_behind_a_draft_that_holds_the_tail_either(self, talk):
        await talk.append(draft())
        await talk.fill(TAIL_MESSAGES)
        at = await store.head(talk.principal, talk.id, last=2)
        seen = {**await talk.row()}
        rows = [as_row(message("asked"))]
        sent = [await appending._push_unmoved(talk.principal, at, rows, size=100, seen=seen) for _ in range(2)]
        assert sent == [True, False]


class TestCrash:
    async def test_a_page_that_was_left_behind_does_not_count_until_the_cut(self, talk):
        await talk.fill(TAIL_MESSAGES)
        await talk.crash_between_page_and_cut()
        page = await ConversationPage.owned_by(talk.principal).get(derived_id(talk.id, "page", 0))
        assert page is not None
        await talk.check()
        await talk.append(message("on with it"))
        await talk.check()

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.integers(0, 2**32))
    async def test_whatever_happens_in_whatever_order(self, resources_, seed):
        dice = random.Random(seed)
        talk = await Talk(Principal(new_id(), new_id(), Role.OWNER)).begin()
        for _ in range(25):
            await self._something(talk, dice)
            row = await talk.row()
            drafts = sum(is_draft(said) for said in row["messages"])
            assert len(bson.encode(row)) < INLINE_BYTES + drafts * MOST_MESSAGE_BYTES
        await talk.append(message("the last word"))
        inline = (await talk.row())["messages"]
        assert len(inline) <= TAIL_MESSAGES or any(is_draft(said) for said in inline)
        await talk.check(dice.choice([1, 7, 50, 100, 200]) if len(talk.expected) < 60 else 50)

    async def _something(self, talk: Talk, dice: random.Random) -> None:
        unfinished = [i for i, said in enumerate(talk.expected) if said.status is MessageStatus.STREAMING]
        match dice.choice("aaaabbdfcx"):
            case "a":
                await talk.append(*(message("y" * dice.randint(1, 3_000)) for _ in range(dice.randint(1, AT_ONCE))))
            case "b":
                await talk.append(message("z" * dice.randint(1, 120_000)), message("w" * dice.randint(1, 60_000)))
            case "d" if len(unfinished) < 2:
                await talk.append(message("asked"), draft())
            case "f" if unfinished:
                await talk.finish(dice.choice(unfinished), "v" * dice.randint(0, 60_000))
            case "x" if said := [i for i in range(len(talk.expected)) if i not in unfinished]:
                await talk.feedback(dice.choice(said))
            case _:
                await talk.crash_between_page_and_cut()


class TestArithmetic:
    def test_nothing_leaves_while_there_is_room(self):
        tail = [as_row(message()) for _ in range(TAIL_MESSAGES - 2)]
        assert leaving(tail, [{}, {}], 10) == 0

    def test_the_number_does_not_depend_on_what_is_added(self):
        tail = [as_row(message("x" * 8_000)) for _ in range(TAIL_MESSAGES)]
        assert leaving(tail, [{}], 10) == leaving(tail, [{}] * 50, TAIL_BYTES) > 0
