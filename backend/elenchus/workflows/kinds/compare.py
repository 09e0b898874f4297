"""Two documents, or texts, clause by clause: what is the same, changed, moved, added, removed."""

from typing import Annotated

from pydantic import Field, JsonValue

from elenchus.library.comparing import service as comparing
from elenchus.library.comparing.schemas import MOST_TOPICS, Side, Topic
from elenchus.workflows.kinds.base import Desk, Given, Kind


class CompareGiven(Given):
    """`topics` leave only the clauses about one of them, `changes_only` those that are not the same."""

    left: Side
    right: Side
    topics: Annotated[list[Topic], Field(max_length=MOST_TOPICS)] = []
    changes_only: bool = False


async def run(desk: Desk, given: CompareGiven) -> JsonValue:
    found = await comparing.compare(desk.principal, given.left, given.right, given.topics)
    told = found.model_dump(mode="json")
    if given.changes_only:
        told["rows"] = [row for row in told["rows"] if row["status"] != "same"]
    shown: JsonValue = told
    return shown


KIND = Kind("compare", CompareGiven, run)
