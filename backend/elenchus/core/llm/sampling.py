"""Which temperature a model is sent, if any: some sample in a way of their own, and ignore or refuse another.

Google says of Gemini 3.5 Flash-Lite, 3.6 Flash and all later models that they ignore it
(https://ai.google.dev/gemini-api/docs/whats-new-gemini-3.6), so those of Gemini that do not are listed, not the others.
"""

import re

from elenchus.core.errors import Invalid
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.settings import LlmSettings

HIGHEST = 2.0
_HIGHEST = {"anthropic": 1.0, "bedrock": 1.0, "cohere": 1.0, "mistralai": 1.5}
_GEMINI_THAT_LISTENS = re.compile(r"gemini-(1\.|2\.|3-|3\.1-|3\.5-flash(?!-lite))")
_DEAF = re.compile(r"(openai|azure_openai):(o\d|gpt-5(?!-chat))")


class TemperatureOutOfRange(Invalid):
    title = "The temperature is out of range"

    def __init__(self, lowest: float, highest: float) -> None:
        detail = f"This model may be asked with {lowest:g} to {highest:g} here; leave `temperature` out, or change it."
        super().__init__(detail, errors=[{"loc": ["body", "temperature"], "msg": detail, "type": "temperature"}])


def listens(model: str) -> bool:
    """Whether a temperature changes what this model says."""
    name = model.partition(":")[2].rpartition("/")[2]
    if name.startswith("gemini-"):
        return _GEMINI_THAT_LISTENS.match(name) is not None
    return model != EXTRACTIVE and _DEAF.match(model) is None


def temperature_of(model: str, wanted: float | None, options: LlmSettings) -> float | None:
    """What this model is sent; None when it has its own. Raises `TemperatureOutOfRange` for a wish beyond what this
    deployment or the model allows."""
    lowest, highest = options.temperature_min, min(options.temperature_max, _most(model))
    if wanted is not None and not lowest <= wanted <= highest:
        raise TemperatureOutOfRange(lowest, highest)
    return sent(model, wanted, options)


def sent(model: str, wanted: float | None, options: LlmSettings) -> float | None:
    """The same within what the model takes; a stand-in may take less than the model that was asked."""
    if not listens(model):
        return None
    return min(options.temperature if wanted is None else wanted, _most(model))


def _most(model: str) -> float:
    return _HIGHEST.get(model.partition(":")[0], HIGHEST)
