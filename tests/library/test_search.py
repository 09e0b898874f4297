"""Searching over HTTP and through the room's door: the right passages, of the right tenant, as they are now."""

import asyncio

import pytest

from elenchus.core.errors import NotFound
from elenchus.core.ids import Id, new_id
from elenchus.library import service as library
from elenchus.library import shelves, store
from elenchus.library.models import RowKind, SegmentPart, row_id
from tests.fixtures import files
from tests.library.support import DOCUMENTS, a_document, filed, full_text, no_rows, settled, upload, written
from tests.support import COMMANDS, Firm, until

SEARCH = f"{DOCUMENTS}/search"
LEASE = (
    b"1. Rent. The tenant shall pay the rent of 1,200 euros on the first day of each month.\n\n"
    b"2. Deposit. The tenant pays a deposit of three months' rent before moving in.\n\n"
    b"3. Pets. No animals are kept in the flat without the landlord's consent.\n\n"
)
NDA = (
    b"1. Secrecy. The recipient keeps all confidential information secret for five years.\n\n"
    b"2. Return. On request the recipient returns every copy of the confidential information.\n\n"
)


async def search(f: Firm, query: str, **more: object) -> dict:
    answer = await f.client.post(SEARCH, json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def documents_of(found: dict) -> list[str]:
    return [item["document_id"] for item in found["items"]]


async def stocked(f: Firm) -> tuple[Firm, dict, dict]:
    lease = await filed(f, LEASE, "Ashford lease.txt", category="lease", keywords=["flat", "rent"], jurisdiction="DE")
    nda = await filed(f, NDA, "Borealis NDA.txt", category="nda", matter="2026/4", practice_area="ip")
    return f, lease, nda


@pytest.fixture(scope="module")
async def shelf(shared_firm, worker):
    """A firm with a lease and a secrecy agreement, for tests that only read."""
    return await stocked(shared_firm)


@pytest.fixture
async def own_shelf(firm):
    """The same for a test that changes it."""
    return await stocked(await firm())


class TestAnswers:
    async def test_a_passage_says_where_it_stands_and_why_it_was_found(self, shelf):
        f, lease, _ = shelf
        found = await search(f, "How much rent does the tenant pay?")
        first = found["items"][0]
        assert (first["document_id"], first["document_title"]) == (lease["id"], "Ashford lease")
        text = await full_text(f, lease)
        assert first["text"] == text[first["start_char"] : first["end_char"]]
        assert first["page_start"] == first["page_end"] == 1
        words = {first["text"][start:end].lower() for start, end in first["highlights"]}
        assert {"rent", "tenant", "pay"} <= words
        assert found["took_ms"] > 0
        scores = [item["score"] for item in found["items"]]
        assert scores == sorted(scores, reverse=True)

    async def test_offsets_hold_on_every_page(self, firm):
        f = await firm()
        document = await filed(f, files.dense_pdf(8))
        text = await full_text(f, document)
        for item in (await search(f, "delivery date payment", limit=50))["items"]:
            assert item["text"] == text[item["start_char"] : item["end_char"]]
            assert item["page_start"] == text[: item["start_char"]].count("\f") + 1
            assert all(0 <= start < end <= len(item["text"]) for start, end in item["highlights"])

    @pytest.mark.parametrize("mode", ["lexical", "hybrid", "semantic"])
    async def test_every_mode_is_answered_lexically_and_says_so(self, shelf, mode):
        f, lease, _ = shelf
        found = await search(f, "pets and animals", mode=mode)
        assert found["mode_used"] == "lexical"
        assert documents_of(found)[0] == lease["id"]

    async def test_no_more_than_asked_for(self, firm):
        f = await firm()
        await filed(f, files.dense_pdf(8))
        assert len((await search(f, "supplier", limit=3))["items"]) == 3
        assert len((await search(f, "supplier"))["items"]) == 10

    @pytest.mark.parametrize("query", ["zyzzyva", "?!", "the of and", "日本語", '"$where" {}', "\x00", "a" * 2000])
    async def test_what_nobody_wrote_finds_nothing_and_breaks_nothing(self, shelf, query):
        assert (await search(shelf[0], query))["items"] == []

    async def test_a_document_that_is_named_is_asked_first(self, shelf):
        f, lease, nda = shelf
        assert documents_of(await search(f, "What does the Borealis NDA say about copies?"))[0] == nda["id"]
        assert documents_of(await search(f, "Ashford lease deposit"))[0] == lease["id"]


class TestScope:
    async def test_chosen_documents_only(self, shelf):
        f, lease, nda = shelf
        assert set(documents_of(await search(f, "tenant recipient", document_ids=[nda["id"]]))) == {nda["id"]}
        both = await search(f, "tenant recipient", document_ids=[nda["id"], lease["id"], nda["id"]])
        assert set(documents_of(both)) == {nda["id"], lease["id"]}

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"category": "lease"}, "lease"),
            ({"keyword": "flat"}, "lease"),
            ({"jurisdiction": "DE", "category": "lease"}, "lease"),
            ({"matter": "2026/4"}, "nda"),
            ({"practice_area": "ip"}, "nda"),
            ({"category": "brief"}, None),
            ({"keyword": "fla"}, None),
        ],
    )
    async def test_labels_narrow_it(self, shelf, filters, found):
        f, lease, nda = shelf
        ids = {"lease": {lease["id"]}, "nda": {nda["id"]}, None: set()}[found]
        assert set(documents_of(await search(f, "tenant recipient", filters=filters))) == ids
        chosen = {"document_ids": [lease["id"], nda["id"]], "filters": filters}
        assert set(documents_of(await search(f, "tenant recipient", **chosen))) == ids

    async def test_labels_that_change_count_at_once(self, own_shelf):
        f, lease, _ = own_shelf
        assert documents_of(await search(f, "tenant", filters={"category": "closed"})) == []
        await f.client.patch(f"{DOCUMENTS}/{lease['id']}", json={"category": "closed", "filename": "Case 9.txt"})
        found = await search(f, "tenant", filters={"category": "closed"})
        assert {item["document_title"] for item in found["items"]} == {"Case 9"}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"query": ""},
            {"query": "  "},
            {"query": "x" * 2001},
            {"query": "x", "limit": 0},
            {"query": "x", "limit": 101},
            {"query": "x", "mode": "magic"},
            {"query": "x", "document_ids": ["nonsense"]},
            {"query": "x", "document_ids": ["665f1c2ab7e4d1a2c3b4d5e6"] * 501},
            {"query": "x", "filters": {"tenant_id": "665f1c2ab7e4d1a2c3b4d5e6"}},
            {"query": "x", "filters": {"category": {"$ne": "lease"}}},
            {"query": "x", "tenant_id": "665f1c2ab7e4d1a2c3b4d5e6"},
        ],
    )
    async def test_a_question_that_is_none_is_refused(self, shared_firm, body):
        assert (await shared_firm.client.post(SEARCH, json=body)).status_code == 422


