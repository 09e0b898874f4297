"""Facts and issues about the lease, and short words for asking for a brief over HTTP."""

from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal
from elenchus.identity import service as identity
from elenchus.research.briefing.models import Brief, BriefStatus
from tests.library.support import job_over
from tests.research.support import CHAT
from tests.support import Firm, until

BRIEF, BRIEFS = f"{CHAT}/brief", f"{CHAT}/briefs"
FACTS = "Our client Maria Svensson paid the rent for May on 9 May 2025. The landlord wants a late charge from her."
LATE = "Does a late charge apply to rent that is received after the fifth day of the month?"
PETS = "May the Tenant keep pets on the premises without consent of the Landlord?"
ISSUES = [LATE, PETS]
CALL_TOKENS = 140  # as the stub counts each

LATE_SAID = "A late charge of 5% of the overdue amount applies to any rent received after the fifth day [{n}]."
PETS_SAID = "No pets may be kept on the premises without the prior written consent of the Landlord [{n}]."
FACTS_SAID = "Maria Svensson paid the rent for May on 9 May 2025. The landlord wants a late charge from her."
ACTIONS_SAID = "1. Tell the client what the late charge of 5% amounts to [{n}]."


def a_brief(owner: Principal, **more: Any) -> Brief:
    """A row alone, of one that failed."""
    made: dict[str, Any] = {
        "id": new_id(), "tenant_id": owner.tenant_id, "user_id": owner.user_id, "job_id": new_id(), "title": "t",
        "case_facts": FACTS, "legal_issues": [LATE], "document_ids": [], "model": "extractive", "temperature": 0,
        "require_verified": False, "created_at": now(), "updated_at": now(), "status": BriefStatus.FAILED,
    }  # fmt: skip
    return Brief(**made | more)


async def started(firm: Firm, **asked: Any) -> dict[str, str]:
    body = {"case_facts": FACTS, "legal_issues": ISSUES, **asked}
    answer = await firm.client.post(BRIEF, json=body)
    assert answer.status_code == 202, answer.text
    told: dict[str, str] = answer.json()
    assert answer.headers["location"] == f"{BRIEFS}/{told['brief_id']}"
    return told


async def shown(firm: Firm, brief_id: str) -> dict[str, Any]:
    answer = await firm.client.get(f"{BRIEFS}/{brief_id}")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def ended(firm: Firm, told: dict[str, str]) -> dict[str, Any]:
    """The brief when it has ended, however it did; a moment after its job."""
    await job_over(firm, told["job_id"])

    async def over() -> dict[str, Any] | None:
        found = await shown(firm, told["brief_id"])
        return found if found["status"] not in {"pending", "running"} else None

    found = await until(over)
    assert found
    return found


async def briefed(firm: Firm, **asked: Any) -> dict[str, Any]:
    return await ended(firm, await started(firm, **asked))


def said(body: dict[str, Any]) -> str:
    text: str = body["contents"][-1]["parts"][0]["text"]
    return text


def part_of(body: dict[str, Any]) -> str:
    """Which part of a brief a request asks for."""
    last = said(body).rpartition("\n\n")[2]
    return {
        "Analyse this issue.": "analysis",
        "Write the statement of facts.": "facts",
        "Write the conclusion.": "conclusion",
        "List the recommended actions.": "actions",
    }[last]


def issue_of(body: dict[str, Any]) -> str:
    return said(body).partition("<issue>\n")[2].partition("\n</issue>")[0]


def number_of(body: dict[str, Any], words: str) -> int:
    """Of the given source, or of the analysis' mark, that has these words."""
    text = said(body)
    before = text[: text.index(words)]
    return int(before.rpartition('<source n="')[2].partition('"')[0])


async def tokens_used(f: Firm) -> int:
    items = (await identity.usage.overview(f.principal)).items
    return next(item.used for item in items if item.name == "monthly_tokens") or 0


def sections(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "facts": result["statement_of_facts"],
        **{f"issue {each['number']}": each["analysis"] for each in result["issues"]},
        "conclusion": result["conclusion"],
        "actions": result["recommended_actions"],
    }
