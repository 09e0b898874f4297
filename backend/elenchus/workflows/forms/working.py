"""What one look at a value may cost, whatever form and value are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

MOST_WORK = 150_000  # keywords looked at, of about 5 µs each
_LEFT: ContextVar[list[int] | None] = ContextVar("work left for this form", default=None)


class TooMuchWork(Exception):
    pass


@contextmanager
def counted() -> Iterator[None]:
    token = _LEFT.set([MOST_WORK])
    try:
        yield
    except RecursionError as error:
        raise TooMuchWork from error
    finally:
        _LEFT.reset(token)


def spend(units: int) -> None:
    left = _LEFT.get()
    if left is None:
        return
    left[0] -= units
    if left[0] < 0:
        raise TooMuchWork


def size(value: Any) -> int:
    """What it costs to go over a list or an object once, without what is in it."""
    return len(value) // 8 if isinstance(value, list | dict) else 0
