"""A worker's hand does the next job's work while the end of the one before is written and told."""

import asyncio

import pytest

from elenchus.jobs.crowding import store
from elenchus.jobs.hands import Hands
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import JobStatus
from elenchus.jobs.task import task
from tests.jobs.conftest import Gate, over, submit
from tests.support import until

done: list[object] = []
gates: list[Gate] = []


async def tell(*_: object) -> None:
    await gates[0].wait()


@task("hands.note", on_end=tell)
async def note(run: Run) -> None:
    done.append(run.job_id)


async def test_a_worker_goes_on_while_a_room_is_told(me, start_worker, gate):
    """But no more rooms than it has hands: the third job waits."""
    gates[:] = [gate]
    ids = [await submit("hands.note", me) for _ in range(3)]
    await start_worker(note, concurrency=1)
    await until(lambda: gate.came == 2)
    assert len(set(ids) & set(done)) == 2
    gate.open()
    for job_id in ids:
        assert (await over(me, job_id)).status is JobStatus.COMPLETED
    await until(lambda: {*ids} <= {*done})


async def test_whoever_gave_the_job_learns_of_the_free_hand_before_the_room_of_its_end(me, engine, gate):
    gates[:], freed = [gate], []
    attending = asyncio.create_task(engine(note).attend(await submit("hands.note", me), lambda: freed.append(1)))
    await until(lambda: gate.came)
    assert freed == [1]
    gate.open()
    await attending
    assert freed == [1]


async def test_a_worker_that_stops_lets_a_room_be_told(me, engine, gate):
    gates[:] = [gate]
    worker = engine(note)
    attending = asyncio.create_task(worker.attend(await submit("hands.note", me)))
    await until(lambda: gate.came)
    draining, over_first = asyncio.create_task(worker.drain(5)), []
    for each in (attending, draining):
        each.add_done_callback(over_first.append)
    await until(lambda: worker.stopping)
    gate.open()
    await asyncio.gather(attending, draining)
    assert over_first == [attending, draining]


async def test_one_workers_claims_and_ends_are_never_side_by_side(me, engine, gate, monkeypatch):
    gate.open()
    gates[:], under_way, seen = [gate], [], []

    def noted(name):
        really = getattr(store, name)

        async def command(*args, **more):
            under_way.append(name)
            await asyncio.sleep(0.01)  # as a database does that has others to serve
            seen.append([*under_way])
            try:
                return await really(*args, **more)
            finally:
                under_way.remove(name)

        monkeypatch.setattr(store, name, command)

    noted("claim")
    noted("end")
    worker, ids = engine(note, concurrency=2), [await submit("hands.note", me) for _ in range(8)]
    await asyncio.gather(*map(worker.attend, ids))
    assert {name for names in seen for name in names} == {"claim", "end"}
    assert {len(names) for names in seen} == {1}


class TestHands:
    async def take(self, hands: Hands, freed: list[int], number: int, gate: asyncio.Event) -> None:
        async with hands.take(lambda: freed.append(number)) as hand:
            hands.ends(hand)
            await gate.wait()

    async def test_as_many_ends_wait_as_there_are_hands(self):
        hands, freed, gate = Hands(2), [], asyncio.Event()
        tasks = [asyncio.create_task(self.take(hands, freed, number, gate)) for number in range(6)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert freed == [0, 1]
        assert hands.free == 0  # two more wait for their ends, and keep their hands
        assert not hands.are_idle
        gate.set()
        await asyncio.gather(*tasks)
        assert sorted(freed) == [*range(6)]
        assert hands.free == 2
        assert hands.are_idle

    async def test_a_worker_that_stops_waits_for_ends_too(self):
        hands, gates = Hands(2), [asyncio.Event(), asyncio.Event()]
        first, second = [asyncio.create_task(self.take(hands, [], 0, gate)) for gate in gates]
        await asyncio.sleep(0)
        gates[0].set()
        await first
        assert (hands.free, hands.are_idle) == (2, False)
        gates[1].set()
        await second
        assert hands.are_idle

    async def test_it_is_free_once(self):
        hands, freed = Hands(1), []
        async with hands.take(lambda: freed.append(1)) as hand:
            hands.ends(hand)
            hands.ends(hand)
            assert hands.free == 1
        assert freed == [1]
        assert hands.free == 1

    async def test_a_run_that_breaks_gives_its_hand_back(self):
        hands, freed = Hands(1), []
        with pytest.raises(RuntimeError):
            async with hands.take(lambda: freed.append(1)):
                raise RuntimeError("broken")
        assert (freed, hands.free, hands.are_idle) == ([1], 1, True)
