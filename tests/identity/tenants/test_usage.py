"""What a tenant may use: counted exactly at the brink, begun anew with its own month, and shown."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.errors import Forbidden, TooManyRequests
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.identity import principals
from elenchus.identity.models import Tenant, Tier
from elenchus.identity.tenants import store, usage
from elenchus.identity.tenants.errors import QuotaExceeded, StorageQuotaExceeded
from elenchus.identity.tenants.models import Meter, Used
from elenchus.identity.tenants.usage import Month
from tests.identity.tenants.conftest import CURRENT
from tests.support import COMMANDS


@pytest.fixture
async def owner(resources_) -> Principal:
    """Of a tenant in the free tier, without HTTP."""
    tenant = Tenant(name="Frugal LLP", timezone="America/New_York")
    await tenant.insert()
    return Principal(tenant.id, new_id(), Role.OWNER)


async def used(owner: Principal, meter: Meter) -> int:
    [item] = [item for item in (await usage.overview(owner)).items if item.name is meter]
    return item.used


async def tried(*takes) -> list[bool]:
    results = await asyncio.gather(*takes, return_exceptions=True)
    assert all(result is None or isinstance(result, TooManyRequests | Forbidden) for result in results), results
    return [result is None for result in results]


class TestMonth:
    @pytest.mark.parametrize(
        ("moment", "zone", "name", "ends_at"),
        [
            ("2026-11-21T06:00", "UTC", "2026-11", "2026-12-01T00:00"),
            ("2026-12-01T04:59", "America/New_York", "2026-11", "2026-12-01T05:00"),
            ("2026-12-01T05:00", "America/New_York", "2026-12", "2027-01-01T05:00"),
            ("2026-11-30T10:00", "Pacific/Kiritimati", "2026-12", "2026-12-31T10:00"),
            ("2026-03-15T00:00", "America/New_York", "2026-03", "2026-04-01T04:00"),  # summer has begun by its end
            ("2028-02-29T23:59", "Europe/London", "2028-02", "2028-03-01T00:00"),
            ("2026-10-31T23:30", "Europe/Berlin", "2026-11", "2026-11-30T23:00"),
        ],
    )
    def test_is_the_calendars_where_the_tenant_is(self, moment, zone, name, ends_at):
        month = Month.at(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone)
        assert month == Month(name, datetime.fromisoformat(ends_at).replace(tzinfo=UTC))


class TestStorage:
    async def test_of_fifty_at_the_brink_exactly_those_that_fit_win(self, owner, change_settings):
        change_settings("tier_free", storage_bytes=1_000)
        wins = await tried(*(usage.reserve_storage(owner, 90) for _ in range(50)))
        assert wins.count(True) == 11
        assert await used(owner, Meter.STORAGE) == 990
        assert await tried(usage.reserve_storage(owner, 10)) == [True]

    async def test_the_refusal_says_what_to_do(self, owner, change_settings):
        change_settings("tier_free", storage_bytes=1_000)
        with pytest.raises(StorageQuotaExceeded, match="Delete documents") as refused:
            await usage.reserve_storage(owner, 1_001)
        assert (refused.value.status, refused.value.slug, refused.value.retry_after_seconds) == (
            403,
            "storage-full",
            None,
        )
        assert refused.value.fields == {"name": "storage_bytes", "limit": 1_000, "used": 0}

    async def test_what_is_released_can_be_used_again(self, owner, change_settings):
        change_settings("tier_free", storage_bytes=1_000)
        await usage.reserve_storage(owner, 1_000)
        await usage.release_storage(owner, 400)
        assert await tried(usage.reserve_storage(owner, 401), usage.reserve_storage(owner, 400)) == [False, True]

    async def test_it_never_falls_below_nothing(self, owner):
        await usage.reserve_storage(owner, 10)
        await usage.release_storage(owner, 11)
        assert await used(owner, Meter.STORAGE) == 0
        await usage.release_storage(Principal(new_id(), new_id(), Role.OWNER), 5)

    async def test_what_is_reserved_while_more_than_all_is_given_back_stays(self, owner):
        """One write: there is no moment in which another's would be overwritten."""
        await usage.reserve_storage(owner, 10)
        with COMMANDS.record() as names:
            await usage.release_storage(owner, 11)
        assert names == ["update"]

    async def test_zero_is_no_limit_and_is_counted_all_the_same(self, owner, change_settings):
        change_settings("tier_free", storage_bytes=0)
        await usage.reserve_storage(owner, 10**15)
        assert await used(owner, Meter.STORAGE) == 10**15

    async def test_a_larger_tier_has_more_room(self, owner, change_settings):
        change_settings("tier_free", storage_bytes=10)
        change_settings("tier_pro", storage_bytes=20)
        assert await tried(usage.reserve_storage(owner, 15)) == [False]
        await Tenant.find_one({"_id": owner.tenant_id}).update({"$set": {"tier": Tier.PRO}})
        assert await tried(usage.reserve_storage(owner, 15)) == [True]

    async def test_tenants_do_not_share(self, owner, change_settings):
        change_settings("tier_free", storage_bytes=10)
        other = Principal(new_id(), new_id(), Role.OWNER)
        assert await tried(usage.reserve_storage(owner, 10), usage.reserve_storage(other, 10)) == [True, True]


