"""A document, a text or passages read into a form, each value with the words that it stands on."""

from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from elenchus.core.clock import now
from elenchus.core.ids import Id, IdField
from elenchus.core.llm.base import Usage
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.usage import cost_usd
from elenchus.library.extracting import service as extracting
from elenchus.library.extracting.schemas import Extraction
from elenchus.workflows import forms
from elenchus.workflows.kinds import passages
from elenchus.workflows.kinds.base import Desk, Given, Kind
from elenchus.workflows.kinds.passages import Passages
from elenchus.workflows.models import Spent

LONGEST_TEXT = 1_000_000


class ExtractGiven(Given):
    """From one of a document, a text and passages. `form` is a JSON Schema of an object, or of a list of objects."""

    document_id: IdField | None = None
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None
    passages: Passages | None = None
    form: dict[str, Any]
    instructions: Annotated[str, Field(max_length=20_000)] = ""
    model: Annotated[str, Field(max_length=200)] | None = None

    @field_validator("form")
    @classmethod
    def _is_harmless(cls, form: dict[str, Any]) -> dict[str, Any]:
        if faults := forms.check_schema(form):
            raise ValueError(faults[0]["msg"])
        return form

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum([self.document_id is not None, self.text is not None, bool(self.passages)]) != 1:
            raise ValueError("it reads one of `document_id`, `text` and `passages`")
        return self


async def run(desk: Desk, given: ExtractGiven) -> JsonValue:
    spending = desk.spending(given.model)
    found = await passages.recalled(desk.principal, given.passages)
    asked = Extraction(
        schema=given.form,
        document_id=Id(given.document_id) if given.document_id else None,
        text=given.text,
        passages=found or (),
        instructions=given.instructions,
        model=given.model,
    )

    async def used(hold_id: Id, usage: Usage, model: str) -> None:
        cost = cost_usd(model, usage, on=now().date())
        spent = Spent.of_call(usage.prompt_tokens, usage.completion_tokens, cost)
        await spending.used(hold_id, spent if spent.total_tokens and model != EXTRACTIVE else None)

    try:
        extracted = await extracting.extract(desk.principal, asked, hold=spending.hold, used=used, kept=desk.kept)
    finally:
        await spending.release()
    told: JsonValue = extracted.model_dump(mode="json")
    return told


KIND = Kind("extract", ExtractGiven, run, asks_model=True)
