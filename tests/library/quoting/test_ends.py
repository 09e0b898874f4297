"""A quotation begins and ends where words and numbers do: what is cut there is refused, what is whole is accepted."""

import re

import pytest

from elenchus.library.quoting.source import Source
from elenchus.library.quoting.verifying import verify

LEFT, RIGHT = "as was agreed in writing before ", " shall be taken to be so agreed"


def accepts(quote: str, *pages: str) -> bool:
    return verify(quote, Source(pages)).verdict.is_verified


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        ("unable", "able"),
        ("non-exclusive", "exclusive"),
        ("non-\nexclusive", "exclusive"),
        ("non- exclusive", "exclusive"),
        ("non-\u200b\nexclusive", "exclusive"),
        ("un\u00ad\nlawful", "lawful"),
        ("non-\nBreaching", "Breaching"),
        ("OK-\n432", "432"),
        ("n\u2019est", "est"),
        ("O\u2019Brien", "Brien"),
        ("1.5", ".5"),
        ("1.5", "5"),
        ("12,000", ",000"),
        ("12:30", "30"),
        ("12/31/2020", "31/2020"),
        ("1\u20442", "2"),
        ("1\u00a0500", "500"),
        ("1 000", "000"),
        ("10^6", "6"),
        ("$12", "12"),
        ("\u00b15", "5"),
        ("-5", "5"),
        ("\u2212 5", "5"),
        ("of - 5", "5"),
        ("3-5", "-5"),
        ("3 \u2013 5", "5"),
    ],
)
def test_what_is_cut_at_its_beginning_is_refused(whole, cut):
    source = LEFT + whole + RIGHT
    assert accepts(whole + RIGHT, source)
    assert not accepts(cut + RIGHT, source)


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        ("notable", "not"),
        ("can\u2019t", "can"),
        ("Buyer's", "Buyer"),
        ("pre-paid", "pre"),
        ("pre-\npaid", "pre"),
        ("may\u00ad\nbe", "may"),
        ("1.5", "1"),
        ("1.5", "1."),
        ("12,000", "12,"),
        ("12,000", "12"),
        ("1\u00a0500", "1"),
        ("1 000", "1"),
        ("50%", "50"),
        ("5-10", "5"),
        ("1990's", "1990"),
    ],
)
def test_what_is_cut_at_its_end_is_refused(whole, cut):
    source = LEFT + whole + RIGHT
    assert accepts(LEFT + whole, source)
    assert not accepts(LEFT + cut, source)


@pytest.mark.parametrize(
    "before",
    [
        "Options:\n- ",
        "some -- ",
        "some \u2014 ",
        "-6-\n\n",
        "the pre-\n\n",
        "Section 4.3.\n",
        "\u201c",
        "(",
        "l\u2019",
        "Page 4 of 7\f",
        "______",
        "",
    ],
)
def test_what_begins_whole_is_accepted(before):
    assert accepts(f"9 euros{RIGHT}", LEFT + before + "9 euros" + RIGHT) or "l\u2019" in before
    assert accepts(f"goods{RIGHT}", LEFT + before + "goods" + RIGHT)


def test_a_suspended_hyphen_ends_its_word():
    assert accepts("and post-closing covenants" + RIGHT, LEFT + "pre- and post-closing covenants" + RIGHT)


def test_a_hyphen_that_is_quoted_may_be_cut_behind():
    assert accepts(LEFT + "non-", LEFT + "non-\nexclusive" + RIGHT)


@pytest.mark.parametrize("foot", ["- {} -", "{}", "Page {} of 5", "Supply Agreement\n{}"])
def test_a_page_number_hides_no_first_half(foot):
    """What stands before "exclusive" in the text is the number; what comes before it for a reader is "non-"."""
    bodies = ["The books are kept", "The seller grants a non-", "exclusive license of the books", "It ends", "Signed"]
    pages = [f"{body}\n{foot.format(number)}\n" for number, body in enumerate(bodies, start=1)]
    assert not accepts("exclusive license of the books", *pages)
    assert accepts("The seller grants a non-exclusive license of the books", *pages)


def test_every_slice_between_spaces_is_accepted():
    text = (
        "The Buyer\u2019s \u201cNet Price\u201d (as defined) is $1,000.50, i.e. 5% of 20,000 EUR, plus VAT \u2014 see "
        "\u00a7 3.1.\n"
        "Options:\n- 5 units\n- L\u2019acheteur, O\u2019Brien & Co.\n\n-6-\n\n4.2 Term. Pre- and post-closing: "
        "[\u2026***\u2026] dollars."
        "\fThe \u2018Seller\u2019 must re-sign by 01/02/2020; the parties' rights (1990's) ... survive."
    )
    source, words = Source(text.split("\f")), [found.span() for found in re.finditer(r"\S+", text)]
    slices = [text[start:end] for start, _ in words for _, end in words if end - start > 40]
    refused = [each for each in slices if not verify(each, source).verdict.is_verified]
    assert len(slices) > 500
    assert refused == []
