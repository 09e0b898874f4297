"""How often a key may ask, and how often a stranger may guess one."""

import pytest

from elenchus.core.ids import new_id
from elenchus.core.principal import Allowance
from elenchus.identity import principals
from elenchus.identity.keys import secret
from tests.identity.keys.conftest import SESSION, make_key, shown
from tests.support import COMMANDS


async def statuses(client, headers: dict[str, str], *, times: int) -> list[int]:
    return [(await client.get(SESSION, headers=headers)).status_code for _ in range(times)]


class TestOwnLimit:
    async def test_holds_for_this_key_alone(self, client, mine):
        key, other = await make_key(mine, rate_limit_requests=3), await make_key(mine, rate_limit_requests=3)
        assert await statuses(client, shown(key), times=5) == [200, 200, 200, 429, 429]
        assert await statuses(client, shown(other), times=1) == [200]
        assert await statuses(mine.client, {}, times=1) == [200]

    async def test_is_told_in_headers(self, client, mine):
        key = await make_key(mine, rate_limit_requests=2, rate_limit_window=900)
        first = await client.get(SESSION, headers=shown(key))
        assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("2", "1")
        await client.get(SESSION, headers=shown(key))
        refused = await client.get(SESSION, headers=shown(key))
        assert refused.status_code == 429
        assert 800 < int(refused.headers["retry-after"]) <= 900

    async def test_a_refused_scope_counts_too(self, client, mine):
        key = await make_key(mine, "jobs:read", rate_limit_requests=2)
        answers = [await client.get("/api/v1/documents", headers=shown(key)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [403, 403, 429]

    async def test_outlives_a_rotation(self, client, mine):
        """Else a new secret would be a new allowance."""
        key = await make_key(mine, rate_limit_requests=2)
        assert await statuses(client, shown(key), times=2) == [200, 200]
        new = (await mine.client.post(f"/api/v1/api-keys/{key['id']}/rotate")).json()
        assert await statuses(client, shown(new), times=1) == [429]


class TestOwnAndTier:
    """Else whoever makes keys would set the tier's limit aside."""

    @pytest.mark.parametrize(
        ("requests", "window", "counts"),
        [
            (60, 60, True), (61, 60, False), (1_000_000, 1, False), (1, 1, True), (2, 1, False), (3_600, 3_600, True),
            (3_601, 3_600, False),
        ],
    )  # fmt: skip
    async def test_the_narrower_counts(self, mine, change_settings, requests, window, counts):
        change_settings("tier_free", requests_per_minute=60)
        key = await make_key(mine, rate_limit_requests=requests, rate_limit_window=window)
        expected = Allowance(requests, window) if counts else Allowance(60, 60)
        assert (await principals.resolve(key["key"])).allowance == expected

    async def test_where_the_tier_has_none_any_own_one_counts(self, mine, change_settings):
        change_settings("tier_free", requests_per_minute=0)
        key = await make_key(mine, rate_limit_requests=1_000_000, rate_limit_window=1)
        assert (await principals.resolve(key["key"])).allowance == Allowance(1_000_000, 1)


class TestTier:
    async def test_holds_for_a_key_without_a_limit_of_its_own(self, client, mine, change_settings):
        change_settings("tier_free", requests_per_minute=4)
        key = await make_key(mine)
        assert await statuses(client, shown(key), times=5) == [200, 200, 200, 200, 429]

    async def test_zero_lets_everything_through(self, client, mine, change_settings):
        change_settings("tier_free", requests_per_minute=0)
        key = await make_key(mine)
        answer = await client.get(SESSION, headers=shown(key))
        assert answer.status_code == 200
        assert "ratelimit-limit" not in answer.headers


class TestGuessing:
    async def test_soon_ends_for_an_address(self, client, mine, change_settings):
        key = await make_key(mine)
        change_settings("limits", anonymous_per_minute=17)
        guesses = [secret.new_key(key["prefix"][4:]) for _ in range(19)]
        answers = [await client.get(SESSION, headers=shown(guess)) for guess in guesses]
        assert [answer.status_code for answer in answers] == [401] * 17 + [429] * 2
        assert await statuses(client, shown(key), times=2) == [200, 200]  # who has a key is not kept out by a guesser

    async def test_tokens_and_headers_of_the_wrong_kind_count_as_well(self, client, mine, change_settings):
        change_settings("limits", anonymous_per_minute=12)
        wrong = [
            {"Authorization": f"Bearer {mine.access_token}x"},
            {"Authorization": "Basic eDp5"},
            {"Authorization": "Bearer"},
            {"X-API-Key": "x"},
            {"X-API-Key": "elk_x"},
            {"X-API-Key": secret.new_key("Unknown0"), "Authorization": f"Bearer {new_id()}"},
        ]
        answers = [await client.get(SESSION, headers=headers) for headers in (*wrong, *wrong, wrong[0])]
        assert [answer.status_code for answer in answers] == [401] * 12 + [429]

    async def test_no_credential_at_all_counts_once(self, client, change_settings):
        change_settings("limits", anonymous_per_minute=14)
        assert await statuses(client, {}, times=15) == [401] * 14 + [429]


async def test_a_key_costs_one_command_and_one_question_to_redis_and_then_nothing(client, mine, monkeypatch):
    key = shown(await make_key(mine, rate_limit_requests=1000))
    asked = watch_redis(monkeypatch)
    with COMMANDS.record() as sent:
        assert await statuses(client, key, times=1) == [200]
        assert (read(sent), asked) == (["aggregate"], ["EVAL"])
        assert await statuses(client, key, times=20) == [200] * 20
    assert (read(sent), asked) == (["aggregate"], ["EVAL"])


async def test_so_does_a_token(client, mine, change_settings, monkeypatch):
    change_settings("tier_free", requests_per_minute=1001)
    principals.forget_user(mine.principal.user_id)
    asked = watch_redis(monkeypatch)
    with COMMANDS.record() as sent:
        assert await statuses(mine.client, {}, times=1) == [200]
        assert (read(sent), asked) == (["aggregate"], ["EVAL"])
        assert await statuses(mine.client, {}, times=20) == [200] * 20
    assert (read(sent), asked) == (["aggregate"], ["EVAL"])


def read(sent: list[str]) -> list[str]:
    """Without the use of keys, which is written every ten seconds, whoever waits for what."""
    return [command for command in sent if command != "update"]


def watch_redis(monkeypatch) -> list[object]:
    """Every command that this process sends from here on."""
    from redis.asyncio import Redis

    asked: list[object] = []
    send = Redis.execute_command

    async def watched(self: Redis, *words: object, **options: object) -> object:
        asked.append(words[0])
        return await send(self, *words, **options)

    monkeypatch.setattr(Redis, "execute_command", watched)
    return asked
