"""What two answers have in common and what not."""

from typing import Any

from elenchus.research.models import Failing, Message, Verification
from elenchus.research.models import MessageRole as Role
from elenchus.research.recording.comparing import difference
from elenchus.research.recording.schemas import Difference, Made, SourceRecorded


def source(chunk: str, sha256: str = "", **more: Any) -> SourceRecorded:
    place = {"document_id": "d", "start_char": 0, "end_char": 9} | more
    return SourceRecorded(chunk_id=chunk, sha256=sha256 or chunk, **place)


def made(*sources: SourceRecorded, **more: Any) -> Made:
    return Made(sources=list(sources), **({"prompt_sha256": "p", "rules_sha256": "r"} | more))


def said(text: str) -> Message:
    return Message(id="m", role=Role.ASSISTANT, content=text, created_at="now")


def compared(before: Made, after: Made, was: str = "Rent is due.", now: str = "Rent is due.") -> Difference:
    return difference(before, after, was=said(was), now=said(now))


def test_an_answer_made_alike_is_the_same():
    found = compared(made(source("a")), made(source("a")))
    assert found.is_same
    assert (found.sources, found.similarity) == ([], 1.0)
    assert [row.kind for row in found.text] == ["same"]


def test_the_changed_words_stand_between_those_that_stayed():
    found = compared(made(), made(), "The rent is $4,200 per month.", "The rent is not $4,300 per month.")
    assert not found.is_same
    assert found.same_prompt
    assert "".join(row.before for row in found.text) == "The rent is $4,200 per month."
    assert "".join(row.after for row in found.text) == "The rent is not $4,300 per month."
    changed = [row for row in found.text if row.kind != "same"]
    assert "".join(row.after for row in changed) == "not $4,300 "
    assert 0.5 < found.similarity < 1


def test_each_source_that_came_went_or_moved_is_named_with_its_places():
    found = compared(made(source("a"), source("b"), source("c")), made(source("c"), source("b"), source("new")))
    assert {(row.sha256, row.before, row.after) for row in found.sources} == {
        ("a", 1, None), ("c", 3, 1), ("new", None, 3),
    }  # fmt: skip
    assert not found.same_sources


def test_the_same_words_read_anew_are_the_same_source():
    assert compared(made(source("old", "text")), made(source("new", "text"))).same_sources


def test_other_words_at_the_same_place_are_another_source():
    assert not compared(made(source("a", "text")), made(source("a", "other"))).same_sources


def test_other_rules_are_told_from_another_prompt():
    found = compared(made(), made(prompt_sha256="q"))
    assert (found.same_rules, found.same_prompt) == (True, False)
    assert not compared(made(), made(prompt_version="2")).same_rules
    assert not compared(made(), made(rules_sha256="s")).same_rules


def test_another_model_that_stood_in_is_told():
    assert not compared(made(answered_by="a"), made(answered_by="b")).same_model


def test_another_verdict_on_the_same_words_is_told():
    def examined(verdict: str, *failing: Failing) -> Message:
        quotes = [{"quote": "rent of $4,200", "verdict": verdict}]
        return said("Rent.").model_copy(update={"verification": Verification(quotes=quotes, failing=[*failing])})

    altered = Failing(kind="quote", reason="altered", text="rent of $4,200")
    found = difference(made(), made(), was=examined("exact"), now=examined("altered", altered))
    assert (found.same_text, found.same_examination, found.is_same) == (True, False, False)
    assert [(row.quote, row.before, row.after) for row in found.quotes] == [("rent of $4,200", "exact", "altered")]
    assert (found.failing_lost, found.failing_gained) == ([], [altered])
    assert difference(made(), made(), was=examined("exact"), now=examined("exact")).same_examination
