"""How a document's sections are put before a language model, whatever it is to fill in."""

from collections.abc import Awaitable, Callable

from elenchus.core.llm.base import Structured, V
from elenchus.jobs.errors import Fatal
from elenchus.library.analysing.paper import Section

AT_ONCE = 3  # calls of one reading: providers count them by the minute
FORM_TRIES = 3  # before a model that does not keep to the form is given up
SMALLEST_CHARACTERS = 2_000  # a section that is cut in halves no further


async def filled(ask: Callable[[], Awaitable[Structured[V]]]) -> Structured[V]:
    """Its answer, without a value when the model had no room to end. One of another form is asked for again."""
    for _ in range(FORM_TRIES):
        answer = await ask()
        if not is_useless(answer):
            return answer
    raise Fatal("model_form", f"The language model did not keep to the form in {FORM_TRIES} tries. Use another one.")


def is_useless(answer: Structured[V]) -> bool:
    return answer.value is None and not answer.usage.is_cut


def has_halves(section: Section) -> bool:
    return section.end - section.start >= 2 * SMALLEST_CHARACTERS


def no_room() -> Fatal:
    return Fatal("no_room", "The language model's answers have no room; raise LLM_MAX_OUTPUT_TOKENS and run it again.")