class TestTenants:
    async def test_another_tenants_document_is_neither_found_nor_named(self, shelf, firm):
        _, lease, _ = shelf
        theirs = await firm()
        own = await filed(theirs, NDA, "own.txt")
        assert set(documents_of(await search(theirs, "tenant rent deposit recipient"))) == {own["id"]}
        for ids in ([lease["id"]], [own["id"], lease["id"]], [str(new_id())]):
            answer = await theirs.client.post(SEARCH, json={"query": "tenant", "document_ids": ids})
            assert answer.status_code == 404

    async def test_require_documents_refuses_what_is_not_ones_own(self, shelf, firm):
        f, lease, nda = shelf
        theirs = await firm()
        await library.require_documents(f.principal, [Id(lease["id"]), Id(nda["id"])])
        await library.require_documents(f.principal, [])
        for ids in ([new_id()], [Id(lease["id"])]):
            with pytest.raises(NotFound):
                await library.require_documents(theirs.principal, ids)


class TestAsItIsNow:
    async def test_a_document_that_waits_has_no_passages_yet(self, resources_, new_principal):
        owner = new_principal()
        waiting = await a_document(owner)
        await written(owner, waiting)
        assert (await library.retrieve(owner, "purchaser", document_ids=[waiting.id])).passages == ()
        assert (await library.retrieve(owner, "purchaser")).passages == ()

    async def test_a_new_document_is_found_and_a_deleted_one_is_not(self, own_shelf):
        f, lease, _ = own_shelf
        assert documents_of(await search(f, "helicopter")) == []
        added = await filed(f, b"The helicopter is delivered in May. " * 10, "helicopter.txt")
        assert set(documents_of(await search(f, "helicopter"))) == {added["id"]}
        await f.client.delete(f"{DOCUMENTS}/{lease['id']}")
        assert lease["id"] not in documents_of(await search(f, "tenant rent deposit"))
        gone = await f.client.post(SEARCH, json={"query": "tenant", "document_ids": [lease["id"]]})
        assert gone.status_code == 404

    async def test_whoever_sees_that_it_was_read_finds_it(self, own_shelf, monkeypatch):
        """Between the flip and the shelf's new version other processes still search what they remember."""
        f, _, _ = own_shelf
        touched, held_up = asyncio.Event(), asyncio.Event()
        touch_shelf = store.touch_shelf

        async def slowly(owner):
            held_up.set()
            await touched.wait()
            await touch_shelf(owner)

        assert documents_of(await search(f, "seaplane")) == []
        monkeypatch.setattr(store, "touch_shelf", slowly)
        document = await upload(f, b"The seaplane is delivered in May. " * 10, "seaplane.txt")
        await asyncio.wait_for(held_up.wait(), 15)
        read = (await f.client.get(f"{DOCUMENTS}/{document['id']}")).json()
        assert read["processing"]["status"] == "processing"
        touched.set()
        await settled(f, document["id"])
        assert set(documents_of(await search(f, "seaplane"))) == {document["id"]}

    async def test_a_search_never_sees_a_gap_while_a_document_is_read_again(self, own_shelf):
        f, lease, _ = own_shelf
        await f.client.post(f"{DOCUMENTS}/{lease['id']}/reprocess")
        status = "pending"
        while status != "completed":
            assert documents_of(await search(f, "tenant rent"))
            status = (await f.client.get(f"{DOCUMENTS}/{lease['id']}")).json()["processing"]["status"]
        assert documents_of(await search(f, "tenant rent"))

    async def test_what_was_remembered_is_looked_up_again_when_its_texts_are_gone(self, own_shelf):
        """As when another process replaces a generation between this one's listing and its texts."""
        f, lease, _ = own_shelf
        before = await library.retrieve(f.principal, "tenant rent")
        remembered = shelves.memory.shelves[f.principal.tenant_id]
        await f.client.post(f"{DOCUMENTS}/{lease['id']}/reprocess")
        await _generation(f, lease["id"], 2)
        version = await store.shelf_version(f.principal)
        shelves.memory.keep(f.principal.tenant_id, shelves.Shelf(version, remembered.by_id))
        after = await library.retrieve(f.principal, "tenant rent")
        assert [p.text for p in after.passages] == [p.text for p in before.passages]
        assert {p.chunk_id for p in after.passages}.isdisjoint({p.chunk_id for p in before.passages})


