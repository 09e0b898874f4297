"""What a PDF calls its pages: i, ii, iii, 1, 2, A-1 …

Read from the file's own tree: PyMuPDF's list of the rules takes their strings apart at slashes and brackets.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pymupdf as typed_in_part

from elenchus.library.reading.child.numbering import letters, roman
from elenchus.library.reading.cleaning import clean

pymupdf: Any = typed_in_part
mupdf: Any = pymupdf.mupdf
LONGEST: Final = 40  # characters; no printed page number has more
MOST_NODES: Final = 5_000  # of the tree, and rules: no file has more pages
STYLES: Final[Mapping[str, Callable[[int], str]]] = {
    "D": str,
    "R": roman,
    "r": lambda number: roman(number).lower(),
    "A": letters,
    "a": lambda number: letters(number).lower(),
}


class Rule(NamedTuple):
    """Holds from the page `start`, counted from 0, to the next rule."""

    start: int
    prefix: str
    style: str
    first: int


class Labels:
    """None for a page that has none, or one that only repeats its place in the file."""

    def __init__(self, document: Any) -> None:
        try:
            self._rules = sorted(_rules(document))
        except (RuntimeError, ValueError, mupdf.FzErrorBase):
            self._rules = []  # a broken tree takes nothing from the text
        self._starts = [rule.start for rule in self._rules]

    def __getitem__(self, index: int) -> str | None:
        at = bisect_right(self._starts, index) - 1
        if at < 0:
            return None
        rule = self._rules[at]
        style = STYLES.get(rule.style)
        number = style(rule.first + index - rule.start) if style else ""
        label = " ".join(clean(rule.prefix + number).split())[:LONGEST]
        return label if label and label != str(index + 1) else None


def _rules(document: Any) -> Iterator[Rule]:
    root = mupdf.pdf_dict_gets(mupdf.pdf_trailer(mupdf.pdf_specifics(document.this)), "Root")
    nodes, seen = [mupdf.pdf_dict_gets(root, "PageLabels")], 0
    while nodes and seen < MOST_NODES:  # it may contain itself
        node = nodes.pop()
        seen += 1
        nodes += list(_items(mupdf.pdf_dict_gets(node, "Kids")))
        numbers = list(_items(mupdf.pdf_dict_gets(node, "Nums")))
        for start, rule in zip(numbers[::2], numbers[1::2], strict=False):
            yield _rule(mupdf.pdf_to_int(start), rule)


def _rule(start: int, rule: Any) -> Rule:
    prefix = mupdf.pdf_to_text_string(mupdf.pdf_dict_gets(rule, "P"))
    style = mupdf.pdf_to_name(mupdf.pdf_dict_gets(rule, "S"))
    first = mupdf.pdf_dict_gets(rule, "St")
    return Rule(start, prefix[: LONGEST + 1], style, mupdf.pdf_to_int(first) if mupdf.pdf_is_int(first) else 1)


def _items(array: Any) -> Iterator[Any]:
    if mupdf.pdf_is_array(array):
        for at in range(min(mupdf.pdf_array_len(array), 2 * MOST_NODES)):
            yield mupdf.pdf_array_get(array, at)
