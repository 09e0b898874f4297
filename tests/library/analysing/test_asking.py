"""Asking for an analysis without a language model: what comes back, who may, what is left when the document goes."""

from collections.abc import Sequence

import pytest

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.jobs import service as jobs
from elenchus.library.analysing import service, store
from elenchus.library.analysing.models import Analysis, AnalysisPart, AnalysisStatus, AnalysisType, Method
from tests.fixtures import files
from tests.library.analysing.support import LEASE, RENT, analysed, citations, shown, started
from tests.library.support import DOCUMENTS, filed, full_text, job_over, settled, upload
from tests.support import Firm, until

TEXT = LEASE.encode()


async def rows(principal, document_id) -> int:
    about = {"document_id": Id(document_id)}
    return sum([await model.owned_by(principal).count(about) for model in (Analysis, AnalysisPart)])


async def left_behind(f: Firm, document_id: Id) -> Analysis:
    """Its asker died before it began."""
    moment = now()
    lost = Analysis(
        tenant_id=f.principal.tenant_id, document_id=document_id, generation=1,
        user_id=f.principal.user_id, job_id=new_id(), analysis_type=AnalysisType.GENERAL, method=Method.RULES,
        model="extractive", created_at=moment, updated_at=moment,
    )  # fmt: skip
    await store.add(f.principal, lost)
    return lost


