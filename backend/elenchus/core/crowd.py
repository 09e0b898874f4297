"""Questions that gather while one command is under way, and are answered together by the next.

A lone one is asked at once. Under load they grow by themselves to what is answered in one go. Crowds may share a turn:
two commands at once take the bundled database, which has but one interpreter, twice as long as one after the other, and
meanwhile more gather.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(slots=True, eq=False)
class Asked(Generic[Q, A]):
    question: Q
    answer: "asyncio.Future[A]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def give(self, answer: A) -> None:
        if not self.answer.done():  # whoever asked may have been cut off
            self.answer.set_result(answer)

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Crowd(Generic[Q, A]):
    """`settle` answers all that it is given; what it raises is told to those whom it has not answered. `turn` is had
    while it does: it must give up in time for the others."""

    def __init__(self, settle: Callable[[Sequence[Asked[Q, A]]], Awaitable[None]], turn: asyncio.Lock) -> None:
        self._settle = settle
        self._turn = turn
        self._asked: list[Asked[Q, A]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        asked: Asked[Q, A] = Asked(question)
        self._asked.append(asked)
        if self._working is None:  # in a context of its own: the deadline and the log fields of one are not the others'
            self._working = asyncio.create_task(self._work(), context=Context())
        return await asked.answer

    async def _work(self) -> None:
        try:
            while self._asked:
                async with self._turn:
                    await self._answer()
        finally:
            self._working = None

    async def _answer(self) -> None:
        asked, self._asked = self._asked, []
        try:
            await self._settle(asked)
        except Exception as error:  # noqa: BLE001 - theirs who asked
            for one in asked:
                one.refuse(error)
