"""Rows leave by age only, from the beginning, and it is on the record that they did."""

from datetime import datetime, timedelta

import pytest

from elenchus.audit import pruning, store
from elenchus.audit import service as audit
from elenchus.audit.chain import Head
from elenchus.audit.schemas import Action
from elenchus.audit.writing import Writer
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.settings import AuditSettings, Settings, settings, use
from elenchus.registry import SCHEDULES
from tests.audit.support import (
    change_row,
    entry,
    first_bad,
    forget_other_tests,
    heads,
    is_whole,
    rows,
    stored,
    stored_head,
    verified,
    written,
)
from tests.support import until

DAYS = 30


@pytest.fixture(autouse=True)
def _kept_for_a_month(settings_: Settings):
    before = settings()
    use(before.model_copy(update={"audit": AuditSettings(_env_file=None, retention_days=DAYS)}))
    yield
    use(before)


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_other_tests(monkeypatch)


async def aged(old: int, young: int) -> Id:
    """A chain of so many rows that are to go, and so many that are to stay."""
    tenant_id, writer = new_id(), Writer()
    for number in range(old):
        await writer.record(entry(tenant_id, number, at=now() - timedelta(days=DAYS, minutes=30 + old - number)))
    for number in range(young):
        await writer.record(entry(tenant_id, number, at=now() - timedelta(days=DAYS - 1)))
    await writer.drain(5)
    return tenant_id


async def seqs(tenant_id: Id) -> list[int]:
    return [row["seq"] for row in await stored(tenant_id)]


async def prune() -> None:
    await audit.prune(now())


class TestPrune:
    async def test_the_old_go_the_young_stay_and_the_chain_holds(self):
        tenant_id = await aged(5, 3)
        await prune()
        assert await seqs(tenant_id) == [6, 7, 8, 9]
        found = await verified(tenant_id)
        assert (found.verified, found.rows_checked, found.pruned_before) == (True, 4, 6)

    async def test_it_is_on_the_record(self):
        tenant_id = await aged(5, 3)
        await prune()
        last = (await stored(tenant_id))[-1]
        assert last["action"] == Action.AUDIT_PRUNED
        assert last["details"] == {"rows": 5, "before_seq": 6, "days": DAYS}
        assert last["actor"] == {"user_id": None, "api_key_id": None}

    async def test_nothing_happens_where_nothing_is_old(self):
        tenant_id = await aged(0, 3)
        await prune()
        await prune()
        assert await seqs(tenant_id) == [1, 2, 3]

    async def test_all_rows_may_be_old(self):
        tenant_id = await aged(4, 0)
        await prune()
        assert await seqs(tenant_id) == [5]
        await written(2, tenant_id=tenant_id)
        assert await is_whole(tenant_id, 3)

    async def test_again_after_more_time(self):
        tenant_id, writer = await aged(3, 0), Writer()
        await prune()
        await writer.record(entry(tenant_id))
        await writer.drain(5)
        use(settings().model_copy(update={"audit": AuditSettings.model_construct(retention_days=-1)}))
        await prune()
        assert len(await seqs(tenant_id)) == 1, "only what says so"
        assert (await verified(tenant_id)).verified

    async def test_more_than_is_deleted_at_once(self, monkeypatch):
        monkeypatch.setattr(pruning, "AT_ONCE", 2)
        tenant_id = await aged(7, 1)
        await prune()
        assert await seqs(tenant_id) == [8, 9]

    async def test_rows_almost_in_order_of_time_keep_every_young_one(self):
        """A note may stand behind a later record, and the clocks of two servers differ."""
        tenant_id, writer = new_id(), Writer()
        edge = now() - timedelta(days=DAYS)
        for number, seconds in enumerate((40, -15, -15, -15, -15, -15, -15)):
            await writer.record(entry(tenant_id, number, at=edge + timedelta(seconds=seconds)))
        await writer.drain(5)
        await prune()
        assert 1 in await seqs(tenant_id)

    async def test_every_day_by_a_schedule(self):
        schedule = next(every for every in SCHEDULES if every.name == "audit.prune")
        tenant_id = await aged(2, 1)
        await schedule.work(datetime.now().astimezone())
        assert await seqs(tenant_id) == [3, 4]
        assert schedule.interval_seconds == 86_400


