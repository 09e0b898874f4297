"""An answer for which no passage was found says so, whatever the model says."""

import pytest

from elenchus.research.prompts import NO_SOURCES
from tests.research.support import asked, filed, message_in, streamed


class TestNothingFound:
    @pytest.mark.parametrize("library", ["empty", "silent"])
    async def test_it_is_told_before_the_model_s_first_word(self, firm, gemini, library):
        f = await firm()
        if library == "silent":
            await filed(f)
        gemini.will_say("Ask for ", "the bylaws.")
        got = await streamed(f, "Quorum für Aktionärsversammlung?")
        assert got["sources"] == []
        assert got.text == f"{NO_SOURCES}\n\nAsk for the bylaws."
        assert got.data[got.names.index("delta")]["text"].startswith(NO_SOURCES)
        kept = await message_in(f, got["meta"]["conversation_id"], got["meta"]["message_id"])
        assert kept["content"] == got.text
        assert kept["verification"]["unsupported_sentences"] == ["Ask for the bylaws."]
        assert "(none were found)" in gemini.requests[-1]["contents"][-1]["parts"][0]["text"]

    async def test_with_sources_it_is_not_there(self, firm, gemini):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is $4,200 [1].")
        assert (await asked(f))["message"]["content"] == "The rent is $4,200 [1]."

    async def test_the_built_in_model_says_it_in_its_own_words(self, firm):
        f = await firm()
        content = (await asked(f))["message"]["content"]
        assert content.startswith("The sources do not answer this question.")

    async def test_a_model_that_failed_before_its_first_word_has_said_nothing(self, firm, gemini):
        f = await firm()
        gemini.will_say(status=400)
        got = await streamed(f)
        kept = await message_in(f, got["meta"]["conversation_id"], got["meta"]["message_id"])
        assert (got.names[-1], kept["content"]) == ("error", "")
