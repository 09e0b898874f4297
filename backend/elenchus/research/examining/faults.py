"""Why a sentence is not what a passage says, and how much of its words the passage must have."""

from enum import StrEnum
from typing import Final

ENOUGH: Final = 0.6  # of the sentence's words, within three sentences of the passage that follow each other
ENOUGH_IN_ALL: Final = 0.8  # or anywhere in it
ABOUT: Final = 0.5  # of the sentence's words: that much makes a sentence of the passage what it is about
ELSEWHERE: Final = 0.4  # so much more of the words beside a figure stand beside another one


class Fault(StrEnum):
    """Why a sentence is not what the passage says, the plainest first. `language` is that nobody can tell by words."""

    FIGURE = "figure"
    DATE = "date"
    PERIOD = "period"
    BOUND = "bound"
    NEGATION = "negation"
    MODAL = "modal"
    PARTY = "party"
    CONDITION = "condition"
    OPPOSITE = "opposite"
    NAME = "name"
    LANGUAGE = "language"
    WORDS = "words"


#: The passage says otherwise; the others are that it does not say so.
CONTRADICTIONS: Final = frozenset(
    {Fault.FIGURE, Fault.DATE, Fault.PERIOD, Fault.BOUND, Fault.NEGATION, Fault.MODAL, Fault.PARTY, Fault.OPPOSITE}
)
