"""How many jobs one worker runs side by side."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress


class Hand:
    """One of them, taken by one job."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back = give_back
        self.is_free = False

    def free(self) -> None:
        """For the next job. What is left to do for this one is waiting."""
        if not self.is_free:
            self.is_free = True
            self._give_back()


class Hands:
    """A hand is free again as soon as its job only waits for its end to be written; but no more than `number` of those
    may wait, so a database that has stopped answering is not handed ever more."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = asyncio.Semaphore(number)
        self._taken = 0
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def free(self) -> int:
        return self._number - self._taken

    @property
    def are_idle(self) -> bool:
        """Nothing runs and no end waits."""
        return self._idle.is_set()

    @asynccontextmanager
    async def take(self, freed: Callable[[], None]) -> AsyncIterator[Hand]:
        """Waits for one. `freed` is called once, as soon as another job could have it."""
        await self._free.acquire()

        def give_back() -> None:
            self._taken -= 1
            self._free.release()
            freed()

        hand = Hand(give_back)
        self._taken += 1
        self._at_work += 1
        self._idle.clear()
        try:
            yield hand
        finally:
            hand.free()
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    def ends(self, hand: Hand) -> None:
        """The run of this one is over, and its end is about to be written."""
        if self._at_work - self._taken < self._number:
            hand.free()

    async def until_idle(self, seconds: float) -> None:
        """Or until then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()