class TestResult:
    async def test_it_is_laid_out_with_proofs(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        found = await analysed(f, document["id"], questions=["How much is the monthly rent?", "May I keep a lion?"])
        assert (found["status"], found["method"], found["model"], found["stale"]) == (
            "completed", "rules", "extractive", False,
        )  # fmt: skip
        assert (found["document_id"], found["document_title"]) == (document["id"], "lease")
        result = found["result"]
        assert {party["role"] for party in result["parties"]} == {"Landlord", "Tenant"}
        assert result["characters_read"] == document["char_count"]
        assert found["usage"] == {
            "calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "cost_usd": 0.0,
        }  # fmt: skip
        rent, lion = result["answers"]
        assert (rent["answered"], rent["supported"]) == (True, True)
        assert RENT in rent["text"]
        assert (lion["answered"], lion["citations"]) == (False, [])

    async def test_each_citation_is_the_documents_text_at_its_place(self, firm):
        f = await firm()
        document = await filed(f, files.pdf(LEASE[:900], LEASE[900:]), "lease.pdf")
        found = await analysed(f, document["id"])
        text = await full_text(f, document)
        chunks = (await f.client.get(f"{DOCUMENTS}/{document['id']}/chunks")).json()["items"]
        by_id = {chunk["id"]: chunk for chunk in chunks}
        assert citations(found["result"])
        for one in citations(found["result"]):
            assert one["verified"]
            assert one["quote"] == text[one["start_char"] : one["end_char"]]
            assert by_id[one["chunk_id"]]["start_char"] <= one["start_char"]
            assert 1 <= one["page_start"] <= one["page_end"] <= 2

    async def test_authorities_are_extracted_and_never_called_verified(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        (authority,) = (await analysed(f, document["id"]))["result"]["authorities"]
        assert authority["text"].startswith("410 U.S. 113")
        assert authority["occurrences"] == 1
        assert "verified" not in authority
        text = await full_text(f, document)
        assert text[authority["start_char"] : authority["end_char"]] == authority["text"]

    @pytest.mark.parametrize("type_", [*AnalysisType])
    async def test_every_type_ends_well(self, firm, type_):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        found = await analysed(f, document["id"], analysis_type=type_)
        assert (found["status"], found["analysis_type"]) == ("completed", type_)

    async def test_the_job_shows_its_steps_and_none_of_the_text(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        told = await started(f, document["id"], questions=["What is the rent?"])
        job = await job_over(f, told["job_id"])
        assert [step["name"] for step in job["steps"]] == ["authorities", "extract", "answers", "finish"]
        assert (job["type"], job["subject"]) == ("library.analyze", {"type": "analysis", "id": told["analysis_id"]})
        from elenchus.jobs.models import Job

        row = await Job.owned_by(f.principal).row({"_id": Id(told["job_id"])})
        assert "Tenant" not in str(row)
        assert "rent" not in str(row)
        assert await AnalysisPart.owned_by(f.principal).count({"document_id": Id(document["id"])}) == 0

    async def test_asked_again_with_the_same_key_it_is_the_same_analysis(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        url, key = f"{DOCUMENTS}/{document['id']}/analyze", {"Idempotency-Key": "once"}
        first, second = [await f.client.post(url, json={"analysis_type": "general"}, headers=key) for _ in range(2)]
        assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())
        assert second.headers["location"] == first.headers["location"]
        other = await f.client.post(url, json={"analysis_type": "contract"}, headers=key)
        assert other.status_code == 409
        assert len((await f.client.get(f"{DOCUMENTS}/{document['id']}/analyses")).json()["items"]) == 1


class TestListing:
    async def test_newest_first_page_by_page_without_results(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        made = [(await analysed(f, document["id"]))["id"] for _ in range(3)]
        url = f"{DOCUMENTS}/{document['id']}/analyses"
        first = (await f.client.get(url, params={"limit": 2})).raise_for_status().json()
        second = (await f.client.get(url, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [row["id"] for row in (*first["items"], *second["items"])] == made[::-1]
        assert second["next_cursor"] is None
        assert "result" not in first["items"][0]

    async def test_of_another_document_it_is_404(self, firm):
        f = await firm()
        one, other = await filed(f, TEXT, "a.txt"), await filed(f, TEXT + b"More.", "b.txt")
        made = await analysed(f, one["id"])
        answer = await f.client.get(f"{DOCUMENTS}/{other['id']}/analyses/{made['id']}")
        assert answer.status_code == 404
        assert (await f.client.get(f"{DOCUMENTS}/{one['id']}/analyses/{new_id()}")).status_code == 404


class TestRefusals:
    async def test_another_firm_finds_nothing(self, firm):
        f, stranger = await firm(), await firm()
        document = await filed(f, TEXT, "lease.txt")
        made = await analysed(f, document["id"])
        url = f"{DOCUMENTS}/{document['id']}"
        asked = await stranger.client.post(f"{url}/analyze", json={"analysis_type": "general"})
        answers = [asked, *[await stranger.client.get(f"{url}/analyses{end}") for end in ("", f"/{made['id']}")]]
        assert [answer.status_code for answer in answers] == [404] * 3

    async def test_a_viewer_reads_and_does_not_start(self, firm, demoted):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        made = await analysed(f, document["id"])
        await demoted(f, Role.VIEWER)
        url = f"{DOCUMENTS}/{document['id']}"
        assert (await f.client.post(f"{url}/analyze", json={"analysis_type": "general"})).status_code == 403
        assert (await f.client.get(f"{url}/analyses/{made['id']}")).status_code == 200

    async def test_a_document_without_text_is_409(self, firm):
        f = await firm()
        document = await settled(f, (await upload(f, files.encrypted()))["id"])
        answer = await f.client.post(f"{DOCUMENTS}/{document['id']}/analyze", json={"analysis_type": "general"})
        assert answer.status_code == 409

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"analysis_type": "poem"},
            {"analysis_type": "general", "questions": ["x" * 1_001]},
            {"analysis_type": "general", "questions": [""]},
            {"analysis_type": "general", "questions": ["x"] * 21},
            {"analysis_type": "general", "questions": ["a\x00b"]},
            {"analysis_type": "general", "status": "completed"},
            {"analysis_type": "general", "model": "nobody:nothing"},
        ],
    )
    async def test_what_is_not_asked_rightly_is_422(self, firm, asked):
        f = await firm()
        document = await filed(f, TEXT, "lease.txt")
        answer = await f.client.post(f"{DOCUMENTS}/{document['id']}/analyze", json=asked)
        assert answer.status_code == 422
        assert await rows(f.principal, document["id"]) == 0


class TestChange:
    async def test_a_document_that_goes_takes_its_analyses_along(self, firm):
        f = await firm()
        document, other = await filed(f, TEXT, "a.txt"), await filed(f, TEXT + b"More.", "b.txt")
        made = await analysed(f, document["id"])
        await analysed(f, other["id"])
        assert (await f.client.delete(f"{DOCUMENTS}/{document['id']}")).status_code == 204
        assert (await f.client.get(f"{DOCUMENTS}/{document['id']}/analyses/{made['id']}")).status_code == 404

        async def nothing_left() -> bool:
            return await rows(f.principal, document["id"]) == 0

        await until(nothing_left)
        assert await rows(f.principal, other["id"]) == 1

    async def test_one_of_an_older_reading_is_stale(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        made = await analysed(f, document["id"])
        await f.client.post(f"{DOCUMENTS}/{document['id']}/reprocess")
        await settled(f, document["id"])
        assert (await shown(f, document["id"], made["id"]))["stale"] is True
        (listed,) = (await f.client.get(f"{DOCUMENTS}/{document['id']}/analyses")).json()["items"]
        assert listed["stale"] is True
        assert (await analysed(f, document["id"]))["stale"] is False

    async def test_one_whose_asker_died_before_it_began_is_ended(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        lost = await left_behind(f, Id(document["id"]))
        begun = await started(f, document["id"])
        assert await service.abandon_lost(now()) >= 1
        ended = await store.find(f.principal, lost.id)
        assert ended
        assert (ended.status, ended.error and ended.error.code) == (AnalysisStatus.FAILED, "lost")
        await job_over(f, begun["job_id"])
        assert (await shown(f, document["id"], begun["analysis_id"]))["status"] == "completed"

    async def test_but_not_one_whose_job_begins_at_that_moment(self, firm, monkeypatch):
        f = await firm()
        late, look = await left_behind(f, new_id()), jobs.never_queued

        async def begins(waiting: Sequence[Analysis]) -> list[Analysis]:
            found = await look(waiting)
            await Analysis.owned_by(f.principal).update({"_id": late.id}, {"$set": {"status": AnalysisStatus.RUNNING}})
            return found

        monkeypatch.setattr(jobs, "never_queued", begins)
        assert await service.abandon_lost(now()) >= 1
        found = await store.find(f.principal, late.id)
        assert found
        assert (found.status, found.error) == (AnalysisStatus.RUNNING, None)


class TestRecord:
    async def test_starting_and_reading_are_noted_and_nothing_of_the_question(self, firm):
        f = await firm()
        document = await filed(f, TEXT, "a.txt")
        made = await analysed(f, document["id"], questions=["Is Svensson liable?"])
        await audit.drain(10)
        found = await AuditRow.owned_by(f.principal).rows({"object.id": made["id"]})
        assert [row["action"] for row in found][:2] == ["analysis.started", "analysis.read"]
        assert all(row["details"]["documents"] == [document["id"]] for row in found)
        assert "Svensson" not in str(found)
