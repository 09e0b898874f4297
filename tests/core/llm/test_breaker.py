"""A provider that keeps failing is left alone."""

import time
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from elenchus.core.llm import breaker as breakers
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.breaker import LONGEST_REST_SECONDS, MOST_KEPT, TRIAL_SECONDS, Breaker, Scope, guarded
from elenchus.core.settings import LlmSettings

OPTIONS = LlmSettings(_env_file=None, breaker_failures=3, breaker_seconds=30)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker("provider", clock=clock)


@pytest.fixture
def own(clock) -> Breaker:
    """Of one model."""
    return Breaker("provider:model", Scope.MODEL, clock)


@pytest.fixture
def _forgotten() -> Iterator[None]:
    breakers.forget()
    yield
    breakers.forget()


def fails(breaker: Breaker, code: str = "model_away", **how) -> str:
    """The code of what the call failed with."""
    with pytest.raises(ModelFailed) as caught, breaker.call(OPTIONS):
        raise ModelFailed(code, "It failed.", retryable=True, **how)
    return caught.value.code


def works(breaker: Breaker) -> None:
    with breaker.call(OPTIONS):
        pass


def opened(breaker: Breaker) -> Breaker:
    for _ in range(3):
        fails(breaker)
    assert breaker.wait_seconds() == 30
    return breaker


class TestOpening:
    @pytest.mark.parametrize("code", ["model_away", "model_slow", "model_wrong"])
    def test_failures_in_a_row_open_it(self, breaker, code):
        assert [fails(breaker, code) for _ in range(3)] == [code] * 3
        assert fails(breaker, code) == "model_resting"

    def test_a_success_between_them_begins_the_count_again(self, breaker):
        fails(breaker), fails(breaker), works(breaker), fails(breaker), fails(breaker)
        assert breaker.wait_seconds() == 0

    def test_a_model_that_takes_no_more_questions_rests_alone(self, breaker, own):
        for _ in range(4):
            fails(breaker, "model_busy")
        assert breaker.wait_seconds() == 0
        assert [fails(own, "model_busy") for _ in range(4)][-1] == "model_resting"

    def test_an_outage_says_nothing_of_a_model_s_own_limits(self, own):
        fails(own, "model_busy"), fails(own, "model_busy"), fails(own, "model_away"), fails(own, "model_busy")
        assert own.wait_seconds() == 30

    def test_who_begins_and_breaks_off_each_time_is_ill_too(self, breaker):
        def broken_off() -> None:
            with breaker.call(OPTIONS) as call:
                call.spoke()
                raise ModelFailed("model_away", "It failed.", retryable=True, had_begun=True)

        for _ in range(3):
            with pytest.raises(ModelFailed):
                broken_off()
        assert breaker.wait_seconds() == 30

    @pytest.mark.parametrize("code", ["model_busy", "model_key", "model_rejected", "blocked", "too_long", "empty"])
    def test_what_is_wrong_with_the_request_says_that_the_provider_is_well(self, breaker, code):
        fails(breaker), fails(breaker), fails(breaker, code), fails(breaker), fails(breaker)
        assert breaker.wait_seconds() == 0

    def test_the_refusal_says_when_to_come_back(self, breaker, clock):
        opened(breaker)
        clock.now += 12.5
        with pytest.raises(ModelFailed) as caught, breaker.call(OPTIONS):
            pass
        assert (caught.value.retry_after_seconds, caught.value.retryable) == (18, True)

    def test_it_rests_as_long_as_the_provider_asks_for_within_reason(self, own, clock):
        for _ in range(3):
            fails(own, "model_busy", retry_after_seconds=90)
        assert own.wait_seconds() == 90
        other = Breaker("provider:other", Scope.MODEL, clock)
        for _ in range(3):
            fails(other, "model_busy", retry_after_seconds=86_400)
        assert other.wait_seconds() == LONGEST_REST_SECONDS

    def test_a_call_that_began_before_the_rest_does_not_lengthen_it(self, breaker, clock):
        def late() -> None:
            with breaker.call(OPTIONS):
                opened(breaker)
                clock.now += 10
                raise ModelFailed("model_away", "It failed.", retryable=True)

        with pytest.raises(ModelFailed):
            late()
        assert breaker.wait_seconds() == 20


