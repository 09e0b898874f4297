"""What is said of a quotation. Without numpy: the border needs these words too."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """`exact` and `normalized` are verified. The others say what is wrong, the worst last."""

    EXACT = "exact"
    NORMALIZED = "normalized"
    WRONG_PAGE = "wrong_page"
    WRONG_DOCUMENT = "wrong_document"
    MISLEADING_ELLIPSIS = "misleading_ellipsis"
    ALTERED = "altered"
    NOT_FOUND = "not_found"
    TOO_SHORT = "too_short"

    @property
    def is_verified(self) -> bool:
        return self in {Verdict.EXACT, Verdict.NORMALIZED}

    @property
    def rank(self) -> int:
        """0 is best."""
        return list(Verdict).index(self)

    @property
    def is_lost(self) -> bool:
        """It may stand in another document."""
        return self in {Verdict.ALTERED, Verdict.NOT_FOUND}

    @property
    def stands_somewhere(self) -> bool:
        return self.is_verified or self is Verdict.WRONG_PAGE


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind`: number, negation, case, punctuation, added, missing or changed; omission for what an ellipsis leaves out,
    misread for a word that a scanner read wrong, cut_short for a sentence that goes on."""

    kind: str
    quote: str
    source: str


class Span(NamedTuple):
    """Of the full text; pages count from 1."""

    start: int
    end: int
    page_start: int
    page_end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """`span` is where it stands or, when `altered`, where its like does."""

    verdict: Verdict
    span: Span | None = None
    differences: tuple[Difference, ...] = ()
