"""The record of a conversation's beginning, in place of turns that are not sent any more.

It grows by what it covers and not in size: each time some of the oldest turns go into it, all that follow stay as they
were said. Between two times a prompt only grows at its end.
"""

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from elenchus.core.llm.base import Speaker
from elenchus.core.llm.fencing import fenced
from elenchus.research import prompts
from elenchus.research.prompts.fitting import BLOCK
from elenchus.research.remembering.recalling import Said

KEPT = 6  # messages that stay as they were said: "and the second one?" is about the last few
DUE = KEPT + BLOCK
READ_CHARACTERS = 48_000  # of turns that go into a record at once
TURN_CHARACTERS = 12_000  # of one of them; who pastes a contract has not said all of it
LONGEST = 4_000  # characters of a record: the 400 words that are asked for, and a margin
_NO_WORD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_SPEAKERS = {Speaker.USER: "Lawyer", Speaker.ASSISTANT: "Program"}


class SummaryForm(BaseModel):
    record: str = Field(description="The new record, in place of the old one and the turns")


def is_due(count: int, tokens: int, *, room: int) -> bool:
    """For so many messages that are in no record yet. Long ones are due earlier: they take the sources' room."""
    return count >= DUE or (count > KEPT + 1 and tokens > room // 3)


def covered(said: Sequence[Said], fits: Callable[[Sequence[Said]], bool]) -> list[Said]:
    """Those of the messages that go into the record next: whole exchanges that one call holds, never the last few."""
    found: list[Said] = []
    left = READ_CHARACTERS
    for each in said[: max(0, len(said) - KEPT)]:
        left -= min(len(each.turn.text), TURN_CHARACTERS)
        if left < 0 and found:
            break
        found.append(each)
    while found and (found[-1].turn.speaker is not Speaker.ASSISTANT or not fits(found)):
        found.pop()
    return found


def asked(summary: str, said: Sequence[Said]) -> str:
    """What a model is given to record."""
    told = "\n\n".join(_line(each) for each in said)
    before = f"{fenced('record', summary)}\n\n" if summary else ""
    return before + fenced("conversation", told)


def _line(each: Said) -> str:
    text = each.turn.text
    if len(text) > TURN_CHARACTERS:
        text = f"{text[:TURN_CHARACTERS]} […]"
    return f"{_SPEAKERS[each.turn.speaker]}: {prompts.plain(text)}"


def usable(said: str) -> str | None:
    """A model's record as it is kept: bounded, cut between two notes. None when it is none."""
    text = prompts.plain(_NO_WORD.sub(" ", said)).strip()
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition("\n")[0] or text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]
    return text.strip() or None
