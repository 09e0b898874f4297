"""Calls again, rests and stand-ins, with the real client against a server that speaks its protocol."""

import asyncio
from contextlib import aclosing

import httpx
import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel

from elenchus.core.llm import bounded, persistence
from elenchus.core.llm.base import ModelFailed, Piece, Prompt, Speaker, StandIn, TextDelta, Turn, Usage, Wasted
from elenchus.core.llm.breaker import breaker_of
from elenchus.core.llm.factory import ModelResting, chat_model, require_answering, structured_model
from elenchus.core.llm.providers import PROVIDERS, ModelNotReady, Provider
from elenchus.core.llm.usage import rough_tokens
from elenchus.core.settings import LlmSettings
from tests.fixtures.gemini import Reply
from tests.support import until

PROMPT = Prompt("Answer.", (Turn(Speaker.USER, "When is rent due?"),), "When is rent due?", ())
LITE = "google_genai:gemini-3.5-flash-lite"
FIRST, SECOND = "gemini-3.8-flash", "gemini-3.5-flash-lite"


class Due(BaseModel):
    day: int


@pytest.fixture
def change(gemini_options, monkeypatch):
    """The settings, with some of them different; nobody rests for long."""
    monkeypatch.setattr(persistence, "FIRST_WAIT_SECONDS", 0.001)
    return lambda **values: gemini_options.model_copy(update=values)


async def pieces(options: LlmSettings, model: str | None = None, into: list[Piece] | None = None) -> list[Piece]:
    """`into` has also those that came before a failure."""
    told = [] if into is None else into
    async with aclosing(chat_model(model, options).stream(PROMPT)) as stream:
        async for piece in stream:
            told.append(piece)
    return told


async def words(options: LlmSettings) -> str:
    return "".join(piece.text for piece in await pieces(options) if isinstance(piece, TextDelta))


async def failure(options: LlmSettings, model: str | None = None) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await pieces(options, model)
    return caught.value


def seen(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"provider": "google_genai", **labels}) or 0


class TestAskingAgain:
    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_what_passes_is_asked_again_as_often_as_is_set(self, gemini, change, status):
        gemini.will_say(status=status)
        await failure(change(max_attempts=3))
        assert len(gemini.requests) == 3

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    async def test_what_does_not_pass_is_asked_once(self, gemini, change, status):
        gemini.will_say(status=status)
        await failure(change(max_attempts=3))
        assert len(gemini.requests) == 1

    async def test_one_attempt_is_one_request(self, gemini, change):
        gemini.will_say(status=503)
        await failure(change(max_attempts=1))
        assert len(gemini.requests) == 1

    async def test_a_line_that_breaks_before_the_first_byte_is_asked_again(self, gemini, change):
        gemini.will_say("never said", pause_after=0, breaks=True)
        gemini.will_say("Rent is due.")
        assert await words(change(max_attempts=2)) == "Rent is due."

    async def test_a_line_that_breaks_after_the_first_words_is_not(self, gemini, change):
        gemini.will_say("Rent ", "is due.", pause_after=1, breaks=True)
        failed = await failure(change(max_attempts=3, fallbacks=[LITE]))
        assert (failed.code, failed.had_begun, len(gemini.requests)) == ("model_away", True, 1)
        assert failed.usage  # with the failure, and not before it

    async def test_a_filter_is_not_asked_again_nor_got_round(self, gemini, change):
        gemini.will_say(finish="SAFETY")
        assert (await failure(change(max_attempts=3, fallbacks=[LITE]))).code == "blocked"
        assert len(gemini.requests) == 1

    async def test_a_silence_is_not_asked_again(self, gemini, change):
        gemini.will_say("late", pause_after=0)
        assert (await failure(change(max_attempts=3, timeout_seconds=0.2))).code == "model_slow"
        assert len(gemini.requests) == 1

    async def test_a_form_is_asked_for_again_too(self, gemini, change):
        replies = iter([503, 200])

        def filled(_):
            return Reply(status=503) if next(replies) == 503 else {"day": 1}

        gemini.will_fill(filled)
        model = structured_model(None, change(max_attempts=2))
        assert model is not None
        assert (await model.structured("Read.", "Rent is due on day 1.", Due)).value == Due(day=1)


