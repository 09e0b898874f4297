"""The real client of the default provider against a server that speaks its protocol."""

import asyncio
import subprocess
import sys

import pytest

from elenchus.core.llm.base import ModelFailed, Prompt, Source, Speaker, TextDelta, Turn, Usage
from elenchus.core.llm.factory import chat_model
from elenchus.core.llm.providers import PROVIDERS, ModelNotReady, ProviderModel
from elenchus.core.settings import LlmSettings
from tests.support import until

PROMPT = Prompt(
    system="Answer from the sources.",
    turns=(
        Turn(Speaker.USER, "Hello"),
        Turn(Speaker.ASSISTANT, "Good day."),
        Turn(Speaker.USER, "[1] Rent is due monthly.\n\nWhen is rent due?"),
    ),
    question="When is rent due?",
    sources=(Source("Lease", "Rent is due monthly."),),
)


async def heard(options: LlmSettings) -> tuple[str, Usage]:
    pieces = [piece async for piece in chat_model(None, options).stream(PROMPT)]
    words = "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))
    last = pieces[-1]
    assert isinstance(last, Usage)
    assert not [piece for piece in pieces[:-1] if isinstance(piece, Usage)]
    return words, last


async def failure(options: LlmSettings) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await heard(options)
    return caught.value


class TestCacheMarks:
    def test_who_has_to_be_told_is_told_where_the_rules_and_the_conversation_end(self):
        from elenchus.core.llm.langchain import messages  # loads LangChain

        told = messages(PROMPT, marks_cache=True)
        mark = {"type": "ephemeral"}
        assert [role for role, _ in told] == ["system", "human", "ai", "human"]
        assert told[0][1] == [{"type": "text", "text": PROMPT.system, "cache_control": mark}]
        assert told[2][1] == [{"type": "text", "text": "Good day.", "cache_control": mark}]
        assert (told[1][1], told[3][1]) == ("Hello", PROMPT.turns[-1].text)

    def test_the_others_are_sent_plain_words(self):
        from elenchus.core.llm.langchain import messages

        assert [text for _, text in messages(PROMPT)] == [PROMPT.system, *(turn.text for turn in PROMPT.turns)]
        assert [name for name, provider in PROVIDERS.items() if provider.marks_cache] == ["anthropic"]


