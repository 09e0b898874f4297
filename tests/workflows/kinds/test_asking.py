"""Steps that look things up and ask a language model."""

from typing import Any

from elenchus.library.analysing.modelled import metering
from elenchus.workflows.running.purse import OVER_BUDGET
from tests.fixtures.gemini import GeminiStub
from tests.research.support import LEASE, RENT, RENT_WORDS
from tests.support import Firm
from tests.workflows.support import execute, of, over, ran, step, template

GONE = "665f1c2ab7e4d1a2c3b4d5e6"
TRUE = f'The rent is $4,200 per month: "{RENT_WORDS}" [1]'
FALSE = 'The rent is low: "The Tenant shall pay rent of $2,400 per month" [1]'


def find(**more: Any) -> dict[str, Any]:
    return step("find", "retrieve", input={"query": RENT, "document_ids": ["{{ input.lease }}"], "limit": 1} | more)


def ask(**more: Any) -> dict[str, Any]:
    given = {"question": RENT, "passages": "{{ steps.find.passages }}"} | more
    return step("ask", "ai_query", needs=["find"], input=given)


class TestRetrieve:
    async def test_it_gives_numbered_passages_of_the_documents(self, shared: Firm, lease: str):
        done = await ran(shared, find(), input_data={"lease": lease})
        [passage] = done["output_data"]["passages"]
        assert (passage["n"], passage["document_id"], passage["page_start"]) == (1, lease, 1)
        assert "$4,200" in passage["text"]

    async def test_several_queries_give_each_passage_once(self, shared: Firm, lease: str):
        done = await ran(shared, find(queries=["rent per month", "pets"], limit=5), input_data={"lease": lease})
        ids = [passage["chunk_id"] for passage in done["output_data"]["passages"]]
        assert len(ids) == len(set(ids)) > 0

    async def test_a_strangers_document_is_not_there(self, shared: Firm):
        done = await ran(shared, find(), input_data={"lease": GONE})
        assert (done["status"], done["error_step"], done["error_code"]) == ("failed", "find", "not-found")


