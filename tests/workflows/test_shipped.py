"""The public templates: well formed, of use without a language model and with one, and honest about what is proven."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import pytest

from elenchus.workflows import checking, expressions, forms, kinds
from elenchus.workflows.catalogue.service import CATEGORIES
from elenchus.workflows.forms.words import within
from tests.fixtures.gemini import GeminiStub, Reply
from tests.research.support import filed, full_text
from tests.support import Firm
from tests.workflows import matters
from tests.workflows.support import decide, get, of, over, path, reached

FOLDER = resources.files("elenchus.workflows") / "shipped"
FILES = {file.name.removesuffix(".json"): json.loads(file.read_text()) for file in FOLDER.iterdir()}
TEXTS = {
    "contract": matters.CONTRACT,
    "changed": matters.CHANGED,
    "nda": matters.NDA,
    "decision": matters.DECISION,
    "statute": matters.STATUTE,
    "transcript": matters.TRANSCRIPT,
}
#: A short input of each: a text that names a document becomes its id.
INPUTS: dict[str, dict[str, Any]] = {
    "contract-review": {"document": "contract", "client": "Tenant", "questions": ["What rent shall be paid?"]},
    "nda-check": {"document": "nda"},
    "due-diligence": {"documents": ["contract", "nda"], "questions": ["Which law governs the agreement?"]},
    "clause-comparison": {"left": "contract", "right": "changed", "topics": ["termination"]},
    "case-brief": {"document": "decision"},
    "statute-summary": {"document": "statute"},
    "chronology": {"documents": ["contract", "transcript"]},
    "deposition-summary": {
        "transcript": "transcript",
        "topics": ["the notice of default"],
        "compare_with": ["decision"],
    },
    "legal-memo": {"question": "May the Landlord terminate this Lease?", "documents": ["contract"], "review": False},
    "obligations": {"documents": ["contract"]},
}
NAMES = sorted(INPUTS)
INQUIRING = {"ai_query", "document_analysis", "extract"}


def test_these_are_shipped():
    assert sorted(FILES) == NAMES


@pytest.mark.parametrize("name", NAMES)
class TestForm:
    def test_it_has_no_faults(self, name: str):
        inputs = {kind: row.given for kind, row in kinds.TABLE.items()}
        assert checking.faults(FILES[name]["definition"], kinds=inputs, inner=kinds.INNER) == []
        assert forms.check_schema(FILES[name]["input_schema"]) == []
        assert forms.check_schema(FILES[name]["output_schema"]) == []

    def test_it_says_what_it_is(self, name: str):
        raw = FILES[name]
        assert (raw["name"], raw["category"] in CATEGORIES) == (name, True)
        assert re.fullmatch(r"[a-z0-9-]{3,40}", raw["icon"])
        assert raw["estimated_duration"] > 0
        assert len(raw["description"]) > 100
        assert all(step["title"] for step in raw["definition"]["steps"])
        assert all(form["title"] for form in raw["input_schema"]["properties"].values())
        assert raw["definition"]["budget"]["max_tokens"] > 0

    def test_examples_fit_their_forms(self, name: str):
        for form in _every(FILES[name]["input_schema"]):
            assert [forms.faults(form, example) for example in form.get("examples", ())] in ([], [[]])

    def test_the_output_is_closed_and_has_sources(self, name: str):
        objects = [form for form in _every(FILES[name]["output_schema"]) if "properties" in form]
        assert all(form["additionalProperties"] is False for form in objects)
        cited = FILES[name]["output_schema"]["properties"]["citations"]["items"]
        assert {"document_id", "document_title", "page_start", "quote", "verified"} <= set(cited["required"])

    def test_all_that_was_asked_and_read_is_cited(self, name: str):
        definition = FILES[name]["definition"]
        steps = {step["name"]: step for step in definition["steps"]}
        reached_: set[str] = set()
        waiting = _read(definition["output"]["citations"])
        while waiting:
            one = waiting.pop()
            waiting += [] if one in reached_ else _read(steps[one]["input"])
            reached_.add(one)
        inquiring = {step["name"] for step in steps.values() if _kinds(step) & INQUIRING}
        assert inquiring <= reached_
        assert all(step["retry"]["max_attempts"] > 1 for step in steps.values() if _kinds(step) & INQUIRING)


def _every(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield form
    for _, inner in within(form):
        yield from _every(inner) if isinstance(inner, dict) else ()


def _read(value: Any) -> list[str]:
    return [name for root, name in expressions.used(value) if root == "steps" and name]


def _kinds(step: dict[str, Any]) -> set[str]:
    return {step["type"], step["input"].get("step", {}).get("type")}


@dataclass
class Matter:
    """A firm's documents, each filed when it is first needed."""

    firm: Firm
    ids: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    async def given(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: await self.given(one) for key, one in value.items()}
        if isinstance(value, list):
            return [await self.given(one) for one in value]
        return await self.id_of(value) if isinstance(value, str) and value in TEXTS else value

    async def id_of(self, name: str) -> str:
        if name not in self.ids:
            self.ids[name] = await filed(self.firm, TEXTS[name], f"{name}.txt")
            self.texts[self.ids[name]] = folded(await full_text(self.firm, self.ids[name]))
        return self.ids[name]

    async def begun(self, name: str, **more: Any) -> dict[str, Any]:
        body = {"template_name": name, "input_data": await self.given({**INPUTS[name], **more})}
        answer = await self.firm.client.post("/api/v1/workflows/execute", json=body)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def ran(self, name: str, **more: Any) -> dict[str, Any]:
        done = await over(self.firm, await self.begun(name, **more), timeout=60)
        assert done["status"] == "completed", (done["error_step"], done["error_message"])
        return await get(self.firm, done)

    async def file(self, done: dict[str, Any], ending: str) -> str:
        [file] = [one for one in done["files"] if one["filename"].endswith(ending)]
        got = await self.firm.client.get(path(done, "files", file["file_id"]))
        assert (got.status_code, len(got.content)) == (200, file["bytes"])
        return got.text


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def matter(shared: Firm) -> Matter:
    return Matter(shared)


