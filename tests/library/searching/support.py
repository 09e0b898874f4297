"""Small documents, written out, and what a search over them is expected to cost."""

import math
from collections import Counter
from collections.abc import Sequence

from elenchus.library.searching.block import K1, TYPICAL_LENGTH, B
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.segment import Segment, pack
from elenchus.library.searching.terms import terms


def segment_of(*chunks: str, name: str = "", head: str = "") -> Segment:
    return Segment.load(pack(chunks, name=name, head_text=head))


def index_of(**documents: Sequence[str]) -> LibraryIndex:
    """Each document by its key, as a list of chunks; nothing is known of names."""
    return LibraryIndex().extended([(key, segment_of(*chunks)) for key, chunks in documents.items()])


def bm25(query: Counter[str], chunks: Sequence[str]) -> list[float]:
    """The formula as it stands in textbooks, slow and exact, without the constant factor k1 + 1."""
    counted = [Counter(terms(chunk)) for chunk in chunks]
    scores = [0.0] * len(chunks)
    for term, weight in query.items():
        found = sum(term in words for words in counted)
        idf = math.log(1 + (len(chunks) - found + 0.5) / (found + 0.5))
        for at, words in enumerate(counted):
            norm = K1 * (1 - B + B * words.total() / TYPICAL_LENGTH)
            scores[at] += weight * idf * words[term] / (words[term] + norm)
    return scores
