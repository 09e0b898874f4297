"""Which model speaks: by name, by setting, or the built-in one when there is no key."""

import re
from collections.abc import Iterable, Iterator

from elenchus.core import logs
from elenchus.core.errors import Invalid, Unavailable
from elenchus.core.llm.base import ChatModel, StructuredModel
from elenchus.core.llm.breaker import RESTING
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.extractive import Extractive
from elenchus.core.llm.providers import GOOGLE, PROVIDERS, ModelNotReady, ProviderModel
from elenchus.core.llm.standing_in import WithStandIns
from elenchus.core.settings import LlmSettings, settings

AUTO = "auto"
ALL_OF = ":*"  # after a provider's name in LLM_CHOICES
DEFAULT_GEMINI = f"{GOOGLE}:gemini-3.8-flash"
#: Providers put it into an address; ".." there is another one.
_NAME = re.compile(r"([a-z0-9_]+):(?!.*\.\.)([\w.:/@+-]{1,120})", re.ASCII)
log = logs.get(__name__)


class UnknownModel(Invalid):
    title = "There is no such model here"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail, errors=[{"loc": ["body", "model"], "msg": detail, "type": "model"}], model=name)


class ModelResting(Unavailable):
    title = "The language model is away"

    def __init__(self, wait_seconds: int) -> None:
        detail = f"Its provider keeps failing and is left alone; ask again in {wait_seconds} s."
        super().__init__(detail, retry_after_seconds=wait_seconds, code=RESTING)


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
    return _with_stand_ins(ProviderModel(full, options), options)


def require_answering(model: ChatModel) -> None:
    """Raises `ModelResting` while no provider that could answer is to be asked."""
    if wait := model.wait_seconds():
        raise ModelResting(wait)


def _with_stand_ins(model: ProviderModel, options: LlmSettings) -> ChatModel:
    """Only for this deployment's own choice: who names another model wants that one's answer or none."""
    if not options.fallbacks or model.name != full_name(None, options):
        return model
    others = [_set(name, "LLM_FALLBACKS", options) for name in options.fallbacks]
    return WithStandIns(model, list(_ready((name for name in others if name != model.name), options)))


def _ready(names: Iterable[str], options: LlmSettings) -> Iterator[ChatModel]:
    """Without those that this server lacks the key or the package of: the first one needs them only when it fails."""
    for name in names:
        try:
            yield _plain(name, options)
        except ModelNotReady as lacking:
            log.warning("a language model cannot stand in", model=name, reason=lacking.detail)


def _plain(full: str, options: LlmSettings) -> ChatModel:
    return Extractive() if full == EXTRACTIVE else ProviderModel(full, options)


def structured_model(name: str | None = None, options: LlmSettings | None = None) -> StructuredModel | None:
    """The same for one that fills in forms; None when it is the built-in one, which cannot."""
    options = options or settings().llm
    model = chat_model(name, options)
    return None if model.name == EXTRACTIVE else ProviderModel(model.name, options)


def full_name(name: str | None, options: LlmSettings) -> str:
    """`extractive` or `provider:model`. Raises `UnknownModel`, or `ModelNotReady` when it is this deployment's own name
    that means nothing."""
    if name in (None, "", AUTO):
        return _set(options.model, "LLM_MODEL", options)
    return _full(str(name), options)


def _set(name: str, setting: str, options: LlmSettings) -> str:
    """A mistake of who runs this server is not one of who asks it."""
    try:
        return _full(name, options)
    except UnknownModel as unknown:
        raise ModelNotReady(f"{setting} on this server means nothing. {unknown.detail}") from unknown


def _full(chosen: str, options: LlmSettings) -> str:
    if chosen == AUTO:
        return DEFAULT_GEMINI if options.google_api_key else EXTRACTIVE
    if chosen == EXTRACTIVE:
        return chosen
    if chosen.startswith("gemini-"):
        chosen = f"{GOOGLE}:{chosen}"
    parts = _NAME.fullmatch(chosen)
    if not parts or parts[1] not in PROVIDERS:
        detail = f"A model is named `provider:model`, with one of {', '.join(PROVIDERS)}, or `{EXTRACTIVE}`."
        raise UnknownModel(chosen[:120], detail)
    return chosen


def offered(options: LlmSettings) -> list[str]:
    """What a question may name here, this deployment's own model first; `provider:*` stands for all of a provider's."""
    named = [full_name(None, options), *(_listed(name, options) for name in options.choices), EXTRACTIVE]
    return list(dict.fromkeys(named))


def _listed(name: str, options: LlmSettings) -> str:
    return name if name.endswith(ALL_OF) else _set(name, "LLM_CHOICES", options)


def _may_ask(full: str, options: LlmSettings) -> bool:
    """Whoever asks spends this deployment's money: only its own model, and those that it lists."""
    return bool({full, full.partition(":")[0] + ALL_OF} & set(offered(options)))
