"""Letters know where they stood, whatever was taken apart or joined."""

import pytest

from elenchus.library.quoting.folding import BREAK, DASH, GLUED, LONG, SOFT, SPACE, fold, is_seen, joined


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("The ﬁrst, \u201cNet\u201d  Price", "thefirst,'net'price"),
        ("É\u0301té", "e\u0301\u0301te\u0301"),
        ("co-\noperate — now", "cooperatenow"),
        ("ad\u00admin\u200bister", "administer"),
        ("so on…", "soon..."),
        ("‘‘Act’’ of ______ 20", "'act'of20"),
        ("\U0001d538 𝟙", "\U0001d538𝟙"),
        ("", ""),
        (" -\n", ""),
    ],
)
def test_letters(text, letters):
    folded = fold(text)
    assert folded.letters == letters
    assert len(folded) == len(folded.codes) == len(folded.after) == len(folded.upper) == len(letters)


def test_each_letter_stands_where_it_is_said_to():
    text = "Oﬃce – “the Quay”,\n\u00a0é\u00adf"
    folded = fold(text)
    assert "".join(text[at] for at in folded.offsets) == "Oﬃﬃﬃce“theQuay”,ééf"
    assert [text[at] for at, upper in zip(folded.offsets, folded.upper, strict=True) if upper] == ["O", "Q"]


@pytest.mark.parametrize(
    ("between", "flags"),
    [
        ("", 0),
        ("  ", SPACE),
        (" \n", SPACE | BREAK),
        ("-", DASH | GLUED),
        ("-\n", DASH | GLUED | SPACE | BREAK),
        (" - ", DASH | SPACE),
        ("—", DASH | LONG | GLUED),
        ("\u00ad\n", SOFT | SPACE | BREAK),
        ("\u200b", 0),
    ],
)
def test_what_lies_between_two_letters(between, flags):
    assert fold(f"a{between}b").after[0] == flags


def test_pages_join_with_white_space_between():
    pages = ["re-", "", "sign it"]
    starts = [0, 4, 5]
    whole = joined(list(zip(starts, map(fold, pages), strict=True)))
    assert whole.letters == "resignit"
    assert whole.after[1] == DASH | GLUED | SPACE | BREAK
    assert ["\f".join(pages)[at] for at in whole.offsets] == list("resignit")


def test_two_single_marks_are_a_double_one():
    assert fold("5'' by 5'").double.tolist() == [False, True, False, False, False, False]
    assert fold("’ ‘").letters == "''"


def test_what_nobody_sees():
    assert [sign for sign in "a- \n\u00ad\u200b\u202e\ufeff\u2060" if not is_seen(sign)] == list(
        "\u200b\u202e\ufeff\u2060"
    )
