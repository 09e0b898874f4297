"""The record over HTTP: for administrators, in pages, by every filter, at the same cost however long it is."""

import asyncio
from datetime import datetime, timedelta

import pytest
from pymongo.errors import AutoReconnect

from elenchus.audit import pending, reading, store, writing
from elenchus.audit import service as audit
from elenchus.audit.models import DOCUMENTS
from elenchus.audit.schemas import Action, RowFilters
from elenchus.audit.writing import Writer
from elenchus.core.clock import now
from elenchus.core.context import Caller, set_caller
from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import Owned
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources
from elenchus.identity import principals
from elenchus.identity import store as people
from elenchus.identity.models import Membership
from tests.audit.support import change_row, entry, put_head, rows, stored, stored_row, written
from tests.support import Firm, until

AUDIT = "/api/v1/audit"
FIELDS = "id seq at actor object action details request_id ip_address user_agent hash prev_hash".split()


@pytest.fixture
async def office(firm) -> Firm:
    """A firm whose record so far is written."""
    made = await firm()
    await audit.drain(5)
    return made


async def listed(f: Firm, **params: object) -> list[dict]:
    """Without what looking into the record adds to it."""
    answer = await f.client.get(AUDIT, params={"limit": 200, **params})
    assert answer.status_code == 200, answer.text
    return [row for row in answer.json()["items"] if row["action"] != Action.AUDIT_READ]


async def with_role(f: Firm, role: Role) -> None:
    membership = Membership(tenant_id=f.principal.tenant_id, tenant_name="x", role=role)
    await people.change_user(f.principal.user_id, {"memberships": [membership.model_dump()]})
    principals.forget_user(f.principal.user_id)


class TestWho:
    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("member", 403), ("admin", 200), ("owner", 200)])
    @pytest.mark.parametrize("path", ["", "/verify"])
    async def test_administrators_only(self, office, role, status, path):
        await with_role(office, Role(role))
        assert (await office.client.get(AUDIT + path)).status_code == status

    @pytest.mark.parametrize("path", ["", "/verify"])
    async def test_nobody_else(self, client, path):
        assert (await client.get(AUDIT + path)).status_code == 401

    async def test_another_tenants_rows_are_not_here(self, office, firm):
        other = await firm()
        await audit.record(other.principal, Action.JOB_RETRIED, "job", "theirs")
        assert await listed(office, object_id="theirs") == []
        assert await listed(office, actor=str(other.principal.user_id)) == []
        assert len(await listed(other, object_id="theirs")) == 1

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    async def test_there_is_no_way_to_change_or_delete_a_row(self, office, method):
        await audit.record(office.principal, Action.JOB_RETRIED, "job", new_id())
        row = (await listed(office))[0]
        for path in ("", f"/{row['id']}", f"/{row['seq']}"):
            assert (await office.client.request(method, AUDIT + path, json={})).status_code in {404, 405}

    async def test_looking_is_on_the_record(self, office):
        await office.client.get(AUDIT)
        await office.client.get(f"{AUDIT}/verify")

        async def noted() -> bool:
            return [r["action"] for r in await stored(office.principal.tenant_id)].count(Action.AUDIT_READ) == 2

        await until(noted)


class TestRows:
    async def test_say_what_was_done(self, office):
        about = new_id()
        set_caller(Caller("request-77", "198.51.100.9", "Probe/2"))
        await audit.record(office.principal, Action.JOB_RETRIED, "job", about, type="x", tries=[1, 2])
        set_caller(Caller(""))
        row, *_ = await listed(office)
        assert list(row) == sorted(row, key=list(row).index)
        assert set(row) == set(FIELDS)
        assert row["actor"] == {"user_id": str(office.principal.user_id), "api_key_id": None}
        assert row["object"] == {"kind": "job", "id": str(about)}
        assert (row["action"], row["details"]) == ("job.retried", {"type": "x", "tries": [1, 2]})
        assert (row["request_id"], row["ip_address"], row["user_agent"]) == ("request-77", "198.51.100.9", "Probe/2")
        assert row["at"].endswith("Z")
        assert abs(datetime.fromisoformat(row["at"]) - now()) < timedelta(seconds=30)
        assert len(row["hash"]) == len(row["prev_hash"]) == 64

    async def test_a_request_brings_its_id_and_origin(self, office):
        headers = {"X-Request-ID": "my-request-0001", "User-Agent": "Counsel/3"}
        made = await office.client.post("/api/v1/chat/conversations", json={}, headers=headers)
        row = next(r for r in await listed(office, object_id=made.json()["id"]))
        assert (row["request_id"], row["user_agent"]) == ("my-request-0001", "Counsel/3")
        assert row["ip_address"] == "127.0.0.1"

    async def test_after_an_erasure_the_origin_is_null(self, office):
        set_caller(Caller("request-77", "198.51.100.9", "Probe/2"))
        await audit.record(office.principal, Action.JOB_RETRIED, "job", "mine")
        set_caller(Caller(""))
        assert await audit.erase_personal(office.principal.user_id) >= 1
        (row,) = await listed(office, object_id="mine")
        assert (row["ip_address"], row["user_agent"]) == (None, None)
        assert (await office.client.get(f"{AUDIT}/verify")).json()["verified"]


