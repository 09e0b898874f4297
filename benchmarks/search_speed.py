"""How long one search takes in process, and what the index weighs, on made-up libraries of 10,000 and 100,000 chunks.

    PYTHONPATH=backend:. python benchmarks/search_speed.py [chunks ...]

Words are drawn with the frequencies of natural language (rank⁻¹), so common words have postings in half of all chunks.
The raw limit beside each search is the bare sum over the postings of the question's own words.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from itertools import accumulate

import numpy as np

from benchmarks.harness import report, verdict
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.ranking import Scope, search
from elenchus.library.searching.segment import Segment, SegmentBuilder, term_ids
from elenchus.library.searching.terms import terms

AT_MOST_MS = {10_000: 3.0, 100_000: 4.0}
WORDS_PER_CHUNK = 80  # content words in ~1,000 characters of a contract
CHUNKS_PER_DOCUMENT = 100
VOCABULARY = 30_000
QUERY_WORDS = 14
ROUNDS = 300
SYLLABLES = [first + vowel + last for first in "bcdfglmnprstvz" for vowel in "aeiou" for last in "lmnrstx"]

Segments = list[tuple[str, Segment]]


def vocabulary(rng: random.Random) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.choice((2, 3, 4)))) for _ in range(VOCABULARY)]


class Author:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.words = vocabulary(self.rng)
        self.weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def write(self, words: int) -> str:
        return " ".join(self.rng.choices(self.words, cum_weights=self.weights, k=words))

    def name(self, number: int) -> str:
        return f"{self.words[-number - 1].title()} {self.words[-number - 7000].title()} Agreement"

    def document(self, number: int) -> tuple[str, Segment]:
        builder = SegmentBuilder()
        for _ in range(CHUNKS_PER_DOCUMENT):
            builder.add(self.write(WORDS_PER_CHUNK))
        name = self.name(number)
        packed = builder.finish(name=name, head_text=f"{name} {self.write(150)}")
        return f"document-{number:05}", Segment.load(packed)


def milliseconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def tokenising() -> None:
    text = Author(seed=1).write(75_000)[:600_000]
    best = min(milliseconds(lambda: terms(text)) for _ in range(5))
    verdict("terms of 600,000 characters, ms", best, at_most=120.0, split_ms=milliseconds(text.split))


def library(author: Author, chunks: int) -> LibraryIndex:
    documents: Segments = [author.document(number) for number in range(chunks // CHUNKS_PER_DOCUMENT)]
    begin = time.perf_counter()
    index = LibraryIndex().extended(documents)
    built = (time.perf_counter() - begin) * 1000
    newcomer = author.document(len(documents))
    report(
        f"index of {chunks} chunks",
        documents=len(documents),
        segment_mb=sum(segment.nbytes for _, segment in documents) / 1e6,
        index_mb=index.nbytes / 1e6,
        build_ms=built,
        add_one_document_ms=milliseconds(lambda: index.extended([newcomer])),
        drop_one_document_ms=milliseconds(lambda: index.without([index.keys[0]])),
    )
    return index


def searches(author: Author, index: LibraryIndex, chunks: int) -> None:
    plain = [author.write(QUERY_WORDS) for _ in range(ROUNDS)]
    names = [author.name(number % len(index.keys)) for number in range(ROUNDS)]
    named = [f"In the {name}, {question}" for name, question in zip(names, plain, strict=True)]
    timed(f"search in {chunks} chunks, whole library, p50 ms", plain, index, scope="library")
    timed(f"search in {chunks} chunks, document named, p50 ms", named, index, scope="library")
    timed(f"search in {chunks} chunks, one document, p50 ms", plain, index, scope="documents", within=[index.keys[0]])


def timed(
    figure: str, questions: list[str], index: LibraryIndex, *, scope: Scope, within: list[object] | None = None
) -> None:
    times = [milliseconds(lambda q=q: search(q, index, limit=8, scope=scope, within=within)) for q in questions]  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    sums = [bare_sum(index, question) for question in questions]
    verdict(
        figure,
        statistics.median(times),
        at_most=AT_MOST_MS.get(index.row_count, 4.0),
        p95_ms=statistics.quantiles(times, n=20)[-1],
        bare_sum_ms=statistics.median(sums),
    )


def bare_sum(index: LibraryIndex, question: str) -> float:
    ids = term_ids(terms(question))
    return milliseconds(lambda: index.scores(ids, np.ones(len(ids), np.float32)))


def main(sizes: list[int]) -> None:
    tokenising()
    for chunks in sizes:
        author = Author(seed=chunks)
        searches(author, library(author, chunks), chunks)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(AT_MOST_MS))
