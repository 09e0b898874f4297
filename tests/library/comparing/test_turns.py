"""So many comparisons at once, each a processor: also of those that nobody waits for any more."""

import asyncio
import threading

import pytest

from elenchus.library.comparing import service
from elenchus.library.comparing.schemas import Side
from tests.support import until

OLD, NEW = Side(text="1. Price. It is due."), Side(text="1. Price. It is paid.")


class Threads:
    """Each ends when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.running = 0
        self.begun = 0
        self.end = threading.Event()
        monkeypatch.setattr(service, "_compared", self._compared)

    def _compared(self, *_: object) -> str:
        self.running, self.begun = self.running + 1, self.begun + 1
        self.end.wait(20)
        self.running -= 1
        return "compared"


@pytest.fixture
def threads(monkeypatch):
    made = Threads(monkeypatch)
    yield made
    made.end.set()


async def test_one_that_was_cancelled_keeps_its_turn_until_its_thread_has_ended(threads, new_principal):
    principal = new_principal()
    left = [asyncio.ensure_future(service.compare(principal, OLD, NEW)) for _ in range(service.AT_ONCE)]
    await until(lambda: threads.running == service.AT_ONCE)
    for each in left:
        each.cancel()
    told = await asyncio.wait_for(asyncio.gather(*left, return_exceptions=True), 5)
    assert [type(each) for each in told] == [asyncio.CancelledError] * service.AT_ONCE
    waiting = asyncio.ensure_future(service.compare(principal, OLD, NEW))
    await asyncio.sleep(0.1)
    assert (threads.running, threads.begun) == (service.AT_ONCE, service.AT_ONCE)
    threads.end.set()
    assert await asyncio.wait_for(waiting, 5) == "compared"


async def test_one_that_was_cancelled_while_it_waited_takes_no_turn(threads, new_principal):
    principal = new_principal()
    first = [asyncio.ensure_future(service.compare(principal, OLD, NEW)) for _ in range(service.AT_ONCE)]
    await until(lambda: threads.running == service.AT_ONCE)
    waiting = asyncio.ensure_future(service.compare(principal, OLD, NEW))
    await asyncio.sleep(0.02)
    waiting.cancel()
    threads.end.set()
    assert await asyncio.gather(*first) == ["compared"] * service.AT_ONCE
    again = [service.compare(principal, OLD, NEW) for _ in range(service.AT_ONCE + 1)]
    assert await asyncio.wait_for(asyncio.gather(*again), 5) == ["compared"] * (service.AT_ONCE + 1)


async def test_one_that_breaks_gives_its_turn_back(new_principal, monkeypatch):
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(service, "_compared", breaks)
    for _ in range(service.AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(service.compare(new_principal(), OLD, NEW), 5)
