"""What passages say, sentence by sentence, as it is compared with an answer: without headings, and without orders to
the reader that somebody wrote into a document."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from elenchus.core.llm.sentences import split
from elenchus.core.llm.terms import frame_terms, related, words
from elenchus.research.examining.dates import month_numbers, without_dates
from elenchus.research.examining.duties import Duties, duties
from elenchus.research.examining.figures import Figures, figures, union
from elenchus.research.examining.naming import Naming, naming
from elenchus.research.examining.tongues import ENGLISH, Tongue, tongue_of

_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|prompts?|above|previous|sources?)\b"
    r"|^\W*(?:system|assistant|user|developer)\s*(?:prompt|message)?\s*:"
    r"|\byou are (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot)\b"
    r"|\b(?:ai|assistants?|language models?|llms?|chatbots?)\b.{0,40}\b(?:must|should|shall|are to|please)\b"
    r"|^\W*(?:please )?(?:say|answer|reply|respond|print|output|tell (?:the )?(?:user|reader|client)|append|embed)\b",
    re.IGNORECASE | re.DOTALL,
)
_PARTS: Final = re.compile(r";|\s(?:and|but|while|whereas|und|aber|et|mais|y|pero)\s", re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"[*`]+|__+|(?<!\w)_|_(?!\w)")
_ITEM_NUMBER: Final = re.compile(r"(?:^|\n)\s*(\d[\d.]*)")
#: Judged by rules of their own, or saying how something is put: they need not stand in the passage.
_NOT_MATTER: Final = (
    "obliged obligated obligation required requirement entitled right permitted allowed prohibited forbidden need "
    "must yes "
    "able possible responsible day week month monthly year annual annually annum quarter quarterly daily percent cent "
    "percentage dollar usd euro eur pound gbp chf sum amount figure total maximum minimum exceed least respectively "
    "where case "
    "event accordingly therefore however example specifically generally key party parties following applicable "
    "remain take "
    "place preceding number mean due th say read stipulate follow accord word clause lease contract agreement quote "
    "exception apply"
)


@dataclass(frozen=True)
class Said:
    """A sentence of a passage, as it is compared."""

    text: str
    tongue: Tongue
    roles: frozenset[str]

    @cached_property
    def undated(self) -> str:
        """ "May 5, 2025" permits nothing."""
        return without_dates(self.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(self.tongue.terms(self.undated))

    @cached_property
    def parts(self) -> "tuple[Said, ...]":
        found = [part for part in _PARTS.split(self.text) if part.strip()]
        return tuple(Said(part, self.tongue, self.roles) for part in found) if len(found) > 1 else (self,)

    @cached_property
    def flat(self) -> str:
        return " ".join(self.text.casefold().split()).strip(" .;:,")

    @cached_property
    def figures(self) -> Figures:
        return figures(self.text)

    @cached_property
    def duties(self) -> Duties:
        return duties(self.undated, self.tongue, self.roles)


@dataclass(frozen=True)
class Witness:
    """What one or several passages say: their sentences but for headings and orders, their names, and every number that
    stands anywhere in them."""

    sentences: tuple[Said, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    naming: Naming
    tongue: Tongue | None

    @cached_property
    def months(self) -> frozenset[int]:
        dated = {day[1] for one in self.sentences for date in one.figures.dates for day in date}
        return frozenset(dated) | month_numbers(self.names)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset().union(*(one.terms for one in self.sentences))


def normal(text: str) -> str:
    """ "non-exclusive" is one word, a letter has one form, and emphasis is none."""
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "th", _EMPHASIS.sub("", unicodedata.normalize("NFKC", text)))
    return re.sub(r"\b(non|un)[-‐‑](?=\w)", r"\1", text, flags=re.IGNORECASE)


@lru_cache(maxsize=64)
def witness(text: str, about: str = "") -> Witness:
    """`about` is what else is known of the passage: title, section, pages. It gives names and numbers only."""
    text = normal(text)
    tongue = tongue_of(text)
    named = naming(text)
    kept = [one.text for one in split(text) if not one.is_heading and not _ORDER.search(one.text)]
    sentences = tuple(Said(one, tongue or ENGLISH, named.roles) for one in kept)
    names = frozenset((tongue or ENGLISH).terms(f"{text} {about}")) | frozenset(words(f"{text} {about}"))
    numbers = [*figures(about).numbers, *figures(text).numbers, *figures(" ".join(_ITEM_NUMBER.findall(text))).numbers]
    dates = frozenset(str(part) for one in figures(text).dates for day in one for part in day if part)
    return Witness(sentences, names, union(one.values for one in numbers) | dates, named, tongue)


@lru_cache(maxsize=64)
def stated(question: str) -> Witness:
    """What a question says, without what it asks."""
    return witness(" ".join(one.text for one in split(question) if not one.text.rstrip().endswith("?")))


def together(witnesses: Sequence[Witness]) -> Witness:
    tongues = {one.tongue for one in witnesses if one.tongue}
    return Witness(
        tuple(one for each in witnesses for one in each.sentences),
        union(each.names for each in witnesses),
        union(each.numbers for each in witnesses),
        Naming.of_all([each.naming for each in witnesses]),
        tongues.pop() if len(tongues) == 1 else None,
    )


def with_said(source: Witness, quotes: Iterable[str]) -> Witness:
    """With quotations that are known to stand in it, also where they are a heading or an order."""
    bare = tuple(Said(normal(quote), source.tongue or ENGLISH, source.naming.roles) for quote in quotes)
    names = union(one.terms for one in bare) | frozenset(words(" ".join(one.text for one in bare)))
    numbers = union(one.values for each in bare for one in each.figures.numbers)
    words_of = Witness(bare, names, numbers, source.naming, source.tongue)
    return together([source, words_of])


def matter(found: frozenset[str]) -> frozenset[str]:
    return frozenset(term for term in found - frame_terms() - formal() if not term[0].isdigit())


@lru_cache(maxsize=1)
def formal() -> frozenset[str]:
    return frozenset(ENGLISH.terms(_NOT_MATTER))


def share(wanted: frozenset[str], present: frozenset[str], held: int = 0) -> float:
    found = sum(term in present or bool(related(term) & present) for term in wanted)
    return (found + held) / max(len(wanted) + held, 1)
