"""Executions over HTTP: begun, followed, decided, stopped, run again."""

import pytest

from tests.support import Firm, until
from tests.workflows.support import (
    ANYTHING,
    decide,
    events,
    execute,
    get,
    listed,
    of,
    over,
    path,
    ran,
    reached,
    statuses,
    step,
    template,
)

APPROVAL = step("ask", "approval", input={"title": "Send it?"})


class TestCourse:
    async def test_outputs_flow_along_the_needs(self, shared: Firm):
        done = await ran(
            shared,
            step("one", value="{{ input.word | upper }}"),
            step("two", value={"said": "{{ steps.one }}!", "n": "{{ steps.one | length }}"}, needs=["one"]),
            input_data={"word": "lease"},
        )
        assert (done["status"], done["output_data"]) == ("completed", {"said": "LEASE!", "n": 5})
        assert (done["progress_percentage"], done["total_steps"], done["current_step"]) == (100.0, 2, None)
        assert [one["attempt"] for one in done["steps"]] == [1, 1]
        assert of(done, "two")["input_data"] == {"value": {"said": "LEASE!", "n": 5}}
        assert done["duration_seconds"] >= 0

    async def test_the_output_is_what_the_definition_says(self, shared: Firm):
        done = await ran(shared, step("a", value=1), step("b", value=2), output={"sum": "{{ steps.a + steps.b }}"})
        assert done["output_data"] == {"sum": 3}

    async def test_a_branch_skips_what_is_not_chosen_and_all_behind_it(self, shared: Firm):
        done = await ran(
            shared,
            step("way", "branch", input={"cases": [{"name": "nda", "when": "{{ input.kind == 'nda' }}"}]}),
            step("left", needs=["way"], when="{{ steps.way.chosen == 'nda' }}"),
            step("right", needs=["way"], when="{{ steps.way.chosen != 'nda' }}"),
            step("behind", needs=["right"]),
            step("both", needs=["left", "behind"], value="{{ steps.left or steps.right }}"),
            input_data={"kind": "nda"},
        )
        assert statuses(done) == {
            "way": "completed", "left": "completed", "right": "skipped", "behind": "skipped", "both": "completed"
        }  # fmt: skip
        assert done["output_data"] == "left"

    async def test_a_big_output_stands_apart_and_is_there_all_the_same(self, shared: Firm):
        done = await ran(
            shared,
            step("big", value="{{ input.text }}"),
            step("size", value="{{ steps.big | length }}", needs=["big"]),
            input_data={"text": "é" * 30_000},
            output="{{ steps.big }}",
        )
        assert of(done, "size")["output_data"] == 30_000
        assert of(done, "big")["output_bytes"] > 60_000
        assert of(done, "big")["output_data"] == "é" * 30_000
        assert done["output_data"] == "é" * 30_000

    async def test_a_step_that_fails_fails_the_execution_and_says_where(self, shared: Firm):
        done = await ran(
            shared,
            step("fine"),
            step("broken", value="{{ input.missing.word }}"),
            step("behind", needs=["broken"]),
        )
        assert (done["status"], done["error_step"], done["error_code"]) == ("failed", "broken", "expression")
        assert statuses(done) == {"fine": "completed", "broken": "failed", "behind": "pending"}
        assert of(done, "broken")["error"]["detail"] == done["error_message"]

    async def test_one_that_may_fail_does_not(self, shared: Firm):
        done = await ran(
            shared,
            step("broken", value="{{ input.missing.word }}", on_error="continue"),
            step("after", needs=["broken"], value="{{ steps.broken is none }}"),
        )
        assert (done["status"], done["output_data"]) == ("completed", True)

    async def test_an_output_of_another_form_than_promised_is_a_failure(self, shared: Firm):
        promise = {"type": "object", "required": ["table"]}
        done = await ran(shared, step("a", value={"list": []}), output_schema=promise)
        assert (done["status"], done["error_code"]) == ("failed", "output_form")


class TestMap:
    async def test_each_item_is_done_in_its_place(self, shared: Firm):
        inner = {"type": "transform", "input": {"value": "{{ index }}: {{ item }} of {{ input.firm }}"}}
        done = await ran(
            shared,
            step("all", "map", input={"items": "{{ input.names }}", "step": inner, "at_once": 4}),
            input_data={"names": ["Ada", "Bo", "Cy"], "firm": "Advocate"},
        )
        assert [row["output"] for row in done["output_data"]["items"]] == [
            "0: Ada of Advocate", "1: Bo of Advocate", "2: Cy of Advocate"
        ]  # fmt: skip

    async def test_one_that_cannot_be_done_does_not_stop_the_others(self, shared: Firm):
        inner = {"type": "transform", "input": {"value": "{{ item.name }}"}}
        items = [{"name": "Ada"}, {}, {"name": "Cy"}]
        done = await ran(shared, step("all", "map", input={"items": items, "step": inner, "on_error": "continue"}))
        rows = done["output_data"]["items"]
        assert [row["output"] for row in rows] == ["Ada", None, "Cy"]
        assert [row["error"] and row["error"]["code"] for row in rows] == [None, "expression", None]
        assert done["output_data"]["failed"] == 1


