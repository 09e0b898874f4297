"""Which model speaks: by name, by setting, or the built-in one when there is no key."""

import re

from elenchus.core.errors import Invalid
from elenchus.core.llm.base import ChatModel, StructuredModel
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.extractive import Extractive
from elenchus.core.llm.providers import GOOGLE, PROVIDERS, ProviderModel
from elenchus.core.settings import LlmSettings, settings

AUTO = "auto"
DEFAULT_GEMINI = f"{GOOGLE}:gemini-3.8-flash"
_NAME = re.compile(r"([a-z0-9_]+):([\w.:/@+-]{1,120})", re.ASCII)


class UnknownModel(Invalid):
    title = "There is no such model here"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail, errors=[{"loc": ["body", "model"], "msg": detail, "type": "model"}], model=name)


def chat_model(name: str | None = None, options: LlmSettings | None = None) -> ChatModel:
    """The model of this name; none or `auto` is this deployment's own. Raises `UnknownModel`, or `Unavailable` when
    the model is known and this server lacks its key or its package."""
    options = options or settings().llm
    full = full_name(name, options)
    if full == EXTRACTIVE:
        return Extractive()
    if not _may_ask(full, options):
        detail = f"This server does not offer {full}; leave `model` out, or ask its administrator for LLM_CHOICES."
        raise UnknownModel(full, detail)
    return ProviderModel(full, options)


def structured_model(name: str | None = None, options: LlmSettings | None = None) -> StructuredModel | None:
    """The same for one that fills in forms; None when it is the built-in one, which cannot."""
    model = chat_model(name, options)
    return model if isinstance(model, ProviderModel) else None


def full_name(name: str | None, options: LlmSettings) -> str:
    """`extractive` or `provider:model`."""
    chosen = options.model if name in (None, "", AUTO) else str(name)
    if chosen == AUTO:
        return DEFAULT_GEMINI if options.google_api_key else EXTRACTIVE
    if chosen.startswith("gemini-"):
        return f"{GOOGLE}:{chosen}"
    if chosen == EXTRACTIVE:
        return chosen
    parts = _NAME.fullmatch(chosen)
    if not parts or parts[1] not in PROVIDERS:
        detail = f"A model is named `provider:model`, with one of {', '.join(PROVIDERS)}, or `{EXTRACTIVE}`."
        raise UnknownModel(chosen[:120], detail)
    return chosen


def _may_ask(full: str, options: LlmSettings) -> bool:
    """Whoever asks spends this deployment's money: only its own model, those it lists, or else its provider's."""
    own = full_name(None, options)
    if full == own or full in options.choices:
        return True
    return not options.choices and full.partition(":")[0] == own.partition(":")[0]
