"""Without a language model: what sentences say by their words and their form, and nothing that they do not."""

import asyncio
from typing import Any

import pytest

from elenchus.core.ids import Id
from elenchus.core.llm.terms import terms
from elenchus.library import retrieval
from elenchus.library import service as library
from elenchus.library.analysing import paper
from elenchus.library.extracting.material import OfDocument
from elenchus.library.extracting.rules.finding import MOST_ROWS, NOT_FOLLOWED, NOTE
from elenchus.library.extracting.rules.picking import Asked, picked
from elenchus.library.extracting.shapes import shape_of
from tests.library.analysing.support import LEASE, RENT, long_text
from tests.library.extracting.support import STARTS, TERMS, Asker, at
from tests.library.support import filed

EXTRACTIVE = "extractive"


@pytest.fixture
def asker(new_principal, resources_) -> Asker:
    return Asker(new_principal())


async def test_what_is_found_stands_in_the_text(asker):
    found = await asker.extract(TERMS, text=LEASE, model=EXTRACTIVE)
    assert (found.value["rent"], found.value["commencement"], found.value["deposit"]) == (4200, "2024-04-01", None)
    assert {" ".join(one.quote.split()) for one in found.citations} >= {RENT, STARTS}
    assert all(one.verified and LEASE[one.start_char : one.end_char] == one.quote for one in found.citations)
    assert (found.unsupported, found.misfits, [one.supported for one in found.objects]) == ([], [], [True])
    assert (found.method, found.model, found.notes) == ("rules", EXTRACTIVE, [NOTE])


async def test_what_cannot_be_read_is_missing(asker):
    found = await asker.extract(TERMS, text=LEASE, model=EXTRACTIVE)
    assert {"/deposit", "/renews"} <= {*found.missing}
    assert "renews" not in found.value
    schema = {
        "type": "object",
        "required": ["sum"],
        "properties": {"sum": {"type": "number"}, "by": {"type": "string"}},
    }
    found = await asker.extract(schema, text="Bees dance in the meadow when the sun is high.", model=EXTRACTIVE)
    assert (found.value, found.missing, found.citations) == ({"sum": None}, ["/sum", "/by"], [])


async def test_what_is_too_short_to_be_proven_is_not_taken(asker):
    schema = {"type": "object", "required": ["rent"], "properties": {"rent": {"type": "number"}}}
    found = await asker.extract(schema, text="The rent is $90.", model=EXTRACTIVE)
    assert (found.value, found.citations) == ({"rent": None}, [])
    found = await asker.extract(schema, text="The rent is $90 per month.", model=EXTRACTIVE)
    assert (found.value, found.unsupported) == ({"rent": 90}, [])


async def test_nobody_is_asked_or_paid_and_instructions_are_said_to_have_no_effect(asker):
    found = await asker.extract(TERMS, text=LEASE, model=EXTRACTIVE, instructions="In euros, please.")
    assert (asker.held, asker.usages, found.notes) == ([], [], [NOTE, NOT_FOLLOWED])


async def test_a_list_has_a_row_for_each_passage_that_speaks_of_it(asker):
    lots = {
        "type": "array",
        "items": {"type": "object", "properties": {"lot": {"type": "string"}, "days": {"type": "integer"}}},
    }
    found = await asker.extract({"type": "object", "properties": {"lots": lots}}, text=long_text(40), model=EXTRACTIVE)
    rows = found.value["lots"]
    assert len(rows) == MOST_ROWS
    for number, row in enumerate(rows):
        (citation,) = at(found, f"/lots/{number}")
        assert " ".join(citation.quote.split()) == row["lot"]
        assert f"within {row['days']} days" in citation.quote
    assert found.unsupported == []


async def test_parties_are_those_that_are_named_as_such(asker):
    item = {"type": "object", "properties": {"name": {"type": "string"}, "role": {"type": "string"}}}
    found = await asker.extract({"type": "array", "title": "Parties", "items": item}, text=LEASE, model=EXTRACTIVE)
    assert found.value == [
        {"name": "Harbour Estates Ltd.", "role": "Landlord"},
        {"name": "Maria Svensson", "role": "Tenant"},
    ]
    assert [one.supported for one in found.objects] == [True, True]
    found = await asker.extract({"type": "array", "title": "Parties", "items": item}, text=RENT, model=EXTRACTIVE)
    assert found.value == []


async def test_a_schema_that_is_a_list_gives_rows(asker):
    schema = {
        "type": "array",
        "title": "Rent",
        "items": {"type": "object", "properties": {"amount": {"type": "number"}, "text": {"type": "string"}}},
    }
    found = await asker.extract(schema, text=LEASE, model=EXTRACTIVE)
    assert {"amount": 4200, "text": RENT} in found.value


async def test_of_a_document_its_own_passages_are_looked_at(firm, worker):
    f = await firm()
    document = await filed(f, LEASE.encode(), "lease.txt")
    await filed(f, LEASE.replace("4,200", "9,900").encode(), "other.txt")
    found = await Asker(f.principal).extract(TERMS, document_id=Id(document["id"]), model=EXTRACTIVE)
    assert found.value["rent"] == 4200
    assert {(one.document_id, one.document_title) for one in found.citations} == {(Id(document["id"]), "lease")}
    assert all(one.verified and one.page_start == 1 for one in found.citations)


