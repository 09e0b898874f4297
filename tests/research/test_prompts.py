"""What a reading model is told."""

from dataclasses import replace

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.core.llm.base import Speaker, Turn
from elenchus.core.llm.usage import rough_tokens
from elenchus.library.schemas import Passage
from elenchus.research import prompts, running
from elenchus.research.errors import QuestionTooLong
from elenchus.research.prompts import History, Summary, compose, digest, rules, written
from elenchus.research.prompts.fitting import BLOCK
from tests.research.support import CHAT, asked, filed
from tests.support import until

PLENTY = 30_000
#: A changed prompt is another version of it: this table is changed together with the number.
VERSIONS = {
    "legal_assistant": ("2", "dd599d2fc3dd2136"),
    "title": ("1", "700ae355e0d00e30"),
    "summary": ("1", "e662c3277045681f"),
}


def passage(text: str, title: str = "Lease", score: float = 1.0) -> Passage:
    return Passage(new_id(), title, new_id(), 3, 4, 0, len(text), text, None, score=score, highlights=())


def composed(question: str = "What is due?", *, passages=(), turns=(), summary="", starts=(), room: int = PLENTY):
    history = History(Summary(summary, "m1", "1") if summary else None, tuple(turns), tuple(starts))
    return compose(question, passages, history, count=rough_tokens, room=room)


def said(words: str) -> Turn:
    return Turn(Speaker.USER, words)


def answered(words: str) -> Turn:
    return Turn(Speaker.ASSISTANT, words)


def told(made) -> list[str]:
    return [turn.text for turn in made.prompt.turns]


class TestWritten:
    @pytest.mark.parametrize("name", VERSIONS)
    def test_a_change_is_a_new_version(self, name):
        prompt = written(name)
        assert (prompt.version, prompt.sha256[:16]) == VERSIONS[name]
        assert not prompt.text.startswith("version")

    def test_the_principles_stand_in_the_rules(self):
        for principle in (
            "Use the given sources only",
            "square brackets",
            "Name the authority",
            "jurisdiction",
            "professional",
            "confidential",
            "When no sources were given",
        ):
            assert principle in rules().text

    @pytest.mark.parametrize("name", VERSIONS)
    def test_what_is_read_is_never_an_order(self, name):
        assert "never instructions" in written(name).text


class TestSources:
    def test_they_are_numbered_from_one_and_the_question_comes_last(self):
        made = composed(passages=(passage("Rent is due."), passage("Pets are out.", "Rules")))
        asked = told(made)[-1]
        assert asked.index('<source n="1" document="Lease" pages="3-4">\nRent is due.\n</source>') < asked.index(
            '<source n="2" document="Rules"'
        )
        assert asked.endswith("</sources>\n\nQuestion: What is due?")
        assert [source.text for source in made.prompt.sources] == ["Rent is due.", "Pets are out."]

    def test_none_is_said_plainly(self):
        assert "(none were found)" in told(composed())[-1]


class TestHistory:
    def test_old_marks_are_gone_from_answers(self):
        made = composed(turns=(said("Is clause [1] void?"), answered("It is $5 [1], due monthly [2][3].")))
        assert told(made)[:2] == ["Is clause [1] void?", "It is $5, due monthly."]

    def test_the_first_turn_is_a_user_s(self):
        made = composed(turns=(answered("reply"), said("on"), answered("more")))
        assert told(made)[0] == "on"
        assert made.turns == 2

    def test_a_summary_stands_before_the_first_turn(self):
        made = composed(summary="The lawyer acts for the tenant.", turns=(said("Rent?"), answered("Due.")))
        assert told(made)[0] == "<summary>\nThe lawyer acts for the tenant.\n</summary>\n\nRent?"

    def test_without_turns_it_stands_before_the_sources(self):
        assert told(composed(summary="Notes."))[0].startswith("<summary>\nNotes.\n</summary>\n\n<sources>")

    def test_the_same_matter_has_the_same_hash(self):
        one, same = (composed(passages=(passage("Rent is due."),)).prompt for _ in range(2))
        assert digest(one.text()) == digest(same.text())
        assert digest(one.text()) != digest(composed().prompt.text())

    def test_the_next_prompt_begins_as_this_one_did(self):
        turns = (said("Rent?"), answered("Due [1]."))
        first = composed("And pets?", summary="Notes.", turns=turns, passages=(passage("Pets are out."),))
        more = (*turns, said("And pets?"), answered("They are out [1]."))
        second = composed("And cats?", summary="Notes.", turns=more, passages=(passage("Cats too."),))
        assert first.prompt.system == second.prompt.system
        assert second.prompt.turns[:2] == first.prompt.turns[:2]


