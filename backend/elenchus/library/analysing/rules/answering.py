"""A question answered by the document's own sentences: its best passages, then the sentences in them that answer."""

from elenchus.core.llm import extractive
from elenchus.core.llm.base import Source
from elenchus.core.llm.terms import folded
from elenchus.core.principal import Principal
from elenchus.library import retrieval
from elenchus.library.analysing import grounding
from elenchus.library.analysing.paper import Paper
from elenchus.library.analysing.schemas import Answer

PASSAGES = 8
UNANSWERED = "No passage was found that answers this question by its words."


async def answer(principal: Principal, paper: Paper, question: str) -> Answer:
    found = await retrieval.retrieve(principal, question, document_ids=[paper.document_id], limit=PASSAGES)
    sources = [Source(paper.title, passage.text) for passage in found.passages]
    sentences = [row.sentence.text for row in extractive.find(question, sources)]
    citations = grounding.citations(paper, sentences)
    if not sentences:
        return Answer(question=question, answered=False, text=UNANSWERED)
    supported = any(one.verified for one in citations)
    text = " ".join(map(folded, sentences))
    return Answer(question=question, answered=True, text=text, citations=citations, supported=supported)
