"""Small documents for the public templates, and a language model that reads them: once right, once not quite."""

import json
import re
from typing import Any

from tests.fixtures.gemini import Reply

CONTRACT = """COMMERCIAL LEASE AGREEMENT

This Lease is made and entered into on March 1, 2024 by and between Harbour Estates Ltd., a company organized under the
laws of Maine (the "Landlord"), and Maria Svensson (the "Tenant").

1. Term. The term of this Lease shall commence on April 1, 2024 and shall end on March 31, 2090. This Lease shall
automatically renew for successive periods of one year unless either party gives ninety days notice.

2. Rent. The Tenant shall pay rent of $4,200 per month, in advance, on the first day of each month.

3. Indemnity. The Tenant shall indemnify and hold harmless the Landlord from any and all claims that arise out of the
use of the Premises.

4. Termination. The Landlord may terminate this Lease immediately if the Tenant fails to pay rent when it is due.

5. Inspection. The Tenant shall deliver a certificate of insurance to the Landlord by June 30, 2089.

6. Governing Law. This Lease is governed by and construed in accordance with the laws of the State of Maine.
"""
CHANGED = (
    CONTRACT.replace("$4,200", "$4,900")
    .replace("ninety days", "sixty days")
    .replace("may terminate", "shall not terminate")
)
NDA = """MUTUAL NON-DISCLOSURE AGREEMENT

This Agreement is made on March 3, 2026 between Alder Robotics, Inc. ("Alder") and Quill Analytics LLC ("Quill").

1. Confidential Information. "Confidential Information" means all information that a party discloses to the other, in
any form, whether or not marked as confidential.

2. Use. The receiving party shall use Confidential Information only for the purpose of evaluating a supply of sensors.

3. Term. The obligations of confidentiality last for ten years after disclosure.

4. Non-solicitation. For two years neither party shall solicit or hire an employee of the other.

5. Governing law. This Agreement is governed by the laws of the State of Delaware.
"""
DECISION = """COURT OF APPEALS OF THE STATE OF MARLOW

Fenwick Cold Storage, Inc., Appellant, v. Pallister Terminals, LLC, Appellee.

No. CA-2025-0731. Filed April 21, 2026.

Fenwick told Pallister by email on October 3, 2024 that it was in default. The contract called for notice by courier.

The trial court held that the email was of no effect and granted summary judgment to Pallister. Fenwick appealed.

The question presented is whether a notice that was received and answered is void because it came by email.

We hold that a notice that was received and answered is effective although it came in another manner.

The judgment is reversed and the case is remanded for trial. It is so ordered.

Tarrant, J., dissenting. I respectfully dissent, because the parties agreed on how notice is given.
"""
STATUTE = """COLD CHAIN SAFETY ACT

An Act to regulate the storage of chilled food.

Section 1. Commencement. This Act takes effect on January 1, 2026.

Section 2. Definitions. In this Act "chilled food" means food that must be kept at or below five degrees Celsius.

Section 3. Application. This Act applies to every operator of a warehouse of more than 500 square meters.

Section 4. Duties. Every operator shall record the temperature of each room at least once an hour.

Section 5. Exceptions. Section 4 does not apply to an operator that stores only canned food.

Section 6. Enforcement. The Commission may inspect a warehouse at any reasonable time.

Section 7. Penalties. An operator who violates Section 4 is liable to a civil penalty of not more than $20,000.
"""
TRANSCRIPT = """DEPOSITION OF MARGARET ELLISON
Taken on March 14, 2025

 1 Q. Did you negotiate the agreement?
 2 A. I negotiated the agreement with Mr. Okafor in January 2023, and I signed it on February 3, 2023.
 3 Q. Did you receive the notice of default?
 4 A. I received no notice of default in May 2024.
 5 Q. Who wrote the email of May 3, 2024?
 6 A. I wrote that email and told Mr. Okafor that we had received his notice of default.
 7 Q. So you had received the notice. Is that correct?
 8 A. I agree that the email says so, that is correct.
 9 Q. Who decided not to move the goods?
10 A. I do not recall who decided not to move the goods.
"""

_SOURCE = re.compile(r'<source n="(\d+)"[^>]*>\n(.*?)\n</source>', re.S)
_FENCED = re.compile(r"<document[^>]*>\n?(.*?)\n?</document>", re.S)
_SENTENCE = re.compile(r"[A-Z][^.;:\n]*(?:\n(?!\n)[^.;:\n]*)*[.]")
_WORDS = 7  # in each sentence that is taken: shorter ones prove nothing
WRONG = "purportedly"  # a word that stands in no document


def answering(body: dict[str, Any]) -> Reply:
    """Quotes the first source once to the letter and once altered."""
    sources = _SOURCE.findall(json.loads(json.dumps(body))["contents"][-1]["parts"][0]["text"])
    if not sources:
        return Reply(pieces=("The sources do not answer this question.",))
    number, text = next((row for row in sources if sentences(row[1])), sources[0])
    quote = sentences(text)[0] if sentences(text) else " ".join(text.split())
    return Reply(pieces=(f'DEPARTS. It says "{quote}" [{number}].\n\n', f'It also says "{altered(quote)}" [{number}].'))


def filling(body: dict[str, Any]) -> dict[str, Any]:
    """A form of an analysis or an extraction, its first entry proven and its second not."""
    said = body["contents"][-1]["parts"][0]["text"]
    if said.startswith("<entries>"):
        return {}
    text = "\n".join(_FENCED.findall(said))
    good = sentences(text)[0] if sentences(text) else ""
    rows = [{"quotes": [good]}, {"quotes": [altered(good)]}]
    wanted = body["generationConfig"]["responseJsonSchema"]["properties"]
    if "clauses" in wanted:
        return _analysed(rows, text)
    lists = {name: form for name, form in wanted.items() if "properties" in form.get("items", {})}
    return {
        name: [{**row, **_said(form["items"]["properties"], n)} for n, row in enumerate(rows, 1)]
        for name, form in lists.items()
    }


def _said(properties: dict[str, Any], n: int) -> dict[str, str]:
    """With a day that no quotation names."""
    said = {name: f"The {name} {n}." for name in properties if name in {"what", "who", "statement", "topic"}}
    return {**said, **({"date": "2088-01-01"} if "date" in properties else {})}


def _analysed(rows: list[dict[str, Any]], text: str) -> dict[str, Any]:
    def each(**more: Any) -> list[dict[str, Any]]:
        return [{**row, "text": "A point.", **more} for row in rows]

    dated = re.findall(r"[^.\n]*(?:\n[^.\n]+)*\b2090\b[^.]*\.", text)
    days = [{"text": "It ends.", "written": "March 31, 2090", "date": "2090-03-31", "quotes": dated}] if dated else []
    return {
        "document_type": {"text": "A document", "quotes": rows[0]["quotes"]},
        "clauses": each(kind="holding"),
        "risks": each(severity="high", kind="penalty"),
        "answers": each(question=1),
        "dates": [*days, {"text": "Some day.", "written": "some day", "quotes": rows[1]["quotes"]}],
    }


def sentences(text: str) -> list[str]:
    found = (" ".join(one.split()) for one in _SENTENCE.findall(text))
    return [one for one in found if len(one.split()) >= _WORDS]


def altered(sentence: str) -> str:
    """Two words of it are others."""
    first, *others = sentence.split()
    return " ".join([first, WRONG, *others[:-2], WRONG, others[-1]])
