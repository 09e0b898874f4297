"""Whether a passage says what a sentence says, by rules that any reader can follow.

The sentence's figures and names must stand in the passage, and most of its other words too. Against the sentence of
the passage that it is nearest to, who acts, what he must, may or must not do, exceptions and opposites must agree.
Headings support nothing, and neither do orders to the reader that somebody wrote into a document. It compares words:
what a sentence means beyond them, nobody has checked.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from elenchus.core.llm.sentences import split
from elenchus.core.llm.terms import frame_terms, related, words
from elenchus.library.quoting.omission import turns
from elenchus.research.examining import circumstances, counts, opposites
from elenchus.research.examining.duties import fault_between
from elenchus.research.examining.faults import ABOUT, ENOUGH, ENOUGH_IN_ALL
from elenchus.research.examining.faults import CONTRADICTIONS as CONTRADICTIONS
from elenchus.research.examining.faults import Fault as Fault
from elenchus.research.examining.figures import union
from elenchus.research.examining.naming import Naming
from elenchus.research.examining.tongues import ENGLISH, GERMAN, tongue_of
from elenchus.research.examining.witnesses import Said as Said
from elenchus.research.examining.witnesses import Witness as Witness
from elenchus.research.examining.witnesses import formal, matter, normal, share
from elenchus.research.examining.witnesses import stated as stated
from elenchus.research.examining.witnesses import together as together
from elenchus.research.examining.witnesses import with_said as with_said
from elenchus.research.examining.witnesses import witness as witness

WINDOW: Final = 3
TIED: Final = 0.1  # so near the best one is about it as well
FEWEST_ALIKE: Final = 8  # words of two sentences that are compared word by word
MOST_CHANGED: Final = 2
SHORTEST_WHOLE: Final = 20  # letters of what stands somewhere word for word
LONGEST: Final = 3_000  # characters; what is longer is no sentence, and nothing supports it

_SOURCE: Final = re.compile(r"\b(?:source|passage|excerpt)s? (?:no\. ?)?\d{1,3}\b", re.IGNORECASE)  # a mark in words
_YES: Final = re.compile(r"^\W*(?:yes|no)\b[,.:;–—]\s+(?!\d)", re.IGNORECASE)  # to the question
_ITEM: Final = re.compile(r"\s*(?:[-*•+>|#]+\s+)*(?:\(?\d{1,3}[.)]\s+)?")


@dataclass(frozen=True)
class Around:
    """What else is known of a sentence: the names that the question had, how all the sources name the parties, and what
    the answer says next, where an exception may stand."""

    names: frozenset[str] = frozenset()
    naming: Naming = field(default_factory=Naming)
    next: str = ""


def fault(claim: str, source: Witness, around: Around | None = None) -> Fault | None:
    """None when the source says it."""
    if len(claim) > LONGEST:
        return Fault.WORDS
    around = around or Around()
    claim = normal(_YES.sub("", _ITEM.sub("", _SOURCE.sub("", claim), count=1), count=1))
    named = Naming.of_all([source.naming, around.naming])
    if named.misnames(claim):
        return Fault.PARTY
    tongue = tongue_of(claim) or source.tongue or ENGLISH
    if source.tongue and tongue is not source.tongue:
        return counts.missing(Said(claim, tongue, named.roles), source) or Fault.LANGUAGE
    sentences = [Said(one.text, tongue, named.roles) for one in split(named.by_role(claim))]
    return next(filter(None, (_judged(one, source, around) for one in sentences)), None)


def _judged(said: Said, source: Witness, around: Around) -> Fault | None:
    if any(_is_word_for_word(said, one) for one in source.sentences):
        return None
    if "; " in said.text:
        pieces = [Said(piece, said.tongue, said.roles) for piece in said.text.split("; ")]
        return next(filter(None, (_judged(piece, source, around) for piece in pieces)), None)
    return (
        counts.missing(said, source)
        or counts.fault(said, source)
        or _against(said, source, around)
        or _unknown_name(said, source, around)
        or (None if _covers(said, source) else Fault.WORDS)
    )


def _is_word_for_word(said: Said, one: Said) -> bool:
    """Unless what the sentence goes on with, or begins with, turns it."""
    before, found, after = f" {one.flat} ".partition(f" {said.flat} ")
    return bool(found) and len(said.flat) >= SHORTEST_WHOLE and not _changes(f"{before} {after}")


def _changes(rest: str) -> bool:
    return turns(rest) or _EXCEPTION.search(rest) is not None


def says_nothing(text: str, source: Witness) -> bool:
    """What leads up to a quotation, like "the contract provides that"."""
    said = Said(normal(text), tongue_of(text) or source.tongue or ENGLISH, frozenset())
    is_said = (
        said.tongue.modes.search(text)
        or said.tongue.negation.search(text)
        or said.figures.numbers
        or said.figures.dates
    )
    return not is_said and matter(said.terms) <= source.names


def _nearest(said: Said, source: Witness) -> list[Said]:
    """The sentences of the source that say most of what this one says."""
    wanted = matter(said.terms)
    if not wanted:
        return []
    shares = [(share(wanted, one.terms), one) for one in source.sentences]
    best = max((each for each, _ in shares), default=0.0)
    return [one for each, one in shares if each >= max(ABOUT, best - TIED)]


def _against(said: Said, source: Witness, around: Around) -> Fault | None:
    """What one near sentence agrees with is enough, but for an opposite that stands nowhere in the source."""
    near = _nearest(said, source)
    if opposites.is_unheard(said.undated, [one.undated for one in near], source.names):
        return Fault.OPPOSITE
    if near and (found := fault_between(said.duties, [one.duties for one in near])):
        return Fault(found)
    faults = [_between(said, one, around) for one in near]
    return None if None in faults else next(iter(faults), None)


def _between(said: Said, one: Said, around: Around) -> Fault | None:
    if found := _but_for_a_word(said, one):
        return found
    if opposites.differ(said.undated, one.undated):
        return Fault.OPPOSITE
    if otherwise := circumstances.fault_between(said.undated, one.undated):
        return Fault(otherwise)
    return Fault.CONDITION if _drops_exception(said, one, around) else None


def _but_for_a_word(said: Said, one: Said) -> Fault | None:
    """The same sentence word for word, save that a "not" came or went, "may" became "shall", or two words
    changed places."""
    ours, theirs = words(said.undated), words(one.undated)
    if min(len(ours), len(theirs)) < FEWEST_ALIKE:
        return None
    changed = (Counter(ours) - Counter(theirs)) + (Counter(theirs) - Counter(ours))
    if 0 < changed.total() <= MOST_CHANGED:
        if _PERIOD_WORDS.issuperset(changed):
            return Fault.FIGURE
        if changed.keys() & _MAY and changed.keys() & _MUST and "not" not in ours:  # "may not" is "shall not"
            return Fault.MODAL
        return Fault.NEGATION if any(said.tongue.negation.fullmatch(word) for word in changed) else None
    moved = [a for a, b in zip(ours, theirs, strict=False) if a != b]
    return Fault.PARTY if not changed and 0 < len(moved) <= 2 * MOST_CHANGED else None


_MAY: Final = frozenset({"may", "can"})
_MUST: Final = frozenset({"shall", "must"})
_PERIOD_WORDS: Final = frozenset("day days week weeks month months quarter quarters year years".split())
_AGREED: Final = "consent|approval|permission"
_EXCEPTION: Final = re.compile(
    rf"\b(?:with (?:the |its |his )?(?:[\w’']+ ){{0,5}}(?:{_AGREED})|unless|except(?! as)|"
    rf"without (?:the |any )?(?:\w+ ){{0,3}}(?:{_AGREED})|"
    r"only (?:if|with)|save (?:for|that)|but not|"
    r"es sei denn|ohne (?:\w+ ){0,3}Zustimmung|sauf|à moins|sans (?:l['’])?(?:\w+ ){0,2}(?:accord|consentement)|"
    r"salvo|a menos que)\b",
    re.IGNORECASE,
)


def _drops_exception(said: Said, one: Said, around: Around) -> bool:
    """A rule whose exception is told neither with it nor next."""
    found = _EXCEPTION.search(one.text)
    if not found or share(matter(said.terms), one.terms) < ENOUGH_IN_ALL:
        return False
    excepted = matter(frozenset(one.tongue.terms(one.text[found.end() :])))
    if share(matter(said.terms), excepted) >= ENOUGH_IN_ALL and share(excepted, said.terms) >= ENOUGH:
        return False  # it is the exception that is told
    return said.tongue.exception.search(f"{said.text} {around.next}") is None


def _unknown_name(said: Said, source: Witness, around: Around) -> Fault | None:
    if said.tongue is GERMAN:  # every noun has a capital
        return None
    known = source.names | around.names | frame_terms() | formal() | frozenset(said.tongue.terms(" ".join(said.roles)))
    for name in opposites.names(said.text):
        if not any(term in known or related(term) & known for term in [*said.tongue.terms(name), name.lower()]):
            return Fault.NAME
    return None


def _covers(said: Said, source: Witness) -> bool:
    wanted = matter(said.terms)
    if not wanted:
        return True
    held = len(said.figures.dates)  # they stand there, as has been seen
    whole = share(wanted, source.terms, held)
    if whole < ENOUGH or whole >= ENOUGH_IN_ALL:
        return whole >= ENOUGH
    windows = range(max(len(source.sentences) - WINDOW + 1, 1))
    near = (union(one.terms for one in source.sentences[at : at + WINDOW]) for at in windows)
    return any(share(wanted, each, held) >= ENOUGH for each in near)
