"""Conversations are found by the words that their person remembers, page by page, and nobody else's are looked at."""

import asyncio
import random
from collections import Counter

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Principal
from elenchus.core.principal import Role as Rank
from elenchus.research import store
from elenchus.research.models import Answer, Conversation, Message, MessageStatus
from elenchus.research.models import MessageRole as Role
from elenchus.research.placing import new_conversation
from elenchus.research.store import searching
from tests.research.support import CONVERSATIONS, asked, conversation
from tests.support import COMMANDS


async def found(firm, query: str, **more) -> list[str]:
    listed = await firm.client.get(CONVERSATIONS, params={"q": query, **more})
    assert listed.status_code == 200, listed.text
    return [row["id"] for row in listed.json()["items"]]


async def titled(principal: Principal, title: str = "t", **more) -> Conversation:
    made = new_conversation(principal, id_=new_id(), title=title, session_id=None, document_ids=[])
    made = made.model_copy(update=more)
    await store.insert(principal, made)
    return made


async def with_question(principal: Principal, conversation_id: Id, question: str) -> None:
    row = Answer(
        id=new_id(), tenant_id=principal.tenant_id, user_id=principal.user_id, conversation_id=conversation_id,
        user_message_id=new_id(), status=MessageStatus.COMPLETE, alive_until=now(), question=question, document_ids=[],
        model="m", temperature=0, require_verified=False, created_at=now(),
    )  # fmt: skip
    await store.insert_answer(principal, row)


class TestWords:
    async def test_of_the_title_the_summary_and_any_question(self, firm):
        f = await firm()
        by_title = str((await titled(f.principal, "Smith v. Jones")).id)
        by_summary = str((await titled(f.principal, context_summary="Mrs Jones wants her deposit back.")).id)
        by_question = (await asked(f, "First of all: when is the rent due?"))["conversation_id"]
        await asked(f, "And may Jones keep\na parrot?", conversation_id=by_question)
        assert await found(f, "jones") == [by_question, by_summary, by_title]
        assert await found(f, "parrot") == [by_question]
        assert await found(f, "nothing of the kind") == []

    async def test_all_of_them_in_any_order(self, firm):
        f = await firm()
        talk = (await asked(f, "May Jones keep\na parrot?"))["conversation_id"]
        await asked(f, "Is notice due?", conversation_id=talk)
        assert await found(f, "keep a PARROT") == [talk]
        assert await found(f, "parrot  jones") == [talk]
        assert await found(f, "notice parrot") == [talk]
        assert await found(f, "notice parrot cat") == []

    async def test_of_a_question_that_has_moved_to_a_page(self, firm):
        f = await firm()
        talk = (await asked(f, "May a parrot be kept?"))["conversation_id"]
        await f.client.patch(f"{CONVERSATIONS}/{talk}", json={"title": "Pets"})
        for _ in range(13):
            at = await store.head(f.principal, Id(talk), last=1)
            rows = [Message(id=str(new_id()), role=Role.USER, content="x", created_at="2026") for _ in range(10)]
            await store.append(f.principal, at, rows)
        assert at.tail_start > 2
        assert await found(f, "parrot") == [talk]

    @pytest.mark.parametrize("pattern", [".*", "(?:", "a|may", "^May", "$", "[", "\\", "\\w", "(?i)x", "*"])
    async def test_they_are_no_pattern(self, shared_firm, pattern):
        talk = await asked(shared_firm, "May a parrot be kept?")
        assert await found(shared_firm, pattern) == []
        assert talk["conversation_id"] in await found(shared_firm, "parrot be kept?")

    async def test_capitals_and_accents_are_told_as_people_tell_them(self, firm):
        f = await firm()
        talk = (await asked(f, "Wie hoch ist die Größe der Mansión?"))["conversation_id"]
        for query in ("GRÖSSE", "mansio\u0301n", "MANSIÓN größe"):
            assert await found(f, query) == [talk]

    async def test_white_space_alone_is_no_word(self, firm):
        f = await firm()
        made = (await conversation(f))["id"]
        assert await found(f, "  \n") == [made]

    @pytest.mark.parametrize("query", ["a\x00b", "x" * 201], ids=["no text", "too long"])
    async def test_what_is_no_text_is_refused(self, shared_firm, query):
        assert (await shared_firm.client.get(CONVERSATIONS, params={"q": query})).status_code == 422