class TestCrash:
    async def test_after_the_beginning_was_moved(self, monkeypatch):
        tenant_id = await aged(5, 3)
        with monkeypatch.context() as dying:
            dying.setattr(store, "remove", None)
            with pytest.raises(ExceptionGroup):
                await prune()
        assert await seqs(tenant_id) == list(range(1, 10))
        assert await is_whole(tenant_id, 4)
        await prune()
        assert await seqs(tenant_id) == [6, 7, 8, 9]
        assert await is_whole(tenant_id, 4)

    async def test_before_the_beginning_was_moved(self, monkeypatch):
        tenant_id = await aged(5, 3)
        with monkeypatch.context() as dying:
            dying.setattr(pruning, "_begun_at", None)
            with pytest.raises(ExceptionGroup):
                await prune()
        assert await is_whole(tenant_id, 9)
        await prune()
        assert await is_whole(tenant_id, 5)

    async def test_a_writer_that_moves_the_head_meanwhile(self, monkeypatch):
        tenant_id, writer, moved = await aged(5, 3), Writer(), []
        move = store.move_head

        async def overtaken(old: Head, new: Head) -> bool:
            if old.tenant_id == tenant_id and new.start != old.start and not moved:
                moved.append(new)
                await writer.record(entry(tenant_id))
                await writer.drain(5)
            return await move(old, new)

        monkeypatch.setattr(store, "move_head", overtaken)
        await prune()
        assert moved
        head = await stored_head(tenant_id)
        assert (head["start_seq"], head["seq"]) == (6, 10)
        assert await is_whole(tenant_id, 5)


class TestTampered:
    @pytest.mark.parametrize("values", [{"start_seq": 4}, {"seq": 2}])
    async def test_from_a_chain_whose_head_is_not_ours_nothing_is_removed(self, values):
        tenant_id = await aged(5, 3)
        await heads().update_one({"tenant_id": tenant_id}, {"$set": values})
        await prune()
        assert await seqs(tenant_id) == list(range(1, 9))

    @pytest.mark.parametrize("change", [{"$unset": {"at": 1}}, {"$set": {"at": "never"}}])
    async def test_a_row_that_cannot_be_read_does_not_keep_the_others_from_going(self, change):
        broken, tenant_id = await aged(3, 1), await aged(5, 1)
        await rows().update_one({"tenant_id": broken, "seq": 2}, change)
        await prune()
        assert await seqs(tenant_id) == [6, 7]

    @pytest.mark.parametrize("dated_back", [range(1, 7), range(1, 9), [1, 2, 3, 4, 6]])
    async def test_young_rows_dated_back_by_hand_are_not_removed_and_stay_bad(self, dated_back):
        tenant_id = await aged(0, 8)
        for seq in dated_back:
            await change_row(tenant_id, seq, at=now() - timedelta(days=900))
        before = await first_bad(tenant_id)
        await prune()
        assert await seqs(tenant_id) == list(range(1, 9))
        assert await first_bad(tenant_id) == before

    async def test_what_breaks_in_one_chain_keeps_no_other_from_its_pruning(self, monkeypatch):
        first, last = await aged(2, 1), await aged(2, 1)
        real = store.head

        async def head(tenant_id: Id) -> Head | None:
            if tenant_id == first:
                raise ValueError("what no driver can read")
            return await real(tenant_id)

        monkeypatch.setattr(store, "head", head)
        with pytest.raises(ExceptionGroup):
            await prune()
        assert await seqs(first) == [1, 2, 3]
        assert await seqs(last) == [3, 4]

    async def test_a_young_row_made_old_by_hand_does_not_hide_itself(self):
        tenant_id = await aged(2, 4)
        await change_row(tenant_id, 5, at=now() - timedelta(days=900))
        await prune()
        assert (await first_bad(tenant_id))[0] == 5

    async def test_rows_of_another_tenant_are_not_touched(self):
        tenant_id, other = await aged(3, 1), await written(3)
        await prune()
        assert await rows().count_documents({"tenant_id": other}) == 3
        assert await seqs(tenant_id) == [4, 5]


async def test_the_worker_prunes(worker: None, resources_):
    """The schedule is there for any worker to take."""
    await until(lambda: resources_.database["schedules"].find_one({"_id": "audit.prune"}))
