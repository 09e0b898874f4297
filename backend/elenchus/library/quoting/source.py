"""A document's whole text, prepared once: found again in it are a quotation's letters, in milliseconds."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np

from elenchus.library.quoting.agreement import Wanted, agree
from elenchus.library.quoting.ends import begins_whole, beside, ends_whole
from elenchus.library.quoting.folding import DASH, Folded, fold, joined
from elenchus.library.quoting.plain import plain_pages

TRIES: Final = 64  # places with the same letters that are looked at closely, from one place on
ALL_TRIES: Final = 4 * TRIES  # and for one quotation in all; each takes a millisecond or two
AT_ONCE: Final = 32  # pages whose letters are found together: a tenth of the calls, and memory for 32 only
_WORD: Final = re.compile(r"\w{1,64}")


class Match(NamedTuple):
    """`start` and `end` in the full text; `first` and `last` among the letters of the view."""

    start: int
    end: int
    first: int
    last: int


class Tries:
    """What may still be tried for one quotation: a text that says one thing again and again costs no more."""

    def __init__(self) -> None:
        self._left = ALL_TRIES

    def one_more(self) -> bool:
        self._left -= 1
        return self._left >= 0


class Source:
    """Page texts, joined by one form feed each into the full text."""

    def __init__(self, pages: Sequence[str]) -> None:
        self.text = "\f".join(pages)
        lengths = [len(page) + 1 for page in pages]
        self.starts = [*accumulate(lengths, initial=0)][:-1] or [0]
        self.as_it_stands = View(self, {})
        changed = plain_pages(pages)
        self.plain = View(self, changed) if changed else self.as_it_stands  # without what is there for the pages only

    @property
    def page_count(self) -> int:
        return len(self.starts)

    @property
    def size(self) -> int:
        """Bytes, about: the text and its letters, and both again where a view differs."""
        return 2 * len(self.views) * len(self.text) * (1 if self.text.isascii() else 2)

    @cached_property
    def words(self) -> Counter[str]:
        """How often it says each, in small letters."""
        return Counter(_WORD.findall(self.text.lower()))

    @property
    def views(self) -> "tuple[View, ...]":
        return (self.as_it_stands,) if self.plain is self.as_it_stands else (self.as_it_stands, self.plain)

    def stands_whole(self, wanted: Wanted, start: int, end: int) -> bool:
        """In every view: a page number may stand between "non-" and "exclusive"."""
        lead, last = wanted.folded.lead & DASH > 0, int(wanted.folded.after[-1]) & DASH > 0
        said = self.text[start:end]
        for view in self.views:
            before, after = beside(view.text, start, end, len(self.text))
            if not (begins_whole(before, said, with_dash=lead) and ends_whole(said, after, with_dash=last)):
                return False
        return True

    def page(self, index: int) -> str:
        end = self.starts[index + 1] - 1 if index + 1 < self.page_count else len(self.text)
        return self.text[self.starts[index] : end]

    def page_numbers(self, start: int, end: int) -> tuple[int, int]:
        """The pages of a span that is not empty, counted from 1."""
        return bisect_right(self.starts, start), bisect_right(self.starts, end - 1)


class View:
    """The source as it stands or in plain: what can be searched."""

    def __init__(self, source: Source, changed: Mapping[int, str]) -> None:
        self.source = source
        self._changed = changed
        folded = [letters for first in range(0, source.page_count, AT_ONCE) for letters in self._folded(first)]
        self.letters = "".join(folded)
        self.starts = [*accumulate(map(len, folded), initial=0)]

    def _folded(self, first: int) -> Iterator[str]:
        """The letters of some pages, one by one; of those that are as they stand, the same."""
        last = min(first + AT_ONCE, self.source.page_count)
        if self._changed and not any(index in self._changed for index in range(first, last)):
            there = self.source.as_it_stands
            yield from (there.letters[there.starts[index] : there.starts[index + 1]] for index in range(first, last))
            return
        pages = [self.page(index) for index in range(first, last)]
        together = fold("\f".join(pages))
        ends = np.searchsorted(together.offsets, [*accumulate(len(page) + 1 for page in pages)])
        # a ligature is several letters at one place
        yield from (together.letters[start:end] for start, end in pairwise([0, *ends.tolist()]))

    def page(self, index: int) -> str:
        return self._changed[index] if index in self._changed else self.source.page(index)

    def text(self, start: int, end: int) -> str:
        """What the view says between two places of the full text."""
        if end <= start:
            return ""
        first, last = self.source.page_numbers(start, end)
        began = self.source.starts[first - 1]
        pages = "".join(self.page(index) + "\f" for index in range(first - 1, last))
        return pages[start - began : end - began]

    def letters_of_page(self, number: int) -> range:
        return range(self.starts[number - 1], self.starts[number])

    def matches(self, wanted: Wanted, tries: Tries, *, within: range | None = None) -> Iterator[Match]:
        """Where it stands, in order; `within` says where its first letter may be, among the letters."""
        within = within or range(len(self.letters))
        known: tuple[range, Folded, int] | None = None  # what many of the places have in common, kept while it is asked
        at, stop = within.start, within.stop + len(wanted) - 1
        for _ in range(TRIES if len(wanted) else 0):
            at = self.letters.find(wanted.letters, at, stop)
            if at < 0 or not tries.one_more():
                return
            pages = self._pages_around(at, at + len(wanted))
            if known is None or known[0] != pages:
                known = pages, *self._letters_on(pages)
            _, here, first = known
            offsets = here.offsets[at - first : at - first + len(wanted)]
            start, end = int(offsets[0]), int(offsets[-1]) + 1
            if agree(wanted, here, at - first) and self.source.stands_whole(wanted, start, end):
                yield Match(start, end, at, at + len(wanted))
            at += 1

    def _around(self, first: int, last: int) -> tuple[Folded, int]:
        """The pages that hold these letters and the ones beside them, and the number of the first letter there."""
        return self._letters_on(self._pages_around(first, last))

    def _pages_around(self, first: int, last: int) -> range:
        low = bisect_right(self.starts, max(first - 2, 0)) - 1
        return range(low, min(bisect_right(self.starts, last + 1), self.source.page_count))

    def _letters_on(self, pages: range) -> tuple[Folded, int]:
        folded = [(self.source.starts[index], fold(self.page(index))) for index in pages]
        return joined(folded), self.starts[pages.start]

    def place(self, letter: int) -> int:
        """Of a letter in the full text."""
        here, first = self._around(letter, letter + 1)
        return int(here.offsets[letter - first])
