"""Answers made of the sentences that answer 373 questions on real contracts: as they stand they must verify, and with
one word changed they must not.

    ELENCHUS_QUALITY_DIR=… PYTHONPATH=backend:. python benchmarks/quality/answers.py

Each sentence is given twice, in quotation marks and without, with a passage around it and the whole contract behind.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.harness import report
from elenchus.core.ids import new_id
from elenchus.core.llm.sentences import split
from elenchus.library.checking import judged
from elenchus.library.quotes import answered
from elenchus.library.quoting.source import Source
from elenchus.library.schemas import Passage
from elenchus.research.examining import examination, standing
from elenchus.research.examining import reading as readings
from elenchus.research.examining.tongues import ENGLISH

AROUND: Final = 500  # characters of the contract on either side of the sentence
FEWEST_WORDS, MOST_WORDS = 8, 80
LEAST_CAUGHT: Final = {"quoted": 1.0, "plain": 0.9}  # of the changed ones
MOST_REFUSED: Final = 0.01  # of the true ones: "shah" for "shall" is in one contract
_NOBODY: Final = re.compile(r"\b(?:no|nor|neither|not)\b", re.IGNORECASE)
_SAME_OF_NOBODY: Final = {"shall for may", "may for shall"}  # "no party may" is "no party shall"
_PARTY: Final = re.compile(r"\b[A-Z][a-z]{3,}\b")


def sentences(folder: Path) -> Iterator[tuple[Source, Passage, str]]:
    """With a passage that has it and its whole contract."""
    bench = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    texts = {each["document_id"]: _text(folder, each) for each in bench["documents"]}
    sources = {id_: Source([text]) for id_, text in texts.items()}
    seen: set[str] = set()
    for query in bench["queries"]:
        text = texts[query["document_id"]]
        for gold in query["gold"]:
            said = " ".join(gold["text"].split())
            if said not in seen and _is_one(gold, text, said):
                seen.add(said)
                yield sources[query["document_id"]], _passage(text, gold), said


def _text(folder: Path, document: dict[str, Any]) -> str:
    return (folder / "txt" / f"{document['document_id']}.txt").read_text(encoding="utf-8")


def _is_one(gold: dict[str, Any], text: str, said: str) -> bool:
    """A whole sentence, where the contract has it."""
    words = said.split()
    whole = said[0].isupper() and said.endswith(".") and len(split(said)) == 1 and '"' not in said
    return whole and FEWEST_WORDS <= len(words) <= MOST_WORDS and text[gold["start"] : gold["end"]] == gold["text"]


def _passage(text: str, gold: dict[str, Any]) -> Passage:
    start, end = max(gold["start"] - AROUND, 0), min(gold["end"] + AROUND, len(text))
    return Passage(new_id(), "Contract", new_id(), 1, 1, start, end, text[start:end], None, score=1.0, highlights=())


def changed(said: str) -> Iterator[tuple[str, str]]:
    """What was done, and the sentence after it."""
    for kind, form, other in (
        ("digit", r"(?<![\d.,(])\d(?=[\d,]*(?:\s|%))", lambda found: str((int(found[0]) + 1) % 9 + 1)),
        ("not dropped", r"\b(shall|will|may|does|is) not\b", lambda found: found[1]),
        ("not added", r"\b(shall|will|may)\b(?! not\b)", lambda found: f"{found[1]} not"),
        ("shall for may", r"\bmay\b(?! not\b)", lambda _: "shall"),
        ("may for shall", r"\bshall\b(?! not\b)", lambda _: "may"),
        ("days for months", r"\b(days|months|years)\b", lambda found: "weeks"),
    ):
        after = re.sub(form, other, said, count=1)
        if after != said and not (kind in _SAME_OF_NOBODY and _NOBODY.search(said)):
            yield kind, after
    parties = [party for party in dict.fromkeys(_PARTY.findall(said)) if party.lower() in ENGLISH.roles][:2]
    if len(parties) == 2:
        one, two = parties
        yield "parties swapped", re.sub(rf"\b(?:{one}|{two})\b", lambda found: two if found[0] == one else one, said)


def falls(source: Source, passage: Passage, answer: str) -> list[str]:
    """Why; empty for an answer that stands."""
    read = readings.read(answer, [passage])
    near = standing.nearest_passages(read.quotes, [passage])
    asked = standing.asked(read.quotes, near)
    rows = [answered(*found) for found in judged(asked, {passage.document_id: source})]
    verdicts = standing.verdicts(read.quotes, rows, near, [passage])
    return [one.reason for one in examination.examined(read, verdicts, []).failing]


def styled(said: str) -> dict[str, str]:
    return {"quoted": f'The contract says: "{said}" [1].', "plain": f"{said.rstrip('.')} [1]."}


def main() -> None:
    folder = Path(os.environ["ELENCHUS_QUALITY_DIR"]) / "bench"
    given = list(sentences(folder))
    for style in ("quoted", "plain"):
        why: Counter[str] = Counter()
        caught: Counter[str] = Counter()
        all_: Counter[str] = Counter()
        for source, passage, said in given:
            why.update(falls(source, passage, styled(said)[style])[:1])
            for kind, after in changed(said):
                all_[kind] += 1
                caught[kind] += bool(falls(source, passage, styled(after)[style]))
        share = caught.total() / all_.total()
        met = why.total() <= MOST_REFUSED * len(given) and share >= LEAST_CAUGHT[style]
        report(f"sentences that answer real questions, "
        f"{style}", met=met, true=len(given), refused=why.total(), why=dict(why),
               changed=all_.total(), caught=share,
               by={kind: f"{caught[kind]}/{all_[kind]}" for kind in all_})  # fmt: skip


if __name__ == "__main__":
    main()
