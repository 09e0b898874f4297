"""The door through which another room gets one examined answer. It belongs to no conversation, and nothing of it is
stored here."""

from contextlib import aclosing

from elenchus.core.llm.factory import chat_model, require_answering
from elenchus.core.llm.sampling import temperature_of
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.research import answering
from elenchus.research.answering import Failed, Inquiry, Outcome
from elenchus.research.consulting.accounting import accounted, spent
from elenchus.research.consulting.errors import Unverified
from elenchus.research.consulting.finding import Found
from elenchus.research.consulting.schemas import Consultation, Consulted, Hold, Made, Source, Used
from elenchus.research.leash import Leash
from elenchus.research.models import Verification
from elenchus.research.prompts import History
from elenchus.research.recording import making


async def consult(principal: Principal, asked: Consultation, *, hold: Hold, used: Used) -> Consulted:
    """The same question twice is asked, and paid for, twice. Cancelled, it leaves the model at once.

    Raises `QuestionTooLong` when rules, question and instructions do not fit, `DocumentsGone`, `UnknownModel`,
    `TemperatureOutOfRange`, `ModelResting`, what `hold` raises, `ModelFailed` as it is, and `Unverified`.
    """
    inquiry, outcome = _inquiry(principal, asked), Outcome()
    found = Found(asked, inquiry.model.count_tokens, answering.require_fitting(inquiry))
    require_answering(inquiry.model)
    async with aclosing(answering.steps(inquiry, found.retrieve, Leash(), outcome)) as steps:
        await anext(steps)  # its sources; the model is asked after them
        outcome.left_out += found.left_out
        async with accounted(inquiry.model, outcome, hold, used):
            end = [step async for step in steps][-1]
    verification = outcome.verification or Verification()
    if isinstance(end, Failed):
        raise Unverified(verification.failing)
    return Consulted(
        text=outcome.text,
        citations=outcome.citations,
        verification=verification,
        sources=[Source.of(n, passage) for n, passage in enumerate(outcome.passages, 1)],
        sources_left_out=outcome.left_out,
        documents_gone=found.gone,
        retrieval_mode=outcome.retrieval_mode,
        model=outcome.model or inquiry.model.name,
        usage=spent(inquiry.model, outcome),
        is_cut=outcome.is_cut,
        record=Made.model_validate(making.made(inquiry, outcome)),
    )


def _inquiry(principal: Principal, asked: Consultation) -> Inquiry:
    model = chat_model(asked.model)
    return Inquiry(
        principal=principal,
        text=asked.question,
        instructions=asked.instructions,
        document_ids=asked.document_ids,
        documents_may_be_gone=False,  # `Found` passes them over itself, and says which
        history=History(),
        model=model,
        temperature=temperature_of(model.name, asked.temperature, settings().llm),
        require_verified=asked.require_verified,
    )
