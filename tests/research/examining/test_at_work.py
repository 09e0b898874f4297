"""What an examination costs others: whose thread it runs in, what it loads and when, how often it searches."""

import threading

import pytest

from elenchus.audit import service as audit
from elenchus.core.ids import Id
from elenchus.library import checking, quotes, store
from elenchus.library import service as library
from elenchus.library.retrieval import retrieve
from elenchus.research.examining import examination, service, standing
from elenchus.research.examining import reading as readings
from tests.audit.support import stored
from tests.research.support import LEASE, RENT_WORDS, filed
from tests.support import until

MADE_UP = " ".join(f'It says "the Tenant may keep {n} small dogs and some cats in the flat" [1].' for n in range(30))


@pytest.fixture
async def leased(firm):
    """A firm, the id of its lease, the passage that speaks of rent."""
    f = await firm()
    document_id = await filed(f)
    [passage] = (await retrieve(f.principal, "monthly rent", limit=1)).passages
    return f, Id(document_id), passage


def counted(monkeypatch, module, name: str) -> list[bool]:
    """For each call whether it was in the thread of the event loop."""
    calls: list[bool] = []
    original = getattr(module, name)

    def counting(*args, **kwargs):
        calls.append(threading.current_thread() is threading.main_thread())
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, counting)
    return calls


class TestThreads:
    @pytest.mark.parametrize(
        ("module", "name"),
        [
            (readings, "read"),
            (standing, "nearest_passages"),
            (checking, "judged"),
            (examination, "examined"),
            (quotes, "_prepared"),
        ],
        ids=["read", "nearest", "judged", "examined", "prepared"],
    )
    async def test_none_of_its_work_is_the_event_loops(self, leased, monkeypatch, module, name):
        f, _, passage = leased
        quotes.forget()
        calls = counted(monkeypatch, module, name)
        await service.examine(f.principal, f'"{RENT_WORDS}" [1].', [passage])
        assert calls
        assert not any(calls)


class TestCost:
    async def test_made_up_quotations_load_a_document_once_and_search_the_library_seldom(self, leased, monkeypatch):
        f, _, passage = leased
        await filed(f, LEASE.replace("4,200", "5,300"), "other.txt")
        quotes.forget()
        loads, searches = counted(monkeypatch, store, "page_texts"), counted(monkeypatch, checking, "retrieve")
        result = await service.examine(f.principal, MADE_UP, [passage])
        assert sum(one.kind == "quote" for one in result.failing) == 30
        assert (len(loads), len(searches)) == (1, checking.MOST_ELSEWHERE)

    async def test_an_answer_without_quotations_is_no_search_on_the_record(self, leased):
        f, _, passage = leased

        async def searches() -> int:
            await audit.drain(10)
            return sum(row["action"] == "document.searched" for row in await stored(f.principal.tenant_id))

        before = await searches()
        await service.examine(f.principal, "The rent is $4,200 per month [1].", [passage])
        assert await searches() == before
        await service.examine(f.principal, f'"{RENT_WORDS}" [1].', [passage])
        assert await searches() == before + 1


class TestAhead:
    async def test_documents_are_fetched_from_the_first_quotation_mark_on(self, leased, monkeypatch):
        f, _, passage = leased
        quotes.forget()
        loads = counted(monkeypatch, store, "page_texts")
        ahead = service.Ahead(f.principal, [passage])
        ahead.hear("The rent is due in ")
        assert not service._ahead
        ahead.hear("advance: “The ")
        ahead.hear("Tenant” and “more”")
        await until(lambda: not service._ahead)
        assert len(loads) == 1
        await service.examine(f.principal, f'"{RENT_WORDS}" [1].', [passage])
        assert len(loads) == 1

    async def test_a_document_that_is_gone_is_no_trouble(self, leased):
        f, document_id, passage = leased
        await f.client.delete(f"/api/v1/documents/{document_id}")
        service.Ahead(f.principal, [passage]).hear("“")
        await until(lambda: not service._ahead)
        assert await library.at_hand(f.principal, [document_id]) == {}


class TestMeanwhile:
    async def test_a_document_deleted_meanwhile_proves_nothing(self, leased):
        f, document_id, passage = leased
        await f.client.delete(f"/api/v1/documents/{document_id}")
        result = await service.examine(f.principal, f'"{RENT_WORDS}" [1].', [passage])
        [row] = result.verification.quotes
        assert (row["verified"], row["verdict"]) == (False, "not_found")
        assert [one.reason for one in result.failing] == ["not_found", "quote"]