def marked(output: Any) -> set[int]:
    """The sources that its texts name."""
    return {int(n) for n in re.findall(r"\[(\d{1,3})\]", json.dumps({**output, "citations": [], "notes": []}))}


def paper_format(name: str) -> dict[str, str]:
    return {"file_format": "md"} if "file_format" in FILES[name]["input_schema"]["properties"] else {}


@pytest.mark.parametrize("name", NAMES)
class TestRun:
    async def test_without_a_language_model_it_gives_the_documents_own_words(self, matter: Matter, name: str):
        done = await matter.ran(name, **paper_format(name))
        output = done["output_data"]
        assert forms.faults(FILES[name]["output_schema"], output) == []
        assert output["citations"]
        assert all(folded(row["quote"]) in matter.texts[row["document_id"]] for row in output["citations"])
        assert {row["verdict"] for row in output["citations"] if not row["verified"]} <= {"too_short"}  # a heading
        assert marked(output) <= {row["n"] for row in output["citations"]}
        assert done["usage"]["total_tokens"] == 0
        assert any(re.search(r"No language model|without a language model", note) for note in output["notes"])

    async def test_what_a_model_alters_is_shown_as_not_verified(self, matter: Matter, gemini: GeminiStub, name: str):
        gemini.will_answer(matters.answering)
        gemini.will_fill(matters.filling)
        done = await matter.ran(name, **paper_format(name))
        output = done["output_data"]
        assert forms.faults(FILES[name]["output_schema"], output) == []
        assert gemini.requests
        assert marked(output) <= {row["n"] for row in output["citations"]}
        for row in output["citations"]:
            is_there = row["document_id"] and folded(row["quote"]) in matter.texts[row["document_id"]]
            assert row["verified"] == is_there == (matters.WRONG not in row["quote"])
        unproven = [row["quote"] for row in output["citations"] if not row["verified"]]
        fallen = [row["text"] for row in _not_verified(output) if row["reason"] != "quote"]
        assert any(matters.WRONG in words for words in [*unproven, *fallen])
        if name != "due-diligence":  # whose file is a workbook
            text = await matter.file(done, ".md")
            assert text.count("**Not verified (") == len(fallen)
            assert bool(re.search(r"\[not verified|\| NOT VERIFIED|\(not proven", text)) == bool(unproven)


