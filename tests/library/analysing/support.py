"""A contract to analyse, a model that reads it, and short words for asking for it over HTTP."""

import re
from typing import Any

from elenchus.identity import service as identity
from tests.library.support import DOCUMENTS, job_over
from tests.support import Firm, until

LEASE = """COMMERCIAL LEASE AGREEMENT

This Lease is made and entered into on March 1, 2024 by and between Harbour Estates Ltd., a company organized under the
laws of Maine (the "Landlord"), and Maria Svensson (the "Tenant").

1. Definitions. "Premises" means the ground floor of the warehouse at 12 Quay Street, Portland.

2. Term. The term of this Lease shall commence on April 1, 2024 and shall end on March 31, 2026. This Lease shall
automatically renew for successive periods of one year unless either party gives ninety days notice.

3. Rent. The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month. A late charge of
five percent applies to any rent that is received after the fifth day of the month.

4. Indemnity. The Tenant shall indemnify and hold harmless the Landlord from any and all claims that arise out of the
use of the Premises.

5. Termination. The Landlord may terminate this Lease immediately if the Tenant fails to pay rent when it is due.

6. Governing Law. This Lease is governed by and construed in accordance with the laws of the State of Maine. See Smith
v. Jones, 410 U.S. 113 (1973).
"""
RENT = "The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month."
CALL_TOKENS = 140  # as the stub counts each


async def started(firm: Firm, document_id: str, **asked: Any) -> dict[str, str]:
    answer = await firm.client.post(f"{DOCUMENTS}/{document_id}/analyze", json={"analysis_type": "contract", **asked})
    assert answer.status_code == 202, answer.text
    told: dict[str, str] = answer.json()
    assert answer.headers["location"] == f"{DOCUMENTS}/{document_id}/analyses/{told['analysis_id']}"
    return told


async def shown(firm: Firm, document_id: str, analysis_id: str) -> dict[str, Any]:
    answer = await firm.client.get(f"{DOCUMENTS}/{document_id}/analyses/{analysis_id}")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def analysed(firm: Firm, document_id: str, **asked: Any) -> dict[str, Any]:
    """The analysis when it has ended, however it did; a moment after its job."""
    told = await started(firm, document_id, **asked)
    await job_over(firm, told["job_id"])
    return await ended(firm, document_id, told["analysis_id"])


async def ended(firm: Firm, document_id: str, analysis_id: str) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        found = await shown(firm, document_id, analysis_id)
        return found if found["status"] not in {"pending", "running"} else None

    found = await until(over)
    assert found
    return found


def citations(result: dict[str, Any]) -> list[dict[str, Any]]:
    """All of them, from all statements."""
    lists = [value for value in result.values() if isinstance(value, list)]
    single = [result["document_type"], result["purpose"]]
    statements = [*single, *(row for rows in lists for row in rows if isinstance(row, dict))]
    return [citation for row in statements for citation in row.get("citations", ())]


async def tokens_used(f) -> int:
    items = (await identity.usage.overview(f.principal)).items
    return next(item.used for item in items if item.name == "monthly_tokens") or 0


def said(body: dict[str, Any]) -> str:
    text: str = body["contents"][-1]["parts"][0]["text"]
    return text


def is_merge(body: dict[str, Any]) -> bool:
    return said(body).startswith("<entries>")


def part_of(body: dict[str, Any]) -> int:
    found = re.search(r'part="(\d+) of', said(body))
    assert found
    return int(found[1])


def long_text(clauses: int) -> str:
    """Each clause says something of its own, so that each can be found again."""
    return "\n\n".join(
        f"{n}. Delivery {n}. The supplier delivers lot number {n} to the harbour within {n + 5} days of the order. "
        + "The usual care is taken with all of it. " * 12
        for n in range(1, clauses + 1)
    )


def reading_clauses(body: dict[str, Any]) -> dict[str, Any]:
    """Gives each clause of a section with its sentence, and for a merge what all amount to."""
    if is_merge(body):
        ids = re.findall(r"^\[([A-Z]\d+)\]", said(body), re.M)
        return {"document_type": {"text": "A supply contract", "from_ids": ids[:1]}, "purpose": None}
    found = re.findall(
        r"The supplier delivers lot number \d+ to the harbour within \d+ days of the order\.", said(body)
    )
    clauses = [{"text": one, "quotes": [one], "kind": "delivery"} for one in found]
    return {"clauses": clauses, "parties": [{"text": "It supplies.", "name": "The supplier", "quotes": found[:1]}]}
