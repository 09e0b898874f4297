"""A conversation's name: the beginning of its first question at once, a better one by the model later."""

import re

from pydantic import BaseModel, Field

from elenchus.core.llm.base import Turn
from elenchus.core.llm.fencing import fenced
from elenchus.research import prompts
from elenchus.research.placing import NEW_TITLE, title_of
from elenchus.research.schemas import TITLE_CHARACTERS

READ_CHARACTERS = 4_000  # of the question and of the answer; what a conversation is about stands at their beginning
FEWEST_LETTERS = 4
_NO_WORD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LABEL = re.compile(r"^\s*(?:title|titel|titre|título)\s*[:：]\s*", re.I)
_MARKUP = re.compile(r"[*_`#]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|^[#>*-]+\s+")
_AROUND = " \t\"'“”„‟«»‘’‚.,;:–—-"
_FOREIGN = re.compile(r"[<>]|https?://|!\[|\]\(", re.I)


class TitleForm(BaseModel):
    title: str = Field(description="Three to eight words")


def is_made(title: str, question: str) -> bool:
    """Whether nobody has named the conversation yet."""
    return title in (NEW_TITLE, title_of(question))


def asked(question: Turn, answer: Turn) -> str:
    """What a model is given to name."""
    told = f"Question: {question.text[:READ_CHARACTERS]}\n\nAnswer: {prompts.plain(answer.text)[:READ_CHARACTERS]}"
    return fenced("conversation", told)


def usable(said: str) -> str | None:
    """A model's title as it may stand in a list; None when it is none."""
    line = _MARKUP.sub("", _LABEL.sub("", prompts.plain(" ".join(_NO_WORD.sub(" ", said).split())).strip(_AROUND)))
    line = line.strip(_AROUND)
    if sum(map(str.isalpha, line)) < FEWEST_LETTERS or len(line) > 2 * TITLE_CHARACTERS or _FOREIGN.search(line):
        return None
    return title_of(line)
