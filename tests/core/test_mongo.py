"""The wall between tenants, against a real server."""

import asyncio
import secrets

import pytest
from beanie import Document
from pymongo import IndexModel
from pymongo.errors import BulkWriteError, DuplicateKeyError

from elenchus.core import indexes, mongo
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mongo import TenantOwned, UnscopedAccess, WrongTenant
from elenchus.core.resources import Resources
from elenchus.core.settings import MongoSettings
from tests.support import until


class Note(TenantOwned):
    text: str = ""
    tags: list[str] = []

    class Settings:
        name = "wall_notes"
        indexes = [IndexModel([("tenant_id", 1), ("text", 1)], name="tenant_text", unique=True)]


@pytest.fixture(scope="module", autouse=True)
async def bound(resources_: Resources):
    await mongo.bind_models(resources_.database, [Note])
    await indexes.build(resources_.database, [Note])


class Kept(Document):
    class Settings:
        name = "kept_notes"
        indexes = [IndexModel([("text", 1)], name="text")]
        former_indexes = ("old", "older", "oldest")


class TestIndexes:
    async def test_what_a_model_had_once_goes_and_nobody_elses(self, resources_: Resources):
        notes = resources_.database["kept_notes"]
        await mongo.bind_models(resources_.database, [Kept])
        await notes.create_indexes([IndexModel([(name, 1)], name=name) for name in ("old", "older", "theirs")])
        await asyncio.gather(*(indexes.build(resources_.database, [Kept]) for _ in range(5)))
        assert {*await notes.index_information()} == {"_id_", "theirs", "text"}

    async def test_one_that_another_process_has_dropped_meanwhile(self, resources_: Resources):
        """Between the look and the command."""
        notes = resources_.database["kept_notes"]
        await notes.create_index("text", name="text")
        await indexes.drop(notes, ["gone"])


def note(owner, text: str | None = None, **fields) -> Note:
    return Note(id=new_id(), tenant_id=owner.tenant_id, text=text or secrets.token_hex(8), **fields)


class TestReading:
    async def test_a_tenant_sees_its_own_and_nobody_elses(self, new_principal):
        mine, theirs = new_principal(), new_principal()
        kept = await Note.owned_by(mine).insert(note(mine, "mine"))
        await Note.owned_by(theirs).insert(note(theirs, "theirs"))
        assert [n.id for n in await Note.owned_by(mine).find({})] == [kept.id]
        assert await Note.owned_by(theirs).get(kept.id) is None
        assert await Note.owned_by(theirs).row({"_id": kept.id}) is None
        assert await Note.owned_by(theirs).count({"_id": kept.id}) == 0
        assert await Note.owned_by(theirs).rows({"$or": [{"_id": kept.id}, {"text": "mine"}]}) == []
        assert await Note.owned_by(theirs).aggregate([{"$match": {"_id": kept.id}}]) == []

    async def test_a_filter_cannot_name_another_tenant(self, new_principal):
        mine, theirs = new_principal(), new_principal()
        with pytest.raises(WrongTenant):
            await Note.owned_by(mine).find({"tenant_id": theirs.tenant_id})

    @pytest.mark.parametrize(
        "stage",
        [
            "$lookup",
            "$unionWith",
            "$out",
            "$merge",
            "$graphLookup",
            "$facet",
            "$currentOp",
            "$collStats",
            "$listSessions",
        ],
    )
    async def test_a_pipeline_cannot_leave_the_collection(self, new_principal, stage):
        with pytest.raises(UnscopedAccess):
            await Note.owned_by(new_principal()).aggregate([{stage: {}}])

    async def test_the_engines_own_errand_sees_all(self, new_principal):
        mine, theirs = new_principal(), new_principal()
        notes = [await Note.owned_by(p).insert(note(p)) for p in (mine, theirs)]
        found = await Note.across_tenants().find({"_id": {"$in": [n.id for n in notes]}})
        assert {n.tenant_id for n in found} == {mine.tenant_id, theirs.tenant_id}