class TestFilters:
    @pytest.fixture
    async def mixed(self, firm) -> tuple[Firm, Id, Id]:
        """Forty rows of two users about two documents and jobs, an hour apart, in a tenant with nothing else."""
        f, (one, two) = await firm(), (new_id(), new_id())
        writer, began = Writer(), now() - timedelta(days=10)
        for n in range(40):
            await writer.record(
                entry(
                    f.principal.tenant_id, n, user_id=(one, two)[n % 2], kind=("document", "job")[n // 2 % 2],
                    object_id=f"o{n // 4 % 2}", at=began + timedelta(hours=n),
                    action=(Action.DOCUMENT_READ, Action.JOB_RETRIED)[n // 2 % 2],
                )
            )  # fmt: skip
        await writer.drain(5)
        return f, one, two

    @staticmethod
    def numbers(found: list[dict]) -> list[int]:
        return [row["details"]["number"] for row in found if "number" in row["details"]]

    async def test_newest_first(self, mixed):
        f, *_ = mixed
        assert self.numbers(await listed(f)) == list(range(39, -1, -1))

    async def test_by_each_and_by_all(self, mixed):
        f, one, _ = mixed
        down = range(39, -1, -1)
        assert self.numbers(await listed(f, actor=str(one))) == [n for n in down if n % 2 == 0]
        assert self.numbers(await listed(f, action="job.retried")) == [n for n in down if n // 2 % 2]
        assert self.numbers(await listed(f, object_kind="document")) == [n for n in down if n // 2 % 2 == 0]
        assert self.numbers(await listed(f, object_id="o1")) == [n for n in down if n // 4 % 2]
        every = {"actor": str(one), "action": "job.retried", "object_kind": "job", "object_id": "o1"}
        assert self.numbers(await listed(f, **every)) == [n for n in down if n % 2 == 0 and n // 2 % 2 and n // 4 % 2]

    async def test_a_document_is_found_where_rows_name_it_beside_others(self, office):
        tenant_id, one, other = office.principal.tenant_id, str(new_id()), str(new_id())
        await written(1, tenant_id=tenant_id, object_id=None, details={"documents": [other, one]})
        await written(1, tenant_id=tenant_id, object_id=one)
        await written(1, tenant_id=tenant_id, object_id=None, details={"documents": [other]})
        await written(1, tenant_id=tenant_id, object_id=one, details={"documents": [one]})
        found = await listed(office, object_id=one)
        assert [(row["object"]["id"], row["details"].get("documents")) for row in found] == [
            (one, [one]), (one, None), (None, [other, one]),
        ]  # fmt: skip
        assert await listed(office, object_id=one, action="job.retried") == []

    async def test_by_time_both_ends_included(self, mixed):
        f, one, _ = mixed
        at = [row["at"] for row in reversed(await listed(f)) if "number" in row["details"]]
        assert self.numbers(await listed(f, since=at[10], until=at[20])) == list(range(20, 9, -1))
        assert self.numbers(await listed(f, since=at[35])) == [39, 38, 37, 36, 35]
        assert self.numbers(await listed(f, until=at[3])) == [3, 2, 1, 0]
        assert self.numbers(await listed(f, since=at[10], until=at[20], actor=str(one))) == [20, 18, 16, 14, 12, 10]
        assert self.numbers(await listed(f, since=at[20], until=at[10])) == []

    async def test_by_time_where_rows_are_not_quite_in_its_order(self, firm):
        f, writer, began = await firm(), Writer(), now() - timedelta(days=5)
        for n, seconds in enumerate([0, 30, 26, 55, 28, 60, *range(61, 200)]):
            await writer.record(entry(f.principal.tenant_id, n, at=began + timedelta(seconds=seconds)))
        await writer.drain(5)
        since, until_ = (began + timedelta(seconds=27)).isoformat(), (began + timedelta(seconds=30)).isoformat()
        assert self.numbers(await listed(f, since=since, until=until_)) == [4, 1]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"actor": "me"}, {"action": "no.such"}, {"since": "yesterday"}, {"since": "2026-01-01T00:00:00"},
            {"object_kind": ""}, {"object_id": "x" * 101}, {"cursor": "!!"}, {"limit": 0}, {"limit": 201},
            {"actor": '{"$ne": null}'},
        ],
        ids=str,
    )  # fmt: skip
    async def test_wrong_values_are_refused(self, office, wrong):
        assert (await office.client.get(AUDIT, params=wrong)).status_code == 422

    async def test_an_operator_is_only_a_word(self, office):
        assert await listed(office, object_id='{"$ne": null}') == []


class TestPages:
    @pytest.mark.parametrize("filters", [{}, {"object_kind": "document"}])
    async def test_all_rows_once_also_while_others_come(self, firm, filters):
        f = await firm()
        tenant_id = f.principal.tenant_id
        await written(23, tenant_id=tenant_id)
        seen: list[int] = []
        cursor = None
        while True:
            params = {"limit": 5, **filters, **({"cursor": cursor} if cursor else {})}
            answer = (await f.client.get(AUDIT, params=params)).json()
            seen += [row["seq"] for row in answer["items"]]
            await written(2, tenant_id=tenant_id)
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        assert seen == sorted(set(seen), reverse=True)
        own = {row["seq"] for row in await stored(tenant_id) if not filters or row["object"]["kind"] == "document"}
        assert set(seen) == {seq for seq in own if seq <= seen[0]}

    async def test_a_cursor_from_anywhere_is_safe(self, office):
        for cursor in ("////////////////"[:16], "AAAAAAAAAAAAAAAA", "__________8AAAAA"):
            assert (await office.client.get(AUDIT, params={"cursor": cursor})).status_code in {200, 422}

    async def test_rows_beyond_the_head_are_shown(self, office, monkeypatch):
        monkeypatch.setattr(writing._Chain, "_move_head", lambda _: asyncio.sleep(0))
        await audit.record(office.principal, Action.JOB_RETRIED, "job", "latest")
        assert (await listed(office))[0]["object"]["id"] == "latest"

    async def test_pruned_rows_are_not(self, office, monkeypatch):
        tenant_id = office.principal.tenant_id
        await written(5, tenant_id=tenant_id)
        third = await stored_row(tenant_id, 3)
        await put_head(tenant_id, start_seq=4, start_hash=third["hash"])
        assert min(row["seq"] for row in await listed(office)) == 4


@pytest.fixture(scope="module")
async def long(resources_: Resources) -> tuple[Id, Id, datetime]:
    """3,000 rows of one kind, a second apart; three of them by one user."""
    writer, tenant_id, rare, began = Writer(), new_id(), new_id(), now() - timedelta(seconds=3_000)
    with pytest.MonkeyPatch.context() as past:
        past.setattr(pending, "LATE", timedelta(days=1))
        told = (
            entry(tenant_id, n, user_id=None if n % 1_000 else rare, at=began + timedelta(seconds=n))
            for n in range(3_000)
        )
        await asyncio.gather(*map(writer.record, told))
        await writer.drain(30)
    return tenant_id, rare, began


class TestCost:
    """Of a page, in a record of 3,000 rows of which most match."""

    async def test_is_some_rows_around_it_whatever_is_asked(self, long, monkeypatch):
        tenant_id, rare, began = long
        read: list[int] = []
        find, instant = store.newest_with, store.instant

        async def counted(*args, **bounds):
            rows = await find(*args, **bounds)
            read.append(len(rows))
            return rows

        async def counted_instant(*args):
            read.append(1)
            return await instant(*args)

        monkeypatch.setattr(store, "newest_with", counted)
        monkeypatch.setattr(store, "instant", counted_instant)
        for asked, most in (
            ({}, 51),
            ({"object_kind": "document"}, 51),
            ({"action": Action.DOCUMENT_READ}, 51),
            ({"actor": rare}, 3),
            ({"object_id": "none"}, 0),
            ({"until": began + timedelta(seconds=1_500)}, 280),
            ({"since": began + timedelta(seconds=2_990)}, 90),
            ({"actor": rare, "until": began + timedelta(seconds=1_500)}, 20),
        ):
            read.clear()
            found = await reading.page(tenant_id, RowFilters.model_validate(asked), before=None, limit=51)
            assert sum(read) <= most, asked
            assert len(read) <= 30, asked
            assert len(found) == (0 if "object_id" in asked else 10 if "since" in asked else len(found))

    @pytest.mark.parametrize("field", [None, "actor.user_id", "action", "object.kind", "object.id", DOCUMENTS])
    async def test_each_filter_is_read_from_its_index(self, long, field, monkeypatch):
        """With another condition beside the index the bundled database would read the whole collection."""
        tenant_id, rare, _ = long
        asked: list[dict] = []

        async def spied(_, filter_, **_more):
            asked.append(filter_)
            return []

        monkeypatch.setattr(Owned, "rows", spied)
        await store.newest_with(tenant_id, field, rare, after=10, last=60)
        plan = str(await rows().find({**asked[0], "tenant_id": tenant_id}).sort("seq", -1).explain())
        assert "IXSCAN" in plan
        assert "COLLSCAN" not in plan


class TestVerify:
    async def test_says_that_all_is_well(self, office):
        await written(5, tenant_id=office.principal.tenant_id)
        answer = (await office.client.get(f"{AUDIT}/verify")).json()
        assert answer["verified"] is True
        assert answer["first_bad"] is None
        assert answer["rows_checked"] >= 5
        assert answer["head_seq"] >= 5

    async def test_names_the_first_bad_row(self, office):
        tenant_id = office.principal.tenant_id
        await written(5, tenant_id=tenant_id)
        await change_row(tenant_id, 3, action="nothing.happened")
        answer = (await office.client.get(f"{AUDIT}/verify")).json()
        assert answer["verified"] is False
        assert answer["first_bad"] == {"seq": 3, "reason": "the row was changed: its hash is another"}

    async def test_a_long_chain_is_verified_in_parts(self, office, monkeypatch):
        monkeypatch.setattr(audit, "VERIFIED_AT_ONCE", 4)
        await written(10, tenant_id=office.principal.tenant_id)
        from_seq, parts = 1, 0
        while from_seq:
            answer = (await office.client.get(f"{AUDIT}/verify", params={"from_seq": from_seq})).json()
            assert answer["verified"]
            from_seq, parts = answer["next_seq"], parts + 1
        assert parts >= 3

    @pytest.mark.parametrize("from_seq", ["0", "-1", "x", str(2**60)])
    async def test_a_wrong_place_is_refused(self, office, from_seq):
        assert (await office.client.get(f"{AUDIT}/verify", params={"from_seq": from_seq})).status_code == 422


class TestRecordAway:
    async def test_what_cannot_be_recorded_is_answered_503(self, office, monkeypatch):
        async def away(*_):
            raise AutoReconnect("away")

        monkeypatch.setattr(writing, "INSIST_SECONDS", 0)
        monkeypatch.setattr(store, "append", away)
        answer = await office.client.post("/api/v1/chat/conversations", json={})
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["title"] == "It could not be recorded"

    async def test_a_change_that_was_answered_503_is_on_the_record_all_the_same(self, office, monkeypatch):
        async def away(*_):
            raise AutoReconnect("away")

        key = (await office.client.post("/api/v1/api-keys", json={"name": "k", "scopes": ["chat:read"]})).json()
        with monkeypatch.context() as outage:
            outage.setattr(writing, "INSIST_SECONDS", 0)
            outage.setattr(store, "append", away)
            assert (await office.client.delete(f"/api/v1/api-keys/{key['id']}")).status_code == 503
        assert (await office.client.delete(f"/api/v1/api-keys/{key['id']}")).status_code == 404
        await audit.drain(5)
        assert [row["object"]["id"] for row in await listed(office, action="api_key.revoked")] == [key["id"]]

    async def test_reading_goes_on(self, office, monkeypatch):
        async def away(*_):
            raise AutoReconnect("away")

        with monkeypatch.context() as outage:
            outage.setattr(store, "append", away)
            assert (await office.client.get("/api/v1/documents/" + "0" * 24)).status_code == 404
            assert (await office.client.get(AUDIT)).status_code == 200
        await audit.drain(5)
        assert await rows().count_documents({"tenant_id": office.principal.tenant_id, "action": "audit.read"}) == 1


async def test_the_stretches_grow_and_end(monkeypatch):
    """However rare what is looked for."""
    reads: list[tuple[int, int]] = []
    find = store.newest_with

    async def counted(tenant_id, field, value, *, after, last):
        reads.append((after, last))
        return await find(tenant_id, field, value, after=after, last=last)

    monkeypatch.setattr(store, "newest_with", counted)
    tenant_id = await written(30)
    await reading.page(tenant_id, RowFilters(actor=new_id()), before=None, limit=1)
    assert reads == [(29, 30), (25, 29), (9, 25), (0, 9)]


def test_an_actor_is_whoever_acts():
    principal: audit.Actor = Principal(new_id(), new_id(), Role.VIEWER)
    assert principal.api_key_id is None
