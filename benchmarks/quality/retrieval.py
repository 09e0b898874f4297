"""How much of the right clause is among the first passages: 373 questions over 40 contracts, in both modes.

    ELENCHUS_QUALITY_DIR=… PYTHONPATH=backend:. python benchmarks/quality/retrieval.py [pdf | txt]

Reads each contract as an upload would be read (its PDF where there is one; `txt` takes the plain texts), cuts, packs
and searches it with the library's own code, without a server, and prints what the folder's own scorer says.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elenchus.library.reading.chunking import chunk
from elenchus.library.reading.kinds import detect
from elenchus.library.reading.sandbox import Reader
from elenchus.library.reading.values import PageText
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.ranking import Hit, search
from elenchus.library.searching.segment import Segment, pack

DEPTH = 64  # passages a question; the scorer looks at 1, 2, 4 … 64
HEAD_CHARACTERS = 1_500
BARS = {
    "documents": (("recall@8", ">=", 0.80),),
    "library": (("recall@8", ">=", 0.72), ("drm@8", "<=", 0.08)),
}

Question = dict[str, Any]


@dataclass
class Library:
    index: LibraryIndex
    texts: dict[str, list[str]]

    def results(self, questions: Iterable[Question], ask: Callable[[Question], list[Hit]]) -> dict[str, object]:
        """For each question's id its passages, as the scorer takes them."""
        return {
            question["id"]: [
                {"document_id": hit.doc_key, "text": self.texts[str(hit.doc_key)][hit.chunk_index], "score": hit.score}
                for hit in ask(question)
            ]
            for question in questions
        }


async def read(path: Path, reader: Reader) -> list[PageText]:
    async with reader.open(path, detect(path)) as reading:
        return [page async for page in reading]


def file_of(bench: Path, document: dict[str, Any], source: str) -> Path:
    printed = next((bench / kind for kind in (document["pdf"], document["rendered"]) if kind), None)
    return printed if printed and source == "pdf" else bench / "txt" / f"{document['document_id']}.txt"


async def library_of(bench: Path, documents: list[dict[str, Any]], source: str) -> Library:
    """A document is named by its file alone: the title in the benchmark is the very wording of its questions."""
    reader, texts, segments = Reader(), {}, []
    for document in documents:
        path = file_of(bench, document, source)
        pages = await read(path, reader)
        key = document["document_id"]
        texts[key] = [passage.text for passage in chunk(pages)]
        head = "\f".join(page.text for page in pages)[:HEAD_CHARACTERS]
        segments.append((key, Segment.load(pack(texts[key], name=path.name, head_text=head))))
    await reader.close()
    return Library(LibraryIndex().extended(segments), texts)


def scored(folder: Path, results: dict[str, object]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as scratch:
        given, answer = Path(scratch, "results.json"), Path(scratch, "scores.json")
        given.write_text(json.dumps(results), encoding="utf-8")
        bench = folder / "bench"
        command = [
            folder / "score_retrieval.py",
            bench / "bench.json",
            given,
            "--txt-dir",
            bench / "txt",
            "--json",
            answer,
        ]
        subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
        scores: dict[str, float] = json.loads(answer.read_text(encoding="utf-8"))["metrics"]
        return scores


def figures(mode: str, scores: dict[str, float], passage_characters: float) -> dict[str, object]:
    shown = [f"{metric}@{k}" for metric in ("recall", "precision", "hit") for k in (1, 4, 8, 16)] + ["drm@8"]
    met = [scores[name] >= bar if sign == ">=" else scores[name] <= bar for name, sign, bar in BARS[mode]]
    return {
        "figure": f"retrieval quality, {mode}",
        **{name: round(scores[name], 4) for name in shown},
        "bars": [" ".join(map(str, bar)) for bar in BARS[mode]],
        "met": all(met),
        "passage_characters": round(passage_characters),
    }


async def main(source: str) -> None:
    folder = Path(os.environ["ELENCHUS_QUALITY_DIR"])
    material = json.loads((folder / "bench" / "bench.json").read_text(encoding="utf-8"))
    library = await library_of(folder / "bench", material["documents"], source)
    sizes = [len(text) for texts in library.texts.values() for text in texts]
    modes: dict[str, Callable[[Question], list[Hit]]] = {
        "documents": lambda question: search(
            question["question"], library.index, limit=DEPTH, scope="documents", within=[question["document_id"]]
        ),
        "library": lambda question: search(question["query"], library.index, limit=DEPTH, scope="library"),
    }
    for mode, ask in modes.items():
        begin = time.perf_counter()
        results = library.results(material["queries"], ask)
        seconds = time.perf_counter() - begin
        shown = figures(mode, scored(folder, results), sum(sizes) / len(sizes))
        print(json.dumps({**shown, "source": source, "search_ms": round(1000 * seconds / len(results), 3)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "pdf"))
