"""GET and PATCH /tenants/current: who may, what is taken, and that no change is lost or half done."""

import asyncio
import json
from datetime import timedelta

import pytest

from elenchus.core import etag
from elenchus.core.clock import now
from elenchus.core.principal import Role
from elenchus.identity import principals
from elenchus.identity.models import Tenant, User
from elenchus.identity.tenants import service as tenants
from elenchus.identity.tenants import store
from tests.identity.conftest import AUTH
from tests.identity.tenants.conftest import CURRENT, also_member

FIELDS = {
    "id", "name", "tier", "timezone", "retention_days", "notification_settings", "limits", "created_at", "updated_at",
}  # fmt: skip


class TestReading:
    @pytest.mark.parametrize("role", list(Role))
    async def test_every_member_sees_it(self, team, role):
        answer = await team.people[role].get(CURRENT)
        assert answer.status_code == 200
        shown = answer.json()
        assert set(shown) == FIELDS
        assert (shown["id"], shown["name"], shown["tier"]) == (str(team.tenant_id), "Team LLP", "free")
        assert answer.headers["etag"] == '"0"'

    async def test_the_limits_are_the_tiers(self, team, change_settings):
        change_settings("tier_free", requests_per_minute=600, monthly_events=7, storage_bytes=0)
        limits = (await team.owner.get(CURRENT)).json()["limits"]
        assert limits == {
            "requests_per_minute": 600, "monthly_events": 7, "monthly_tokens": 5_000_000, "storage_bytes": 0,
        }  # fmt: skip

    async def test_a_deleted_one_is_absent(self, team):
        await Tenant.find_one({"_id": team.tenant_id}).update({"$set": {"deleted_at": now()}})
        for method, url in (
            ("GET", CURRENT), ("GET", f"{CURRENT}/members"), ("GET", f"{CURRENT}/usage"), ("PATCH", CURRENT),
        ):  # fmt: skip
            principals.forget_tenant(team.tenant_id)
            answer = await team.owner.call(method, url, json={} if method == "PATCH" else None)
            assert answer.status_code in {401, 404}
        with pytest.raises(tenants.TenantNotFound):
            await tenants.read(team.owner.principal)


class TestChanging:
    @pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.ADMIN])
    async def test_only_an_owner_changes_it(self, team, role):
        answer = await team.people[role].patch(CURRENT, {"name": "Mine"})
        assert answer.status_code == 403
        assert (await team.tenant()).name == "Team LLP"

    async def test_only_what_is_sent_changes(self, team, recorded):
        change = {
            "name": "New LLP", "timezone": "Europe/London", "retention_days": 365,
            "notification_settings": {"email": {"alerts": True}},
        }  # fmt: skip
        shown = (await team.owner.patch(CURRENT, change)).json()
        assert {name: shown[name] for name in change} == change
        shown = (await team.owner.patch(CURRENT, {"retention_days": None})).json()
        assert (shown["retention_days"], shown["name"], shown["timezone"]) == (None, "New LLP", "Europe/London")
        assert shown == (await team.owner.get(CURRENT)).json()
        assert [(row[1], row[4]["fields"]) for row in recorded] == [
            ("tenant.changed", ["name", "notification_settings", "retention_days", "timezone"]),
            ("tenant.changed", ["retention_days"]),
        ]

    async def test_nothing_sent_is_no_change(self, team, recorded):
        answer = await team.owner.patch(CURRENT, {})
        assert (answer.status_code, answer.headers["etag"], recorded) == (200, '"0"', [])

    @pytest.mark.parametrize(
        "change",
        [
            {"name": None}, {"name": ""}, {"name": "   "}, {"name": "x" * 201}, {"name": "a\0b"}, {"name": ["x"]},
            {"timezone": "Mars/Base"}, {"timezone": "../etc/passwd"}, {"timezone": None},
            {"retention_days": 0}, {"retention_days": 36_501}, {"retention_days": "7"}, {"retention_days": True},
            {"retention_days": 1.5}, {"notification_settings": None}, {"notification_settings": []},
            {"notification_settings": {"$set": 1}}, {"notification_settings": {"a.b": 1}},
            {"notification_settings": {"a": "x" * 9_000}}, {"notification_settings": {"a": {"b": {"c": {"d": {}}}}}},
            {"tier": "gold"}, {"tier": None}, {"id": "0" * 24}, {"revision": 7}, {"deleted_at": None},
            {"departures": []}, {"limits": {}}, {"created_at": "2020-01-01T00:00:00Z"}, {"$set": {"name": "x"}}, [],
        ],
        ids=lambda change: json.dumps(change)[:60],
    )  # fmt: skip
    async def test_what_is_not_offered_is_refused(self, team, change):
        before = await team.tenant()
        answer = await team.owner.patch(CURRENT, change)
        assert answer.status_code == 422
        assert await team.tenant() == before

    async def test_another_tenant_is_untouched(self, new_team):
        mine, theirs = await new_team(), await new_team()
        await mine.owner.patch(CURRENT, {"name": "Changed"})
        assert (await theirs.tenant()).name == "Team LLP"


