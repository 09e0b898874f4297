"""What a page says without what is only there for the page: running headers, page numbers, footnote marks, bullets.

Blanked and not cut, so that every place stays where it is. Which lines are headers is told by `reading.running`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from elenchus.library.quoting.omission import turns
from elenchus.library.reading.running import Line, edges_of, keys_of, repeated, running

_RAISED: Final = re.compile(r"[¹²³⁰⁴-⁹]{1,3}")
_LOWERED: Final = re.compile(r"([.;”\"’)])(\d{1,3})(?=\s+[\"“(]?[A-Z])")  # by the reader, where a sentence ends
_SENTENCE_END: Final = re.compile(r"[a-z]{4}[”\"’)]?\.[”\"’)]?$")  # behind any other sign it may be an amount
_BEFORE_RAISED: Final = re.compile(r"(?:[.,;:”\"’)]|[^\W\d_]{4})$")
_UNIT_BEFORE: Final = re.compile(
    r"(?:\d\s*[^\W\d_]+|met(?:er|re|ro)s?|mètres?|feet|foot|inch(?:es)?|yards?|miles?|pouces?|pieds?)$", re.IGNORECASE
)
_LIST_DASH: Final = re.compile(r"[:;.,]\n[^\S\n]*[-–—](?=[^\S\n]+[^\W\d_])")


def plain_pages(pages: Sequence[str]) -> dict[int, str]:
    """Those that differ from what was given, by index, as long as before."""
    edges = [edges_of(page) for page in pages]
    headers = frozenset(repeated(Counter(key for index, edge in enumerate(edges) for key in keys_of(edge, index))))
    changed = {}
    for index, page in enumerate(pages):
        plain = _blank(page, running(page, edges[index], index, headers))
        plain = _LIST_DASH.sub(lambda found: found[0][:-1] + " ", plain)
        plain = _LOWERED.sub(_without_lowered, plain if plain.isascii() else _RAISED.sub(_without_raised, plain))
        if plain != page:
            changed[index] = plain
    return changed


def _without_raised(found: re.Match[str]) -> str:
    """The exponent of "10 metres²" is no footnote, nor is that of "m²"."""
    before = _before(found)
    is_mark = _BEFORE_RAISED.search(before) and not _UNIT_BEFORE.search(before)
    return " " * len(found[0]) if is_mark else found[0]


def _without_lowered(found: re.Match[str]) -> str:
    is_mark = _SENTENCE_END.search(_before(found, 2))
    return found[1] + " " * len(found[2]) if is_mark else found[0]


def _before(found: re.Match[str], group: int = 0) -> str:
    at = found.start(group)
    return found.string[max(at - 40, 0) : at]


def _blank(page: str, lines: Iterator[Line]) -> str:
    for line in lines:
        if line.text[:1].islower() and turns(line.text):
            continue  # "unless the landlord objects" at the foot of every page is no footer
        page = page[: line.start] + " " * (line.end - line.start) + page[line.end :]
    return page