class TestOthers:
    async def test_a_colleague_s_words_find_nothing(self, new_principal, resources_):
        owner = new_principal()
        colleague = Principal(owner.tenant_id, new_id(), Rank.OWNER)
        made = await titled(owner, "Parrots", context_summary="parrots")
        await with_question(owner, made.id, "May a parrot be kept?")
        # and a row of the colleague's own that names it, which should not exist, opens nothing
        await with_question(colleague, made.id, "May a parrot be kept?")
        page = PageQuery()
        assert await store.outlines(colleague, query="parrot", archived=False, page=page) == []
        assert len(await store.outlines(owner, query="parrot", archived=False, page=page)) == 1


class TestAtOnce:
    async def test_long_questions_hold_up_nobody_else(self, new_principal, resources_, monkeypatch):
        """They come from the database many at a time, and nothing there waits between one and the next."""
        owner, turn, read = new_principal(), 0, Counter[int]()
        made = await titled(owner)
        for _ in range(20):
            await with_question(owner, made.id, "May a cat be kept? " * 1_000)

        async def others() -> None:
            nonlocal turn
            while True:
                await asyncio.sleep(0)
                turn += 1

        def folded(text: str) -> str:
            read[turn] += len(text)
            return text

        monkeypatch.setattr(searching, "_folded", folded)
        beside = asyncio.create_task(others())
        assert await store.outlines(owner, query="parrot", archived=False, page=PageQuery()) == []
        beside.cancel()
        assert read.total() > 20 * 19_000
        assert max(read.values()) < searching.CHARACTERS_AT_ONCE + 2 * 19_000


class TestPages:
    async def test_they_are_what_one_list_would_be(self, new_principal, resources_, monkeypatch):
        """Some by their title, some by many questions, some by both, some archived; read a few at a time."""
        monkeypatch.setattr(searching, "CONVERSATIONS_AT_ONCE", 4)
        owner, dice = new_principal(), random.Random(5)
        wanted: dict[bool, list[Id]] = {False: [], True: []}
        for _ in range(40):
            archived, by_title, questions = dice.random() < 0.3, dice.random() < 0.3, dice.choice([0, 0, 1, 3, 9])
            made = await titled(owner, "A parrot" if by_title else "t", is_archived=archived)
            for number in range(questions):
                await with_question(owner, made.id, f"May parrot {number} be kept?")
            await with_question(owner, made.id, "Is notice due?")
            if by_title or questions:
                wanted[archived].insert(0, made.id)
        for archived in (False, True):
            for limit in (1, 3, 100):
                seen: list[Id] = []
                page = PageQuery(limit)
                while True:
                    rows = await store.outlines(owner, query="parrot", archived=archived, page=page)
                    seen += [row["_id"] for row in rows[:limit]]
                    if len(rows) <= limit:
                        break
                    page = PageQuery(limit, seen[-1])
                assert seen == wanted[archived]

    async def test_a_page_over_http_leads_to_the_next(self, firm):
        f = await firm()
        talks = [(await asked(f, f"May parrot {number} be kept?"))["conversation_id"] for number in range(5)]
        first = (await f.client.get(CONVERSATIONS, params={"q": "parrot", "limit": 3})).json()
        assert [row["id"] for row in first["items"]] == talks[:1:-1]
        rest = (await f.client.get(CONVERSATIONS, params={"q": "parrot", "cursor": first["next_cursor"]})).json()
        assert [row["id"] for row in rest["items"]] == talks[1::-1]
        assert rest["next_cursor"] is None

    async def test_it_is_two_commands(self, new_principal, resources_):
        owner = new_principal()
        for number in range(12):
            made = await titled(owner)
            await with_question(owner, made.id, f"May parrot {number} be kept?")
        with COMMANDS.record() as sent:
            rows = await store.outlines(owner, query="parrot", archived=False, page=PageQuery(5))
        assert sent == ["find"] * 2
        assert len(rows) == 6
