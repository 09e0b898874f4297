"""What verifying tells: every way to change the past is named, and nothing that happens by itself is."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from bson.code import Code

from elenchus.audit import chain, pruning, store, verifying
from elenchus.audit import service as audit
from elenchus.audit.chain import Head, Keys, Link
from elenchus.audit.models import head_id, row_id
from elenchus.audit.schemas import Action
from elenchus.audit.verifying import BAD_HEAD, MISSING, NO_HEAD, OTHER_END, STRIPPED
from elenchus.audit.writing import Writer
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from tests.audit.support import (
    ADDRESS,
    change_row,
    entry,
    first_bad,
    forget_other_tests,
    heads,
    is_whole,
    put_head,
    rechain,
    rows,
    stored,
    stored_head,
    stored_row,
    verified,
    written,
)

CHANGED = "the row was changed: its hash is another"
UNCHAINED = "the row is not chained to the one before"
FOREIGN = "the row was not written by this deployment: its seal is wrong"
TWICE = "the number is there twice"
OTHERS = "the row has fields or an id of another"
UNFINDABLE = "the row names somebody or something as we never do"
THEIR_KEYS = Keys(b"t" * 32, b"t" * 32)


class TestWhole:
    @pytest.mark.parametrize("count", [0, 1, 7])
    async def test_a_chain_as_it_was_written(self, count):
        tenant_id = await written(count)
        found = await verified(tenant_id)
        assert (found.verified, found.rows_checked, found.first_bad, found.head_seq) == (True, count, None, count)
        assert (found.pruned_before, found.next_seq) == (None, None)
        assert found.head_hash == (await stored_row(tenant_id, count))["hash"] if count else found.head_hash is None

    async def test_longer_than_what_is_read_at_once(self, monkeypatch):
        monkeypatch.setattr(verifying, "AT_ONCE", 10)
        for count in (19, 20, 21):
            assert await is_whole(await written(count), count)

    async def test_every_kind_of_value_is_read_as_it_was_written(self):
        details = {
            "a": 1,
            "b": 1.0,
            "c": 2**40,
            "d": None,
            "e": True,
            "f": ["x", {"z": 1, "y": 0.1}],
            "g": "§ ü 法 \x00",
        }
        tenant_id = await written(1, details=details, object_id=None, api_key_id=new_id())
        assert await is_whole(tenant_id, 1)
        assert (await stored_row(tenant_id, 1))["details"] == details


class TestTampering:
    """Through the collection itself, as the owner of the database could."""

    @pytest.mark.parametrize(
        "values",
        [
            {"at": now() - timedelta(days=1)},
            {"actor.user_id": new_id()},
            {"actor.api_key_id": new_id()},
            {"action": Action.DOCUMENT_DELETED},
            {"object.kind": "job"},
            {"object.id": "another"},
            {"request_id": "another"},
            {"details.number": 100},
            {"details.more": 1},
            {"details": {}},
            {"personal_sha256": "00" * 32},
            {"hash": "00" * 32},
            {"seq": 3.0},
        ],
        ids=lambda values: next(iter(values)),
    )
    async def test_a_changed_field(self, values):
        tenant_id = await written(5)
        await change_row(tenant_id, 3, **values)
        seq, reason = await first_bad(tenant_id)
        assert (seq, reason) == (3, OTHERS if "seq" in values else CHANGED)

    @pytest.mark.parametrize("name", ["actor.user_id", "actor.api_key_id"])
    async def test_an_id_as_text_which_no_search_and_no_erasure_would_find(self, name):
        id_ = new_id()
        tenant_id = await written(5, user_id=id_, api_key_id=id_)
        await change_row(tenant_id, 3, **{name: str(id_)})
        assert await first_bad(tenant_id) == (3, UNFINDABLE)

    @pytest.mark.parametrize("name", ["action", "object.kind", "object.id", "request_id"])
    async def test_a_text_as_code(self, name):
        tenant_id = await written(5)
        row = await stored_row(tenant_id, 3)
        part, _, within = name.partition(".")
        await change_row(tenant_id, 3, **{name: Code(row[part][within] if within else row[part])})
        assert await first_bad(tenant_id) == (3, UNFINDABLE)

    async def test_rows_and_heads_of_no_tenant_are_counted_and_stop_nothing(self):
        tenant_id, ids = await written(1), [new_id(), new_id(), new_id()]
        await rows().insert_many([{"_id": ids[0], "seq": 1}, {"_id": ids[1], "seq": 1, "tenant_id": str(tenant_id)}])
        await heads().insert_one({"_id": ids[2]})
        try:
            assert tenant_id in await audit.tenants()
            assert await audit.strays() == 3
        finally:
            await rows().delete_many({"_id": {"$in": ids}})
            await heads().delete_many({"_id": {"$in": ids}})

    @pytest.mark.parametrize("number", [1, 3, 5])
    async def test_the_first_the_middle_and_the_last_row(self, number):
        tenant_id = await written(5)
        await change_row(tenant_id, number, request_id="another")
        assert await first_bad(tenant_id) == (number, CHANGED)

    @pytest.mark.parametrize("name", ["ip_address", "user_agent", "salt", "more"])
    async def test_a_changed_personal_detail(self, name):
        tenant_id = await written(5)
        await change_row(tenant_id, 3, **{f"personal.{name}": "another"})
        assert await first_bad(tenant_id) == (3, "the personal details were changed")

    async def test_personal_details_taken_away_by_hand(self):
        tenant_id = await written(5)
        await change_row(tenant_id, 3, personal=None)
        assert await first_bad(tenant_id) == (3, STRIPPED)

    async def test_a_field_smuggled_in(self):
        tenant_id = await written(3)
        await change_row(tenant_id, 2, remark="all fine")
        assert await first_bad(tenant_id) == (2, OTHERS)

    @pytest.mark.parametrize("name", ["hash", "seal", "details", "actor", "at", "personal_sha256"])
    async def test_a_field_taken_away(self, name):
        tenant_id = await written(3)
        await rows().update_one({"_id": row_id(tenant_id, 2)}, {"$unset": {name: 1}})
        assert await first_bad(tenant_id) == (2, "the row cannot be read")

    @pytest.mark.parametrize("number", [1, 3])
    async def test_a_row_removed(self, number):
        tenant_id = await written(5)
        await rows().delete_one({"_id": row_id(tenant_id, number)})
        assert await first_bad(tenant_id) == (number, MISSING)

    async def test_more_rows_removed_than_are_read_at_once(self, monkeypatch):
        monkeypatch.setattr(verifying, "AT_ONCE", 3)
        tenant_id = await written(20)
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$gte": 5, "$lte": 15}})
        assert await first_bad(tenant_id) == (5, MISSING)

    @pytest.mark.parametrize("last", [4, 2, 0])
    async def test_the_end_cut_off(self, last):
        tenant_id = await written(5)
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$gt": last}})
        assert await first_bad(tenant_id) == (last + 1, MISSING)

    async def test_the_end_cut_off_and_other_rows_written_there(self):
        """The database's owner cannot make rows, but can let the system write other ones."""
        tenant_id, writer = await written(5), Writer()
        head = await stored_head(tenant_id)
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$gt": 3}})
        await put_head(tenant_id, seq=3, hash=(await stored_row(tenant_id, 3))["hash"])
        await asyncio.gather(*(writer.record(entry(tenant_id, n)) for n in (4, 5, 6)))
        await writer.drain(5)
        await heads().replace_one({"_id": head["_id"]}, head)
        assert await first_bad(tenant_id) == (5, OTHER_END)

    async def test_two_rows_swapped(self):
        tenant_id = await written(5)
        second, fourth = await stored_row(tenant_id, 2), await stored_row(tenant_id, 4)
        await rows().replace_one({"_id": second["_id"]}, {**fourth, "_id": second["_id"], "seq": 2})
        await rows().replace_one({"_id": fourth["_id"]}, {**second, "_id": fourth["_id"], "seq": 4})
        assert await first_bad(tenant_id) == (2, UNCHAINED)

    async def test_two_numbers_swapped(self):
        tenant_id = await written(5)
        await change_row(tenant_id, 2, seq=4)
        await rows().update_one({"_id": row_id(tenant_id, 4)}, {"$set": {"seq": 2}})
        assert await first_bad(tenant_id) == (2, UNCHAINED)

    async def test_a_row_inserted_under_a_number_that_is_there(self):
        tenant_id = await written(5)
        await rows().insert_one({**await stored_row(tenant_id, 3), "_id": new_id()})
        seq, reason = await first_bad(tenant_id)
        assert seq == 3
        assert reason in (TWICE, OTHERS)  # as the database orders the two

    @pytest.mark.parametrize("number", [2.5, 5.5])
    async def test_a_row_inserted_between_two_numbers(self, number):
        tenant_id = await written(5)
        await rows().insert_one({**await stored_row(tenant_id, 3), "_id": new_id(), "seq": number})
        assert await first_bad(tenant_id) == (int(number) + 1, MISSING)

    async def test_a_row_inserted_and_the_following_moved_up(self):
        tenant_id = await written(5)
        for row in reversed((await stored(tenant_id))[2:]):
            await rows().insert_one({**row, "_id": row_id(tenant_id, row["seq"] + 1), "seq": row["seq"] + 1})
            await rows().delete_one({"_id": row["_id"]})
        forged = chain.link(chain.content(entry(tenant_id, 99)), _place(await stored_row(tenant_id, 2)), THEIR_KEYS)
        await rows().insert_one(forged)
        assert await first_bad(tenant_id) == (3, FOREIGN)

    async def test_a_row_appended_beyond_the_head(self):
        """Correctly chained, for which no secret is needed; but not sealed."""
        tenant_id = await written(5)
        forged = chain.link(chain.content(entry(tenant_id, 99)), _place(await stored_row(tenant_id, 5)), THEIR_KEYS)
        await rows().insert_one(forged)
        assert await first_bad(tenant_id) == (6, FOREIGN)
        await written(1, tenant_id=tenant_id)
        assert await first_bad(tenant_id) == (6, FOREIGN), "a later row does not make it a true one"

    async def test_a_row_far_beyond_the_head(self):
        tenant_id = await written(5)
        last = await stored_row(tenant_id, 5)
        await rows().insert_one({**last, "_id": row_id(tenant_id, 9_000), "seq": 9_000})
        assert await first_bad(tenant_id) == (6, MISSING)

    @pytest.mark.parametrize("values", [{"seq": 4}, {"seq": 6}, {"hash": "00" * 32}, {"seal": "00" * 32}, {"seq": "5"}])
    async def test_the_head_rewritten(self, values):
        tenant_id = await written(5)
        await heads().update_one({"_id": head_id(tenant_id)}, {"$set": values})
        _, reason = await first_bad(tenant_id)
        assert reason == BAD_HEAD

    async def test_the_head_and_the_end_of_an_earlier_day_with_a_seal_of_their_own(self):
        tenant_id = await written(5)
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$gt": 3}})
        third = _place(await stored_row(tenant_id, 3))
        forged = replace(Head.of(tenant_id, await stored_head(tenant_id)), end=third).sealed(THEIR_KEYS)
        await heads().update_one({"_id": head_id(tenant_id)}, {"$set": forged.row()})
        assert await first_bad(tenant_id) == (3, BAD_HEAD)

    async def test_the_head_removed(self):
        tenant_id = await written(5)
        await heads().delete_one({"_id": head_id(tenant_id)})
        assert await first_bad(tenant_id) == (5, NO_HEAD)

    async def test_all_rows_removed(self):
        tenant_id = await written(5)
        await rows().delete_many({"tenant_id": tenant_id})
        assert await first_bad(tenant_id) == (1, MISSING)

    async def test_the_chain_of_another_tenant_copied_in(self):
        tenant_id, other = await written(5), await written(8)
        await rows().delete_many({"tenant_id": tenant_id})
        for row in await stored(other):
            await rows().insert_one({**row, "_id": row_id(tenant_id, row["seq"]), "tenant_id": tenant_id})
        assert await first_bad(tenant_id) == (1, UNCHAINED)

    async def test_with_its_head_too(self):
        tenant_id, other = await written(5), await written(8)
        head = await stored_head(other)
        await heads().replace_one(
            {"_id": head_id(tenant_id)}, {**head, "_id": head_id(tenant_id), "tenant_id": tenant_id}
        )
        assert (await first_bad(tenant_id))[1] == BAD_HEAD

    async def test_one_row_of_another_tenant(self):
        tenant_id, other = await written(5), await written(5)
        foreign = await stored_row(other, 3)
        await rows().replace_one(
            {"_id": row_id(tenant_id, 3)}, {**foreign, "_id": row_id(tenant_id, 3), "tenant_id": tenant_id}
        )
        assert (await first_bad(tenant_id))[0] == 3

    async def test_a_row_given_to_another_tenant(self):
        tenant_id, other = await written(5), await written(2)
        await change_row(tenant_id, 3, tenant_id=other)
        assert await first_bad(tenant_id) == (3, MISSING)
        assert (await first_bad(other))[0] == 3

    async def test_all_hashes_computed_anew_after_a_change(self):
        """The seals, for which one needs a key that is not in the database, catch it at the first row that changed."""
        tenant_id = await written(5)
        await change_row(tenant_id, 3, request_id="another")
        seals = {row["seq"]: row["seal"] for row in await stored(tenant_id)}
        await rechain(tenant_id, keys=THEIR_KEYS)
        for seq, seal in seals.items():
            await change_row(tenant_id, seq, seal=seal)
        assert await first_bad(tenant_id) == (3, FOREIGN)

    async def test_all_hashes_and_row_seals_computed_anew(self):
        """With the rows' key too, the head's seal still holds the chain to its end."""
        tenant_id = await written(5)
        await change_row(tenant_id, 3, request_id="another")
        await rechain(tenant_id, keys=Keys.ours())
        assert await first_bad(tenant_id) == (5, OTHER_END)

    async def test_the_beginning_moved_by_hand(self):
        tenant_id = await written(5)
        third = await stored_row(tenant_id, 3)
        await heads().update_one({"_id": head_id(tenant_id)}, {"$set": {"start_seq": 4, "start_hash": third["hash"]}})
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$lte": 3}})
        assert (await first_bad(tenant_id))[1] == BAD_HEAD

    async def test_rows_below_the_beginning_moved_back_in(self):
        tenant_id = await written(5)
        head, third = await stored_head(tenant_id), await stored_row(tenant_id, 3)
        await put_head(tenant_id, start_seq=4, start_hash=third["hash"])
        assert await is_whole(tenant_id, 2)
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$lte": 3}})
        await heads().replace_one({"_id": head["_id"]}, head)
        assert await first_bad(tenant_id) == (1, MISSING)

    async def test_another_secret_key_is_told_apart(self, monkeypatch):
        tenant_id = await written(2)
        monkeypatch.setattr(Keys, "ours", lambda: THEIR_KEYS)
        assert "SECRET_KEY" in (await first_bad(tenant_id))[1]


