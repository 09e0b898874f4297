"""The library's verbs on the database itself, where HTTP cannot reach."""

import asyncio

import pytest

from elenchus.core.ids import derived_id, new_id
from elenchus.core.mongo import WrongTenant
from elenchus.core.principal import Principal
from elenchus.library import store
from elenchus.library.errors import ContentContested
from elenchus.library.models import Batch, Chunk, Document, DocumentPage, RowKind, row_id
from elenchus.library.reading.values import PageText
from elenchus.library.writing import MOST_BATCHES, Writing
from tests.library.support import CLAUSES, a_document, rows_of, written


@pytest.fixture
def owner(resources_, new_principal) -> Principal:
    return new_principal()


def page(number: int, text: str = CLAUSES) -> PageText:
    at = (number - 1) * (len(text) + 1)
    return PageText(number, text, 612, 792, at, at + len(text))


class TestAdding:
    async def test_of_many_with_the_same_bytes_one_is_added(self, owner):
        first = await a_document(owner)
        twins = [first.model_copy(update={"id": new_id()}) for _ in range(20)]
        answers = await asyncio.gather(*(store.add(owner, twin) for twin in twins))
        assert {answer["_id"] for answer in answers if answer} == {first.id}
        assert await Document.owned_by(owner).count({}) == 1

    async def test_the_same_insert_repeated_is_the_same_insert(self, owner):
        document = await a_document(owner)
        assert await store.add(owner, document) is None

    async def test_a_twin_that_always_vanishes_is_a_conflict_and_no_loop(self, owner):
        """The id is taken, but not by a document with these bytes: as when the twin goes between the two commands."""
        taken = await a_document(owner)
        with pytest.raises(ContentContested):
            await store.add(owner, taken.model_copy(update={"content_hash": "another"}))


class TestWalls:
    async def test_rows_of_another_tenant_are_not_written(self, owner, new_principal):
        document, stranger = await a_document(owner), new_principal()
        foreign = {"_id": new_id(), "tenant_id": stranger.tenant_id, "page": 1}
        with pytest.raises(WrongTenant):
            await store.write(owner, document.id, 1, {RowKind.PAGE: [foreign]})
        with pytest.raises(WrongTenant):
            await DocumentPage.owned_by(owner).insert_missing_rows([{"_id": new_id(), "page": 1}])
        assert await DocumentPage.owned_by(stranger).count({}) == 0

    async def test_another_tenants_rows_are_neither_read_nor_swept(self, owner, new_principal):
        document, stranger = await a_document(owner), new_principal()
        await written(owner, document)
        before = await rows_of(owner, document.id)
        first = row_id(document.id, 1, RowKind.CHUNK, 0)
        assert await store.chunks(stranger, [first]) == {}
        assert await store.page(stranger, document.id, 1, 1) is None
        assert await store.segment_parts(stranger, {(document.id, 1): range(1)}) == {}
        assert await store.existing(stranger, [document.id]) == set()
        assert await store.sweep_all(stranger, document.id) == 0
        assert await rows_of(owner, document.id) == before
        assert list(await store.chunks(owner, [first])) == [first]


class TestIds:
    def test_each_row_has_its_own(self):
        document_id = new_id()
        numbers = [(generation, kind, n) for generation in (1, 2) for kind in RowKind for n in range(50)]
        assert len({row_id(document_id, *number) for number in numbers}) == len(numbers)
        assert row_id(document_id, 1, RowKind.PAGE, 1) == derived_id(document_id, 1, "page", 1)


class TestSegments:
    async def test_a_segment_of_which_a_part_is_missing_is_none(self, owner):
        document = await a_document(owner)
        rows = [
            {
                "_id": row_id(document.id, 1, RowKind.SEGMENT, part),
                "tenant_id": owner.tenant_id,
                "document_id": document.id,
                "generation": 1,
                "part": part,
                "data": bytes([part]) * 3,
            }
            for part in range(3)
        ]
        await store.write(owner, document.id, 1, {RowKind.SEGMENT: rows})
        key = (document.id, 1)
        assert await store.segment_parts(owner, {key: range(3)}) == {key: [b"\0\0\0", b"\1\1\1", b"\2\2\2"]}
        assert await store.segment_parts(owner, {key: range(4)}) == {}


class TestWriting:
    async def test_every_row_is_there_when_it_says_so(self, owner):
        document = await a_document(owner)
        writing = Writing(owner, document.id, 1)
        pages, batches = 0, 0
        while batches <= MOST_BATCHES:
            pages += 1
            batches += await writing.take(page(pages, f"{pages:03}. Payment. {CLAUSES}"))
        assert await writing.finish(name="a") == 1
        assert await DocumentPage.owned_by(owner).count({}) == pages
        assert await Chunk.owned_by(owner).count({}) == writing.chunk_count > pages
        numbers = sorted(row["index"] for row in await Chunk.owned_by(owner).rows({}))
        assert numbers == list(range(writing.chunk_count))

    async def test_what_the_database_cannot_take_ends_the_reading(self, owner):
        document = await a_document(owner)
        writing = Writing(owner, document.id, 1)
        await writing.take(page(1, "An unpaired surrogate \ud800 is no text. " * 20))
        with pytest.raises(UnicodeEncodeError):
            await writing.finish(name="a")
        await writing.abandon()

    async def test_abandoning_it_ends_what_is_under_way(self, owner):
        document = await a_document(owner)
        writing = Writing(owner, document.id, 1)
        for number in range(1, 80):
            await writing.take(page(number))
        await writing.abandon()
        settled = await rows_of(owner, document.id)
        await asyncio.gather(*(rows_of(owner, document.id) for _ in range(20)))
        assert await rows_of(owner, document.id) == settled

    async def test_a_sweep_beside_it_hides_no_row_from_the_next_one(self, owner):
        """The sweep saw a batch before its rows came, found nothing and forgot it."""
        document = await a_document(owner)
        writing = Writing(owner, document.id, 1)
        for number in range(1, 30):
            await writing.take(page(number))
        await writing.finish(name="a")
        await Batch.owned_by(owner).delete_many({"document_id": document.id})
        assert await store.sweep_all(owner, document.id) == 0
        await writing.abandon()
        assert await store.sweep_all(owner, document.id) > 29
        assert await rows_of(owner, document.id) == 0
