"""A question to the language model, answered from passages, and cross-examined like any answer."""

from typing import Annotated

from pydantic import Field, JsonValue

from elenchus.core.ids import Id, IdField
from elenchus.library.schemas import MAX_DOCUMENTS, Passage
from elenchus.research.consulting import schemas as consultations
from elenchus.research.consulting import service as consulting
from elenchus.research.consulting.schemas import Consultation, Consulted
from elenchus.workflows.kinds import passages
from elenchus.workflows.kinds.base import Desk, Given, Kind
from elenchus.workflows.kinds.passages import Passages
from elenchus.workflows.models import Spent

LONGEST_QUESTION = 50_000


class QueryGiven(Given):
    """With `passages` it is answered from those; without, from what is found in the documents, or in all of them."""

    question: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]
    instructions: Annotated[str, Field(max_length=20_000)] = ""
    passages: Passages | None = None
    document_ids: Annotated[list[IdField], Field(max_length=MAX_DOCUMENTS)] = []
    limit: Annotated[int, Field(ge=1, le=32)] | None = None
    model: Annotated[str, Field(max_length=200)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    require_verified: bool = False


async def run(desk: Desk, given: QueryGiven) -> JsonValue:
    spending = desk.spending(given.model)

    async def used(hold_id: Id, told: consultations.Spent) -> None:
        spent = Spent.of_call(told.prompt_tokens, told.completion_tokens, told.cost_usd)
        await spending.used(hold_id, spent if told.paid_tokens else None)

    try:
        asked = _asked(given, await passages.recalled(desk.principal, given.passages))
        answer = await consulting.consult(desk.principal, asked, hold=spending.hold, used=used)
    finally:
        await spending.release()
    return _told(answer)


def _asked(given: QueryGiven, found: tuple[Passage, ...] | None) -> Consultation:
    return Consultation(
        question=given.question,
        instructions=given.instructions,
        passages=found,
        document_ids=tuple(Id(id_) for id_ in given.document_ids),
        limit=given.limit,
        model=given.model,
        temperature=given.temperature,
        require_verified=given.require_verified,
    )


def _told(answer: Consulted) -> JsonValue:
    told: JsonValue = answer.model_dump(mode="json")
    return told


KIND = Kind("ai_query", QueryGiven, run, asks_model=True)
