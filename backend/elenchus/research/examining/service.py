"""An answer against its sources: the library is asked for its quotations and authorities, the rest is pure."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from elenchus.core.principal import Principal
from elenchus.library import service as library
from elenchus.library.schemas import Passage
from elenchus.research.examining import examination, reading, standing
from elenchus.research.examining.examination import MOST_QUOTES, Examined
from elenchus.research.examining.judging import Verdict
from elenchus.research.examining.reading import Reading


async def examine(principal: Principal, answer: str, passages: Sequence[Passage], question: str = "") -> Examined:
    """The CPU's part runs in threads: other answers are being streamed meanwhile."""
    read = await asyncio.to_thread(reading.read, answer, passages, question)
    known = [passage.text for passage in passages]
    verdicts, legal = await asyncio.gather(
        _verdicts(principal, read), library.cited_authorities(principal, read.shown, known)
    )
    return await asyncio.to_thread(examination.examined, read, verdicts, legal)


class Ahead:
    """Has the whole documents at hand by the time they are needed: they are fetched while the model still writes, from
    its first quotation mark on, since an answer without quotations needs none of them."""

    def __init__(self, principal: Principal, passages: Sequence[Passage]) -> None:
        self._principal = principal
        self._documents = [passage.document_id for passage in passages]
        self._fetching: asyncio.Task[object] | None = None

    def hear(self, text: str) -> None:
        if self._fetching is None and self._documents and _QUOTES.search(text):
            self._fetching = asyncio.create_task(library.at_hand(self._principal, self._documents))
            _ahead.add(self._fetching)
            self._fetching.add_done_callback(_fetched)


_QUOTES: Final = re.compile('["“„«»「『>]')
#: The loop itself keeps no task alive.
_ahead: Final[set[asyncio.Task[object]]] = set()


def _fetched(task: asyncio.Task[object]) -> None:
    """What went wrong here goes wrong again when the document is needed, and is told there."""
    _ahead.discard(task)
    if not task.cancelled():
        task.exception()


async def _verdicts(principal: Principal, read: Reading) -> dict[int, Verdict]:
    """By the start of the quotation."""
    quoted, passages = read.quotes[:MOST_QUOTES], read.passages
    near = await asyncio.to_thread(standing.nearest_passages, quoted, passages)
    asked = standing.asked(quoted, near)
    rows = await library.check_quotes(principal, asked, [passage.document_id for passage in passages])
    return standing.verdicts(quoted, rows, near, passages)
