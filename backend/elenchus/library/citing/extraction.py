"""Every legal citation of a text, with its place. Extraction only: nothing here asks whether an authority exists."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from elenchus.library.citing import american
from elenchus.library.citing.collapsing import Collapsed
from elenchus.library.citing.forms import canada, european, france, germany, spain, united_kingdom, united_states
from elenchus.library.citing.parties import parties_before
from elenchus.library.citing.values import Kind, LegalCitation, Sighting

PAGE_BREAK: Final = "\f"
WINDOW: Final = 4_000  # characters, about a page: eyecite's time grows faster than its text
MARGIN: Final = 600  # more than the longest form and the longest case name before it
FORMS: Final = (
    *united_states.FORMS,
    *united_kingdom.FORMS,
    *european.FORMS,
    *canada.FORMS,
    *germany.FORMS,
    *france.FORMS,
    *spain.FORMS,
)
NAMED_BY_PARTIES: Final = {"gb", "ca"}

# Forms of two laws may fit one place; of the longest the first here wins, so ours go before eyecite's general ones.


def citations(text: str | Sequence[str]) -> tuple[LegalCitation, ...]:
    """What is written as a citation in a text, or in pages as the document joins them, in the order of the text.

    Offsets are code points of the text, for pages of all of them joined by one form feed. No two results overlap.
    A citation may run over the end of a line or a page. None of them is verified by being found.
    """
    original = text if isinstance(text, str) else PAGE_BREAK.join(text)
    collapsed = Collapsed(original)
    longest = _longest(_sightings(collapsed.text))
    return tuple(_citation(sighting, original, collapsed) for sighting in _resolved(longest))


def _sightings(text: str) -> Iterator[Sighting]:
    """Each window owns the citations that begin in it, and sees a margin on both sides."""
    for begin in range(0, len(text), WINDOW):
        origin = max(0, begin - MARGIN)
        window = text[origin : begin + WINDOW + MARGIN]
        for found in _in_window(window):
            start = found.start + origin
            if begin <= start < begin + WINDOW:
                yield found._replace(start=start, end=found.end + origin)


def _in_window(text: str) -> Iterator[Sighting]:
    for form in FORMS:
        for found in form.sightings(text):
            if found.kind is Kind.CASE and found.jurisdiction in NAMED_BY_PARTIES:
                found.parts.update(parties_before(text, found.start))
            yield found
    yield from american.sightings(text)


def _longest(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Of those that overlap the longest stays; of equals the one whose form stands first."""
    kept: list[Sighting] = []
    starts: list[int] = []
    for found in sorted(sightings, key=lambda one: one.start - one.end):
        place = bisect_right(starts, found.start)
        is_free_before = place == 0 or kept[place - 1].end <= found.start
        is_free_behind = place == len(kept) or found.end <= kept[place].start
        if is_free_before and is_free_behind:
            kept.insert(place, found)
            starts.insert(place, found.start)
    return kept


def _resolved(found: Iterable[Sighting]) -> Iterator[Sighting]:
    """ "410 U.S., at 120" is the one case of that volume cited before it; of several it stays open."""
    volumes: dict[tuple[str, str], set[str]] = {}
    for one in found:
        volume = one.parts.get("volume", ""), one.parts.get("reporter", "")
        if one.kind is Kind.CASE and one.normal:
            volumes.setdefault(volume, set()).add(one.normal)
        cases = volumes.get(volume, set()) if one.kind is Kind.SHORT_FORM and all(volume) else set()
        yield one._replace(normal=next(iter(cases))) if len(cases) == 1 else one


def _citation(found: Sighting, original: str, collapsed: Collapsed) -> LegalCitation:
    start, end = collapsed.original(found.start, found.end)
    return LegalCitation(start, end, original[start:end], found.kind, found.jurisdiction, found.normal, found.parts)
