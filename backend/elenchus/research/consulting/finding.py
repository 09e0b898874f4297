"""The passages of one consultation: those that were given, or what a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile

from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.library import service as library
from elenchus.library.schemas import Passage, Retrieved
from elenchus.research import prompts
from elenchus.research.choosing import found_in_what_is_left
from elenchus.research.consulting.errors import DocumentsGone
from elenchus.research.consulting.schemas import Consultation
from elenchus.research.prompts import Count
from elenchus.research.schemas import LONGEST_QUESTION

GIVEN = "given"


@dataclass(slots=True)
class Found:
    """`room` is what the prompt has left for passages, by the model's own way to `count` tokens. `gone` are the chosen
    documents that were not there any more, `left_out` given passages that there was no room for."""

    asked: Consultation
    count: Count
    room: int
    gone: list[str] = field(default_factory=list)
    left_out: int = 0

    async def retrieve(self, principal: Principal, query: str, document_ids: Sequence[Id]) -> Retrieved:
        """Raises `DocumentsGone` when no chosen document is left."""
        if self.asked.passages is not None:
            return self._given(self.asked.passages)
        query = query[:LONGEST_QUESTION]  # what a workflow puts together may be longer than what a person writes
        found, self.gone = await found_in_what_is_left(self._search, principal, query, document_ids)
        if found is None:
            raise DocumentsGone(self.gone)
        return found

    def _given(self, passages: Sequence[Passage]) -> Retrieved:
        """The first that there is room for, so that each keeps its number; a search's may be weighed by their scores.
        There may be thousands, of which no more are counted than fit."""
        parts = (prompts.source(n, passage) for n, passage in enumerate(passages, 1))
        sizes = accumulate(self.count(part) + prompts.PER_PART for part in parts)
        kept = sum(1 for _ in takewhile(lambda size: size <= self.room, sizes))
        self.left_out = len(passages) - kept
        return Retrieved(tuple(passages[:kept]), GIVEN)

    async def _search(self, principal: Principal, query: str, document_ids: Sequence[Id]) -> Retrieved:
        limit = self.asked.limit or settings().research.sources_per_answer
        return await library.retrieve(principal, query, document_ids=document_ids, limit=limit)
