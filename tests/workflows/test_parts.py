"""What stands beside an execution: written once, read once, and the first that was written stays."""

import json
from collections import Counter

import pytest

from elenchus.core import queueing
from elenchus.workflows import presenting, store
from elenchus.workflows.models import OUTPUT
from elenchus.workflows.schemas import ExecutionStatus
from tests.workflows.inner import begun, kind, leg, table
from tests.workflows.support import step

BIG = "x" * 20_000


@pytest.fixture
def me(resources_, new_principal):
    return new_principal()


@pytest.fixture(autouse=True)
def no_wake_ups(monkeypatch):
    async def wake(*_args, **_more):
        return True

    monkeypatch.setattr(queueing, "wake", wake)


@pytest.fixture
def asked(monkeypatch):
    """How often each part was written and read."""
    found: Counter[tuple[str, ...]] = Counter()

    def counting(verb):
        real = getattr(store, verb)

        async def counted(owner, execution_id, *names):
            found[verb, *(str(name) for name in names[:2])] += 1
            return await real(owner, execution_id, *names)

        monkeypatch.setattr(store, verb, counted)

    for verb in ("keep_part", "part", "parts"):
        counting(verb)
    return found


async def test_a_big_output_is_sent_once_and_what_is_kept_is_not_read_back(me, monkeypatch, asked):
    async def work(desk, _given):
        async def piece():
            return "found"

        return [BIG, await desk.kept("piece", piece)]

    table(monkeypatch, kind("big", work))
    done = await leg(await begun(me, step("a", "big", input={}), step("b", needs=["a"], value="{{ steps.a }}")))
    assert done.status is ExecutionStatus.COMPLETED
    for name in (OUTPUT, "piece"):
        assert (asked["keep_part", "a", name], asked["part", "a", name]) == (1, 1)
    assert asked["keep_part", "b", OUTPUT] == 1


async def test_all_that_an_answer_has_room_for_is_read_at_once(me, asked):
    steps = [step(f"s{n}", value="{{ input.text }}") for n in range(4)]
    done = await leg(await begun(me, *steps, input={"text": BIG}, output="short"))
    asked.clear()
    shown = await presenting.whole(done)
    assert [one.output_data for one in shown.steps] == [BIG] * 4
    assert sum(asked.values()) == 1


async def test_of_two_that_write_a_part_the_first_stays(me, monkeypatch):
    async def work(desk, _given):
        async def late():
            await store.keep_part(me, desk.execution_id, "a", "piece", '"first"')
            return "second"

        return await desk.kept("piece", late)

    table(monkeypatch, kind("late", work))
    done = await leg(await begun(me, step("a", "late", input={})))
    assert json.loads(done.steps[0].output) == "first"