async def test_a_document_is_searched_for_several_values_at_once_and_they_stay_in_order(firm, worker, monkeypatch):
    f = await firm()
    document = await filed(f, LEASE.encode(), "lease.txt")
    retrieve, under_way, most = retrieval.retrieve, 0, 0

    async def slow(principal, words, **asked):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.05 if "landlord" in words else 0.01)
        under_way -= 1
        return await retrieve(principal, words, **asked)

    monkeypatch.setattr(retrieval, "retrieve", slow)
    found = await Asker(f.principal).extract(TERMS, document_id=Id(document["id"]), model=EXTRACTIVE)
    assert most == OfDocument.searches_at_once > 1
    monkeypatch.setattr(OfDocument, "searches_at_once", 1)
    one_by_one = await Asker(f.principal).extract(TERMS, document_id=Id(document["id"]), model=EXTRACTIVE)
    assert one_by_one.model_dump_json() == found.model_dump_json()


async def test_the_words_of_a_passage_are_looked_up_once_for_all_that_is_asked(asker, monkeypatch):
    seen = []
    monkeypatch.setattr(paper, "terms", lambda text: seen.append(text) or terms(text))
    found = await asker.extract(TERMS, text=LEASE, model=EXTRACTIVE)
    assert found.value["rent"] == 4200
    assert len(seen) == len({*seen}) > 1


async def test_of_passages_only_they_are_looked_at(firm, worker):
    f = await firm()
    document = await filed(f, LEASE.encode(), "lease.txt")
    given = (await library.retrieve(f.principal, "rent per month", limit=1)).passages
    found = await Asker(f.principal).extract(TERMS, passages=given, model=EXTRACTIVE)
    assert (found.value["rent"], found.characters_read) == (4200, len(given[0].text))
    assert "commencement" not in found.value
    (one,) = found.citations
    assert (one.document_id, one.document_title, one.verified) == (Id(document["id"]), "lease", True)


async def test_real_contracts_give_values_that_they_say(asker, quality_dir):
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "governing_law": {"type": "string", "description": "governing law"},
            "effective_date": {"type": "string", "format": "date"},
            "notice_days": {"type": "integer", "description": "days of notice for termination"},
            "payments": {
                "type": "array",
                "items": {"type": "object", "properties": {"amount": {"type": "number"}, "what": {"type": "string"}}},
            },
        },
    }
    texts = sorted((quality_dir / "bench" / "txt").glob("*.txt"), key=lambda path: path.stat().st_size)[:5]
    for path in texts:
        found = await asker.extract(schema, text=path.read_text(encoding="utf-8", errors="replace"), model=EXTRACTIVE)
        assert (found.unsupported, found.misfits) == ([], [])
        assert all(one.verified for one in found.citations)
        assert found.value["governing_law"]


@pytest.mark.parametrize(
    ("schema", "asked", "sentence", "value"),
    [
        ({"type": "number"}, "rent", "3. The rent is $4,200 per month.", 4200),
        ({"type": "number"}, "rent", "The rent is set out in Section 4.", None),
        ({"type": "number"}, "rent", "The rent is due within 30 days.", None),
        ({"type": "number"}, "rent", "Rent is USD 4,200.50 for 12 months.", 4200.5),
        ({"type": "number"}, "liability cap", "Liability is limited under the Act of 1940.", None),
        ({"type": "number"}, "liability cap", "Liability is limited to 2 million dollars.", 2_000_000),
        ({"type": "number"}, "deposit fee", "A fee of $90 and another fee of $80 are due.", None),
        ({"type": "integer"}, "notice days", "Notice is given sixty (60) days before a payment of $500.", 60),
        ({"type": "integer"}, "notice days", "Notice is given at least $500 before.", None),
        ({"type": "integer"}, "shares", "He holds 1.5 shares.", None),
        ({"type": "integer"}, "shares", "He holds 12 shares.", 12),
        ({"type": "integer"}, "shares", "His shares are those of Schedule 12.", None),
        ({"type": "number"}, "interest percent", "Interest is 4.5 % from day 10 on.", 4.5),
        ({"type": "string", "format": "date"}, "end", STARTS, "2026-03-31"),
        ({"type": "string", "format": "date"}, "start date", STARTS, "2024-04-01"),
        ({"type": "string", "format": "date"}, "signature", STARTS, None),
        ({"type": "string", "format": "email"}, "contact", "Write to a@b.example for contact.", None),
        ({"type": "string", "maxLength": 5}, "rent", RENT, None),
        ({"type": "string"}, "rent", RENT, RENT),
        ({"enum": ["Tenant", "Landlord"]}, "who", RENT, "Tenant"),
        ({"enum": ["Tenant", "Landlord"]}, "who", "The Tenant pays the Landlord.", None),
        ({"type": "boolean"}, "rent", RENT, None),
        ({"type": "number", "maximum": 100}, "rent", RENT, None),
    ],
)  # fmt: skip
def test_what_one_sentence_gives(schema, asked, sentence, value):
    assert picked(shape_of(schema), [sentence], Asked(asked, asked)) == (None if value is None else (value, sentence))


@pytest.mark.parametrize("digits", ["9" * 23, "9" * 400])
def test_a_figure_that_no_json_holds_is_not_one(digits):
    shape = shape_of({"type": "number"})
    assert picked(shape, [f"The rent is {digits} dollars."], Asked("rent", "rent")) is None