class TestNewest:
    async def test_newest_first_below_a_bound(self, new_principal):
        mine = new_principal()
        made = [await Note.owned_by(mine).insert(note(mine)) for _ in range(4)]
        found = await Note.owned_by(mine).newest({}, limit=2, before=made[3].id)
        assert [row["_id"] for row in found] == [made[2].id, made[1].id]

    @pytest.mark.parametrize("bound", ["0" * 24, "f" * 24])
    async def test_any_id_is_a_bound(self, new_principal, bound):
        mine = new_principal()
        kept = await Note.owned_by(mine).insert(note(mine))
        found = await Note.owned_by(mine).newest({}, limit=2, before=Id(bound))
        assert [row["_id"] for row in found] == ([kept.id] if bound[0] == "f" else [])

    async def test_the_id_is_its_own_to_bound(self, new_principal):
        with pytest.raises(ValueError, match="bounds the id"):
            await Note.owned_by(new_principal()).newest({"_id": Id()}, limit=1)


class TestWriting:
    async def test_a_document_of_another_tenant_is_refused(self, new_principal):
        mine, theirs = new_principal(), new_principal()
        for write in (Note.owned_by(mine).insert, lambda n: Note.owned_by(mine).insert_missing([n])):
            with pytest.raises(WrongTenant):
                await write(note(theirs))

    async def test_another_tenants_document_cannot_be_changed_or_deleted(self, new_principal):
        mine, theirs = new_principal(), new_principal()
        kept = await Note.owned_by(mine).insert(note(mine, "before"))
        assert not await Note.owned_by(theirs).update({"_id": kept.id}, {"$set": {"text": "after"}})
        assert await Note.owned_by(theirs).update_many({"_id": kept.id}, {"$set": {"text": "after"}}) == 0
        assert not await Note.owned_by(theirs).delete({"_id": kept.id})
        assert await Note.owned_by(theirs).delete_many({}) == 0
        again = await Note.owned_by(mine).get(kept.id)
        assert again is not None
        assert again.text == "before"

    @pytest.mark.parametrize(
        "change",
        [
            {"$set": {"tenant_id": Id()}},
            {"$unset": {"tenant_id": 1}},
            {"$rename": {"tenant_id": "x"}},
            {"$rename": {"text": "tenant_id"}},
            {"$set": {"tenant_id.x": 1}},
            [{"$set": {"tenant_id.x": 1}}],
            [{"$project": {"text": 1}}],
            {"text": "a whole replacement"},
            [{"$set": {"tenant_id": Id()}}],
            [{"$unset": "tenant_id"}],
            [{"$replaceWith": {"text": "x"}}],
        ],
    )
    async def test_no_update_moves_a_document_to_another_tenant(self, new_principal, change):
        with pytest.raises(WrongTenant):
            await Note.owned_by(new_principal()).update({}, change)

    async def test_update_says_whether_there_was_one(self, new_principal):
        mine = new_principal()
        kept = await Note.owned_by(mine).insert(note(mine))
        assert await Note.owned_by(mine).update({"_id": kept.id}, {"$push": {"tags": "a"}})
        assert not await Note.owned_by(mine).update({"_id": new_id()}, {"$push": {"tags": "a"}})

    async def test_inserting_again_is_harmless(self, new_principal):
        mine = new_principal()
        batch = [note(mine) for _ in range(5)]
        assert await Note.owned_by(mine).insert_missing(batch[:3]) == 3
        assert await Note.owned_by(mine).insert_missing(batch) == 2
        assert await Note.owned_by(mine).count({}) == 5
        assert await Note.owned_by(mine).insert_missing([]) == 0

    async def test_a_collision_with_another_unique_key_is_no_repetition(self, new_principal):
        mine = new_principal()
        await Note.owned_by(mine).insert(note(mine, "taken"))
        with pytest.raises(BulkWriteError):
            await Note.owned_by(mine).insert_missing([note(mine, "taken"), note(mine)])

    async def test_an_unacknowledged_write_is_no_success(self, new_principal):
        mine = new_principal()

        class Unacknowledging:
            async def insert_many(self, *_args, **_kwargs):
                raise BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "timed out"}]})

        notes = Note.owned_by(mine)
        notes._collection = Unacknowledging()
        with pytest.raises(BulkWriteError):
            await notes.insert_missing([note(mine)])

    async def test_a_unique_key_still_refuses_a_single_insert(self, new_principal):
        mine = new_principal()
        await Note.owned_by(mine).insert(note(mine, "same"))
        with pytest.raises(DuplicateKeyError):
            await Note.owned_by(mine).insert(note(mine, "same"))


