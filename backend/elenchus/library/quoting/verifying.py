"""The verdict on one quotation in one document."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from elenchus.library.quoting import misreading
from elenchus.library.quoting.nearest import ALIKE, Change, Near, nearest
from elenchus.library.quoting.omission import FARTHEST, cuts_short, misleads
from elenchus.library.quoting.readings import Reading, bare, readings
from elenchus.library.quoting.source import Match, Source, Tries, View
from elenchus.library.quoting.verdicts import Difference, Finding, Span, Verdict

FEWEST_WORDS: Final = 4
FEWEST_LETTERS: Final = 15
FEWEST_WORDS_OF_A_PART: Final = 2
MOST_DIFFERENCES: Final = 20
_FIRST_LETTERS: Final = 24  # where these are not, the rest is not either
LONGEST_SHOWN: Final = 300  # characters of one side of a difference
K = TypeVar("K")
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")  # marks that show what follows in another order
_WORD: Final = re.compile(r"[\u2e80-\u9fff]|[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Chain:
    """The parts of a quotation one after the other. `fault` is what makes it mislead."""

    matches: tuple[Match, ...]
    omissions: tuple[Difference, ...] = ()
    fault: Verdict | None = None


def verify(quote: str, source: Source, *, pages: Sequence[int] = ()) -> Finding:
    """`pages` are those that it is said to stand on; it must touch one of them."""
    if is_too_short(quote):
        return Finding(Verdict.TOO_SHORT)
    found = _stands(quote, source, pages)
    if found and found.verdict is not Verdict.MISLEADING_ELLIPSIS:
        return found
    if not all(map(_proves, readings(quote))):
        return found or Finding(Verdict.TOO_SHORT)
    near = _nearest(quote, source)
    if near and (mended := _mended(quote, near, source, pages)):
        return mended
    return found or _not_standing(near, source)


def standing(quote: str, sources: Mapping[K, Source]) -> tuple[K, Finding] | None:
    """In which of several it stands; without a look for the nearest words, so that many can be asked."""
    if is_too_short(quote):
        return None
    tried, tries = list(filter(_proves, readings(quote))), Tries()
    for key, source in sources.items():
        likely = [reading for reading in tried if _begins_in(reading, source)]
        found = _stands(quote, source, (), likely, tries) if likely else None
        if found and found.verdict.is_verified:
            return key, found
    return None


def _begins_in(reading: Reading, source: Source) -> bool:
    first = reading.parts[0].wanted.letters[:_FIRST_LETTERS]
    return any(first in view.letters for view in source.views)


def is_too_short(quote: str) -> bool:
    """So few words stand in any contract and prove nothing."""
    words = _WORD.findall(quote)
    return len(words) < FEWEST_WORDS or sum(map(len, words)) < FEWEST_LETTERS


def _proves(reading: Reading) -> bool:
    """No part before or after an ellipsis is so short that it stands anywhere."""
    return all(len(_WORD.findall(part.text)) >= FEWEST_WORDS_OF_A_PART for part in reading.parts)


def _stands(
    quote: str,
    source: Source,
    pages: Sequence[int],
    tried: Iterable[Reading] | None = None,
    tries: Tries | None = None,
) -> Finding | None:
    """The best that any reading of it gives: verified at once, else on another page, else misleading."""
    others: list[Finding] = []
    tries = tries or Tries()
    for reading in filter(_proves, readings(quote)) if tried is None else tried:
        for view in source.views:
            for chain in _chains(reading, view, pages, tries):
                finding = _finding(quote, chain, source, pages)
                if finding.verdict.is_verified:
                    return finding
                others.append(finding)
    return min(others, key=lambda each: each.verdict.rank, default=None)


def _chains(reading: Reading, view: View, pages: Sequence[int], tries: Tries) -> Iterator[_Chain]:
    """On the pages that are claimed, then anywhere: the first that is in order, else the first that misleads."""
    ranges = [_reach(reading, view, number) for number in pages if 0 < number <= view.source.page_count]
    for within in [*ranges, None]:
        misleading = None
        for first in view.matches(reading.parts[0].wanted, tries, within=within):
            chain = _continued(first, reading, view, tries)
            if chain and not chain.fault:
                yield chain
                misleading = None
                break
            misleading = misleading or chain
        if misleading:
            yield misleading


def _reach(reading: Reading, view: View, number: int) -> range:
    """Where it may begin to touch a page."""
    page = view.letters_of_page(number)
    back = sum(len(part.wanted) for part in reading.parts) + FARTHEST * (len(reading.parts) - 1)
    return range(max(page.start - back, 0), page.stop)


def _continued(first: Match, reading: Reading, view: View, tries: Tries) -> _Chain | None:
    """Each next part where it stands nearest; None when one is missing or too far."""
    matches, omissions, fault = [first], [], None
    for part in reading.parts[1:]:
        last = matches[-1]
        near = range(last.last, last.last + FARTHEST + 1)
        following = next(view.matches(part.wanted, tries, within=near), None)
        gap = view.text(last.end, following.start) if following else ""
        if following is None or len(gap) > FARTHEST:
            return None
        if misleads(view.text(last.start, last.end), gap, view.text(following.start, following.end)):
            fault = Verdict.MISLEADING_ELLIPSIS
        matches.append(following)
        omissions.append(Difference("omission", "…", _shown(gap)))
    end = matches[-1].end
    rest = view.text(end, min(end + FARTHEST, len(view.source.text)))
    if reading.ends and cuts_short(view.text(matches[-1].start, end), rest):
        fault = fault or Verdict.ALTERED
        omissions.append(Difference("cut_short", ".", _shown(rest)))
    return _Chain(tuple(matches), tuple(omissions), fault)


def _finding(quote: str, chain: _Chain, source: Source, pages: Sequence[int]) -> Finding:
    span = _span(chain.matches[0].start, chain.matches[-1].end, source)
    if chain.fault:
        return Finding(chain.fault, span, chain.omissions)
    if pages and not any(span.page_start <= number <= span.page_end for number in pages):
        return Finding(Verdict.WRONG_PAGE, span, chain.omissions)
    is_exact = source.text[span.start : span.end] in {quote.strip(), bare(quote)}
    if not is_exact and (turned := _TURNS.search(quote)):
        return Finding(Verdict.ALTERED, span, (Difference("punctuation", f"U+{ord(turned[0]):04X}", ""),))
    return Finding(Verdict.EXACT if is_exact else Verdict.NORMALIZED, span, chain.omissions)


def _nearest(quote: str, source: Source) -> Near | None:
    text = bare(quote)
    return nearest(text, source.plain)


def _mended(quote: str, near: Near, source: Source, pages: Sequence[int]) -> Finding | None:
    """What it comes to when the words that a scanner read wrong are read as the page has them."""
    if not misreading.explains(near.changes, source):
        return None
    found = _stands(_with(bare(quote), near.changes), source, pages)
    if found is None or not found.verdict.stands_somewhere:
        return None
    misread = tuple(_difference(change, "misread") for change in near.changes)
    verdict = Verdict.NORMALIZED if found.verdict.is_verified else found.verdict
    return replace(found, verdict=verdict, differences=(*misread, *found.differences)[:MOST_DIFFERENCES])


def _with(text: str, changes: Sequence[Change]) -> str:
    """The quotation with the source's spelling of these words."""
    for change in reversed(changes):
        for ours, theirs in reversed(list(zip(change.quote, change.source, strict=True))):
            text = text[: ours.start] + theirs.text + text[ours.end :]
    return text


def _not_standing(near: Near | None, source: Source) -> Finding:
    if near is None or near.alike < ALIKE:
        return Finding(Verdict.NOT_FOUND)
    span = _span(near.start, near.end, source)
    differences = tuple(_difference(change) for change in near.changes[:MOST_DIFFERENCES])
    return Finding(Verdict.ALTERED, span, differences)


def _difference(change: Change, kind: str | None = None) -> Difference:
    ours, theirs = (" ".join(token.text for token in side) for side in (change.quote, change.source))
    return Difference(kind or change.kind, _shown(ours), _shown(theirs))


def _span(start: int, end: int, source: Source) -> Span:
    return Span(start, end, *source.page_numbers(start, end))


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_SHOWN else flat[: LONGEST_SHOWN - 1] + "…"
