"""What a part of a brief is written from, when its model's window does not hold all of it."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, takewhile

from elenchus.core.llm.base import ChatModel, Prompt
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.usage import tokens_of
from elenchus.core.settings import settings
from elenchus.library.schemas import Passage
from elenchus.research.briefing import prompts
from elenchus.research.briefing.errors import BriefTooLong
from elenchus.research.metering import SOURCE_CHARACTERS
from elenchus.research.prompts import PER_PART

LEAST = tokens_of(SOURCE_CHARACTERS)  # that are left for what the given words are weighed against


def require_fitting(model: ChatModel, facts: str, issues: Sequence[str]) -> None:
    """Raises `BriefTooLong`. The built-in model reads neither facts nor rules."""
    blank = [""] * len(issues)
    rooms = [
        *(_room(model, prompts.of_analysis(facts, issue, {})) for issue in issues),
        _room(model, prompts.of_facts(facts, {})),
        _room(model, prompts.of_actions(issues, blank, "")) - (len(issues) - 1) * LEAST,
    ]
    if model.name != EXTRACTIVE and min(rooms) < LEAST:
        raise BriefTooLong(settings().llm.prompt_tokens)


def given(model: ChatModel, bare: Prompt, sources: Mapping[int, Passage]) -> dict[int, Passage]:
    """All of them, or those that answer best, in their order; one at least, since our count is no exact one. `bare` is
    the prompt without any."""
    if model.name == EXTRACTIVE:
        return dict(sources)
    best = sorted(sources, key=lambda n: (-sources[n].score, n))
    number = _fitting(model, [prompts.source(n, sources[n]) for n in best], _room(model, bare))
    kept = {*best[: max(1, number)]}
    return {n: passage for n, passage in sources.items() if n in kept}


def told(model: ChatModel, bare: Prompt, analyses: Sequence[str]) -> list[str]:
    """All of each, or as much of its beginning, where its answer stands, as its share of the room holds."""
    room = _room(model, bare)
    if sum(map(model.count_tokens, analyses)) <= room:
        return list(analyses)
    return [_beginning(model, analysis, room // len(analyses)) for analysis in analyses]


def _beginning(model: ChatModel, text: str, room: int) -> str:
    parts = text.split("\n\n")
    return "\n\n".join(parts[: _fitting(model, parts, room)])


def _fitting(model: ChatModel, parts: Sequence[str], room: int) -> int:
    """How many of the first there is room for."""
    sizes = accumulate(model.count_tokens(part) + PER_PART for part in parts)
    return sum(1 for _ in takewhile(lambda size: size <= room, sizes))


def _room(model: ChatModel, bare: Prompt) -> int:
    rules, asked = model.count_tokens(bare.system), model.count_tokens(bare.turns[0].text)
    return settings().llm.prompt_tokens - rules - asked - 2 * PER_PART