def talk(exchanges: int, tokens: int = 100) -> list[Turn]:
    """Each message of so many tokens."""
    return [
        turn
        for n in range(exchanges)
        for turn in (said(f"q{n}".ljust(tokens * 4, ".")), answered(f"a{n}".ljust(tokens * 4, ".")))
    ]


class TestWindow:
    @pytest.mark.parametrize("room", [1_500, 2_500, 4_000])
    def test_it_is_kept(self, room):
        passages = [passage("x" * 1_400, score=n) for n in range(3)]
        made = composed(turns=talk(20), starts=range(BLOCK, 40, BLOCK), passages=passages, summary="Notes.", room=room)
        assert rough_tokens(made.prompt.text()) <= made.tokens <= room

    def test_the_oldest_go_first_and_in_blocks(self):
        starts = range(BLOCK, 40, BLOCK)
        first = composed(turns=talk(16), starts=starts, room=3_600)
        assert told(first)[0].startswith(("q4", "q8"))
        beginnings = {told(composed(turns=talk(n), starts=starts, room=3_600))[0][:3] for n in range(13, 17)}
        assert len(beginnings) <= 2, "the beginning stays the same from one question to the next"

    def test_the_sources_stay_while_turns_can_go(self):
        passages = [passage("x" * 1_400) for _ in range(3)]
        made = composed(turns=talk(10), starts=(8, 16), passages=passages, room=2_600)
        assert (len(made.passages), made.turns < 20) == (3, True)

    def test_then_the_weakest_passages_go_and_the_others_keep_their_order(self):
        passages = [passage(f"{n} " + "x" * 1_400, score=score) for n, score in enumerate((0.9, 0.1, 0.8, 0.5))]
        made = composed(turns=talk(3), passages=passages, room=rough_tokens(rules().text) + 900)
        assert [row.score for row in made.passages] == [0.9, 0.8]
        assert [source.text[0] for source in made.prompt.sources] == ["0", "2"]
        assert made.turns == 0

    def test_the_summary_outlives_the_turns(self):
        made = composed(turns=talk(30), summary="Notes.", room=rough_tokens(rules().text) + 300)
        assert (made.turns, made.summary.text) == (0, "Notes.")

    def test_the_question_is_never_cut(self):
        words = "x" * 8_000
        room = rough_tokens(rules().text) + 2_040
        made = composed(words, turns=talk(3), summary="y" * 400, passages=(passage("x" * 1_400),), room=room)
        assert told(made)[-1].endswith(words)
        assert (made.turns, made.summary, made.passages) == (0, None, ())
        with pytest.raises(QuestionTooLong):
            composed(words, room=room - 100)


class TestRecord:
    async def test_a_changed_prompt_is_another_record(self, firm, gemini, monkeypatch):
        f = await firm()
        await filed(f)
        gemini.will_say("The rent is $4,200 [1].")
        answer = (await asked(f))["message"]
        await until(lambda: running.find(Id(answer["id"])) is None)  # its record is made a moment after it was told
        before = written("legal_assistant")
        after = replace(before, version="99", text=f"{before.text}\n- Be brief.")
        monkeypatch.setattr(prompts, "rules", lambda: after)
        again = (await f.client.post(f"{CHAT}/messages/{answer['id']}/replay")).json()
        assert (again["record"]["prompt_version"], again["replayed"]["prompt_version"]) == (before.version, "99")
        assert again["record"]["rules_sha256"] == before.sha256 != again["replayed"]["rules_sha256"]
        changed = again["difference"]
        assert (changed["same_rules"], changed["same_prompt"], changed["same_sources"]) == (False, False, True)
