"""A brief as a file that a lawyer can put into the matter: what it says, its footnotes, and what did not stand."""

import asyncio
import io
import json

import httpx
import pymupdf
import pytest
from docx import Document as WordDocument

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.audit.schemas import Action
from elenchus.core.ids import Id
from elenchus.research.briefing import exporting
from elenchus.research.exporting.service import Exported
from tests.fixtures.gemini import Reply
from tests.research.briefing.support import BRIEFS, FACTS_SAID, LATE, briefed, ended, started
from tests.research.support import filed
from tests.research.test_access_ended import told_after
from tests.support import until

FALSE = "A late charge of 8% of the overdue amount applies [1]."


async def exported(f, brief_id: str, wanted: str):
    answer = await f.client.get(f"{BRIEFS}/{brief_id}/export", params={"format": wanted})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.fixture
async def false_brief(firm, lawyerly):
    f = await firm()
    await filed(f)
    lawyerly(analysis=FALSE)
    return f, await briefed(f, legal_issues=[LATE], title="Svensson: late/charge")


async def test_markdown_has_every_part_its_footnotes_and_what_failed(false_brief):
    f, found = false_brief
    answer = await exported(f, found["id"], "md")
    text = answer.text
    places = [
        text.index(part)
        for part in ("Issues", "Statement of facts", "Issue 1", "Conclusion", "Recommended actions", "Notes")
    ]
    assert places == sorted(places)
    assert "not verified" in text
    assert FACTS_SAID in text.replace("\\", "")
    assert "late charge of 5%" in text[text.index("[^1]:") :]
    assert "the sources have another figure" in text
    assert 'filename="Svensson late charge.md"' in answer.headers["content-disposition"]
    await audit.drain(10)
    rows = await AuditRow.across_tenants().rows({"request_id": answer.headers["x-request-id"]})
    assert Action.BRIEF_EXPORTED in {row["action"] for row in rows}


async def test_the_others_have_all_of_it_too(false_brief):
    f, found = false_brief
    told = json.loads((await exported(f, found["id"], "json")).content)
    assert (told["format"], told["complete"]) == ("elenchus brief 1", True)
    assert told["brief"] == found
    word = WordDocument(io.BytesIO((await exported(f, found["id"], "docx")).content))
    assert any(FACTS_SAID in paragraph.text for paragraph in word.paragraphs)
    with pymupdf.open(stream=(await exported(f, found["id"], "pdf")).content) as pdf:
        text = " ".join("".join(page.get_text() for page in pdf).split())
    assert "Recommended actions" in text
    assert "Maria Svensson paid the rent" in text


async def test_one_that_is_not_written_is_no_file(firm, gemini, lawyerly):
    f = await firm()
    await filed(f)
    lawyerly(analysis=Reply(pieces=("Slow", "ly."), pause_after=1))
    told = await started(f, legal_issues=[LATE])
    await until(lambda: gemini.open_streams == 1)
    answer = await f.client.get(f"{BRIEFS}/{told['brief_id']}/export")
    assert answer.status_code == 409
    gemini.go_on.set()
    assert Id((await ended(f, told))["id"])


async def test_whoever_signs_out_meanwhile_gets_no_more_of_it(false_brief, monkeypatch):
    f, found = false_brief
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*_):
        yield b"half"
        begun.set()
        await go_on.wait()
        yield b"whole"

    async def made(*_):
        return Exported("brief.md", "text/markdown", slowly())

    monkeypatch.setattr(exporting, "export", made)
    asking = asyncio.create_task(f.client.get(f"{BRIEFS}/{found['id']}/export"))
    await begun.wait()
    with pytest.raises(httpx.RemoteProtocolError):
        await told_after(f, asking, go_on)
