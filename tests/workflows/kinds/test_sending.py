"""Steps whose effect is outside: files and messages."""

import asyncio
from typing import Any

import pytest

from tests.fixtures.smtp import SmtpStub
from tests.outbox.conftest import Hooks
from tests.support import Firm, until
from tests.workflows.support import path, ran, step


class TestExport:
    @pytest.mark.parametrize("form", ["md", "docx", "xlsx", "json", "pdf"])
    async def test_a_file_is_there_to_be_fetched(self, shared: Firm, form: str):
        given = {
            "format": form,
            "title": "Due diligence",
            "markdown": "The rent is **{{ input.rent }}**.",
            "tables": [{"title": "Rents", "columns": ["Document", "Rent"], "rows": [["Lease", "{{ input.rent }}"]]}],
        }
        done = await ran(shared, step("file", "export", input=given), input_data={"rent": "$4,200"})
        assert done["status"] == "completed", done
        [file] = done["files"]
        assert (file["filename"], file["step"]) == (f"Due-diligence.{form}", "file") or file["filename"].endswith(form)
        got = await shared.client.get(path(done, "files", file["file_id"]))
        assert (got.status_code, len(got.content)) == (200, file["bytes"])
        assert got.headers["content-disposition"].startswith("attachment")
        if form in ("md", "json"):
            assert "$4,200" in got.text

    async def test_deadlines_are_a_calendar(self, shared: Firm):
        events = [{"title": "Notice", "at": "2027-01-31", "description": "Clause 2"}]
        given = {"format": "ics", "title": "Deadlines", "events": events}
        done = await ran(shared, step("file", "export", input=given))
        got = await shared.client.get(path(done, "files", done["files"][0]["file_id"]))
        assert "DTSTART;VALUE=DATE:20270131" in got.text

    async def test_nobody_elses_is_fetched(self, shared: Firm, firm):
        done = await ran(shared, step("file", "export", input={"format": "md", "title": "x", "markdown": "y"}))
        other = await firm()
        assert (await other.client.get(path(done, "files", done["files"][0]["file_id"]))).status_code == 404

    async def test_it_goes_with_its_execution(self, shared: Firm, resources_):
        done = await ran(shared, step("file", "export", input={"format": "md", "title": "x", "markdown": "y"}))
        kept = resources_.storage.root / "workflows" / str(shared.principal.tenant_id) / done["files"][0]["file_id"]
        assert await asyncio.to_thread(kept.exists)
        await shared.client.delete(path(done))
        assert not await asyncio.to_thread(kept.exists)


class TestNotify:
    async def test_a_webhook_is_told_once(self, shared: Firm, hooks: Hooks):
        given = {"channel": "webhook", "url": f"{hooks.url}/x", "data": {"rent": "{{ input.rent }}"}}
        done = await ran(shared, step("tell", "notify", input=given), input_data={"rent": "$4,200"})
        assert done["status"] == "completed", done
        await until(lambda: hooks.requests)
        [body] = hooks.bodies
        assert body["data"] == {"rent": "$4,200"}
        assert hooks.requests[0][0]["idempotency-key"] == done["output_data"]["message_id"]

    async def test_an_inner_address_is_not_called(self, firm, worker):
        f = await firm()
        given = {"channel": "webhook", "url": "https://169.254.169.254/latest", "data": 1}
        await ran(f, step("tell", "notify", input=given))

        async def ended() -> list[dict[str, Any]]:
            found = await f.client.get("/api/v1/jobs", params={"type": "outbox.deliver"})
            return [job for job in found.json()["items"] if job["completed_at"]]

        [job] = await until(ended)
        assert (job["status"], job["error"]["code"]) == ("failed", "forbidden-address")

    async def test_a_member_gets_a_mail(self, shared: Firm, mails: SmtpStub):
        given = {"channel": "email", "to": shared.email, "subject": "Done", "text": "It is {{ input.how }}."}
        done = await ran(shared, step("tell", "notify", input=given), input_data={"how": "good"})
        assert done["status"] == "completed", done
        await until(lambda: mails.to(shared.email))
        assert "It is good." in mails.to(shared.email)[0].text

    async def test_nobody_else_does(self, shared: Firm, mails: SmtpStub):
        given = {"channel": "email", "to": "stranger@elsewhere.example", "subject": "Done", "text": "x"}
        done = await ran(shared, step("tell", "notify", input=given))
        assert (done["status"], done["error_code"]) == ("failed", "not_a_member")
        assert mails.mails == []