def _place(row: dict) -> Link:
    return Link(row["seq"], row["hash"])


class TestErased:
    @pytest.fixture(autouse=True)
    def _no_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        forget_other_tests(monkeypatch)

    @pytest.fixture
    async def person(self) -> tuple[Id, Id]:
        """A tenant and a user with the rows 2 and 4 of five."""
        tenant_id, user_id = new_id(), new_id()
        for number in range(1, 6):
            await written(1, tenant_id=tenant_id, user_id=user_id if number % 2 == 0 else new_id())
        return tenant_id, user_id

    async def test_details_are_gone_and_the_chain_is_whole(self, person):
        tenant_id, user_id = person
        assert await pruning.erase_personal(Writer(), user_id) == 2
        assert await is_whole(tenant_id, 6)
        found = await stored(tenant_id)
        assert [row["personal"] is None for row in found] == [False, True, False, True, False, False]
        assert "203.0.113.7" not in str(found[1]) + str(found[3])
        assert "203.0.113.7" in str(found[0])
        assert (found[5]["action"], found[5]["object"]["id"]) == (Action.PERSONAL_ERASED, str(user_id))

    async def test_in_all_tenants(self):
        user_id = new_id()
        first, second = [await written(2, user_id=user_id) for _ in range(2)]
        assert await pruning.erase_personal(Writer(), user_id) == 4
        for tenant_id in (first, second):
            assert [row["personal"] is None for row in await stored(tenant_id)] == [True, True, False]

    async def test_of_everybody_in_one_tenant(self, person):
        tenant_id, user_id = person
        elsewhere = await written(1, user_id=user_id)
        assert await pruning.erase_personal_in(Writer(), tenant_id) == 5
        assert ADDRESS.ip_address not in str(await stored(tenant_id))
        assert ADDRESS.ip_address in str(await stored(elsewhere))
        assert (await verified(tenant_id)).verified
        assert await pruning.erase_personal_in(Writer(), tenant_id) == 0

    @pytest.mark.parametrize("change", ["no head", "a strange head", "a row that cannot be read", "an unknown row"])
    async def test_whatever_became_of_the_chain(self, person, change):
        tenant_id, _ = person
        if change == "no head":
            await heads().delete_one({"tenant_id": tenant_id})
        elif change == "a strange head":
            await heads().update_one({"tenant_id": tenant_id}, {"$set": {"seq": 10**15}})
        elif change == "a row that cannot be read":
            await rows().update_one({"_id": row_id(tenant_id, 3)}, {"$unset": {"action": 1, "details": 1, "at": 1}})
        else:
            await rows().insert_one({"_id": new_id(), "tenant_id": tenant_id, "seq": 2.5})
        assert await pruning.erase_personal_in(Writer(), tenant_id) == 5
        assert ADDRESS.ip_address not in str(await stored(tenant_id))

    async def test_in_a_chain_longer_than_what_is_looked_through_and_erased_at_once(self, monkeypatch):
        monkeypatch.setattr(pruning, "STRETCH", 4)
        monkeypatch.setattr(pruning, "ERASED_AT_ONCE", 2)
        sizes, real = [], store.erase_personal

        async def counted(tenant_id: Id, ids: list[Id]) -> int:
            sizes.append(len(ids))
            return await real(tenant_id, ids)

        monkeypatch.setattr(store, "erase_personal", counted)
        user_id = new_id()
        tenant_id = await written(13, user_id=user_id)
        assert await pruning.erase_personal(Writer(), user_id) == 13
        assert sizes == [2, 2, 2, 2, 2, 2, 1]
        assert await is_whole(tenant_id, 14)

    async def test_twice_is_once(self, person):
        tenant_id, user_id = person
        await pruning.erase_personal(Writer(), user_id)
        assert await pruning.erase_personal(Writer(), user_id) == 0
        assert await is_whole(tenant_id, 6)

    async def test_a_crash_before_the_details_are_gone_is_made_up(self, person, monkeypatch):
        tenant_id, user_id = person
        with monkeypatch.context() as dying:
            dying.setattr(store, "erase_personal", None)
            with pytest.raises(TypeError):
                await pruning.erase_personal(Writer(), user_id)
        assert await is_whole(tenant_id, 6)
        assert await pruning.erase_personal(Writer(), user_id) == 2
        assert await is_whole(tenant_id, 7)

    async def test_an_erasure_of_another_does_not_cover_it(self, person):
        tenant_id, user_id = person
        await pruning.erase_personal(Writer(), user_id)
        await change_row(tenant_id, 3, personal=None)
        assert await first_bad(tenant_id) == (3, STRIPPED)

    async def test_an_erasure_does_not_cover_what_came_later(self, person):
        tenant_id, user_id = person
        await pruning.erase_personal(Writer(), user_id)
        await written(1, tenant_id=tenant_id, user_id=user_id)
        assert await is_whole(tenant_id, 7)
        await change_row(tenant_id, 7, personal=None)
        assert not (await verified(tenant_id)).verified

    async def test_nor_does_one_that_was_forged(self, person):
        tenant_id, user_id = person
        await change_row(tenant_id, 2, personal=None)
        last = _place(await stored_row(tenant_id, 5))
        erased = chain.Entry.of_the_record(tenant_id, Action.PERSONAL_ERASED, object_id=str(user_id))
        await rows().insert_one(chain.link(chain.content(erased), last, THEIR_KEYS))
        assert not (await verified(tenant_id)).verified
        assert not await verifying._Walk(tenant_id, None, last, None, Keys.ours())._is_erased(user_id, after=4)

    async def test_the_rest_of_an_erased_row_is_still_held(self, person):
        tenant_id, user_id = person
        await pruning.erase_personal(Writer(), user_id)
        await change_row(tenant_id, 4, request_id="another")
        assert await first_bad(tenant_id) == (4, CHANGED)


