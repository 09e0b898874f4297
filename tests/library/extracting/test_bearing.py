"""Whether a quotation says a value itself."""

import pytest

from elenchus.library.extracting.bearing import figures, is_borne
from elenchus.library.extracting.shapes import shape_of

ANY = shape_of({})


@pytest.mark.parametrize(
    ("value", "quotation"),
    [
        ("Harbour Estates Ltd", "by and between Harbour Estates Ltd., a company"),
        ("ninety  days", "with ninety\ndays notice"),
        ("2024-03-01", "made on March 1, 2024 by"),
        ("2024-03-01T00:00:00Z", "made on the 1st day of March 2024"),
        (4200, "rent of $4,200 per month"),
        (4200.5, "EUR 4.200,50 per month"),
        (1_500_000, "up to $1.5 million in all"),
        (90, "gives ninety (90) days"),
        (90, "gives ninety days notice"),
        (125_000, "one hundred and twenty-five thousand dollars"),
        (5, "a charge of five percent"),
        (0.05, "a charge of 5% applies"),
        (-12, "a balance of -12 points"),
        ("4,200", "rent of $4200 per month"),
        (True, "anything that was found"),
        ({"a": "ninety days", "b": [90]}, "ninety (90) days"),
    ],
)
def test_it_does(value, quotation):
    assert is_borne(ANY, value, ["another quotation", quotation])


@pytest.mark.parametrize(
    ("value", "quotation"),
    [
        ("Harbour Estate", "by and between Harbour Estates Ltd."),
        ("shall pay", "The Tenant shall not pay"),
        ("The Landlord shall pay", "The Tenant shall pay the Landlord"),
        ("", "anything"),
        ("…", "anything"),
        ("2024-03-02", "made on March 1, 2024 by"),
        ("2024-02-31", "made on February 31, 2024"),
        (420, "rent of $4,200 per month"),
        (4200, "rent of $4,201 per month"),
        (1, "rent of $1,000 per month"),
        (12, "the years 10-120"),
        (float(2**53), "a figure of " + "9" * 400),
        (7, "a figure of five " + "hundred " * 400),
        ({"a": "ninety days", "b": [80]}, "ninety (90) days"),
    ],
)
def test_it_does_not(value, quotation):
    assert not is_borne(ANY, value, [quotation])


def test_a_choice_is_put_in_the_callers_words_but_wants_a_quotation():
    shape = shape_of({"enum": ["high", "low"]})
    assert is_borne(shape, "high", ["The Tenant is liable without any limit."])
    assert not is_borne(shape, "high", [])
    assert not is_borne(ANY, True, [])


def test_no_two_quotations_make_one():
    assert not is_borne(ANY, "shall pay rent", ["The Tenant shall pay", "rent of $4,200"])


def test_figures_of_a_long_text_are_read_in_a_moment():
    assert len([*figures("1,000 " * 50_000)]) == 50_000
