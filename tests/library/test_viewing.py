"""Looking into a document: page pictures, what the browser has already, and a generation swept under one's eyes."""

import asyncio

import pymupdf
import pytest

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.library import store, viewing
from elenchus.library.models import Document
from elenchus.library.names import storage_key
from tests.fixtures import files
from tests.library.support import CLAUSES, DOCUMENTS, a_document, filed, settled, upload, written

TEXT = CLAUSES.encode()


@pytest.fixture(scope="module")
async def drawn(shared_firm, worker):
    """A firm and the address of a page of its PDF, which is twice as high as it is wide."""
    with pymupdf.open() as document:
        document.new_page(width=300, height=600).insert_text((30, 60), files.CLAUSE[:60], fontsize=8)
        content = document.tobytes()
    document = await filed(shared_firm, content)
    return shared_firm, f"{DOCUMENTS}/{document['id']}/pages"


class TestPicture:
    async def test_a_page_is_a_png_of_the_width_that_was_asked_for(self, drawn):
        f, pages = drawn
        answer = await f.client.get(f"{pages}/1/image", params={"width": 200})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        picture = pymupdf.Pixmap(answer.content)
        assert (picture.width, picture.height) == (200, 400)
        assert not picture.is_unicolor
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_one_that_the_client_has_is_not_drawn_again(self, drawn, monkeypatch):
        f, pages = drawn
        tag = (await f.client.get(f"{pages}/1/image", params={"width": 200})).headers["etag"]
        monkeypatch.setattr(viewing, "picture_of", None)
        same = await f.client.get(f"{pages}/1/image", params={"width": 200}, headers={"If-None-Match": f'"x", {tag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)

    async def test_how_much_is_drawn_is_bounded(self, firm):
        f = await firm()
        with pymupdf.open() as document:
            document.new_page(width=14_400, height=14_400).insert_text((50, 7_000), files.CLAUSE, fontsize=200)
            content = document.tobytes()
        document = await filed(f, content)
        answer = await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/1/image", params={"width": 2_000})
        picture = pymupdf.Pixmap(answer.content)
        assert picture.width * picture.height <= 2_010_000

    async def test_many_at_once_are_all_drawn(self, drawn):
        f, pages = drawn
        urls = [f"{pages}/1/image?width={width}" for width in range(60, 66)]
        answers = await asyncio.gather(*map(f.client.get, urls))
        assert [answer.status_code for answer in answers] == [200] * len(urls)

    async def test_past_the_last_page_there_is_none(self, drawn):
        f, pages = drawn
        answer = await f.client.get(f"{pages}/2/image")
        assert (answer.status_code, "pages 1 to 1" in answer.json()["detail"]) == (404, True)

    @pytest.mark.parametrize("width", [0, 49, 2_001, "wide"])
    async def test_a_width_beyond_reason_is_refused(self, drawn, width):
        f, pages = drawn
        assert (await f.client.get(f"{pages}/1/image", params={"width": width})).status_code == 422

    async def test_a_scan_that_could_not_be_read_is_shown(self, firm):
        f = await firm()
        document = await settled(f, (await upload(f, files.scan("A picture of a contract")))["id"])
        url = f"{DOCUMENTS}/{document['id']}/pages"
        assert (await f.client.get(f"{url}/1/image")).status_code == 200
        assert (await f.client.get(f"{url}/2/image")).status_code == 404

    async def test_what_cannot_be_opened_says_why(self, firm):
        f = await firm()
        document = await settled(f, (await upload(f, files.encrypted()))["id"])
        answer = await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/1/image")
        assert (answer.status_code, answer.json()["code"]) == (409, "encrypted")

    async def test_a_text_has_no_pictures(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        answer = await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/1/image")
        assert (answer.status_code, "PDF" in answer.json()["detail"]) == (404, True)


async def test_a_file_that_the_client_has_is_not_sent_again(drawn):
    f, pages = drawn
    url = pages.replace("pages", "file")
    tag = (await f.client.get(url)).headers["etag"]
    same = await f.client.get(url, headers={"If-None-Match": f"W/{tag}"})
    other = await f.client.get(url, headers={"If-None-Match": '"another"'})
    assert (same.status_code, same.content, other.status_code) == (304, b"", 200)


class TestSweptMeanwhile:
    """The document is looked up, then read anew, and only then its rows are asked for."""

    @pytest.fixture
    async def flipping(self, resources_, new_principal, monkeypatch):
        owner = new_principal()
        document = await a_document(owner)
        await written(owner, document, generation=1, pages=2)
        await self.flip(owner, document, 1)
        look_up = store.document

        async def look_up_then_flip(*wanted: Id) -> dict | None:
            row = await look_up(*wanted)
            monkeypatch.undo()
            await written(owner, document, generation=2, pages=2)
            await self.flip(owner, document, 2)
            await store.sweep_generation(owner, document.id, 1)
            return row

        monkeypatch.setattr(store, "document", look_up_then_flip)
        return owner, document.id

    async def flip(self, owner: Principal, document: Document, generation: int) -> None:
        reading = {"page_count": 2, "chunk_count": 6}
        job_id = document.processing.job_id
        assert await store.publish(owner, document.id, job_id, generation=generation, reading=reading)

    async def test_a_page_is_that_of_the_new_one(self, flipping):
        assert (await viewing.get_page(*flipping, 2)).page == 2

    async def test_passages_are_those_of_the_new_one_and_all_of_them(self, flipping):
        found = await viewing.list_chunks(*flipping, viewing.PageQuery(limit=4))
        assert [chunk.index for chunk in found.items] == [0, 1, 2, 3]

    async def test_passages_that_are_lost_are_not_passed_over(self, resources_, new_principal):
        owner = new_principal()
        document = await a_document(owner)
        await self.flip(owner, document, 1)
        with pytest.raises(viewing.DocumentIncomplete):
            await viewing.list_chunks(owner, document.id, viewing.PageQuery())


async def test_a_file_lost_by_the_upload_comes_back_with_the_next(firm, resources_):
    """As when the process was killed between the row and the file."""
    f = await firm()
    document = await filed(f, TEXT, "a.txt")
    key = storage_key(f.principal, Id(document["id"]))
    await resources_.storage.delete(key)
    assert (await f.client.get(f"{DOCUMENTS}/{document['id']}/file")).status_code == 404
    await upload(f, TEXT, "again.txt")
    assert (await f.client.get(f"{DOCUMENTS}/{document['id']}/file")).content == TEXT
