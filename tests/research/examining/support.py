"""An answer against passages that are whole documents, without a database."""

from collections.abc import Sequence

from elenchus.core.ids import new_id
from elenchus.library.checking import judged
from elenchus.library.quotes import answered
from elenchus.library.quoting.source import Source
from elenchus.library.schemas import Passage
from elenchus.research.examining import examination, standing
from elenchus.research.examining import reading as readings
from elenchus.research.examining.examination import Examined


def passages(*texts: str, title: str = "Contract") -> tuple[Passage, ...]:
    return tuple(
        Passage(new_id(), title, new_id(), 1, 1, 0, len(text), text, None, score=1.0, highlights=()) for text in texts
    )


def examined(answer: str, given: Sequence[Passage], question: str = "") -> Examined:
    read = readings.read(answer, given, question)
    quotes = read.quotes[: examination.MOST_QUOTES]
    near = standing.nearest_passages(quotes, given)
    sources = {passage.document_id: Source([passage.text]) for passage in given}
    rows = [answered(*found) for found in judged(standing.asked(quotes, near), sources)]
    return examination.examined(read, standing.verdicts(quotes, rows, near, given), [])


def reasons(answer: str, given: Sequence[Passage], question: str = "") -> list[tuple[str, str]]:
    return [(one.kind, one.reason) for one in examined(answer, given, question).failing]
