"""From an answer's marks to the words they stand on.

A mark like [2] names the second source. The sentence before it is looked for in that source: word for word first,
then what it puts in quotation marks, then the sentence that shares most of its terms. What is cited is always the
source's own text, never the answer's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from elenchus.core.llm.sentences import Sentence, split
from elenchus.core.llm.terms import folded, terms
from elenchus.library.schemas import Passage
from elenchus.research.examining.marks import GAP_AND_MARK, MARK, numbers
from elenchus.research.examining.statements import spans
from elenchus.research.models import Citation

MOST_CITATIONS = 100
LONGEST_CLAIM = 2_000  # characters; a longer one is no sentence and is compared by its beginning
SECOND_SENTENCE_ADDS = 0.25  # the next sentence is cited too when it holds this share more of the claim

_AFTER_MARKS = " \t\r\n\f.!?;:,)"
_QUOTED = re.compile(r"[\"“]([^\"“”]{12,600})[\"”]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the answer without its marks, and the sources that it names."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`invalid` are marks that name no source that was given."""

    citations: list[Citation]
    invalid: list[int]


def found(answer: str, passages: Sequence[Passage]) -> Found:
    citations: dict[tuple[int, int, int], Citation] = {}
    invalid: set[int] = set()
    for claim in claims(answer, passages):
        wrong = {n for n in claim.numbers if not 1 <= n <= len(passages)}
        invalid |= wrong
        for n in claim.numbers:
            if n not in wrong and len(citations) < MOST_CITATIONS:
                cited = cite(n, claim.text, passages[n - 1])
                citations.setdefault((n, cited.start_char, cited.end_char), cited)
    return Found(list(citations.values()), sorted(invalid))


def claims(answer: str, passages: Sequence[Passage] = ()) -> list[Claim]:
    """Each sentence that carries marks."""
    said = [claim_of(answer[start:end], passages) for start, end in spans(answer)]
    return [claim for claim in said if claim.numbers]


def claim_of(sentence: str, passages: Sequence[Passage]) -> Claim:
    end = _before_last_marks(sentence)
    body, named = sentence[:end], numbers(sentence[end:])
    if named and MARK.search(body) and _is_in_one_of(body, named, passages):
        return Claim(folded(body), named)  # the marks within are the source's own
    return Claim(folded(GAP_AND_MARK.sub("", sentence)), numbers(sentence))


def _before_last_marks(sentence: str) -> int:
    """Where the marks at the end begin; the length when there are none."""
    start = len(sentence)
    end = len(sentence.rstrip(_AFTER_MARKS))
    for mark in reversed(list(MARK.finditer(sentence))):
        if sentence[mark.end() : end].strip():
            break
        start = end = mark.start()
    return start


def _is_in_one_of(body: str, named: tuple[int, ...], passages: Sequence[Passage]) -> bool:
    given = [passages[n - 1].text for n in named if 1 <= n <= len(passages)]
    return any(_located(body, text) for text in given)


def cite(n: int, claim: str, passage: Passage) -> Citation:
    """The part of the passage that the claim stands on."""
    start, end = best_span(claim, passage.text)
    before, quote = passage.text[:start], passage.text[start:end]
    page = passage.page_start + before.count("\f")
    return Citation(
        n=n,
        document_id=str(passage.document_id),
        document_title=passage.document_title,
        chunk_id=str(passage.chunk_id),
        page_start=page,
        page_end=page + quote.count("\f"),
        start_char=passage.start_char + start,
        end_char=passage.start_char + end,
        quote=quote,
    )


def best_span(claim: str, text: str) -> tuple[int, int]:
    """Never empty for a text that has any word; the whole text when it has no sentence."""
    claim = claim[:LONGEST_CLAIM]
    candidates = _statements(text)
    if not candidates:
        return 0, len(text)
    for words in (claim, *_QUOTED.findall(claim)):
        if exact := _located(words, text):
            return _around(exact, candidates)
    return _most_alike(claim, candidates)


def _located(words: str, text: str) -> tuple[int, int] | None:
    """Where the text says these words; only white space may differ."""
    parts = words.rstrip(" .,;:").split()
    if not parts:
        return None
    place = re.search(r"\s+".join(map(re.escape, parts)) + r"[.,;:]?", text)
    return place.span() if place else None


@lru_cache(maxsize=64)  # an answer cites the same few passages again and again
def _statements(text: str) -> tuple[Sentence, ...]:
    sentences = split(text)
    return tuple(row for row in sentences if not row.is_heading) or tuple(sentences)


def _around(span: tuple[int, int], sentences: Sequence[Sentence]) -> tuple[int, int]:
    touched = [row for row in sentences if row.start < span[1] and span[0] < row.end]
    return min([span[0], *(row.start for row in touched)]), max([span[1], *(row.end for row in touched)])


def _most_alike(claim: str, sentences: Sequence[Sentence]) -> tuple[int, int]:
    wanted = frozenset(terms(claim))
    held = [_weight(wanted & frozenset(terms(row.text))) for row in sentences]
    best = max(range(len(sentences)), key=lambda i: (held[i], -len(sentences[i].text)))
    if held[best] == 0:
        best = 0
    first, last = best, best
    for neighbour in _neighbours(best, len(sentences)):
        both = wanted & frozenset(terms(sentences[best].text) + terms(sentences[neighbour].text))
        if _weight(both) - held[best] > SECOND_SENTENCE_ADDS * _weight(wanted):
            first, last = min(best, neighbour), max(best, neighbour)
            break
    return sentences[first].start, sentences[last].end


def _neighbours(index: int, count: int) -> Iterator[int]:
    yield from (place for place in (index + 1, index - 1) if 0 <= place < count)


def _weight(shared: frozenset[str]) -> float:
    """A figure in common says more than a word."""
    return sum(2.0 if term[0].isdigit() else 1.0 for term in shared)