class TestTrying:
    def test_after_the_rest_one_call_tries_and_the_others_wait(self, breaker, clock):
        opened(breaker)
        clock.now += 31
        assert breaker.wait_seconds() == 0
        with breaker.call(OPTIONS):
            assert breaker.wait_seconds() == TRIAL_SECONDS
            assert fails(breaker) == "model_resting"
        assert breaker.wait_seconds() == 0

    def test_a_trial_that_fails_opens_it_again_at_once(self, breaker, clock):
        opened(breaker)
        clock.now += 31
        assert fails(breaker) == "model_away"
        assert breaker.wait_seconds() == 30

    def test_a_trial_that_speaks_closes_it_before_its_end(self, breaker, clock):
        opened(breaker)
        clock.now += 31
        with breaker.call(OPTIONS) as call:
            call.spoke()
            works(breaker)

    def test_a_trial_that_is_left_lets_the_next_one_try(self, breaker, clock):
        opened(breaker)
        clock.now += 31
        with pytest.raises(GeneratorExit), breaker.call(OPTIONS):
            raise GeneratorExit
        assert breaker.wait_seconds() == 0
        assert fails(breaker) == "model_away"

    def test_a_trial_that_tells_nothing_lets_the_next_one_try(self, own, clock):
        for _ in range(3):
            fails(own, "model_busy")
        clock.now += 31
        assert [fails(own, "model_away"), fails(own, "model_busy"), fails(own)] == [
            "model_away", "model_busy", "model_resting",
        ]  # fmt: skip

    def test_after_a_rest_the_count_begins_anew(self, breaker, clock):
        opened(breaker)
        clock.now += 31
        with breaker.call(OPTIONS) as call:
            call.spoke()
            fails(breaker), fails(breaker)
            assert breaker.wait_seconds() == 0


@pytest.mark.usefixtures("_forgotten")
class TestProviderAndModel:
    def busy(self, model: str) -> str:
        with pytest.raises(ModelFailed) as caught, guarded(model, OPTIONS):
            raise ModelFailed("model_busy", "It failed.", retryable=True)
        return caught.value.code

    def test_a_model_without_room_leaves_its_neighbour_to_be_asked(self):
        assert [self.busy("google:pro") for _ in range(4)][-1] == "model_resting"
        assert self.busy("google:lite") == "model_busy"
        assert set(breakers.resting_now()) == {"google:pro"}

    def test_a_rest_of_the_model_is_no_sign_of_life_of_the_provider(self):
        def away() -> None:
            with pytest.raises(ModelFailed), guarded("google:lite", OPTIONS):
                raise ModelFailed("model_away", "It failed.", retryable=True)

        for _ in range(3):
            self.busy("google:pro")
        away(), away(), self.busy("google:pro"), away()
        assert set(breakers.resting_now()) == {"google", "google:pro"}

    def test_who_is_refused_by_both_is_told_the_longer_wait(self):
        breakers.breaker_of("google").open_until = time.monotonic() + 5
        breakers.breaker_of("google:pro").open_until = time.monotonic() + 50
        with pytest.raises(ModelFailed) as caught, guarded("google:pro", OPTIONS):
            pass
        assert 40 < (caught.value.retry_after_seconds or 0) <= 50

    def test_names_out_of_requests_do_not_pile_up(self):
        self.busy("google:kept")
        for number in range(2 * MOST_KEPT):
            with guarded(f"google:{number}", OPTIONS):
                pass
        assert len(breakers._breakers) <= MOST_KEPT
        assert "google:kept" in breakers._breakers

    def test_nor_do_those_that_fail_and_who_rests_stays_the_longest(self):
        [self.busy("google:resting") for _ in range(3)]
        for number in range(2 * MOST_KEPT):
            self.busy(f"google:{number}")
        assert len(breakers._breakers) == MOST_KEPT
        assert set(breakers.resting_now()) == {"google:resting"}
        assert "google" in breakers._breakers
        assert "google:0" not in breakers._breakers

    def test_who_is_dropped_at_rest_is_not_seen_any_more(self):
        def open_now() -> float:
            labels = {"provider": "google", "scope": "model"}
            return REGISTRY.get_sample_value("elenchus_llm_circuits_open", labels) or 0

        before = open_now()
        first = breakers.breaker_of("google:0")
        for number in range(2 * MOST_KEPT):
            [self.busy(f"google:{number}") for _ in range(3)]
        assert open_now() - before == len(breakers.resting_now()) == MOST_KEPT - 1
        first._recovered()  # by a call that was under way
        assert open_now() - before == MOST_KEPT - 1


class TestFigures:
    def test_open_and_closed_are_to_be_seen(self, breaker, clock):
        def seen(name: str) -> float:
            return REGISTRY.get_sample_value(name, {"provider": "provider", "scope": "provider"}) or 0

        openings, resting = seen("elenchus_llm_circuit_openings_total"), seen("elenchus_llm_circuits_open")
        opened(breaker)
        clock.now += 31
        fails(breaker)
        assert seen("elenchus_llm_circuits_open") == resting + 1
        assert seen("elenchus_llm_circuit_openings_total") == openings + 2
        clock.now += 31
        works(breaker)
        assert seen("elenchus_llm_circuits_open") == resting