class TestHowLongToWait:
    @pytest.mark.parametrize("told", [{"retry_delay": "37s"}, {"retry_after": "37"}, {"retry_delay": "37.000s"}])
    async def test_what_the_provider_says_is_passed_on(self, gemini, change, told):
        gemini.will_say(status=429, **told)
        assert (await failure(change(max_attempts=1))).retry_after_seconds == 37

    async def test_nobody_is_kept_waiting_for_longer_than_is_sensible(self, gemini, change):
        gemini.will_say(status=429, retry_delay="3600s")
        await failure(change(max_attempts=3))
        assert len(gemini.requests) == 1

    async def test_a_date_is_not_taken_for_seconds(self, gemini, change):
        gemini.will_say(status=503, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
        assert (await failure(change(max_attempts=1))).retry_after_seconds is None


class TestBadLines:
    async def test_bytes_that_never_make_an_event_are_a_silence(self, gemini, change):
        gemini.will_say("late", trickles=True)
        assert (await failure(change(timeout_seconds=0.3))).code == "model_slow"

    @pytest.mark.parametrize("garbage", ["data: {not json\n\n", "data: []\n\n", "<html>proxy</html>", ""])
    async def test_what_nobody_can_read_is_a_failure_and_no_fault_of_ours(self, gemini, change, garbage):
        gemini.will_say(garbage=garbage)
        assert (await failure(change())).code in {"model_wrong", "model_away", "empty"}

    async def test_a_form_that_never_ends_is_a_silence_too(self, gemini, change):
        gemini.will_fill(lambda _: Reply(trickles=True))
        model = structured_model(None, change(timeout_seconds=0.3))
        assert model is not None
        with pytest.raises(ModelFailed) as caught:
            await model.structured("Read.", "Rent is due.", Due)
        assert caught.value.code == "model_slow"

    async def test_a_line_that_never_ends_is_not_gathered(self, gemini, change, monkeypatch):
        monkeypatch.setattr(bounded, "MOST_BYTES", 10_000)
        gemini.will_say(garbage="data: " + "x" * 10_000)
        failed = await failure(change())
        assert (failed.code, type(failed.__cause__)) == ("model_wrong", bounded.TooMuchSaid)

    async def test_nor_is_a_form(self, gemini, change, monkeypatch):
        monkeypatch.setattr(bounded, "MOST_BYTES", 10_000)
        gemini.will_fill(lambda _: Reply(pieces=("x" * 10_000,)))
        model = structured_model(None, change())
        assert model is not None
        with pytest.raises(ModelFailed) as caught:
            await model.structured("Read.", "Rent is due.", Due)
        assert caught.value.code == "model_wrong"

    async def test_a_redirect_is_not_followed_with_the_key(self, gemini, change):
        gemini.will_say(location=f"{gemini.url.replace('127.0.0.1', 'localhost')}/stolen:streamGenerateContent?alt=sse")
        gemini.will_say("Rent is due.")
        failed = await failure(change())
        assert not failed.had_begun
        assert len(gemini.paths) == 1


class TestWhatAFailureCosts:
    @pytest.mark.parametrize("status", [400, 403, 429, 503])
    async def test_a_refusal_costs_nothing(self, gemini, change, status):
        gemini.will_say(status=status)
        assert (await failure(change())).usage is None

    @pytest.mark.parametrize("how", [{"finish": "SAFETY"}, {"block_reason": "SAFETY"}, {"finish": "MAX_TOKENS"}, {}])
    async def test_an_answer_that_is_none_costs_what_the_provider_says(self, gemini, change, how):
        gemini.will_say(**how)
        assert (await failure(change())).usage == Usage(
            120, 20, cached_tokens=20, reasoning_tokens=6, is_cut=how == {"finish": "MAX_TOKENS"}
        )

    async def test_and_so_do_the_figures(self, gemini, change):
        before = seen("elenchus_llm_tokens_total", kind="prompt")
        gemini.will_say(finish="SAFETY")
        await failure(change())
        assert seen("elenchus_llm_tokens_total", kind="prompt") == before + 120

    async def test_one_that_breaks_off_is_estimated_with_the_words_that_came(self, gemini, change):
        gemini.will_say("x" * 40, "never said", pause_after=1, breaks=True)
        used = (await failure(change())).usage
        assert used == Usage(rough_tokens(PROMPT.text()), 10, is_estimate=True)

    async def test_a_silence_is_estimated_by_what_was_sent(self, gemini, change):
        gemini.will_say("late", pause_after=0)
        used = (await failure(change(timeout_seconds=0.2))).usage
        assert used == Usage(rough_tokens(PROMPT.text()), 0, is_estimate=True)

    @pytest.mark.parametrize("error", [httpx.ConnectTimeout("late"), httpx.PoolTimeout("full")], ids=repr)
    async def test_a_provider_that_was_not_reached_in_time_costs_nothing(self, change, monkeypatch, error):
        async def unreached(*_args, **_more):
            raise error

        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", unreached)
        failed = await failure(change())
        assert (failed.code, failed.usage) == ("model_away", None)

    async def test_nobody_at_that_address_costs_nothing(self, change):
        assert (await failure(change(google_base_url="http://127.0.0.1:9"))).usage is None

    async def test_what_the_first_model_wasted_is_told_before_the_stand_in_speaks(self, gemini, change):
        gemini.will_say_as(FIRST, "late", pause_after=0)
        gemini.will_say_as(SECOND, "Rent is due.")
        told = await pieces(change(fallbacks=[LITE], timeout_seconds=0.2))
        wasted = Wasted(f"google_genai:{FIRST}", Usage(rough_tokens(PROMPT.text()), 0, is_estimate=True))
        assert told[:2] == [wasted, StandIn(LITE)]

    async def test_what_each_silent_model_wasted_is_told_under_its_own_name(self, gemini, change):
        gemini.will_say("late", pause_after=0)
        options, told = change(fallbacks=[LITE], timeout_seconds=0.2), list[Piece]()
        with pytest.raises(ModelFailed) as caught:
            await pieces(options, into=told)
        assert [piece.model for piece in told if isinstance(piece, Wasted)] == [f"google_genai:{FIRST}", LITE]
        assert (caught.value.code, caught.value.usage) == ("model_slow", None)

    async def test_an_answer_that_is_left_counts_as_far_as_it_came(self, gemini, change):
        gemini.will_say("x" * 40, "never said", pause_after=1)
        before = seen("elenchus_llm_tokens_total", kind="completion")
        stream = chat_model(None, change()).stream(PROMPT)
        await anext(stream)
        await stream.aclose()
        assert seen("elenchus_llm_tokens_total", kind="completion") == before + 10


class TestResting:
    async def test_a_provider_that_keeps_failing_is_not_asked_any_more(self, gemini, change):
        gemini.will_say(status=503)
        options = change(breaker_failures=3, max_attempts=2)
        assert (await failure(options)).code == "model_away"
        assert (await failure(options)).code == "model_resting"  # the third call failed, there is no fourth
        assert (await failure(options)).code == "model_resting"
        assert len(gemini.requests) == 3

    async def test_the_refusal_before_anything_is_told_is_an_honest_503(self, gemini, change):
        gemini.will_say(status=503)
        options = change(breaker_failures=1, breaker_seconds=40)
        require_answering(chat_model(None, options))
        await failure(options)
        with pytest.raises(ModelResting) as caught:
            require_answering(chat_model(None, options))
        assert (caught.value.status, caught.value.retry_after_seconds) == (503, 40)

    async def test_it_recovers(self, gemini, change):
        gemini.will_say(status=503)
        gemini.will_say("Rent is due.")
        options = change(breaker_failures=1)
        await failure(options)
        breaker_of("google_genai").open_until = 0.0
        assert await words(options) == "Rent is due."
        assert chat_model(None, options).wait_seconds() == 0

    async def test_who_goes_away_in_the_middle_harms_nobody(self, gemini, change):
        gemini.will_say("first ", "second", pause_after=0)
        options = change(breaker_failures=1)
        stream = chat_model(None, options).stream(PROMPT, temperature=0)
        reading = asyncio.ensure_future(anext(stream))
        await until(lambda: gemini.requests)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await stream.aclose()
        assert chat_model(None, options).wait_seconds() == 0


class TestStandIns:
    async def test_the_next_model_answers_and_says_that_it_is_another(self, gemini, change):
        gemini.will_say_as(FIRST, status=503)
        gemini.will_say_as(SECOND, "Rent is due.")
        told = await pieces(change(fallbacks=[LITE]))
        assert told[:2] == [StandIn(LITE), TextDelta("Rent is due.")]
        assert gemini.models == [FIRST, SECOND]

    @pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
    async def test_a_key_or_a_name_that_is_refused_is_reason_enough(self, gemini, change, status):
        gemini.will_say_as(FIRST, status=status)
        gemini.will_say_as(SECOND, "Rent is due.")
        assert await words(change(fallbacks=[LITE])) == "Rent is due."

    async def test_a_request_that_is_wrong_stays_wrong(self, gemini, change):
        gemini.will_say_as(FIRST, status=400)
        assert (await failure(change(fallbacks=[LITE]))).code == "model_rejected"
        assert gemini.models == [FIRST]

    async def test_the_built_in_model_can_be_the_last(self, gemini, change):
        gemini.will_say(status=503)
        told = await pieces(change(fallbacks=["gemini-3.5-flash-lite", "extractive"]))
        assert told[0] == StandIn("extractive")
        assert gemini.models == [FIRST, SECOND]

    async def test_while_the_provider_rests_the_built_in_one_answers_at_once(self, gemini, change):
        gemini.will_say(status=503)
        options = change(breaker_failures=1, fallbacks=["extractive"])
        await pieces(options)
        require_answering(chat_model(None, options))
        assert (await pieces(options))[0] == StandIn("extractive")
        assert len(gemini.requests) == 1

    async def test_who_names_another_model_gets_that_one_or_none(self, gemini, change):
        gemini.will_say_as(SECOND, status=503)
        assert (await failure(change(fallbacks=["extractive"], choices=[LITE]), LITE)).code == "model_away"

    async def test_a_model_that_takes_no_more_leaves_the_other_of_its_provider_to_answer(self, gemini, change):
        gemini.will_say_as(FIRST, status=429)
        gemini.will_say_as(SECOND, "Rent is due.")
        options = change(fallbacks=[LITE], breaker_failures=1)
        for _ in range(3):
            assert await words(options) == "Rent is due."
        assert gemini.models == [FIRST, SECOND, SECOND, SECOND]

    async def test_when_all_fail_the_last_one_says_why(self, gemini, change):
        gemini.will_say_as(FIRST, status=503)
        gemini.will_say_as(SECOND, status=429)
        assert (await failure(change(fallbacks=[LITE]))).code == "model_busy"

    async def test_the_first_ones_own_answer_names_nobody(self, gemini, change):
        gemini.will_say("Rent is due.")
        assert not [piece for piece in await pieces(change(fallbacks=[LITE])) if isinstance(piece, StandIn)]

    async def test_a_model_that_cannot_be_set_up_is_stood_in_for(self, gemini, change, monkeypatch):
        monkeypatch.setitem(PROVIDERS, "openai", Provider(__name__, Due.__name__, ""))  # it wants what nobody gives it
        gemini.will_say_as(SECOND, "Rent is due.")
        told = await pieces(change(model="openai:gpt-oss", fallbacks=[LITE]))
        assert told[:2] == [StandIn(LITE), TextDelta("Rent is due.")]

    async def test_a_stand_in_without_its_package_leaves_the_next_one_to_answer(self, gemini, change, monkeypatch):
        monkeypatch.setitem(PROVIDERS, "ollama", Provider("nowhere", "", "langchain-ollama"))
        gemini.will_say_as(FIRST, status=503)
        gemini.will_say_as(SECOND, "Rent is due.")
        assert await words(change(fallbacks=["ollama:llama3", LITE])) == "Rent is due."

    def test_a_fallback_that_means_nothing_is_refused(self, change):
        with pytest.raises(ModelNotReady, match="LLM_FALLBACKS"):
            chat_model(None, change(fallbacks=["nobody:model"]))


class TestFigures:
    async def test_calls_tokens_and_repeats_are_counted(self, gemini, change):
        before = {
            "ok": seen("elenchus_llm_calls_total", outcome="ok"),
            "away": seen("elenchus_llm_calls_total", outcome="model_away"),
            "repeats": seen("elenchus_llm_retries_total", reason="model_away"),
            "cached": seen("elenchus_llm_tokens_total", kind="cached"),
            "first": seen("elenchus_llm_first_words_seconds_count"),
        }
        gemini.will_say(status=503)
        gemini.will_say("Rent is due.")
        await pieces(change(max_attempts=2))
        assert seen("elenchus_llm_calls_total", outcome="ok") == before["ok"] + 1
        assert seen("elenchus_llm_calls_total", outcome="model_away") == before["away"] + 1
        assert seen("elenchus_llm_retries_total", reason="model_away") == before["repeats"] + 1
        assert seen("elenchus_llm_tokens_total", kind="cached") == before["cached"] + 20
        assert seen("elenchus_llm_first_words_seconds_count") == before["first"] + 1

    async def test_a_repeat_for_a_form_is_counted_too(self, gemini, change):
        before = seen("elenchus_llm_retries_total", reason="model_busy")
        replies = iter((Reply(status=429), {"day": 5}))
        gemini.will_fill(lambda _: next(replies))
        model = structured_model(None, change(max_attempts=2))
        assert model
        assert (await model.structured("Read.", "Due on the 5th.", Due)).value == Due(day=5)
        assert seen("elenchus_llm_retries_total", reason="model_busy") == before + 1


async def test_the_base_url_may_be_a_proxy_with_a_path(gemini, change):
    await pieces(change(google_base_url=f"{gemini.url}/eu/gemini"))
    assert gemini.paths == [f"/eu/gemini/v1beta/models/{FIRST}:streamGenerateContent"]
