"""A person decides. However long that takes, no worker is held."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from elenchus.core.clock import now
from elenchus.jobs.errors import Fatal
from elenchus.workflows.errors import WaitsForPerson
from elenchus.workflows.kinds.base import Desk, Given, Kind

LONGEST_HOURS = 24 * 365
MOST_DETAILS = 20_000


class ApprovalGiven(Given):
    """With `four_eyes` whoever started the execution may not decide. Undecided in `expires_after_hours` is rejected."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    details: Annotated[str, Field(max_length=MOST_DETAILS)] | None = None
    four_eyes: bool = False
    expires_after_hours: Annotated[float, Field(gt=0, le=LONGEST_HOURS)] | None = None
    on_reject: Literal["fail", "continue"] = "fail"


async def run(desk: Desk, given: ApprovalGiven) -> JsonValue:
    decision = desk.decision
    if decision is None:
        until = await _until(desk, given)
        if until is None or until > now():
            raise WaitsForPerson(given.title, given.details, until=until, four_eyes=given.four_eyes)
        nobody: dict[str, JsonValue] = {"approved": False, "comment": "", "by": None, "at": now().isoformat()}
        return _rejected(given, nobody, "Nobody decided in time.")
    told: dict[str, JsonValue] = {
        "approved": decision.approved,
        "comment": decision.comment,
        "by": str(decision.user_id),
        "at": decision.at.isoformat(),
    }
    return told if decision.approved else _rejected(given, told, decision.comment or "It was rejected.")


def _rejected(given: ApprovalGiven, told: dict[str, JsonValue], why: str) -> JsonValue:
    if given.on_reject == "fail":
        raise Fatal("rejected", why)
    return told


async def _until(desk: Desk, given: ApprovalGiven) -> datetime | None:
    """Counted from the first time that it was asked, in each round."""
    hours = given.expires_after_hours
    if hours is None:
        return None

    async def begin() -> JsonValue:
        return now().isoformat()

    began = datetime.fromisoformat(str(await desk.kept(f"asked {desk.round}", begin)))
    return began + timedelta(hours=hours)


KIND = Kind("approval", ApprovalGiven, run, inner=False)