async def _generation(f: Firm, document_id: str, wanted: int) -> None:
    """Wait until it is the live one and the ones before it are swept."""

    async def arrived() -> bool:
        row = await store.document(f.principal, Id(document_id))
        return bool(row and row["generation"] == wanted and await no_rows(f, document_id, generation=wanted - 1))

    await until(arrived, timeout=60)


class TestPassages:
    async def test_the_door_gives_frozen_values(self, shelf):
        f, lease, _ = shelf
        found = await library.retrieve(f.principal, "deposit", document_ids=[Id(lease["id"])], limit=1)
        (passage,) = found.passages
        assert found.mode_used == "lexical"
        assert passage.document_id == Id(lease["id"])
        assert passage.text[slice(*passage.highlights[0])].lower() == "deposit"
        row = (await store.chunks(f.principal, [passage.chunk_id]))[passage.chunk_id]
        assert row["text"] == passage.text


class TestCost:
    async def test_a_search_is_two_reads_once_its_index_is_known(self, shelf):
        f, lease, nda = shelf
        for ids in ([], [Id(lease["id"])], [Id(lease["id"]), Id(nda["id"])]):
            await library.retrieve(f.principal, "tenant", document_ids=ids)
            costs = []
            for _ in range(5):  # the worker beside us sends commands too; the cheapest of five is the search alone
                with COMMANDS.record() as names:
                    await library.retrieve(f.principal, "tenant", document_ids=ids)
                costs.append(len(names))
            assert min(costs) == 2

    async def test_many_first_questions_at_once_load_the_index_once(self, shelf, monkeypatch):
        f, *_ = shelf
        loads: list[int] = []
        load = store.segment_parts

        async def counted(owner, wanted):
            loads.append(len(wanted))
            return await load(owner, wanted)

        monkeypatch.setattr(store, "segment_parts", counted)
        shelves.memory.forget()
        answers = await asyncio.gather(*(library.retrieve(f.principal, "tenant") for _ in range(20)))
        assert all(answer.passages == answers[0].passages for answer in answers)
        assert loads == [2]

    async def test_an_unusable_segment_is_built_again_from_its_passages(self, own_shelf):
        f, lease, _ = own_shelf
        before = await library.retrieve(f.principal, "tenant rent", document_ids=[Id(lease["id"])])
        part = row_id(Id(lease["id"]), 1, RowKind.SEGMENT, 0)
        assert await SegmentPart.owned_by(f.principal).update({"_id": part}, {"$set": {"data": b"of another version"}})
        shelves.memory.forget()
        after = await library.retrieve(f.principal, "tenant rent", document_ids=[Id(lease["id"])])
        assert after == before

    async def test_one_document_that_lost_its_rows_silences_nobody(self, own_shelf):
        f, lease, nda = own_shelf
        owner = f.principal
        assert await store.sweep_generation(owner, Id(nda["id"]), 1) > 0
        shelves.memory.forget()
        found = await library.retrieve(owner, "tenant recipient")
        assert {passage.document_id for passage in found.passages} == {Id(lease["id"])}
        assert (await library.retrieve(owner, "recipient", document_ids=[Id(nda["id"])])).passages == ()

    def test_listings_are_remembered_up_to_so_many_documents(self, monkeypatch):
        monkeypatch.setattr(shelves, "REMEMBERED_DOCUMENTS", 10)
        memory, tenants = shelves.Memory(), [new_id() for _ in range(4)]
        for tenant in tenants:
            for version in (1, 2):
                memory.keep(tenant, _shelf_of(3, version))
        assert list(memory.shelves) == tenants[-2:]
        memory.keep(tenants[0], _shelf_of(50, 1))
        assert list(memory.shelves) == tenants[:1]
        memory.drop(tenants[0])
        memory.drop(tenants[0])
        for tenant in tenants:
            memory.keep(tenant, _shelf_of(1, 1))
        assert list(memory.shelves) == tenants

    async def test_many_first_questions_at_once_list_the_documents_once(self, shelf, monkeypatch):
        f, *_ = shelf
        listings: list[object] = []
        listing = store.listing

        async def counted(owner):
            listings.append(owner)
            return await listing(owner)

        monkeypatch.setattr(store, "listing", counted)
        shelves.memory.forget()
        await asyncio.gather(*(library.retrieve(f.principal, "tenant") for _ in range(20)))
        assert len(listings) == 1


def _shelf_of(documents: int, version: int) -> shelves.Shelf:
    ids = [new_id() for _ in range(documents)]
    return shelves.Shelf(version, {id_: {"_id": id_, "generation": 1} for id_ in ids})


class TestShelf:
    async def test_its_version_rises_with_every_change(self, resources_, new_principal):
        owner = new_principal()
        assert await store.shelf_version(owner) == 0
        await asyncio.gather(*(store.touch_shelf(owner) for _ in range(20)))
        assert await store.shelf_version(owner) == 20
        assert await store.shelf_version(new_principal()) == 0
