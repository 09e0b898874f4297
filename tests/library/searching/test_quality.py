"""Real questions over real contracts. The bars are far below what is reached, so only a real loss fails them."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elenchus.library.reading.chunking import Chunk, chunk
from elenchus.library.reading.values import PageText
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.ranking import Hit, search
from elenchus.library.searching.segment import Segment, pack

FOLDER = os.environ.get("ELENCHUS_QUALITY_DIR")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ELENCHUS_QUALITY_DIR is not set: the quality material is not here")

Query = dict[str, Any]


class Bench:
    def __init__(self, folder: Path) -> None:
        material = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
        self.queries: list[Query] = material["queries"]
        self.chunks: dict[str, list[Chunk]] = {}
        segments = []
        for key in (document["document_id"] for document in material["documents"]):
            text = (folder / "txt" / f"{key}.txt").read_bytes().decode("utf-8")
            self.chunks[key] = list(chunk([PageText(1, text, 612, 792, 0, len(text))]))
            packed = pack((each.text for each in self.chunks[key]), name=f"{key}.pdf", head_text=text[:1_500])
            segments.append((key, Segment.load(packed)))
        self.index = LibraryIndex().extended(segments)

    def recall(self, ask: Callable[[Query], list[Hit]]) -> float:
        """Share of the gold characters that the first eight passages cover, averaged over the questions."""
        return sum(self._covered(query, ask(query)) for query in self.queries) / len(self.queries)

    def _covered(self, query: Query, hits: list[Hit]) -> float:
        gold = {at for span in query["gold"] for at in range(span["start"], span["end"])}
        found = [self.chunks[str(hit.doc_key)][hit.chunk_index] for hit in hits if hit.doc_key == query["document_id"]]
        return len(gold & {at for each in found for at in range(each.start_char, each.end_char)}) / len(gold)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(Path(FOLDER or "") / "bench")


def in_library(bench: Bench, words: str) -> list[Hit]:
    return search(words, bench.index, limit=8, scope="library")


class TestRecall:
    def test_in_the_chosen_document(self, bench):
        def ask(query: Query) -> list[Hit]:
            return search(query["question"], bench.index, limit=8, scope="documents", within=[query["document_id"]])

        assert bench.recall(ask) >= 0.80  # 0.87 when this was written

    def test_in_the_whole_library_by_the_contracts_name(self, bench):
        assert bench.recall(lambda query: in_library(bench, query["query"])) >= 0.80  # 0.87

    def test_a_bench_that_could_not_fail_would_prove_nothing(self, bench):
        assert bench.recall(lambda query: in_library(bench, query["question"])) < 0.40  # nobody said which contract


class TestDocument:
    def test_passages_come_from_the_named_contract(self, bench):
        wrong = [
            hit.doc_key != query["document_id"] for query in bench.queries for hit in in_library(bench, query["query"])
        ]
        assert sum(wrong) / len(wrong) <= 0.02  # 0.00

    def test_a_question_to_all_contracts_is_not_answered_from_one(self, bench):
        questions = {query["question"] for query in bench.queries}
        alone = [words for words in questions if len({hit.doc_key for hit in in_library(bench, words)}) == 1]
        assert alone == []
