from datetime import date

import pytest

from elenchus.seeds.markup import BadSource, Block, Kind, parse

HEADER = "---\ntitle: A Deed\nshort: Deed\ndate: 2025-03-01\nleading: 1.3\n---\n\n"


def blocks(text: str) -> tuple[Block, ...]:
    return parse(HEADER + text).blocks


class TestHeader:
    def test_its_values_are_typed(self):
        source = parse(HEADER + "One.")
        assert (source.title, source.short, source.date, source.leading) == ("A Deed", "Deed", date(2025, 3, 1), 1.3)

    def test_a_value_may_contain_a_colon(self):
        assert parse(HEADER.replace("A Deed", "Deed: second") + "One.").title == "Deed: second"

    @pytest.mark.parametrize(
        "text",
        ["One.", HEADER.replace("short: Deed\n", "") + "One.", HEADER.replace("short", "shrt") + "One."],
        ids=["none", "incomplete", "misspelt"],
    )
    def test_a_text_without_a_whole_header_is_refused(self, text):
        with pytest.raises(BadSource, match="header"):
            parse(text)


class TestBlocks:
    @pytest.mark.parametrize(
        ("text", "block"),
        [
            ("# Deed", Block(Kind.TITLE, "Deed")),
            ("## Article 1", Block(Kind.HEADING, "Article 1")),
            ("### A. Facts", Block(Kind.SUBHEADING, "A. Facts")),
            ("-> dated today", Block(Kind.CENTERED, "dated today")),
            ("> [!NOTE] Fictional.", Block(Kind.NOTICE, "Fictional.")),
            ("> as agreed", Block(Kind.QUOTE, "as agreed")),
            ("  (a) first", Block(Kind.ITEM, "(a) first")),
            ("***", Block(Kind.PAGE_BREAK)),
            ("**1.1 Fees.** Paid.", Block(Kind.PARAGRAPH, "**1.1 Fees.** Paid.")),
        ],
        ids=lambda value: value.kind if isinstance(value, Block) else "",
    )
    def test_each_mark_makes_its_kind(self, text, block):
        assert blocks(text) == (block,)

    @pytest.mark.parametrize(
        ("text", "joined"),
        [
            ("One line\nand another.", "One line and another."),
            ("> Quoted\n> twice.", "Quoted twice."),
            ("> [!NOTE] Fictional,\n> all of it.", "Fictional, all of it."),
            ("  (a) first\n  and on", "(a) first and on"),
        ],
    )
    def test_wrapped_lines_are_one_paragraph(self, text, joined):
        assert [block.text for block in blocks(text)] == [joined]

    def test_blank_lines_part_paragraphs_however_many(self):
        assert [block.text for block in blocks("One.\n\nTwo.\n\n\n\nThree.\n")] == ["One.", "Two.", "Three."]

    def test_a_table_is_its_rows_without_the_rule_below_the_head(self):
        (table,) = blocks("| Year | Rent |\n|---|---|\n| 1 | $41.50 |")
        assert table == Block(Kind.TABLE, rows=(("Year", "Rent"), ("1", "$41.50")))


class TestFootnotes:
    def test_they_are_kept_apart_from_the_blocks_that_call_them(self):
        source = parse(HEADER + "So held.[^1] And so.[^2]\n\n[^1]: See\n  there.\n\n[^2]: And here.")
        assert source.footnotes == {"1": "See there.", "2": "And here."}
        assert [block.footnote_calls for block in source.blocks] == [["1", "2"]]

    @pytest.mark.parametrize("text", ["Called.[^1]", "Silent.\n\n[^1]: Never called."])
    def test_a_call_and_its_text_come_together(self, text):
        with pytest.raises(BadSource, match="1"):
            parse(HEADER + text)