class TestApproval:
    async def test_it_waits_without_a_worker_until_somebody_decides(self, shared: Firm):
        made = await template(shared, APPROVAL, step("send", needs=["ask"], value="{{ steps.ask.comment }}"))
        waiting = await reached(shared, await execute(shared, made), "waiting")
        assert of(waiting, "ask")["waiting_for"]["title"] == "Send it?"

        async def parked() -> bool:
            job = (await shared.client.get(f"/api/v1/jobs/{waiting['job_id']}")).json()
            return (job["status"], job["worker"]) == ("queued", None)

        await until(parked)
        assert (await decide(shared, waiting, "ask", approved=True, comment="Go on.")).status_code == 200
        done = await over(shared, waiting)
        assert (done["status"], done["output_data"]) == ("completed", "Go on.")
        assert of(done, "ask")["attempt"] == 1
        assert of(done, "ask")["output_data"]["by"] == str(shared.principal.user_id)

    async def test_rejected_it_fails(self, shared: Firm):
        made = await template(shared, APPROVAL, step("send", needs=["ask"]))
        waiting = await reached(shared, await execute(shared, made), "waiting")
        await decide(shared, waiting, "ask", approved=False, comment="Not like this.")
        done = await over(shared, waiting)
        assert (done["status"], done["error_code"], done["error_message"]) == ("failed", "rejected", "Not like this.")
        assert statuses(done)["send"] == "pending"

    async def test_one_decision_counts(self, shared: Firm):
        made = await template(shared, APPROVAL)
        waiting = await reached(shared, await execute(shared, made), "waiting")
        assert (await decide(shared, waiting, "ask", approved=True)).status_code == 200
        await over(shared, waiting)
        assert (await decide(shared, waiting, "ask", approved=False)).status_code == 409

    async def test_four_eyes_are_two_people(self, shared: Firm):
        eyes = step("ask", "approval", input={"title": "Send it?", "four_eyes": True})
        waiting = await reached(shared, await execute(shared, await template(shared, eyes)), "waiting")
        assert (await decide(shared, waiting, "ask", approved=True)).status_code == 403
        assert (await shared.client.post(path(waiting, "cancel"))).status_code == 202

    async def test_undecided_it_expires(self, shared: Firm):
        soon = step("ask", "approval", input={"title": "?", "expires_after_hours": 0.0001, "on_reject": "continue"})
        done = await ran(shared, soon, output="{{ steps.ask.approved }}")
        assert (done["status"], done["output_data"]) == ("completed", False)
        assert (done["rejected_step"], (await listed(shared, done))["rejected_step"]) == ("ask", "ask")

    @pytest.mark.parametrize("approved", [True, False])
    async def test_the_list_too_tells_one_that_went_on_rejected(self, shared: Firm, approved: bool):
        asked = step("ask", "approval", input={"title": "Send it?", "on_reject": "continue"})
        waiting = await reached(shared, await execute(shared, await template(shared, asked)), "waiting")
        assert waiting["rejected_step"] is None
        await decide(shared, waiting, "ask", approved=approved)
        done = await over(shared, waiting)
        row = await listed(shared, done)
        assert (row["status"], row["rejected_step"]) == ("completed", None if approved else "ask")
        assert done["rejected_step"] == row["rejected_step"]


