"""Whose request or job this is, for what is recorded deep below the border: the audit trail, mails, limits."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known before anybody is signed in. A job has no address of its own."""

    request_id: str
    ip_address: str = ""
    user_agent: str = ""


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)
_NOBODY = Caller("")


def caller() -> Caller:
    """Outside a request: nobody, with empty fields."""
    return _caller.get() or _NOBODY


def set_caller(known: Caller) -> None:
    """For this task and what it starts from here on."""
    _caller.set(known)
