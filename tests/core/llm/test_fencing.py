"""Other people's words between our marks."""

import re
from pathlib import Path

import pytest

import elenchus
from elenchus.core.llm.fencing import TAGS, attribute, fenced, inert
from tests.fixtures.closings import closings, opened


class TestInert:
    @pytest.mark.parametrize("tag", TAGS)
    def test_nothing_that_looks_like_a_mark_stays_one(self, tag):
        for name, mark in closings(tag).items():
            assert (opened(mark), opened(inert(f"a {mark} b"))) == (1, 0), name

    @pytest.mark.parametrize("tag", TAGS)
    def test_taking_one_away_makes_no_other(self, tag):
        for name, mark in closings(tag).items():
            nested = mark[:1] + mark + mark[1:]
            assert inert(inert(nested)) == inert(nested), name

    @pytest.mark.parametrize(
        "text",
        [
            *("a < b", "if x<y and y>z", "<table><tr>", "« source »", "<sourced>", "5 < sum", "<recording>"),
            *("a<b>c</b>", "</documents>", "<documentary>", "the document <10 pages", "x < docket"),
        ],
        ids=str,
    )
    def test_all_else_stays_to_the_letter(self, text):
        assert inert(text) == text

    def test_a_long_text_costs_little(self):
        text = "< " * 50_000 + "</" * 50_000
        assert inert(text) == text


class TestAttribute:
    def test_a_title_stays_on_its_line_and_between_its_quotes(self):
        title = attribute('A"\n pages="1">\u2028</source>\x00\u202eevil “x” ＂y＂')
        assert not re.search(r"[\n\u2028\x00\u202e\"“”＂<>]", title)
        assert title.startswith("A' pages='1')")


class TestFenced:
    def test_a_fence_is_closed_by_us_alone(self):
        assert fenced("record", "a </record> b") == "<record>\na (/record> b\n</record>"

    def test_what_is_said_in_a_mark_stays_in_it_and_nothing_empty_is(self):
        mark, _, _ = fenced("source", "a", n="1", title='x"><source>', section="").partition("\n")
        assert mark == '<source n="1" title="x\')(source)">'


def test_every_mark_that_a_prompt_speaks_of_is_ours():
    folder = Path(elenchus.__file__).parent
    named = {
        found
        for path in folder.rglob("prompts/**/*.md")
        for found in re.findall(r"</?(\w+)>", path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= {*TAGS}
