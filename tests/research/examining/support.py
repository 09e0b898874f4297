"""An answer against passages that are whole documents, without a database."""

from collections.abc import Sequence

from elenchus.core.ids import new_id
from elenchus.library.checking import Asked, judged
from elenchus.library.quotes import answered
from elenchus.library.quoting.source import Source
from elenchus.library.schemas import Passage
from elenchus.research.examining import examination, standing
from elenchus.research.examining import reading as readings
from elenchus.research.examining.examination import Examined
from elenchus.research.examining.judging import Verdict


def passages(*texts: str, title: str = "Contract") -> tuple[Passage, ...]:
    return tuple(
        Passage(new_id(), title, new_id(), 1, 1, 0, len(text), text, None, score=1.0, highlights=()) for text in texts
    )


def examined(answer: str, given: Sequence[Passage], question: str = "") -> Examined:
    read = readings.read(answer, given, question)
    quotes = read.quotes[: examination.MOST_QUOTES]
    near = standing.nearest_passages(quotes, given)
    asked = [
        Asked(one.text, at.passage.document_id if at.passage else None) for one, at in zip(quotes, near, strict=True)
    ]
    sources = {passage.document_id: Source([passage.text]) for passage in given}
    rows = [answered(*found) for found in judged(asked, sources)]
    verdicts = {
        one.quotation.start: Verdict(row, standing.stands(one, row, at, given))
        for one, row, at in zip(quotes, rows, near, strict=True)
    }
    return examination.examined(read, verdicts, [])


def reasons(answer: str, given: Sequence[Passage], question: str = "") -> list[tuple[str, str]]:
    return [(one.kind, one.reason) for one in examined(answer, given, question).failing]
