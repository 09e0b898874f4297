"""Places for what is dear, counted in this process: so many of all together and so many of one person's, so that
nobody's crowd keeps the others out."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from elenchus.core.errors import Refusal
from elenchus.core.ids import Id


class Places:
    def __init__(self) -> None:
        self._taken: Counter[Id | None] = Counter()

    @contextmanager
    def one(self, whose: Id | None, *, most: int, full: Refusal) -> Iterator[None]:
        """Among this person's, or without one among all. Raises `full` when so many are taken."""
        if self._taken[whose] >= most:
            raise full
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]
