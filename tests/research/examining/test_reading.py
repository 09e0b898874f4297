"""An answer as it is read, and the pages of its sources."""

from dataclasses import replace

import pytest

from elenchus.research.examining.reading import MOST_PAGES_NAMED, pages_of
from tests.research.examining.support import passages


@pytest.mark.parametrize(
    ("first", "last", "pages"),
    [
        (7, 7, [7]),
        (7, 9, [7, 8, 9]),
        (1, MOST_PAGES_NAMED, [*range(1, MOST_PAGES_NAMED + 1)]),
        (1, MOST_PAGES_NAMED + 1, [*range(1, MOST_PAGES_NAMED + 1)]),
    ],
)
def test_of_a_long_passage_only_the_first_pages_are_named(first: int, last: int, pages: list[int]):
    [passage] = passages("Rent is due.")
    assert [*pages_of(replace(passage, page_start=first, page_end=last))] == pages
