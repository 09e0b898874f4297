"""Asking for a brief, looking at it, letting it go."""

from typing import Any

import pytest

from elenchus.core.ids import new_id
from elenchus.research.briefing import schemas
from elenchus.research.briefing.models import Brief, BriefPart
from tests.fixtures.gemini import Reply
from tests.library.support import a_document
from tests.research.briefing.support import BRIEF, BRIEFS, FACTS, LATE, briefed, ended, started, tokens_used
from tests.research.support import filed
from tests.support import until

NEITHER = {"result", "record", "case_facts"}


class TestAsking:
    @pytest.mark.parametrize(
        ("wrong", "at"),
        [
            ({"case_facts": " "}, "case_facts"),
            ({"case_facts": "x" * (schemas.LONGEST_FACTS + 1)}, "case_facts"),
            ({"case_facts": "a\x00b"}, "case_facts"),
            ({"legal_issues": []}, "legal_issues"),
            ({"legal_issues": [f"Issue {n}?" for n in range(schemas.MOST_ISSUES + 1)]}, "legal_issues"),
            ({"legal_issues": ["x" * (schemas.LONGEST_ISSUE + 1)]}, "legal_issues"),
            ({"document_ids": ["0" * 24] * (schemas.MOST_DOCUMENTS + 1)}, "document_ids"),
            ({"model": "nobody:none"}, "model"),
            ({"require_verified": 0}, "require_verified"),
            ({"surprise": 1}, "surprise"),
        ],
        ids=[
            "no facts",
            "long facts",
            "NUL",
            "no issue",
            "many issues",
            "long issue",
            "many documents",
            "model",
            "no bool",
            "more",
        ],
    )
    async def test_what_is_out_of_bounds_is_refused(self, shared, wrong: dict[str, Any], at: str):
        answer = await shared.client.post(BRIEF, json={"case_facts": FACTS, "legal_issues": [LATE], **wrong})
        assert answer.status_code == 422
        assert at in str(answer.json()["errors"])

    async def test_a_document_that_is_not_there_is_refused_and_nothing_is_left(self, firm):
        f = await firm()
        body = {"case_facts": FACTS, "legal_issues": [LATE], "document_ids": [str(new_id())]}
        assert (await f.client.post(BRIEF, json=body)).status_code == 404
        assert (await f.client.get(BRIEFS)).json()["items"] == []

    async def test_a_document_that_was_not_read_is_refused_and_not_passed_over(self, firm):
        f = await firm()
        unread = await a_document(f.principal)
        body = {"case_facts": FACTS, "legal_issues": [LATE], "document_ids": [await filed(f), str(unread.id)]}
        answer = await f.client.post(BRIEF, json=body)
        assert (answer.status_code, answer.json()["document_id"]) == (409, str(unread.id))
        assert (await f.client.get(BRIEFS)).json()["items"] == []

    async def test_what_leaves_the_model_no_room_is_refused_and_nothing_is_left(self, firm, gemini, change_settings):
        f = await firm()
        body = {"case_facts": "The rent. " * 400, "legal_issues": [LATE]}
        change_settings("llm", context_tokens=2_048, max_output_tokens=200)
        answer = await f.client.post(BRIEF, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["type"]) == (422, "too_long")
        assert (await f.client.get(BRIEFS)).json()["items"] == []
        assert (await f.client.post(BRIEF, json={**body, "model": "extractive"})).status_code == 202

    async def test_the_same_key_is_the_same_brief(self, shared):
        body = {"case_facts": FACTS, "legal_issues": [LATE], "model": "extractive"}
        headers = {"Idempotency-Key": str(new_id())}
        first, again = [await shared.client.post(BRIEF, json=body, headers=headers) for _ in range(2)]
        assert (first.status_code, again.status_code) == (202, 202)
        assert first.json() == again.json()
        other = await shared.client.post(BRIEF, json={**body, "case_facts": "Other."}, headers=headers)
        assert other.status_code == 409
        await ended(shared, first.json())

    async def test_more_tokens_than_the_month_has_left_are_refused(self, firm, gemini, change_settings):
        f = await firm()
        change_settings("tier_free", monthly_tokens=1_000)
        answer = await f.client.post(BRIEF, json={"case_facts": FACTS, "legal_issues": [LATE]})
        assert answer.status_code == 429
        assert await Brief.owned_by(f.principal).count({}) == 0
        assert await tokens_used(f) == 0


class TestLooking:
    async def test_the_list_has_the_newest_first_and_not_what_they_say(self, firm):
        f = await firm()
        await filed(f)
        first = await briefed(f, model="extractive", legal_issues=[LATE, LATE])
        second = await briefed(f, model="extractive", legal_issues=[LATE], title="The Svensson matter")
        page = (await f.client.get(BRIEFS, params={"limit": 1})).json()
        [newest] = page["items"]
        assert (newest["id"], newest["title"]) == (second["id"], "The Svensson matter")
        assert not NEITHER & set(newest)
        rest = (await f.client.get(BRIEFS, params={"cursor": page["next_cursor"]})).json()
        assert [each["id"] for each in rest["items"]] == [first["id"]]
        assert first["legal_issues"] == [LATE]
        assert first["title"].startswith(LATE[:60])

    async def test_there_is_none_of_another_id(self, shared):
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/export")):
            answer = await shared.client.request(method, f"{BRIEFS}/{new_id()}{path}")
            assert answer.status_code == 404


class TestDeleting:
    async def test_nothing_of_it_stays(self, firm):
        f = await firm()
        await filed(f)
        found = await briefed(f, model="extractive")
        assert await BriefPart.owned_by(f.principal).count({}) == 0
        assert (await f.client.delete(f"{BRIEFS}/{found['id']}")).status_code == 204
        assert (await f.client.get(f"{BRIEFS}/{found['id']}")).status_code == 404
        assert await Brief.owned_by(f.principal).count({}) == 0

    async def test_one_that_is_being_written_is_stopped(self, firm, gemini, lawyerly):
        f = await firm()
        await filed(f)
        lawyerly(analysis=Reply(pieces=("Slow", "ly."), pause_after=1))
        told = await started(f, legal_issues=[LATE])
        await until(lambda: gemini.open_streams == 1)
        assert (await f.client.delete(f"{BRIEFS}/{told['brief_id']}")).status_code == 204
        await until(lambda: gemini.open_streams == 0)

        async def stopped() -> bool:
            return (await f.client.get(f"/api/v1/jobs/{told['job_id']}")).json()["status"] == "cancelled"

        await until(stopped)
        assert await BriefPart.owned_by(f.principal).count({}) == 0