class TestSteering:
    async def test_cancelled_while_it_waits(self, shared: Firm):
        waiting = await reached(shared, await execute(shared, await template(shared, APPROVAL)), "waiting")
        stopped = await shared.client.post(path(waiting, "cancel"))
        assert (stopped.status_code, stopped.json()["status"]) == (202, "cancelled")
        assert statuses(stopped.json()) == {"ask": "cancelled"}
        assert (await shared.client.post(path(waiting, "cancel"))).status_code == 409
        assert (await decide(shared, waiting, "ask", approved=True)).status_code == 409

    async def test_run_again_from_where_it_stopped(self, shared: Firm):
        made = await template(shared, step("first", value="{{ today }}"), {**APPROVAL, "needs": ["first"]})
        waiting = await reached(shared, await execute(shared, made), "waiting")
        await shared.client.post(path(waiting, "cancel"))
        assert (await shared.client.post(path(waiting, "retry"))).status_code == 202
        again = await reached(shared, waiting, "waiting")
        assert of(again, "first")["attempt"] == 1
        await decide(shared, again, "ask", approved=True)
        assert (await over(shared, again))["status"] == "completed"

    async def test_one_that_succeeded_is_not_run_again(self, shared: Firm):
        done = await ran(shared, step("a"))
        assert (await shared.client.post(path(done, "retry"))).status_code == 409

    async def test_a_failed_one_can_be_run_again_as_soon_as_it_is_seen(self, shared: Firm):
        made = await template(shared, step("a"), step("bad", value="{{ input.missing.x }}", needs=["a"]))
        failed = await over(shared, await execute(shared, made))
        assert (await shared.client.post(path(failed, "retry"))).status_code == 202
        again = await over(shared, failed)
        assert (again["status"], of(again, "bad")["attempt"], of(again, "a")["attempt"]) == ("failed", 2, 1)

    async def test_carried_on_with_an_edited_output(self, shared: Firm):
        made = await template(
            shared,
            step("draft", value="rough"),
            step("other", value="{{ today }}"),
            step("final", value="{{ steps.draft }}, signed", needs=["draft"]),
        )
        done = await over(shared, await execute(shared, made))
        child = await shared.client.post(path(done, "continue"), json={"outputs": {"draft": "polished"}})
        assert child.status_code == 202, child.text
        end = await over(shared, child.json())
        assert (end["output_data"], end["parent_execution_id"]) == ("polished, signed", done["execution_id"])
        assert (await get(shared, done))["output_data"] == "rough, signed"

    async def test_carried_on_with_another_budget_and_input(self, shared: Firm):
        made = await template(shared, step("a", value="{{ input.n }}"), budget={"max_tokens": 500})
        begun = await execute(shared, made, input_data={"n": 1}, budget={"max_tokens": 5})
        done = await over(shared, begun)
        assert done["budget"]["max_tokens"] == 5
        for asked, given in ((100, 100), (10_000, 500)):
            more = {"budget": {"max_tokens": asked}, "input_data": {"n": asked}}
            child = await shared.client.post(path(done, "continue"), json=more)
            end = await over(shared, child.json())
            assert (end["budget"]["max_tokens"], end["output_data"]) == (given, asked)

    async def test_carried_on_with_the_form_that_it_was_begun_with(self, shared: Firm):
        """Whatever has become of its template."""
        form = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
        made = await template(shared, step("a", value="{{ input.n }}"), input_schema=form)
        done = await over(shared, await execute(shared, made, input_data={"n": 1}))
        place = f"/api/v1/workflows/templates/{made['id']}"
        another = {"input_schema": {"type": "object", "required": ["m"]}}
        assert (await shared.client.patch(place, json=another)).status_code == 200
        for _ in range(2):
            good = await shared.client.post(path(done, "continue"), json={"input_data": {"n": 2}})
            assert good.status_code == 202, good.text
            assert (await over(shared, good.json()))["output_data"] == 2
            bad = await shared.client.post(path(done, "continue"), json={"input_data": {"n": "two"}})
            assert [row["loc"] for row in bad.json()["errors"]] == [["body", "input_data", "n"]]
            done = good.json()
            await shared.client.delete(place)

    async def test_an_approval_is_decided_and_not_written(self, shared: Firm):
        eyes = step("ask", "approval", input={"title": "Send it?", "four_eyes": True})
        waiting = await reached(shared, await execute(shared, await template(shared, eyes)), "waiting")
        await shared.client.post(path(waiting, "cancel"))
        forged = {"outputs": {"ask": {"approved": True, "by": "somebody else"}}}
        assert (await shared.client.post(path(waiting, "continue"), json=forged)).status_code == 403

    async def test_what_is_no_json_is_refused(self, shared: Firm):
        done = await ran(shared, step("a"))
        body = b'{"outputs": {"a": NaN}}'
        headers = {"Content-Type": "application/json"}
        assert (await shared.client.post(path(done, "continue"), content=body, headers=headers)).status_code == 422

    async def test_what_is_under_way_is_not_carried_on(self, shared: Firm):
        waiting = await reached(shared, await execute(shared, await template(shared, APPROVAL)), "waiting")
        answer = await shared.client.post(path(waiting, "continue"), json={"from_step": "ask"})
        assert answer.status_code == 409
        await shared.client.post(path(waiting, "cancel"))

    async def test_asked_twice_under_one_id_is_asked_once(self, shared: Firm):
        made = await template(shared, step("a"))
        mine = "my-run_42"
        first = await execute(shared, made, execution_id=mine, input_data={"n": 1})
        second = await execute(shared, made, execution_id=mine, input_data={"n": 1})
        assert first["execution_id"] == second["execution_id"] == mine
        await execute(shared, made, execution_id=mine, input_data={"n": 2}, expect=409)
        assert (await over(shared, first))["execution_id"] == mine

    async def test_deleted_with_all_that_it_gave(self, shared: Firm):
        done = await ran(shared, step("big", value="{{ input.text }}"), input_data={"text": "x" * 40_000})
        assert (await shared.client.delete(path(done))).status_code == 204
        assert (await shared.client.get(path(done))).status_code == 404


