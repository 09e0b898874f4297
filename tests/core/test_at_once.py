"""Pieces of one work side by side: in order, bounded, and nothing is left behind."""

import asyncio

import pytest

from elenchus.core import at_once


async def test_they_come_in_the_order_of_the_items_and_so_many_at_once():
    under_way, most = 0, 0

    async def work(item: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return item * 2

    assert await at_once.each(range(7), work, most=3) == [0, 2, 4, 6, 8, 10, 12]
    assert most == 3


async def test_of_nothing_comes_nothing():
    assert await at_once.each([], asyncio.sleep, most=1) == []


async def test_when_one_fails_no_other_is_begun_and_the_others_are_let_finish():
    begun: list[int] = []
    ended: list[int] = []
    both, failed = asyncio.Event(), asyncio.Event()

    async def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            await both.wait()
            failed.set()
            raise ValueError
        both.set()
        await failed.wait()
        await asyncio.sleep(0)
        ended.append(item)

    with pytest.raises(ValueError):
        await at_once.each(range(5), work, most=2)
    assert (begun, ended) == ([0, 1], [1])


async def test_one_that_is_itself_cut_off_is_one_that_failed():
    begun: list[int] = []

    async def work(item: int) -> None:
        begun.append(item)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await at_once.each(range(5), work, most=1)
    assert begun == [0]


async def test_cancelled_it_leaves_none_behind():
    let_go: list[int] = []
    begun = asyncio.Event()

    async def work(item: int) -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            let_go.append(item)

    whole = asyncio.create_task(at_once.each(range(3), work, most=2))
    await begun.wait()
    whole.cancel()
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert let_go == [0, 1]
