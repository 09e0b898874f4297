"""The samples are drafted documents: what they refer to exists and what they reckon is right."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from elenchus.seeds.markup import Kind
from elenchus.seeds.render import NAMES, source
from tests.seeds.support import plain

NUMBER = r"(?:[A-D]|\d{1,2})\.\d{1,2}"
LIST = rf"({NUMBER}(?:(?:, | and | or | to |, and ){NUMBER})*)"


def whole(name: str) -> str:
    """All of a document's words, one line to a block, with its marks."""
    rows = [" | ".join([block.text, *(cell for row in block.rows for cell in row)]) for block in source(name).blocks]
    return "\n".join([*rows, *source(name).footnotes.values()])


def sections(name: str, word: str = "(?:Section )?") -> dict[str, str]:
    """Number → the block that begins with it in bold; the amendment's own are called paragraphs."""
    begun = ((re.match(rf"\*\*{word}({NUMBER})\b", block.text), block.text) for block in source(name).blocks)
    return {match[1]: text for match, text in begun if match}


def paragraphs() -> dict[str, str]:
    return sections("amendment", "Paragraph ")


def referred(name: str, word: str) -> Iterator[str]:
    body = re.sub(rf"\*\*(?:Section|Paragraph) {NUMBER}", "", whole(name))
    for match in re.finditer(rf"\b{word}s? {LIST}", body):
        yield from re.findall(NUMBER, match[1])


def table(name: str, first_head: str) -> list[tuple[str, ...]]:
    found = [block.rows for block in source(name).blocks if block.rows and block.rows[0][0] == first_head]
    assert len(found) == 1
    return list(found[0][1:])


def money(text: str) -> Decimal:
    return Decimal(re.sub(r"[$,]", "", text))


@pytest.mark.parametrize("name", NAMES)
class TestEveryText:
    def test_it_is_as_long_as_a_dozen_pages(self, name):
        assert 4_400 <= len(whole(name).split()) <= 5_900

    def test_its_first_words_say_that_it_is_fictional(self, name):
        notices = [block for block in source(name).blocks[:8] if block.kind is Kind.NOTICE]
        assert [notice.text.startswith("Fictional sample made for Elenchus.") for notice in notices] == [True]

    def test_no_paragraph_is_there_twice(self, name):
        long = [block.text for block in source(name).blocks if len(block.text) > 80]
        assert len(long) == len(set(long))

    def test_quote_marks_are_curly_and_pair_up(self, name):
        assert not re.search(r"[\"']", whole(name))
        for block in source(name).blocks:
            assert block.text.count("“") == block.text.count("”"), block.text

    def test_it_is_dated_between_2024_and_2026(self, name):
        assert 2024 <= source(name).date.year <= 2026


class TestReferences:
    @pytest.mark.parametrize("name", ["services-agreement", "lease"])
    def test_every_section_named_exists(self, name):
        assert set(referred(name, "Section")) - sections(name).keys() == set()

    def test_the_amendment_names_sections_of_the_agreement_and_its_own(self):
        known = sections("services-agreement").keys() | sections("amendment").keys()
        assert set(referred("amendment", "Section")) - known == set()
        assert set(referred("amendment", "Paragraph")) - paragraphs().keys() == set()

    @pytest.mark.parametrize("name", ["services-agreement", "lease"])
    def test_every_article_named_exists(self, name):
        headings = {block.text for block in source(name).blocks if block.kind is Kind.HEADING}
        for number in re.findall(r"Article (\d+)", whole(name)):
            assert any(heading.startswith(f"Article {number}. ") for heading in headings), number

    def test_sections_are_numbered_without_a_gap(self):
        for name in ("services-agreement", "lease"):
            expected: dict[str, int] = {}
            for number in sections(name):
                part, place = number.split(".")
                expected[part] = expected.get(part, 0) + 1
                assert int(place) == expected[part], number

    def test_the_titles_the_amendment_gives_are_the_agreements(self):
        agreement = sections("services-agreement")
        for number, title in re.findall(rf"Section ({NUMBER}) \(([^)]+)\)", whole("amendment")):
            assert agreement[number].startswith(f"**{number} {title}.**"), (number, title)

    def test_the_words_the_amendment_replaces_stand_in_the_agreement(self):
        agreement, seen = whole("services-agreement"), 0
        for text in paragraphs().values():
            swaps = re.findall(r"(?:replacing|words) “([^”]+)” (?:with|are replaced with)|“([^”]+)” is replaced", text)
            for old in (a or b for a, b in swaps):
                seen += 1
                assert old in agreement, old
        assert seen == 7

    def test_what_the_amendment_restates_differs(self):
        agreement, amendment = sections("services-agreement"), sections("amendment")
        restated = agreement.keys() & amendment.keys()
        assert {"2.6", "4.3", "4.5", "5.1", "6.1", "6.5", "12.2", "16.3", "A.1", "B.1"} <= restated
        assert {number for number in restated if agreement[number] == amendment[number]} == {"B.2"}  # its table differs


