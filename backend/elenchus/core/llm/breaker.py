"""Who keeps failing is left alone for a while: who asks then hears so at once, and when to come back.

An outage is the provider's. That it takes no more questions is one model's: providers count those for each, and the
next model in LLM_FALLBACKS may still be asked. Each process learns by itself. After the rest one call tries; the others
wait for what it finds.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from elenchus.core import logs
from elenchus.core.llm import metrics
from elenchus.core.llm.base import ModelFailed
from elenchus.core.settings import LlmSettings

RESTING = "model_resting"
TRIAL_SECONDS = 2  # what to wait while another call tries whether the provider is well again
LONGEST_REST_SECONDS = 600.0  # however long the provider says
MOST_KEPT = 256  # models' names may come from requests
log = logs.get(__name__)


class Scope(StrEnum):
    """Whose illness it is."""

    PROVIDER = "provider"
    MODEL = "model"


#: What says that it is ill, and not that a request or a key is wrong.
ILLNESSES = {
    Scope.PROVIDER: frozenset({"model_away", "model_slow", "model_wrong"}),
    Scope.MODEL: frozenset({"model_busy"}),
}
#: What says nothing of it: a provider that is busy is there, but one that is away may have room or not.
SILENT = {Scope.PROVIDER: frozenset[str](), Scope.MODEL: ILLNESSES[Scope.PROVIDER]}


@dataclass(slots=True)
class Breaker:
    """Closed; open until `open_until`; then half open, with one call on trial."""

    name: str  # of the provider, or `provider:model`
    scope: Scope = Scope.PROVIDER
    clock: Callable[[], float] = time.monotonic
    failures: int = 0  # one after another, without an answer that came to its end between them
    open_until: float | None = None
    is_on_trial: bool = False
    is_counted: bool = True  # in the gauge, when open

    @property
    def is_idle(self) -> bool:
        return self.open_until is None and not self.failures

    def wait_seconds(self) -> int:
        """How long nobody may call; 0: somebody may now."""
        if self.open_until is None:
            return 0
        left = self.open_until - self.clock()
        if left > 0:
            return max(1, math.ceil(left))
        return TRIAL_SECONDS if self.is_on_trial else 0

    @contextmanager
    def call(self, options: LlmSettings) -> Iterator["Call"]:
        """One call. Raises `ModelFailed` without one while there is a rest."""
        call = Call(self, is_trial=self._admit())
        try:
            yield call
            self._recovered()
        except ModelFailed as failed:
            if failed.code in ILLNESSES[self.scope]:
                self._failed(failed, call, options)
            elif failed.code not in SILENT[self.scope]:
                self._recovered()
            raise
        finally:
            self._left(call)

    def _admit(self) -> bool:
        """Whether this call is the one on trial."""
        if wait := self.wait_seconds():
            raise resting(wait)
        self.is_on_trial = self.open_until is not None
        return self.is_on_trial

    def _recovered(self) -> None:
        if self.open_until is not None:
            log.info("language model is well again", name=self.name, scope=self.scope)
            self._count(-1)
        self.failures, self.open_until, self.is_on_trial = 0, None, False

    def _failed(self, failed: ModelFailed, call: "Call", options: LlmSettings) -> None:
        self.failures += 1
        if self.open_until is not None and not call.is_trial:
            return  # it began before the rest and says nothing new
        if self.failures < options.breaker_failures and not call.is_trial:
            return
        if self.open_until is None:
            self._count(+1)
        told = min(LONGEST_REST_SECONDS, failed.retry_after_seconds or 0)
        rest = max(options.breaker_seconds, told)
        self.open_until, self.is_on_trial = self.clock() + rest, False
        metrics.circuit_openings.labels(self.name.partition(":")[0], self.scope).inc()
        log.warning(
            "language model is left alone", name=self.name, scope=self.scope, reason=failed.code, seconds=round(rest, 1)
        )

    def _count(self, more: int) -> None:
        if self.is_counted:
            metrics.circuits_open.labels(self.name.partition(":")[0], self.scope).inc(more)

    def dropped(self) -> None:
        """Nobody asks it from here on; a call that is under way may still tell it how it ended."""
        if self.open_until is not None:
            self._count(-1)
        self.is_counted = False

    def _left(self, call: "Call") -> None:
        """Who asked went away before anything was said, or what was said tells nothing: the next one tries."""
        if call.is_trial and not call.has_spoken:
            self.is_on_trial = False


@dataclass(slots=True)
class Call:
    breaker: Breaker
    is_trial: bool
    has_spoken: bool = False

    def spoke(self) -> None:
        """The first words end a rest. They are no answer yet: who breaks off each time is ill all the same."""
        if not self.has_spoken:
            self.has_spoken = True
            if self.breaker.open_until is not None:
                self.breaker._recovered()  # noqa: SLF001 - its other half


def resting(wait_seconds: int) -> ModelFailed:
    detail = f"The language model keeps failing and is left alone. Ask again in {wait_seconds} s."
    return ModelFailed(RESTING, detail, retryable=True, retry_after_seconds=wait_seconds)


_breakers: dict[str, Breaker] = {}


def breaker_of(name: str) -> Breaker:
    """Of a provider, or of a `provider:model`."""
    if name not in _breakers and len(_breakers) >= MOST_KEPT:
        _make_room()
    scope = Scope.MODEL if ":" in name else Scope.PROVIDER
    return _breakers.setdefault(name, Breaker(name, scope))


def _make_room() -> None:
    """By what says nothing, else by the oldest, and by one that rests only if all do. Providers are few: they stay."""
    models = [breaker for breaker in _breakers.values() if breaker.scope is Scope.MODEL]
    idle = [breaker for breaker in models if breaker.is_idle]
    for breaker in idle or [min(models, key=lambda known: known.open_until is not None)]:
        breaker.dropped()
        del _breakers[breaker.name]


def _both(model: str) -> tuple[Breaker, Breaker]:
    return breaker_of(model.partition(":")[0]), breaker_of(model)


def wait_seconds(model: str) -> int:
    """How long asking this model is known to be in vain."""
    return max(breaker.wait_seconds() for breaker in _both(model))


@contextmanager
def guarded(model: str, options: LlmSettings) -> Iterator[Callable[[], None]]:
    """One call of a model; what is given is to be called when it speaks. Raises `ModelFailed` without a call while it
    or its provider rests."""
    if wait := wait_seconds(model):
        raise resting(wait)
    provider, own = _both(model)
    with provider.call(options) as outer, own.call(options) as inner:

        def spoke() -> None:
            outer.spoke()
            inner.spoke()

        yield spoke


def resting_now() -> dict[str, int]:
    """Who rests, and for how many seconds more."""
    return {name: wait for name, breaker in _breakers.items() if (wait := breaker.wait_seconds())}


def forget() -> None:
    """All count as well again; for tests."""
    for breaker in _breakers.values():
        breaker._recovered()  # noqa: SLF001 - the gauge too
    _breakers.clear()
