"""What can be done next, decided from the definition and the states of its steps alone.

A step can begin when all that it needs is settled: completed, skipped, or failed where it may (`on_error` continue).
What needs a step that failed otherwise, or was cancelled, is blocked and never begins; the other branches go on. When
nothing can happen any more it is over, and it has failed if a step has that may not.
"""

from collections.abc import Iterable, Mapping

from elenchus.workflows.definition import Definition, StepDef
from elenchus.workflows.schemas import StepStatus

States = Mapping[str, StepStatus]


def ready(definition: Definition, states: States) -> list[str]:
    """Can begin now, in the definition's order. Whose `when` says no is skipped by whoever evaluates it."""
    return [step.name for step in _open(definition, states) if not _is_pointless(step, states)]


def skipped(definition: Definition, states: States) -> list[str]:
    """To be skipped now: all that it needs was skipped, with what follows from that."""
    seen, found = dict(states), list[str]()
    while new := [step.name for step in _open(definition, seen) if _is_pointless(step, seen)]:
        seen.update(dict.fromkeys(new, StepStatus.SKIPPED))
        found += new
    order = {name: place for place, name in enumerate(definition.names)}
    return sorted(found, key=order.__getitem__)


def _open(definition: Definition, states: States) -> Iterable[StepDef]:
    """Pending, and all that it needs is settled."""
    may_fail = {step.name for step in definition.steps if step.on_error == "continue"}
    for step in definition.steps:
        is_pending = _state(states, step.name) is StepStatus.PENDING
        if is_pending and all(_is_settled(_state(states, name), may_fail=name in may_fail) for name in step.needs):
            yield step


def _is_settled(state: StepStatus, *, may_fail: bool) -> bool:
    return state in (StepStatus.COMPLETED, StepStatus.SKIPPED) or (may_fail and state is StepStatus.FAILED)


def _is_pointless(step: StepDef, states: States) -> bool:
    return bool(step.needs) and all(_state(states, name) is StepStatus.SKIPPED for name in step.needs)


def _state(states: States, name: str) -> StepStatus:
    return states.get(name, StepStatus.PENDING)


def _has_failed(step: StepDef, state: StepStatus) -> bool:
    return state is StepStatus.FAILED and step.on_error == "fail"


def failed_step(definition: Definition, states: States) -> str | None:
    """The first, in the definition's order, whose failure is the execution's."""
    return next((step.name for step in definition.steps if _has_failed(step, _state(states, step.name))), None)


def ancestors(definition: Definition) -> dict[str, frozenset[str]]:
    """Of each step all that it needs, directly or through others; in a circle, itself too. Names that no step has are
    left in."""
    return reached({step.name: tuple(step.needs) for step in definition.steps})


def reached(needs: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in needs:
        seen: set[str] = set()
        ahead = list(needs[name])
        while ahead:
            if (one := ahead.pop()) not in seen:
                seen.add(one)
                ahead.extend(needs.get(one, ()))
        found[name] = frozenset(seen)
    return found