class TestLostUpdates:
    async def test_a_change_of_an_older_version_is_412(self, team):
        seen = (await team.owner.get(CURRENT)).headers["etag"]
        first = await team.owner.patch(CURRENT, {"name": "First"}, If_Match=seen)
        assert first.status_code == 200
        late = await team.owner.patch(CURRENT, {"name": "Second"}, If_Match=seen)
        assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (412, "precondition-failed")
        assert (await team.owner.patch(CURRENT, {}, If_Match=seen)).status_code == 412
        for junk in ('"x"', "nonsense", '"-1"'):
            assert (await team.owner.patch(CURRENT, {"name": "Third"}, If_Match=junk)).status_code == 412
        assert (await team.tenant()).name == "First"
        assert (await team.owner.patch(CURRENT, {"name": "Any"}, If_Match="*")).status_code == 200
        assert (await team.owner.patch(CURRENT, {"name": "Next"}, If_Match='"2"')).headers["etag"] == '"3"'

    async def test_of_fifty_that_saw_the_same_version_one_wins(self, team):
        asked = (team.owner.patch(CURRENT, {"name": f"Name {n}"}, If_Match='"0"') for n in range(50))
        answers = await asyncio.gather(*asked)
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49

    async def test_a_tenant_from_before_there_were_versions_has_the_first(self, team):
        await Tenant.find_one({"_id": team.tenant_id}).update({"$unset": {"revision": 1}})
        seen = (await team.owner.get(CURRENT)).headers["etag"]
        assert (await team.owner.patch(CURRENT, {"name": "First"}, If_Match=seen)).status_code == 200
        assert (await team.owner.patch(CURRENT, {"name": "Second"}, If_Match=seen)).status_code == 412

    @pytest.mark.parametrize(
        ("header", "revision"),
        [(None, None), ("*", None), (" * ", None), ('"7"', 7), ('W/"7"', 7), (' "7" ', 7), ("7", -1), ('"-7"', -1)],
    )
    def test_what_a_tag_asks_for(self, header, revision):
        assert etag.revision(header) == revision
        assert etag.revision(etag.tag(3)) == 3


async def names(team) -> set[str]:
    """As every member's memberships say it."""
    users = await User.find({"memberships.tenant_id": team.tenant_id}).to_list()
    return {held.tenant_name for user in users for held in user.memberships if held.tenant_id == team.tenant_id}


class TestName:
    async def test_every_members_memberships_say_it_and_no_others(self, team, new_team):
        other = await new_team()
        await also_member(team.people[Role.VIEWER], other)
        await team.owner.patch(CURRENT, {"name": "Renamed LLP"})
        shown = (await team.people[Role.VIEWER].get(f"{AUTH}/me")).json()["memberships"]
        assert [held["tenant_name"] for held in shown] == ["Renamed LLP", "Team LLP"]
        assert await names(team) == {"Renamed LLP"}
        assert await names(other) == {"Team LLP"}

    async def test_fifty_at_once_end_with_one_name_everywhere(self, team):
        await asyncio.gather(*(team.owner.patch(CURRENT, {"name": f"Name {n}"}) for n in range(50)))
        assert await names(team) == {(await team.tenant()).name}

    async def test_an_older_name_never_replaces_a_newer(self, team):
        await team.owner.patch(CURRENT, {"name": "Older"})
        older = await team.tenant()
        await team.owner.patch(CURRENT, {"name": "Newer"})
        await store.spread_name(older)
        assert await names(team) == {"Newer"}

    async def test_what_a_crash_left_is_made_good(self, team, monkeypatch):
        async def crash(_tenant: Tenant) -> None:
            raise ConnectionError("the process died here")

        with monkeypatch.context() as patched:
            patched.setattr(store, "spread_name", crash)
            assert (await team.owner.patch(CURRENT, {"name": "Renamed"})).status_code == 500
        assert await names(team) == {"Team LLP"}
        await tenants.spread_names(now())  # too early: somebody may be joining with the old name
        assert await names(team) == {"Team LLP"}
        await tenants.spread_names(now() + timedelta(minutes=2))
        assert await names(team) == {"Renamed"}
        assert (await team.tenant()).renamed_at is None

    async def test_one_renamed_while_its_name_was_spread_stays_to_do(self, team):
        await team.owner.patch(CURRENT, {"name": "First"})
        seen = await team.tenant()
        later = now() + timedelta(seconds=1)
        await Tenant.find_one({"_id": team.tenant_id}).update({"$set": {"renamed_at": later}})
        await store.settle_name(seen)
        assert (await team.tenant()).renamed_at == later


class TestTier:
    async def test_it_changes_what_members_may_use_at_once(self, team, recorded, change_settings):
        change_settings("tier_free", requests_per_minute=600)
        change_settings("tier_pro", requests_per_minute=3_000)
        principals.forget_tenant(team.tenant_id)
        member = team.people[Role.MEMBER]
        before = await principals.resolve(member.token)
        shown = (await team.owner.patch(CURRENT, {"tier": "pro"})).json()
        assert (shown["tier"], shown["limits"]["requests_per_minute"]) == ("pro", 3_000)
        after = await principals.resolve(member.token)
        assert (before.allowance.requests, after.allowance.requests) == (600, 3_000)
        assert recorded[0][4] == {"fields": ["tier"], "tier_before": "free", "tier_after": "pro"}