class TestClosedVerbs:
    @pytest.mark.parametrize(
        "verb",
        ["find", "find_one", "find_all", "get", "count", "aggregate", "distinct", "insert_many", "delete_all",
         "update_all", "avg", "max", "min", "sum", "all", "bulk_writer"],
    )  # fmt: skip
    def test_class_verbs_of_beanie_raise(self, verb):
        with pytest.raises(UnscopedAccess):
            getattr(Note, verb)({})

    @pytest.mark.parametrize(
        "verb", ["insert", "save", "replace", "update", "delete", "set", "inc", "save_changes", "sync"]
    )
    def test_instance_verbs_of_beanie_raise(self, verb, new_principal):
        with pytest.raises(UnscopedAccess):
            getattr(note(new_principal()), verb)()

    def test_no_verb_of_beanie_is_left_open(self):
        """A newer Beanie may bring another one: every public callable it adds to pydantic's is closed or harmless."""
        harmless = set(
            "get_bson_encoders get_changes get_collection_name get_link_fields get_model_type get_previous_changes "
            "get_previous_saved_state get_pymongo_collection get_saved_state get_settings has_changed is_changed "
            "add_child fill_back_refs lazy_parse link_from_id parse_store rollback set_collection set_collection_name "
            "set_database state_management_replace_objects state_management_save_previous to_ref "
            "use_state_management".split()
        )
        from pydantic import BaseModel

        ours = set(dir(Document)) - set(dir(BaseModel))
        public = {n for n in ours if not n.startswith("_") and callable(getattr(Document, n, None))}
        still_open = {n for n in public - harmless if not getattr(getattr(TenantOwned, n), "closes_beanie", False)}
        assert still_open == set()


def test_derived_ids_are_stable_and_apart():
    assert derived_id("a", 1) == derived_id("a", 1)
    assert derived_id("a", 11) != derived_id("a1", 1)


@pytest.mark.parametrize(("options", "repeats"), [("", True), ("?retryWrites=false", False)])
async def test_whether_a_lost_write_is_repeated_is_the_urls_to_say(options, repeats):
    async with mongo.client(f"mongodb://db.example/{options}", MongoSettings(_env_file=None), timeout_seconds=1) as it:
        assert it.options.retry_writes is repeats


async def test_the_bundled_database_is_spared_retryable_writes(resources_):
    """Each of them costs it a look through all before it."""
    assert not resources_.database.client.options.retry_writes


async def test_a_connection_that_lay_idle_is_not_used_again(resources_, monkeypatch):
    """Whoever closed it meanwhile may not have been heard, and a write on it would be lost."""
    monkeypatch.setattr(mongo, "IDLE_SECONDS", 0.05)
    url = resources_.settings.mongo.url.get_secret_value()
    async with mongo.client(url, MongoSettings(_env_file=None), timeout_seconds=10) as held:

        async def own_port() -> int:
            seen = await held.admin.command("whatsmyuri")
            return int(seen["you"].rpartition(":")[2])

        first = await own_port()

        async def is_another() -> bool:
            return await own_port() != first

        await until(is_another, every=0.1)  # longer than it may lie
