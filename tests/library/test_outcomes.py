"""What a reading says of itself on the document and its pages, over HTTP."""

import pytest

from tests.fixtures import files, sheets
from tests.library.support import DOCUMENTS, all_chunks, filed, full_text, settled, upload

BODIES = [
    f"{files.CLAUSE}The tenant of {town} waters the garden and feeds the cat of the landlord."
    for town in ("Ely", "Ayr")
] + ["The landlord of Bath paints the fence in the spring.", "The agent of Deal keeps the keys."]


async def page_of(f, document, number: int):
    return (await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/{number}")).raise_for_status().json()


async def found(f, document, query: str) -> list[str]:
    body = {"query": query, "document_ids": [document["id"]], "limit": 20}
    answer = await f.client.post(f"{DOCUMENTS}/search", json=body)
    return [item["text"] for item in answer.raise_for_status().json()["items"]]


async def test_a_page_has_the_label_that_is_printed_on_it(firm):
    f = await firm()
    rules = ({"startpage": 0, "style": "r"}, {"startpage": 1, "style": "D", "prefix": "A-"})
    document = await filed(f, sheets.labelled(3, *rules))
    assert [(await page_of(f, document, n))["label"] for n in (1, 2, 3)] == ["i", "A-1", "A-2"]


async def test_headers_stay_on_the_pages_and_out_of_the_passages(firm):
    f = await firm()
    document = await filed(f, sheets.bound(BODIES, "LEASE OF THE OLD MILL", "Page {page} of 4"))
    assert (await full_text(f, document)).count("LEASE OF THE OLD MILL") == 4
    chunks = await all_chunks(f, document["id"])
    assert not any("OLD MILL" in chunk["text"] or "of 4" in chunk["text"] for chunk in chunks)
    assert any(
        "cat of the landlord" in " ".join(text.split()) for text in await found(f, document, "who feeds the cat")
    )


async def test_hidden_orders_are_told_and_are_nowhere(firm):
    f = await firm()
    document = await filed(f, sheets.hiding("white"))
    assert document["hidden_text"] == [1]
    assert "Ignore" not in await full_text(f, document)
    assert not any("Ignore" in text for text in await found(f, document, sheets.ORDER))


async def test_the_language_is_told(firm):
    f = await firm()
    document = await filed(f, files.pdf(files.CLAUSE * 2))
    assert (document["language"], document["hidden_text"], document["ocr_confidence"]) == ("en", [], None)


async def test_a_word_that_a_line_divides_is_found_whole_and_kept_as_printed(firm):
    f = await firm()
    document = await filed(f, files.pdf("The notice of termi-\nnation is sent to the landlord's agent."))
    assert "termi-\nnation" in await full_text(f, document)
    assert any("termi-\nnation" in text for text in await found(f, document, "termination"))


@pytest.mark.usefixtures("with_recognition")
class TestRecognised:
    async def test_a_scan_is_read_and_says_how_surely(self, firm):
        f = await firm()
        document = await filed(f, files.mixed(files.CLAUSE, "The annex lists eleven looms."))
        assert (document["ocr_pages"], document["textless_pages"]) == ([2], [])
        page = await page_of(f, document, 2)
        assert 0.5 < page["ocr_confidence"] == document["ocr_confidence"] <= 1
        assert (await page_of(f, document, 1))["ocr_confidence"] is None
        assert any("eleven looms" in text for text in await found(f, document, "eleven looms"))

    async def test_the_stamp_of_a_scan_does_not_pass_for_its_text(self, firm):
        f = await firm()
        document = await filed(f, files.scan(files.CLAUSE * 3, stamp=files.STAMP))
        assert document["ocr_pages"] == [1]
        assert any("Purchaser" in text for text in await found(f, document, "purchaser"))


async def test_without_recognition_a_stamped_scan_says_what_to_do(firm):
    f = await firm()
    document = await settled(f, (await upload(f, files.scan(files.CLAUSE * 3, stamp=files.STAMP)))["id"])
    assert document["processing"]["error"]["code"] == "needs_ocr"
    assert "make ocr" in document["processing"]["error"]["detail"]
