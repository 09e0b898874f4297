"""Never more than the limit over all processes, hardly a round trip, and something to hold on to without Redis."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from elenchus.core import ratelimit
from elenchus.core.context import Caller, set_caller
from elenchus.core.errors import TooManyRequests, Unavailable
from elenchus.core.principal import Allowance
from elenchus.core.ratelimit import Limiter, Standing, admit, admit_address, network_of
from elenchus.core.resources import redis_client
from elenchus.embedded import Policy, Server, valkey_server
from tests.support import until

pytestmark = pytest.mark.usefixtures("resources_")


@pytest.fixture
def subject() -> str:
    return f"user:{secrets.token_hex(12)}"


@pytest.fixture
async def valkey(resources_, tmp_path: Path, monkeypatch) -> AsyncIterator[Server]:
    """A Redis of our own, to be frozen and killed; and a limiter that knows nothing yet."""
    server = valkey_server(tmp_path, policy=Policy(auto_restart=False))
    redis = redis_client(await server.start())
    monkeypatch.setattr(resources_, "redis", redis)
    monkeypatch.setattr(ratelimit, "_here", Limiter())
    yield server
    if Path(f"/proc/{server.pid}").exists():
        os.kill(server.pid, signal.SIGCONT)
    await redis.aclose()
    await server.stop()


@pytest.fixture
def round_trips(resources_, monkeypatch) -> list[str]:
    """The keys asked for."""
    real, asked = resources_.redis.eval, []

    async def eval_(script: str, keys: int, key: str, *values: str) -> Any:
        asked.append(key)
        return await real(script, keys, key, *values)

    monkeypatch.setattr(resources_, "redis", Counting(eval=eval_))
    return asked


class Counting(SimpleNamespace):
    """Stands for the client, by which a `Brief` remembers who was silent."""

    __hash__ = object.__hash__


async def admitted(limiter: Limiter, key: tuple[str, int, int], tries: int) -> int:
    """How many of so many at once get in."""

    async def one() -> bool:
        try:
            await limiter.admit({}, key, strict=False)
        except TooManyRequests:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(tries))))


class TestExactness:
    async def test_one_process_admits_the_limit_and_no_more(self, subject):
        state: dict[str, Any] = {}
        for left in reversed(range(45)):
            await admit(state, subject, Allowance(45, 60))
            assert state.pop("rate_limit").remaining == left
        with pytest.raises(TooManyRequests):
            await admit(state, subject, Allowance(45, 60))

    @pytest.mark.parametrize("limit", [1, 7, 100, 600])
    async def test_no_number_of_processes_admits_more(self, subject, limit):
        processes = [Limiter() for _ in range(5)]
        got = await asyncio.gather(*(admitted(p, (subject, limit, 60), limit) for p in processes))
        again = await asyncio.gather(*(admitted(p, (subject, limit, 60), 20) for p in processes))
        assert sum(got) == limit
        assert sum(again) == 0

    async def test_fifty_at_once_for_one_place(self, subject):
        assert await admitted(Limiter(), (subject, 1, 60), 50) == 1

    async def test_little_is_stranded_in_processes_that_fall_silent(self, subject):
        """A twentieth for each of nineteen would leave the last one a twentieth too."""
        key = (subject, 200, 60)
        for _ in range(19):
            assert await admitted(Limiter(), key, 1) == 1
        assert await admitted(Limiter(), key, 400) > 200 // ratelimit.PARTS

    async def test_subjects_and_allowances_count_for_themselves(self, subject):
        limiter = Limiter()
        assert await admitted(limiter, (subject, 3, 60), 5) == 3
        assert await admitted(limiter, (subject + "x", 3, 60), 5) == 3
        assert await admitted(limiter, (subject, 4, 60), 5) == 4
        assert await admitted(limiter, (subject, 3, 3600), 5) == 3

    async def test_two_allowances_in_turn_do_not_waste_each_other(self, subject):
        """A user of two tenants with two tokens."""
        limiter = Limiter()
        for _ in range(100):
            assert await admitted(limiter, (subject, 100, 60), 1) == 1
            assert await admitted(limiter, (subject, 200, 60), 1) == 1

    async def test_the_window_ends_and_another_begins(self, subject):
        limiter, key = Limiter(), (subject, 2, 1)
        assert await admitted(limiter, key, 5) == 2

        async def again() -> bool:
            return await admitted(limiter, key, 1) == 1

        began = time.monotonic()
        await until(again, timeout=5)
        assert 0.5 < time.monotonic() - began < 2

    async def test_what_was_taken_in_a_window_is_not_spent_in_the_next(self, subject, resources_):
        limiter, key = Limiter(), (subject, 40, 1)
        assert await admitted(limiter, key, 1) == 1

        async def over() -> bool:
            return not await resources_.redis.keys(f"elenchus:limit:{subject}:*")

        await until(over, timeout=5)
        assert sum(await asyncio.gather(admitted(limiter, key, 40), admitted(Limiter(), key, 40))) == 40

    async def test_nothing_stays_in_redis_for_ever(self, subject, resources_):
        await admit({}, subject, Allowance(5, 60))
        (key,) = await resources_.redis.keys(f"elenchus:limit:{subject}:*")
        assert 0 < await resources_.redis.ttl(key) <= 60


class TestCost:
    async def test_a_twentieth_is_taken_at_once(self, subject, round_trips):
        limiter = Limiter()
        for _ in range(400):
            assert await admitted(limiter, (subject, 600, 60), 1) == 1
        assert len(round_trips) <= 20

    async def test_many_that_wait_ask_once(self, subject, round_trips):
        assert await admitted(Limiter(), (subject, 1000, 60), 50) == 50
        assert len(round_trips) == 1

    async def test_who_is_over_the_limit_is_refused_without_asking(self, subject, round_trips):
        limiter, key = Limiter(), (subject, 1, 60)
        await admitted(limiter, key, 2)
        asked = len(round_trips)
        assert await admitted(limiter, key, 100) == 0
        assert len(round_trips) == asked

    async def test_memory_is_bounded(self, monkeypatch, subject):
        monkeypatch.setattr(ratelimit, "MOST_WINDOWS", 40)
        limiter = Limiter()
        for number in range(200):
            assert await admitted(limiter, (f"{subject}{number}", 5, 60), 1) == 1
        assert len(limiter._windows) <= 40


class TestWords:
    async def test_the_refusal_says_when_to_come_back(self, subject):
        state: dict[str, Any] = {}
        await admit(state, subject, Allowance(1, 60))
        with pytest.raises(TooManyRequests) as refused:
            await admit(state, subject, Allowance(1, 60))
        assert refused.value.status == 429
        assert refused.value.retry_after_seconds in (59, 60)
        assert state["rate_limit"] == Standing(1, 0, refused.value.retry_after_seconds)

    @pytest.mark.parametrize("order", [(10, 3), (3, 10)])
    async def test_the_tightest_of_several_is_told(self, subject, order):
        state: dict[str, Any] = {}
        for limit in order:
            await admit(state, subject, Allowance(limit, 60))
        assert state["rate_limit"].limit == 3

    @pytest.mark.parametrize("allowance", [None, Allowance(0, 60)])
    async def test_no_limit(self, subject, allowance, round_trips):
        state: dict[str, Any] = {}
        for _ in range(50):
            await admit(state, subject, allowance)
        assert (state, round_trips) == ({}, [])

    async def test_all_can_be_switched_off(self, subject, settings_, monkeypatch, round_trips):
        off = settings_.limits.model_copy(update={"enabled": False})
        monkeypatch.setattr(ratelimit, "settings", lambda: settings_.model_copy(update={"limits": off}))
        set_caller(Caller("r", "192.0.2.1"))
        for _ in range(5):
            await admit({}, subject, Allowance(1, 60), strict=True)
            await ratelimit.admit_caller({}, "login", requests=1, window_seconds=60, strict=True)
        assert round_trips == []


class TestAddresses:
    async def test_an_e_mail_address_is_counted_and_never_told(self, resources_):
        email = f"{secrets.token_hex(6)}@firm.example"
        await admit_address("forgot", email, Allowance(1, 60))
        await admit_address("verify", email, Allowance(1, 60))
        with pytest.raises(TooManyRequests) as refused:
            await admit_address("forgot", email, Allowance(1, 60))
        keys = b" ".join(await resources_.redis.keys("elenchus:limit:*address*")).decode()
        assert email.partition("@")[0] not in keys + str(refused.value.fields) + refused.value.detail

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.5", "203.0.113.5"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
            ("", ""),
            ("unix", "unix"),
        ],
    )
    def test_who_has_one_ipv6_address_has_as_many_as_they_like(self, address, network):
        assert network_of(address) == network

    async def test_each_kind_is_counted_for_itself(self, subject):
        set_caller(Caller("r", subject))
        for kind in ("ip", "login"):
            await ratelimit.admit_caller({}, kind, requests=1, window_seconds=60)
        with pytest.raises(TooManyRequests):
            await ratelimit.admit_caller({}, "login", requests=1, window_seconds=60)


class TestWithoutRedis:
    @pytest.fixture(params=["frozen", "dead"])
    async def away(self, request, valkey) -> Server:
        os.kill(valkey.pid, signal.SIGSTOP if request.param == "frozen" else signal.SIGKILL)
        return valkey

    async def test_requests_are_let_in_up_to_the_limit_of_each_process(self, away, subject):
        got = [await admitted(limiter, (subject, 10, 60), 30) for limiter in (Limiter(), Limiter())]
        assert got == [10, 10]

    async def test_guessing_is_not_let_in_at_all(self, away, subject):
        with pytest.raises(Unavailable) as refused:
            await admit({}, subject, Allowance(10, 60), strict=True)
        assert (refused.value.status, refused.value.fields) == (503, {"service": "redis"})
        assert refused.value.retry_after_seconds

    async def test_it_holds_up_one_of_many(self, away, subject):
        began = time.monotonic()
        for number in range(100):
            await admit({}, f"{subject}{number}", Allowance(10, 60))
        assert time.monotonic() - began < ratelimit.LENIENT_SECONDS + 0.5

    async def test_even_the_strict_are_answered_within_three_seconds(self, away, subject):
        began = time.monotonic()
        await admit({}, subject, Allowance(10, 60))
        for _ in range(20):
            with pytest.raises(Unavailable):
                await admit({}, subject + "s", Allowance(10, 60), strict=True)
        assert time.monotonic() - began < 3

    async def test_it_is_said_once(self, away, subject, monkeypatch):
        capture = structlog.testing.LogCapture()
        monkeypatch.setattr(ratelimit, "log", structlog.wrap_logger(None, processors=[capture]))
        for number in range(20):
            await admit({}, f"{subject}{number}", Allowance(10, 60))
        assert len(capture.entries) == 1

    async def test_who_was_over_the_limit_stays_so(self, valkey, subject):
        limiter, key = Limiter(), (subject, 2, 60)
        await admitted(limiter, key, 3)
        os.kill(valkey.pid, signal.SIGKILL)
        assert await admitted(limiter, key, 3) == 0

    async def test_it_counts_again_when_redis_is_back(self, valkey, subject, resources_):
        os.kill(valkey.pid, signal.SIGSTOP)
        limiter, key = Limiter(), (subject, 1000, 60)
        assert await admitted(limiter, key, 1) == 1
        os.kill(valkey.pid, signal.SIGCONT)

        async def counted() -> bool:
            await admitted(limiter, key, 1)
            return bool(await resources_.redis.keys(f"elenchus:limit:{subject}:*"))

        await until(counted, timeout=5)
        assert not limiter._is_away