class TestSpeaking:
    async def test_words_come_piece_by_piece_and_the_usage_last(self, gemini, gemini_options):
        gemini.will_say("Rent is ", "due monthly [1].")
        words, usage = await heard(gemini_options)
        assert words == "Rent is due monthly [1]."
        assert usage == Usage(prompt_tokens=120, completion_tokens=20, cached_tokens=20, reasoning_tokens=6)
        assert usage.total_tokens == 140

    async def test_half_a_sign_is_joined_to_its_other_half_or_replaced(self, gemini, gemini_options):
        """JSON can spell it, UTF-8 cannot: it could neither be told nor stored."""
        gemini.will_say("Rent \ud83d", "\ude00 is\ude00 due", " monthly \ud83d")
        assert (await heard(gemini_options))[0] == "Rent \U0001f600 is\ufffd due monthly \ufffd"

    async def test_the_provider_is_not_told_to_end_by_then(self, gemini, gemini_options):
        """How long it may be silent is no limit of how long it may speak."""
        await heard(gemini_options)
        assert gemini.deadlines == [None]

    async def test_the_provider_is_sent_the_whole_conversation_and_our_key(self, gemini, gemini_options):
        await heard(gemini_options)
        [request] = gemini.requests
        said = [(row["role"], row["parts"][0]["text"]) for row in request["contents"]]
        assert said == [("user", "Hello"), ("model", "Good day."), ("user", PROMPT.turns[-1].text)]
        assert request["systemInstruction"]["parts"][0]["text"] == PROMPT.system
        assert request["generationConfig"]["maxOutputTokens"] == gemini_options.max_output_tokens
        assert gemini.keys == ["a-key-for-the-stub"]

    async def test_a_piece_is_passed_on_before_the_next_is_written(self, gemini, gemini_options):
        gemini.will_say("first ", "second", pause_after=1)
        stream = chat_model(None, gemini_options).stream(PROMPT, temperature=0)
        assert await anext(stream) == TextDelta("first ")
        gemini.go_on.set()
        assert await anext(stream) == TextDelta("second")
        await stream.aclose()

    async def test_leaving_in_the_middle_closes_the_connection(self, gemini, gemini_options):
        gemini.will_say("first ", "second", pause_after=1)
        stream = chat_model(None, gemini_options).stream(PROMPT, temperature=0)
        await anext(stream)
        reading = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await stream.aclose()
        await until(lambda: gemini.open_streams == 0)

    async def test_an_answer_cut_at_the_limit_says_so(self, gemini, gemini_options):
        gemini.will_say("Rent is", finish="MAX_TOKENS")
        words, usage = await heard(gemini_options)
        assert words == "Rent is"
        assert usage.is_cut

    async def test_without_the_providers_count_ours_is_marked_as_an_estimate(self, gemini, gemini_options):
        gemini.will_say("x" * 40, usage=None)
        _, usage = await heard(gemini_options)
        assert usage.is_estimate
        assert usage.completion_tokens == 10
        assert usage.prompt_tokens == -(-len(PROMPT.text()) // 4)


class TestFailing:
    @pytest.mark.parametrize(
        ("status", "code", "retryable"),
        [
            (400, "model_rejected", False),
            (401, "model_key", False),
            (403, "model_key", False),
            (404, "model_unknown", False),
            (429, "model_busy", True),
            (500, "model_away", True),
            (503, "model_away", True),
        ],
    )
    async def test_each_refusal_of_the_provider_has_a_code(self, gemini, gemini_options, status, code, retryable):
        gemini.will_say(status=status)
        failed = await failure(gemini_options)
        assert (failed.code, failed.retryable) == (code, retryable)
        assert failed.detail.endswith(".")

    async def test_a_busy_provider_is_asked_again(self, gemini, gemini_options):
        gemini.will_say(status=503)
        gemini.will_say("Rent is due monthly [1].")
        words, _ = await heard(gemini_options.model_copy(update={"max_attempts": 3}))
        assert words.startswith("Rent")
        assert len(gemini.requests) == 2

    async def test_a_provider_that_is_not_there(self, gemini_options):
        failed = await failure(gemini_options.model_copy(update={"google_base_url": "http://127.0.0.1:9"}))
        assert (failed.code, failed.retryable) == ("model_away", True)

    async def test_a_provider_that_says_nothing_for_too_long(self, gemini, gemini_options):
        gemini.will_say("first", "second", pause_after=0)
        failed = await failure(gemini_options.model_copy(update={"timeout_seconds": 0.3}))
        assert (failed.code, failed.retryable) == ("model_slow", True)

    async def test_a_line_that_breaks_in_the_middle(self, gemini, gemini_options):
        gemini.will_say("first", "second", pause_after=1, breaks=True)
        failed = await failure(gemini_options)
        assert (failed.code, failed.retryable) == ("model_away", True)

    @pytest.mark.parametrize("finish", ["SAFETY", "PROHIBITED_CONTENT", "RECITATION", "BLOCKLIST"])
    async def test_an_answer_held_back_by_the_filter_is_a_failure(self, gemini, gemini_options, finish):
        gemini.will_say(finish=finish)
        failed = await failure(gemini_options)
        assert (failed.code, failed.retryable) == ("blocked", False)

    async def test_half_an_answer_and_then_the_filter_is_a_failure_too(self, gemini, gemini_options):
        gemini.will_say("Rent is ", finish="SAFETY")
        assert (await failure(gemini_options)).code == "blocked"

    async def test_a_question_held_back_by_the_filter_is_a_failure(self, gemini, gemini_options):
        gemini.will_say(block_reason="SAFETY")
        assert (await failure(gemini_options)).code == "blocked"

    async def test_no_words_at_all_is_a_failure(self, gemini, gemini_options):
        gemini.will_say()
        failed = await failure(gemini_options)
        assert (failed.code, failed.retryable) == ("empty", True)

    async def test_all_room_spent_on_thinking_names_the_setting(self, gemini, gemini_options):
        gemini.will_say(finish="MAX_TOKENS")
        failed = await failure(gemini_options)
        assert failed.code == "no_room"
        assert "LLM_MAX_OUTPUT_TOKENS" in failed.detail


class TestSettingUp:
    def test_a_missing_package_is_named(self):
        with pytest.raises(ModelNotReady, match="pip install langchain-mistralai"):
            ProviderModel("mistralai:mistral-large", LlmSettings(_env_file=None))

    def test_a_missing_key_is_named(self):
        with pytest.raises(ModelNotReady, match="GOOGLE_API_KEY"):
            ProviderModel("google_genai:gemini-3.8-flash", LlmSettings(_env_file=None, GOOGLE_API_KEY=None))

    def test_nothing_of_langchain_is_loaded_before_a_model_speaks(self):
        code = (
            "import sys\n"
            "from elenchus.core.llm.factory import chat_model\n"
            "from elenchus.core.settings import LlmSettings\n"
            "chat_model(None, LlmSettings(_env_file=None, GOOGLE_API_KEY='k'))\n"
            "chat_model('extractive')\n"
            "print([name for name in sys.modules if name.startswith(('langchain', 'google'))])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
        )
        assert done.stdout.strip() == "[]"


def _environment() -> dict[str, str]:
    import elenchus

    return {"PYTHONPATH": str(next(iter(elenchus.__path__)).removesuffix("/elenchus"))}