class TestFollowing:
    async def test_events_come_in_order_once_and_end_with_it(self, shared: Firm):
        made = await template(shared, *[step(f"s{n}", needs=[f"s{n - 1}"] if n else []) for n in range(5)])
        begun = await execute(shared, made)
        told = await events(shared, begun)
        numbers = [event["id"] for event in told]
        assert numbers == [*range(numbers[0], numbers[0] + len(numbers))]
        assert told[0]["type"] == "snapshot"
        assert told[-1]["data"]["execution"]["status"] == "completed"

    async def test_every_kind_comes_as_it_is_documented(self, shared: Firm):
        """`events` compares each one with the document."""
        broken = step("b", value="{{ input.nothing.at_all }}", needs=["a"])
        told = await events(shared, await execute(shared, await template(shared, step("a"), broken)))
        assert {event["type"] for event in told} >= {"snapshot", "step", "execution"}

    async def test_folded_they_are_what_polling_shows(self, shared: Firm):
        begun = await execute(shared, await template(shared, step("a"), step("b", needs=["a"])))
        told = await events(shared, begun)
        state = {row["name"]: row["status"] for row in told[0]["data"]["steps"]}
        for event in told[1:]:
            state |= {row["name"]: row["status"] for row in event["data"]["steps"]}
        done = await get(shared, begun)
        assert state == statuses(done)
        assert told[-1]["id"] == done["last_event_id"]

    async def test_after_a_break_what_was_missed_and_nothing_else(self, shared: Firm):
        waiting = await reached(shared, await execute(shared, await template(shared, APPROVAL)), "waiting")
        last = waiting["last_event_id"]
        await decide(shared, waiting, "ask", approved=True)
        done = await over(shared, waiting)
        told = await events(shared, waiting, after=last)
        assert [event["id"] for event in told] == [*range(last + 1, done["last_event_id"] + 1)]

    async def test_who_has_heard_the_end_is_told_to_go(self, shared: Firm):
        done = await ran(shared, step("a"))
        headers = {"Last-Event-ID": str(done["last_event_id"])}
        assert (await shared.client.get(path(done, "events"), headers=headers)).status_code == 204

    @pytest.mark.parametrize("place", ["x", "-1", "1" * 20])
    async def test_a_place_that_is_none_is_refused(self, shared: Firm, place: str):
        done = await ran(shared, step("a"))
        answer = await shared.client.get(path(done, "events"), headers={"Last-Event-ID": place})
        assert answer.status_code == 422


class TestInput:
    FORM = {
        "type": "object",
        "required": ["n"],
        "properties": {"n": {"type": "integer"}},
        "additionalProperties": False,
    }

    async def test_another_than_the_form_asks_for_is_refused_by_place(self, shared: Firm):
        made = await template(shared, step("a"), input_schema=self.FORM)
        told = await execute(shared, made, input_data={"n": "three", "m": 1}, expect=422)
        assert ["body", "input_data", "n"] in [row["loc"] for row in told["errors"]]

    async def test_defaults_are_filled_in(self, shared: Firm):
        form = {"type": "object", "properties": {"n": {"type": "integer", "default": 4}}}
        done = await ran(shared, step("a", value="{{ input.n }}"), input_schema=form)
        assert done["output_data"] == 4

    async def test_a_document_must_be_the_tenants_own(self, shared: Firm):
        form = {"type": "object", "properties": {"d": {"type": "string", "format": "document-id"}}}
        made = await template(shared, step("a"), input_schema=form)
        await execute(shared, made, input_data={"d": "665f1c2ab7e4d1a2c3b4d5e6"}, expect=404)

    async def test_any_object_will_do_without_a_form(self, shared: Firm):
        assert (await ran(shared, step("a"), input_schema=ANYTHING, input_data={"x": [1]}))["status"] == "completed"
