"""Tokens and what they cost."""

import math
from datetime import date

from elenchus.core.llm.base import Usage
from elenchus.core.llm.prices import price_of

#: Characters per token where a model has no counter of its own that works without a call over the network; English
#: prose is nearer 4.5, tables and citations nearer 3. Scripts with fewer characters per token have more bytes in each.
CHARACTERS_PER_TOKEN = 4
_MILLION = 1_000_000


def tokens_of(characters: int) -> int:
    return math.ceil(characters / CHARACTERS_PER_TOKEN)


def rough_tokens(text: str) -> int:
    """By bytes: a Chinese character is about one token, a Russian letter half of one."""
    return tokens_of(len(text.encode(errors="replace")))


def cost_usd(model: str, usage: Usage, *, on: date, calls: int = 1) -> float | None:
    """None when the model's price is not known. A step in the price is each call's: of several the average counts."""
    price = price_of(model, usage.prompt_tokens // max(1, calls), on=on)
    if price is None:
        return None
    cached = usage.cached_tokens * (price.prompt if price.cached is None else price.cached)
    fresh = (usage.prompt_tokens - usage.cached_tokens) * price.prompt
    return round((fresh + cached + usage.completion_tokens * price.completion) / _MILLION, 8)