def _not_verified(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [row for one in value for row in _not_verified(one)]
    if isinstance(value, dict):
        return [*value.get("not_verified", []), *(row for one in value.values() for row in _not_verified(one))]
    return []


class TestEach:
    async def test_changes_of_figures_and_duties_are_found_with_both_wordings(self, matter: Matter):
        output = (await matter.ran("clause-comparison", topics=[]))["output_data"]
        assert (output["to_check_first"], output["topics"]) == (3, [])
        assert {"4,200", "4,900"} <= {
            word for row in output["changes"] for d in row["differences"] for word in (d["left"], d["right"])
        }

    async def test_a_chronology_is_in_the_order_of_the_days(self, matter: Matter):
        output = (await matter.ran("chronology", from_date="2024-01-01", to_date="2025-12-31"))["output_data"]
        days = [row["date"] for row in output["entries"]]
        assert days == sorted(days)
        assert (days[0], days[-1], output["summary"]["outside"] > 0) == ("2024-03-01", "2025-03-14", True)

    async def test_deadlines_become_a_calendar(self, matter: Matter):
        done = await matter.ran("obligations", remind_days=14)
        calendar = await matter.file(done, ".ics")
        assert "DTSTART;VALUE=DATE:20890630" in calendar
        assert "TRIGGER:-P14D" in calendar
        assert [row["date"] for row in done["output_data"]["deadlines"]] == ["2089-06-30", "2090-03-31"]

    async def test_a_day_that_no_quotation_names_is_in_no_calendar(self, matter: Matter, gemini: GeminiStub):
        gemini.will_fill(matters.filling)
        done = await matter.ran("obligations")
        assert [row["date"] for row in done["output_data"]["obligations"]] == [None, None]
        assert [row["date"] for row in done["output_data"]["deadlines"]] == ["2090-03-31"]
        assert "2088" not in await matter.file(done, ".ics")

    async def test_without_a_day_to_come_there_is_no_calendar(self, matter: Matter):
        output = (await matter.ran("obligations", from_date="2091-01-01"))["output_data"]
        assert (output["calendar"], output["deadlines"]) == (None, [])

    async def test_a_playbook_is_the_readers_own(self, matter: Matter):
        rule = {
            "topic": "How long",
            "question": "How long do the obligations of confidentiality last?",
            "position": "Five years",
        }
        output = (await matter.ran("nda-check", playbook=[rule]))["output_data"]
        assert [(row["verdict"], row["importance"]) for row in output["rules"]] == [("compare", "must")]
        assert "ten years" in output["rules"][0]["text"]

    async def test_a_model_judges_by_its_first_word(self, matter: Matter, gemini: GeminiStub):
        gemini.will_answer(matters.answering)
        gemini.will_fill(matters.filling)
        output = (await matter.ran("nda-check"))["output_data"]
        verdicts = {row["topic"]: row["verdict"] for row in output["rules"]}
        assert verdicts["How long"] == "departs"
        assert output["summary"]["departs"] == [*verdicts.values()].count("departs")
        assert set(verdicts.values()) == {"departs", "not_found"}

    async def test_each_document_answers_each_question_in_its_line(self, matter: Matter):
        output = (await matter.ran("due-diligence"))["output_data"]
        assert output["summary"] == {
            "documents": 2, "failed": 0, "questions": 1, "answered": 2, "not_found": 0, "high_risks": 2
        }  # fmt: skip
        assert ["Maine" in row["answers"][0]["text"] for row in output["documents"]] == [True, False]

    async def test_a_document_that_cannot_be_read_does_not_spoil_the_table(self, matter: Matter, gemini: GeminiStub):
        refused = Reply(status=400)
        gemini.will_fill(lambda body: refused if "Alder Robotics" in json.dumps(body) else matters.filling(body))
        output = (await matter.ran("due-diligence"))["output_data"]
        assert [row["error"] is None for row in output["documents"]] == [True, False]
        assert (output["summary"]["failed"], output["summary"]["answered"]) == (1, 1)

    @pytest.mark.parametrize("approved", [True, False])
    async def test_a_memorandum_is_written_when_a_lawyer_has_approved_it(self, matter: Matter, approved: bool):
        begun = await matter.begun("legal-memo", review=True)
        waiting = await reached(matter.firm, begun, "waiting")
        asked = of(waiting, "review")["waiting_for"]
        assert "may terminate this Lease immediately" in asked["details"]
        assert (await decide(matter.firm, waiting, "review", approved=approved, comment="As it is.")).status_code == 200
        output = (await over(matter.firm, waiting))["output_data"]
        assert (output["review"]["approved"], output["review"]["comment"]) == (approved, "As it is.")
        assert (output["file"] is not None) is approved