class TestMonthly:
    async def test_of_fifty_batches_at_the_brink_exactly_those_that_fit_win(self, owner, change_settings):
        change_settings("tier_free", monthly_events=100)
        wins = await tried(*(usage.count_events(owner, 7) for _ in range(50)))
        assert wins.count(True) == 14
        assert await used(owner, Meter.EVENTS) == 98

    async def test_the_refusal_says_when_to_come_back(self, owner, change_settings):
        change_settings("tier_free", monthly_events=5)
        with pytest.raises(QuotaExceeded) as refused:
            await usage.count_events(owner, 6)
        ends_at = Month.at(now(), "America/New_York").ends_at
        assert (refused.value.status, refused.value.slug) == (429, "quota-exceeded")
        assert refused.value.fields == {"name": "monthly_events", "limit": 5, "used": 0, "resets_at": ends_at}
        left = (ends_at - now()).total_seconds()
        assert left <= refused.value.retry_after_seconds <= left + 2

    async def test_zero_is_no_limit(self, owner, change_settings):
        change_settings("tier_free", monthly_tokens=0, monthly_events=0)
        month = await usage.month(owner)
        await usage.hold_tokens(owner, new_id(), 10**12, month=month)
        await usage.hold_tokens(owner, new_id(), 10**12, month=month)
        await usage.count_events(owner, 10**12)

    async def test_a_new_month_begins_with_nothing(self, owner, change_settings, monkeypatch):
        change_settings("tier_free", monthly_events=10)
        await usage.count_events(owner, 10)
        later = Month.at(now(), "America/New_York").ends_at + timedelta(seconds=1)
        monkeypatch.setattr(usage, "now", lambda: later)
        assert await used(owner, Meter.EVENTS) == 0
        assert await tried(usage.count_events(owner, 10)) == [True]
        assert await tried(usage.count_events(owner, 1)) == [False]

    async def test_what_belongs_to_a_deleted_tenant_has_the_smallest_tier(self, owner, change_settings):
        change_settings("tier_free", monthly_events=10)
        await Tenant.find_one({"_id": owner.tenant_id}).update({"$set": {"tier": Tier.ENTERPRISE, "deleted_at": now()}})
        assert await tried(usage.count_events(owner, 11)) == [False]


