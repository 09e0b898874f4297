"""How much of the right clause is among the first passages: 373 questions over 40 contracts, in both modes.

    ELENCHUS_QUALITY_DIR=… PYTHONPATH=backend:. python benchmarks/quality/retrieval.py [pdf | txt]

Reads each contract as an upload would be read (its PDF where there is one; `txt` takes the plain texts), cuts, packs
and searches it with the library's own code, without a server, and prints what the folder's own scorer says.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.quality.scoring import DEPTH, Question, scored
from elenchus.library.reading.chunking import chunk
from elenchus.library.reading.kinds import detect
from elenchus.library.reading.sandbox import Reader
from elenchus.library.reading.values import PageText
from elenchus.library.searching.index import LibraryIndex
from elenchus.library.searching.ranking import Hit, search
from elenchus.library.searching.segment import Segment, pack

HEAD_CHARACTERS = 1_500


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
    if source == "pdf" and document["pdf"]:
        return bench / str(document["pdf"])
    return bench / "txt" / f"{document['document_id']}.txt"


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
        more = {"passage_characters": round(sum(sizes) / len(sizes)), "source": source}
        shown = scored(folder, results).figures(mode, **more, search_ms=round(1000 * seconds / len(results), 3))
        print(json.dumps(shown), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "pdf"))