class TestOpinion:
    def test_paragraphs_are_numbered_through(self):
        numbers = [int(n) for n in re.findall(r"^¶ (\d+)\.", whole("opinion"), re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))

    def test_footnotes_are_called_in_order(self):
        calls = [call for block in source("opinion").blocks for call in block.footnote_calls]
        assert calls == [str(n) for n in range(1, len(calls) + 1)]

    def test_it_cites_the_invented_reporter_and_no_other(self):
        volumes = re.findall(r"\b\d{2,3} ([A-Z][\w.]*(?: [A-Z][\w.]*)*) (?:at )?\d", whole("opinion"))
        assert set(volumes) == {"Marlow Rep."}
        assert len(volumes) >= 12

    def test_a_short_citation_follows_the_full_one(self):
        text = whole("opinion").split("[^1]:")[0]
        for name, volume in re.findall(r"\*([A-Z][\w\- ]+?)\*, (\d+) Marlow Rep\. at", text):
            full = re.search(rf"\*{name}[^*]*\*, {volume} Marlow Rep\. \d", text)
            assert full is not None, name
            assert full.start() < text.index(f"*{name}*, {volume} Marlow Rep. at")

    def test_parts_named_in_the_analysis_exist(self):
        headings = [block.text for block in source("opinion").blocks if block.kind is Kind.HEADING]
        numerals = {heading.split(".")[0] for heading in headings}
        assert set(re.findall(r"\bPart ([IV]+)\b", whole("opinion"))) <= numerals
        assert {"I", "II", "III", "IV"} <= numerals


class TestReckoning:
    def test_the_lease_multiplies_rate_by_area(self):
        rows = table("lease", "Lease Year")
        for _, rate, annual, monthly in rows:
            assert money(annual) == money(rate) * 18_640
            assert money(monthly) == round(money(annual) / 12, 2)
        assert len(rows) == 7

    def test_the_lease_divides_areas_and_multiplies_its_allowance(self):
        assert f"{18_640 / 311_000:.2%}" in whole("lease")
        assert f"${52 * 18_640:,}.00" in whole("lease")
        assert money("$193,390.00") == round(money("$64,463.33") * 3, 0)

    def test_the_amendment_allocates_the_whole_fee(self):
        rows = table("amendment", "Facility")
        before = sum(money(row[1]) for row in rows if row[1].startswith("$"))
        after = sum(money(row[2]) for row in rows)
        assert (before, after) == (68_400, 79_300)
        assert "$79,300 per month" in whole("amendment")
        assert "$68,400 per month" in whole("amendment")

    def test_the_court_counts_days(self):
        text = plain(whole("opinion"))
        assert date(2024, 10, 3) + timedelta(days=40) == date(2024, 11, 12)
        assert "Forty days from October 3, 2024 ended on November 12" in text
        assert date(2024, 10, 24) + timedelta(days=40) == date(2024, 12, 3)
        assert "from October 24 to December 3" in text
        assert date(2024, 11, 20) + timedelta(days=210) == date(2025, 6, 18)
        assert "Two hundred ten days from November 20, 2024 ended on June 18, 2025" in text

    def test_the_court_multiplies_the_minimum_charge(self):
        assert f"${7 * 212_000:,}" in whole("opinion")