class TestTokens:
    async def test_of_fifty_at_the_brink_exactly_those_that_fit_may_ask(self, owner, change_settings):
        change_settings("tier_free", monthly_tokens=100)
        month = await usage.month(owner)
        wins = await tried(*(usage.hold_tokens(owner, new_id(), 60, month=month) for _ in range(50)))
        assert wins.count(True) == 1
        assert await used(owner, Meter.TOKENS) == 60

    @pytest.mark.parametrize("spent", [0, 25, 60, 130])
    async def test_what_was_used_counts_in_place_of_what_was_held(self, owner, change_settings, spent):
        change_settings("tier_free", monthly_tokens=100)
        month, answer = await usage.month(owner), new_id()
        await usage.hold_tokens(owner, answer, 60, month=month)
        await usage.settle_tokens(owner, answer, spent, month=month)
        assert await used(owner, Meter.TOKENS) == spent
        fits = usage.hold_tokens(owner, new_id(), 40, month=month)
        assert await tried(fits) == [spent <= 60]

    async def test_it_is_settled_once_whoever_does_it(self, owner):
        month, answer = await usage.month(owner), new_id()
        await usage.hold_tokens(owner, answer, 60, month=month)
        await asyncio.gather(*(usage.settle_tokens(owner, answer, 25, month=month) for _ in range(20)))
        await usage.settle_tokens(owner, answer, 0, month=month)
        await usage.settle_tokens(owner, new_id(), 7, month=month)
        assert await used(owner, Meter.TOKENS) == 25

    async def test_it_is_held_once_however_often_it_is_written(self, owner, change_settings):
        """As when the answer to the write was lost and the driver sends it again."""
        change_settings("tier_free", monthly_tokens=100)
        month, answer = await usage.month(owner), new_id()
        for _ in range(3):
            await usage.hold_tokens(owner, answer, 60, month=month)
        assert await used(owner, Meter.TOKENS) == 60

    async def test_none_is_lost_when_many_answers_begin_and_end_at_once(self, owner):
        month = await usage.month(owner)

        async def answer(number: int) -> None:
            id_ = new_id()
            await usage.hold_tokens(owner, id_, 100, month=month)
            await usage.settle_tokens(owner, id_, number, month=month)

        await asyncio.gather(*(answer(number) for number in range(30)))
        assert await used(owner, Meter.TOKENS) == sum(range(30))

    async def test_an_answer_that_ends_in_the_next_month_counts_where_it_began(self, owner, monkeypatch):
        month, answer = await usage.month(owner), new_id()
        await usage.hold_tokens(owner, answer, 60, month=month)
        later = Month.at(now(), "America/New_York").ends_at + timedelta(seconds=1)
        monkeypatch.setattr(usage, "now", lambda: later)
        await usage.settle_tokens(owner, answer, 25, month=month)
        assert await used(owner, Meter.TOKENS) == 0
        assert await usage._used(owner, Meter.TOKENS, month) == 25


class TestShown:
    async def test_every_member_sees_it(self, team, change_settings):
        change_settings("tier_free", requests_per_minute=60, monthly_events=0, monthly_tokens=1_000, storage_bytes=500)
        await usage.count_events(team.owner.principal, 3)
        month = await usage.month(team.owner.principal)
        await usage.hold_tokens(team.owner.principal, new_id(), 20, month=month)
        resets_at = Month.at(now(), "UTC").ends_at.isoformat().replace("+00:00", "Z")
        for role in Role:
            principals.forget_user(team.people[role].id)  # it was seen with another limit
            answer = await team.people[role].get(f"{CURRENT}/usage")
            requests, *others = answer.json()["items"]
            assert answer.json()["tier"] == "free"
            assert (requests["name"], requests["limit"]) == ("requests_per_minute", 60)
            assert requests["used"] == 60 - int(answer.headers["ratelimit-remaining"]) > 0
            assert now() < datetime.fromisoformat(requests["resets_at"]) <= now() + timedelta(seconds=60)
            assert others == [
                {"name": "monthly_events", "limit": None, "used": 3, "resets_at": resets_at},
                {"name": "monthly_tokens", "limit": 1_000, "used": 20, "resets_at": resets_at},
                {"name": "storage_bytes", "limit": 500, "used": 0, "resets_at": None},
            ]

    async def test_a_key_with_a_limit_of_its_own_is_not_told_another_s(self, team, change_settings):
        change_settings("tier_free", requests_per_minute=60)
        wish = {"name": "k", "scopes": ["tenants:read"], "rate_limit_requests": 10, "rate_limit_window": 3600}
        key = (await team.owner.post("/api/v1/api-keys", wish)).json()["key"]
        answer = await team.owner.http.get(f"{CURRENT}/usage", headers={"X-API-Key": key})
        assert answer.headers["ratelimit-limit"] == "10"
        shown = answer.json()["items"][0]
        assert shown == {"name": "requests_per_minute", "limit": 60, "used": None, "resets_at": None}


