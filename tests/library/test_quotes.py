"""Quotations over HTTP: found in the whole text of the document they claim, of another, or of any."""

from pathlib import Path
from typing import Any

import pytest
from benchmarks.quality.quotes import scored, verdicts

from elenchus.core.ids import Id, new_id
from elenchus.library import quotes as room
from elenchus.library import service as library
from elenchus.library.errors import DocumentHasNoText, DocumentNotFound
from elenchus.library.quoting.schemas import QuoteIn
from tests.library.support import DOCUMENTS, a_document, filed, full_text, settled
from tests.support import Firm

SUPPLY = (
    "SUPPLY AGREEMENT\n\n1. Price. The Purchaser shall pay the price within thirty (30) days of each\n"
    "delivery, unless the goods are defective. The Sup-\nplier may not suspend deliveries with-\n"
    "\fout thirty days' prior written notice.\n\n2. Term. This Agreement runs for three years.\n"
)
LEASE = "LEASE\n\n1. Rent. The Tenant shall pay rent on the first day of every month, without deduction.\n"
ACROSS = "The Supplier may not suspend deliveries without thirty days' prior written notice."


async def said(f: Firm, **quote: Any) -> dict[str, Any]:
    answer = await f.client.post(f"{DOCUMENTS}/verify-quotes", json={"quotes": [quote]})
    item: dict[str, Any] = answer.raise_for_status().json()["items"][0]
    return item


@pytest.fixture
async def shelf(firm) -> tuple[Firm, dict[str, Any], dict[str, Any]]:
    f = await firm()
    return f, await filed(f, SUPPLY.encode(), "supply.txt"), await filed(f, LEASE.encode(), "lease.txt")


class TestVerifyQuotes:
    async def test_one_that_runs_over_a_page_is_found_with_its_place(self, shelf):
        f, supply, _ = shelf
        item = await said(f, text=ACROSS, document_id=supply["id"], pages=[1])
        assert (item["verdict"], item["verified"]) == ("normalized", True)
        assert (item["page_start"], item["page_end"], item["document_id"]) == (1, 2, supply["id"])
        stands = (await full_text(f, supply))[item["start_char"] : item["end_char"]]
        assert stands.startswith("The Sup-\nplier may not")
        assert stands.endswith("written notice.")

    async def test_as_it_stands_is_exact(self, shelf):
        f, supply, _ = shelf
        item = await said(f, text="This Agreement runs for three years.", document_id=supply["id"])
        assert (item["verdict"], item["differences"]) == ("exact", [])

    async def test_one_of_another_document_says_which(self, shelf):
        f, supply, lease = shelf
        item = await said(f, text=ACROSS, document_id=lease["id"])
        assert (item["verdict"], item["verified"], item["document_id"]) == ("wrong_document", False, supply["id"])

    async def test_without_a_document_all_are_looked_in(self, shelf):
        f, _, lease = shelf
        item = await said(f, text="The Tenant shall pay rent on the first day of every month")
        assert (item["verified"], item["document_id"]) == (True, lease["id"])

    async def test_an_altered_one_says_what_differs(self, shelf):
        f, supply, _ = shelf
        item = await said(f, text=ACROSS.replace("may not", "may"), document_id=supply["id"])
        assert (item["verdict"], item["verified"]) == ("altered", False)
        assert item["differences"] == [{"kind": "negation", "quote": "", "source": "not"}]

    async def test_one_that_stands_nowhere_has_no_place(self, shelf):
        f, supply, _ = shelf
        item = await said(
            f, text="Neither party shall assign this Agreement to a competitor.", document_id=supply["id"]
        )
        assert item["verdict"] == "not_found"
        assert [item[name] for name in ("document_id", "page_start", "start_char")] == [None] * 3

    async def test_answers_come_in_the_order_of_the_questions(self, shelf):
        f, supply, _ = shelf
        texts = [ACROSS, "the price", "This Agreement runs for four years."]
        quotes = [{"text": text, "document_id": supply["id"]} for text in texts]
        answer = await f.client.post(f"{DOCUMENTS}/verify-quotes", json={"quotes": quotes})
        assert [item["verdict"] for item in answer.json()["items"]] == ["normalized", "too_short", "altered"]

    async def test_a_viewer_of_another_firm_finds_nothing(self, shelf, firm):
        _, supply, _ = shelf
        stranger = await firm()
        answer = await stranger.client.post(
            f"{DOCUMENTS}/verify-quotes", json={"quotes": [{"text": ACROSS, "document_id": supply["id"]}]}
        )
        assert answer.status_code == 404
        assert (await said(stranger, text=ACROSS))["verdict"] == "not_found"

    @pytest.mark.parametrize(
        "body",
        [
            {"quotes": []},
            {"quotes": [{"text": "x"}] * 51},
            {"quotes": [{"text": "x" * 5_001}]},
            {"quotes": [{"text": "x", "pages": [0]}]},
            {"quotes": [{"text": "x", "note": "y"}]},
        ],
    )
    async def test_what_is_too_much_or_unknown_is_refused(self, firm, body):
        f = await firm()
        assert (await f.client.post(f"{DOCUMENTS}/verify-quotes", json=body)).status_code == 422


class TestWithoutHttp:
    async def test_other_rooms_call_the_same_verb(self, shelf):
        f, supply, _ = shelf
        found = await library.verify_quotes(f.principal, [QuoteIn(text=ACROSS, document_id=Id(supply["id"]))])
        assert [each.verified for each in found] == [True]

    async def test_an_unknown_document_is_not_found(self, shelf):
        f, *_ = shelf
        with pytest.raises(DocumentNotFound):
            await library.verify_quotes(f.principal, [QuoteIn(text=ACROSS, document_id=new_id())])

    async def test_a_document_without_text_is_no_verdict(self, shelf):
        f, *_ = shelf
        waiting = await a_document(f.principal)
        with pytest.raises(DocumentHasNoText):
            await library.verify_quotes(f.principal, [QuoteIn(text=ACROSS, document_id=waiting.id)])

    async def test_after_a_new_reading_its_text_is_the_one_looked_in(self, shelf):
        f, supply, _ = shelf
        quote = QuoteIn(text=ACROSS, document_id=Id(supply["id"]))
        assert (await library.verify_quotes(f.principal, [quote]))[0].verified
        held = {key for key in room._memory.sources if key[1] == quote.document_id}
        await f.client.post(f"{DOCUMENTS}/{supply['id']}/reprocess")
        await settled(f, supply["id"])
        assert (await library.verify_quotes(f.principal, [quote]))[0].verified
        assert {key for key in room._memory.sources if key[1] == quote.document_id} > held

    def test_what_is_remembered_is_bounded(self, monkeypatch, new_principal):
        from elenchus.library.quoting.source import Source

        memory, tenant = room._Memory(), new_principal().tenant_id
        monkeypatch.setattr(room, "REMEMBERED_BYTES", 2 * Source(["word " * 100]).size)
        for generation in range(5):
            memory.keep((tenant, tenant, generation), Source(["word " * 100]))
        assert [key[2] for key in memory.sources] == [3, 4]


@pytest.mark.timeout(300)
async def test_the_81_cases_are_right(firm, quality_dir: Path):
    f = await firm()
    passed, counts = scored(quality_dir, await verdicts(f.client, quality_dir))
    assert passed
    assert counts == {"cases": 81, "right": 81}