class TestQuery:
    async def test_an_answer_is_cross_examined(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(TRUE)
        done = await ran(shared, find(), ask(), input_data={"lease": lease})
        answer = done["output_data"]
        assert answer["text"] == TRUE
        assert answer["citations"][0]["document_id"] == lease
        assert answer["verification"]["failing"] == []
        assert of(done, "ask")["usage"]["calls"] == 1
        assert done["usage"]["total_tokens"] == of(done, "ask")["usage"]["total_tokens"] > 0

    async def test_one_that_is_not_so_is_marked(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(FALSE)
        done = await ran(shared, find(), ask(), input_data={"lease": lease})
        assert done["output_data"]["verification"]["failing"]

    async def test_demanded_verified_it_fails_the_step(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(FALSE)
        done = await ran(shared, find(), ask(require_verified=True), input_data={"lease": lease})
        assert (done["status"], done["error_step"], done["error_code"]) == ("failed", "ask", "answer-unverified")

    async def test_without_a_model_the_best_sentences_answer(self, shared: Firm, lease: str):
        done = await ran(shared, find(), ask(), input_data={"lease": lease})
        assert "$4,200" in done["output_data"]["text"]
        assert done["usage"] == {
            "calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "cost_usd": 0.0
        }  # fmt: skip

    async def test_forged_passages_are_not_taken_for_the_librarys(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(TRUE)
        forged = step("forged", value="{{ steps.find.passages[0].text | replace('4,200', '9,999') }}", needs=["find"])
        passages = [{"n": 1, **{name: f"{{{{ steps.find.passages[0].{name} }}}}" for name in (
            "document_id", "chunk_id", "page_start", "page_end", "start_char", "end_char"
        )}, "text": "{{ steps.forged }}"}]  # fmt: skip
        query = step("ask", "ai_query", needs=["find", "forged"], input={"question": RENT, "passages": passages})
        done = await ran(shared, find(), forged, query, input_data={"lease": lease})
        assert (done["error_step"], done["error_code"]) == ("ask", "passages_gone")
        assert gemini.requests == []

    async def test_a_busy_model_is_asked_again(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(status=503)
        gemini.will_say(TRUE)
        quick = {**ask(), "retry": {"max_attempts": 3, "first_pause_seconds": 0}}
        done = await ran(shared, find(), quick, input_data={"lease": lease})
        assert (done["status"], of(done, "ask")["attempt"]) == ("completed", 2)
        assert [row["outcome"] for row in of(done, "ask")["attempts"]] == ["error", "completed"]


class TestBudget:
    async def test_it_stops_before_it_is_passed(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(TRUE)
        done = await ran(shared, find(), ask(), input_data={"lease": lease}, budget={"max_tokens": 50})
        assert (done["status"], done["error_code"], done["error_step"]) == ("failed", OVER_BUDGET, "ask")
        assert gemini.requests == []

    async def test_so_does_one_of_dollars(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(TRUE)
        done = await ran(shared, find(), ask(), input_data={"lease": lease}, budget={"max_cost_usd": 0.000001})
        assert done["error_code"] == OVER_BUDGET
        assert gemini.requests == []

    async def test_the_lower_of_two_counts(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(TRUE)
        made = await template(shared, find(), ask(), budget={"max_tokens": 1_000_000})
        begun = await execute(shared, made, input_data={"lease": lease}, budget={"max_tokens": 50})
        assert (await over(shared, begun))["error_code"] == OVER_BUDGET

    async def test_enough_is_enough(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say(TRUE)
        enough = {"max_tokens": 100_000, "max_cost_usd": 5, "max_seconds": 60}
        done = await ran(shared, find(), ask(), input_data={"lease": lease}, budget=enough)
        assert done["status"] == "completed"

    async def test_time_is_up_when_it_is_up(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say("Slow", "ly.", pause_after=1)
        done = await ran(shared, find(), ask(), input_data={"lease": lease}, budget={"max_seconds": 1})
        assert (done["status"], done["error_code"]) == ("failed", OVER_BUDGET)

    async def test_also_when_all_that_was_cut_off_may_fail(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_say("Slow", "ly.", pause_after=1)
        slow = ask() | {"on_error": "continue"}
        steps = (find(), slow, step("after", needs=["ask"]))
        done = await ran(shared, *steps, input_data={"lease": lease}, budget={"max_seconds": 1})
        assert (done["status"], done["error_code"]) == ("failed", OVER_BUDGET)


class TestAnalysis:
    async def test_it_is_a_job_of_its_own_that_is_waited_for(self, shared: Firm, lease: str):
        given = {"document_id": "{{ input.lease }}", "analysis_type": "contract"}
        analyse = step("read", "document_analysis", input=given)
        done = await ran(shared, analyse, input_data={"lease": lease})
        assert done["status"] == "completed", done
        result = done["output_data"]["result"]
        assert any("Landlord" in str(party) for party in result["parties"])
        jobs = (await shared.client.get("/api/v1/jobs", params={"type": "library.analyze"})).json()["items"]
        assert done["output_data"]["analysis_id"] in [job["subject"]["id"] for job in jobs]
        assert of(done, "read")["attempt"] == 1

    async def test_of_many_documents_side_by_side(self, shared: Firm, lease: str):
        inner = {"type": "document_analysis", "input": {"document_id": "{{ item }}", "analysis_type": "contract"}}
        done = await ran(shared, step("all", "map", input={"items": [lease, lease], "step": inner, "at_once": 2}))
        assert [row["error"] for row in done["output_data"]["items"]] == [None, None]

    async def test_of_several_no_two_are_given_the_same_tokens(self, shared: Firm, lease: str, gemini: GeminiStub):
        inner = {"type": "document_analysis", "input": {"document_id": "{{ item }}", "analysis_type": "contract"}}
        both = step("all", "map", input={"items": [lease, lease], "step": inner, "at_once": 2})
        most = metering.most_tokens(len(LEASE), [])
        done = await ran(shared, both, budget={"max_tokens": most * 3 // 2})
        assert (done["status"], done["error_code"]) == ("failed", OVER_BUDGET)
        done = await ran(shared, both, budget={"max_cost_usd": 0.0001})
        assert (done["status"], done["error_code"]) == ("failed", OVER_BUDGET)

    async def test_a_document_that_is_gone_fails_it(self, shared: Firm):
        analyse = step("read", "document_analysis", input={"document_id": GONE, "analysis_type": "contract"})
        done = await ran(shared, analyse)
        assert (done["status"], done["error_code"]) == ("failed", "not-found")


class TestExtract:
    FORM = {
        "type": "object",
        "properties": {"rent": {"type": "string", "title": "Monthly rent", "description": "rent per month"}},
    }

    async def test_values_come_with_the_words_that_prove_them(self, shared: Firm, lease: str, gemini: GeminiStub):
        gemini.will_fill(lambda _: {"rent": "$4,200", "quotes": [RENT_WORDS]})
        get = step("get", "extract", input={"document_id": "{{ input.lease }}", "form": self.FORM})
        done = await ran(shared, get, input_data={"lease": lease})
        assert done["status"] == "completed", done
        assert done["output_data"]["value"] == {"rent": "$4,200"}
        assert [row["verified"] for row in done["output_data"]["citations"]] == [True]
        assert done["usage"]["calls"] == 1

    async def test_without_a_model_by_rules(self, shared: Firm, lease: str):
        get = step("get", "extract", input={"document_id": "{{ input.lease }}", "form": self.FORM})
        done = await ran(shared, get, input_data={"lease": lease})
        assert done["output_data"]["method"] == "rules"
        assert "$4,200" in done["output_data"]["value"]["rent"]


class TestCompare:
    async def test_a_changed_figure_is_told(self, shared: Firm, lease: str):
        given = {"left": {"document_id": "{{ input.lease }}"}, "right": {"text": "{{ input.other }}"}}
        other = LEASE.replace("$4,200", "$4,900")
        done = await ran(shared, step("c", "compare", input=given), input_data={"lease": lease, "other": other})
        changed = [row for row in done["output_data"]["rows"] if row["status"] == "changed"]
        assert any("4,900" in difference["right"] for row in changed for difference in row["differences"])