class TestRecount:
    async def found(self, owner: Principal, *, minutes_ago: int = 11) -> None:
        past = now() - timedelta(minutes=minutes_ago)
        await Used.owned_by(owner).update_many({"meter": Meter.STORAGE}, {"$set": {"updated_at": past}})

    @staticmethod
    def counting(owner: Principal, kept: int):
        async def bytes_kept(asked) -> int:
            return kept if asked.tenant_id == owner.tenant_id else await usage._used(asked, Meter.STORAGE, "")

        return bytes_kept

    async def test_it_puts_right_what_has_drifted(self, owner):
        await usage.reserve_storage(owner, 100)
        await self.found(owner)
        assert await usage.recount_storage(self.counting(owner, 60)) == 1
        assert await used(owner, Meter.STORAGE) == 60
        await self.found(owner)
        assert await usage.recount_storage(self.counting(owner, 60)) == 0

    async def test_a_tenant_at_work_is_left_alone(self, owner):
        """Its bytes may be reserved and its document not there yet."""
        await usage.reserve_storage(owner, 100)
        await self.found(owner, minutes_ago=9)
        assert await usage.recount_storage(self.counting(owner, 60)) == 0
        assert await used(owner, Meter.STORAGE) == 100

    async def test_what_changes_while_it_counts_is_kept(self, owner):
        await usage.reserve_storage(owner, 100)
        await self.found(owner)

        async def meanwhile(asked) -> int:
            if asked.tenant_id != owner.tenant_id:
                return await usage._used(asked, Meter.STORAGE, "")
            await usage.reserve_storage(owner, 5)
            return 60

        assert await usage.recount_storage(meanwhile) == 0
        assert await used(owner, Meter.STORAGE) == 105

    async def test_it_does_not_count_what_is_being_removed(self, owner):
        """Between the removal of a row and the giving back of its bytes they are counted and not kept."""
        await usage.reserve_storage(owner, 100)
        await self.found(owner)

        async def remove() -> bool:
            assert await usage.recount_storage(self.counting(owner, 60)) == 0
            return True

        assert await usage.release_removed(owner, 40, remove)
        assert await used(owner, Meter.STORAGE) == 60

    async def test_a_count_that_began_before_a_removal_corrects_nothing(self, owner):
        await usage.reserve_storage(owner, 100)
        await self.found(owner)
        seen = await store.used(owner, Meter.STORAGE, "")

        async def remove() -> bool:
            assert not await store.correct(owner, seen, 60)
            return True

        await usage.release_removed(owner, 40, remove)
        assert await used(owner, Meter.STORAGE) == 60

    async def test_who_removed_nothing_gives_nothing_back(self, owner):
        await usage.reserve_storage(owner, 100)

        async def too_late() -> bool:
            return False

        assert not await usage.release_removed(owner, 40, too_late)
        assert await used(owner, Meter.STORAGE) == 100

    async def test_two_counts_of_one_state_correct_once(self, owner):
        await usage.reserve_storage(owner, 100)
        seen = await store.used(owner, Meter.STORAGE, "")
        assert await store.correct(owner, seen, 60)
        assert not await store.correct(owner, seen, 70)
