"""How many tokens a model would count, without asking it: our own estimate, put right by what it has counted.

Every answer ends with the provider's count of its prompt. What that was of our estimate is remembered per model and
process; it rises at once and falls slowly, because a prompt that is too long fails and one that is too short does not.
"""

import math
from collections import OrderedDict

from elenchus.core.llm.base import Usage
from elenchus.core.llm.usage import rough_tokens

#: Of a model that has not been heard: its tables and citations may come to three characters a token, not four.
UNHEARD = 4 / 3
LEAST, MOST = 0.7, 4.0  # a provider that counts less or more than this counts something else
TELLING = 200  # estimated tokens; in a shorter prompt what the provider adds by itself weighs too much
FALL = 0.2  # of the way down to what was heard, each time
MODELS = 256  # that are remembered: names come from requests

_ratios: OrderedDict[str, float] = OrderedDict()


def count(model: str, text: str) -> int:
    return math.ceil(rough_tokens(text) * _ratios.get(model, UNHEARD))


def heard(model: str, prompt: str, usage: Usage) -> None:
    estimate = rough_tokens(prompt)
    if usage.is_estimate or usage.prompt_tokens <= 0 or estimate < TELLING:  # 0: it counts nothing
        return
    ratio = min(max(usage.prompt_tokens / estimate, LEAST), MOST)
    before = _ratios.get(model, UNHEARD)
    _ratios[model] = ratio if ratio > before else before + FALL * (ratio - before)
    _ratios.move_to_end(model)
    if len(_ratios) > MODELS:
        _ratios.popitem(last=False)


def forget() -> None:
    """All that was heard; for tests."""
    _ratios.clear()