class TestInParts:
    async def test_one_call_goes_on_where_the_other_ended(self):
        tenant_id, seen, from_seq = await written(25), 0, None
        for _ in range(3):
            found = await verifying.verify(tenant_id, from_seq=from_seq, limit=10)
            assert found.verified
            seen, from_seq = seen + found.rows_checked, found.next_seq
        assert (seen, from_seq) == (25, None)

    async def test_each_part_sees_what_is_wrong_in_it(self):
        tenant_id = await written(25)
        await change_row(tenant_id, 15, request_id="another")
        assert (await verifying.verify(tenant_id, limit=10)).verified
        found = await verifying.verify(tenant_id, from_seq=11, limit=10)
        assert found.first_bad
        assert found.first_bad.seq == 15

    async def test_a_part_is_not_chained_to_a_row_that_is_not_ours(self):
        tenant_id = await written(25)
        await change_row(tenant_id, 10, request_id="another")
        found = await verifying.verify(tenant_id, from_seq=11)
        assert found.first_bad
        assert found.first_bad.seq == 10

    async def test_an_end_cut_off_is_missed_by_the_last_part(self):
        tenant_id = await written(25)
        await rows().delete_many({"tenant_id": tenant_id, "seq": {"$gt": 20}})
        found = await verifying.verify(tenant_id, from_seq=11, limit=10)
        assert (found.verified, found.next_seq) == (True, 21)
        found = await verifying.verify(tenant_id, from_seq=21, limit=10)
        assert found.first_bad
        assert found.first_bad.seq == 21

    async def test_details_erased_later_than_the_part_are_known_to_be(self):
        tenant_id, user_id = new_id(), new_id()
        await written(3, tenant_id=tenant_id, user_id=user_id)
        await written(20, tenant_id=tenant_id)
        await pruning.erase_personal(Writer(), user_id)
        assert (await verifying.verify(tenant_id, limit=3)).verified

    @pytest.mark.parametrize("from_seq", [6, 7, 10**9])
    async def test_from_beyond_the_end_there_is_nothing_to_check(self, from_seq):
        found = await verifying.verify(await written(5), from_seq=from_seq)
        assert (found.verified, found.rows_checked) == (True, 0)


class TestMeanwhile:
    """What goes on while it looks is no tampering."""

    async def test_rows_being_written(self):
        tenant_id, writers = await written(10), [Writer(), Writer()]

        async def write() -> None:
            for n in range(60):
                await writers[n % 2].record(entry(tenant_id, n))

        writing = asyncio.create_task(write())
        looked = 0
        while not writing.done():
            found = await verified(tenant_id)
            assert found.verified, found
            looked += 1
        await writing
        assert looked > 5

    async def test_rows_being_pruned(self, monkeypatch):
        tenant_id = await written(10)
        span = store.span

        async def pruning_first(*args, **bounds):
            monkeypatch.setattr(store, "span", span)
            await put_head(tenant_id, start_seq=6, start_hash=(await stored_row(tenant_id, 5))["hash"])
            await rows().delete_many({"tenant_id": tenant_id, "seq": {"$lt": 6}})
            return await span(*args, **bounds)

        monkeypatch.setattr(store, "span", pruning_first)
        found = await verified(tenant_id)
        assert (found.verified, found.rows_checked, found.pruned_before) == (True, 5, 6)
