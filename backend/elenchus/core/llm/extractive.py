"""The built-in model: it writes nothing of its own, it finds the sentences of the sources that answer the question.

It needs no key and no network, and gives the same answer every time. A question's terms are weighed by how rare they
are in the sources; a sentence that carries enough of that weight is given word for word with its number.
"""

import asyncio
import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from elenchus.core.llm.base import Prompt, Source, TextDelta, Usage
from elenchus.core.llm.hearing import Asking, heard
from elenchus.core.llm.sentences import Sentence, split
from elenchus.core.llm.terms import folded, frame_terms, related, terms

NAME = "extractive"
NO_ANSWER = "The sources do not answer this question."
NOTE = "Extracted from your documents word for word; no language model was used."
NO_ANSWER_NOTE = "Your documents were searched by their own words; no language model was used."
MAX_SENTENCES = 4
#: A sentence answers when it carries this share of the question's weight. On 373 questions about real contracts this
#: answers 60 %, and stays silent on 79 % of 120 about clauses that they lack and on all unrelated ones; at 0.2 it would
#: be 83 % and 48 %.
ENOUGH = 0.27
#: Further sentences must come this close to the best one.
NEAR_BEST = 0.6
RELATED_WEIGHT = 0.6  # a word of the same family instead of the asked one
HEADING_WEIGHT = 0.5  # the asked word stands in the heading above, not in the sentence
FRAME_WEIGHT = 0.1  # "agreement", "clause", "mention": the question's frame, not its matter
TITLE_WEIGHT = 0.3  # a word that only names the document that is asked about
ALONE = 0.5  # one shared word of several is chance
ALONE_OF_FEW = 0.9  # unless there are three at most, and the sources know the others too
NAME_WEIGHT = 0.35  # who is asked about; contracts name the parties once and call them Tenant or Buyer from then on
RARE_NAME = 4  # a capital word in more sentences is a defined term
ENOUGH_MATTER = 3  # known words beside a name that the sources never say; with fewer the question is about the name
OTHER_HALF_WEIGHT = 0.35  # a word of the other half of "…, and how long …?"
CUE_BONUS = 1.15
NO_CUE_SHARE = 0.6  # asked "when", a sentence without any time answers at most beside one that has it
EARLIER_SOURCE_BONUS = 0.01  # sources come best first; one place up is worth this share
SHORT_WORDS, LONG_WORDS = 5, 90

_ENDINGS = (".", "!", "?", ";", ":")
_Cue = tuple[re.Pattern[str], re.Pattern[str], bool]
_TOKEN = re.compile(r"\w+|[^\w\s]")
#: Where a question asks a second thing.
_AND_WHAT = re.compile(r",?\s+and\s+(?=(?:what|how|when|who|which|where|why|may|can|does|do|is|are|must)\b)", re.I)
#: Capital letters within a question are names or defined terms; the sources repeat the defined ones.
_NAME = re.compile(r"(?<=[\w,;:)] )(?!I\b)[A-Z][\w’'-]*")
#: A sentence with such a mark of its own could be taken for citing another source.
_OWN_MARK = re.compile(r"\[\d{1,3}\]")


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(' '.join(alternatives).split())})\b".replace("_", " "), re.I)


_NUMBER = re.compile(r"\d")
_TIME = _words(
    r"\d{4} days? weeks? months? years? annually monthly quarterly date anniversary",
    "january february march april june july august september october november december",
)
_OCCASION = re.compile(rf"{_TIME.pattern}|\b(?:if|once|upon|until|after|before|where|when|whenever)\b", re.I)
_MONEY = re.compile(r"[$€£¥%]|\b(?:dollars?|euros?|pounds?|percent|per cent|USD|EUR|GBP)\b", re.I)
_MODAL = _words(r"shall must may will cannot agrees? prohibited required entitled obligat\w+")
_NAMES = re.compile(r"[(\"“][^)\"”]{2,40}[)\"”]|\b(?:Inc|LLC|Ltd|Corp|Company|LLP|GmbH|plc)\b|\bbetween\b")
#: What the question asks for, how such an answer looks, and whether one without it is no answer.
_CUES: tuple[_Cue, ...] = (
    (_words(r"how_long how_soon deadline what_date by_when expir\w+ term period"), _TIME, True),
    (_words("when"), _OCCASION, True),
    (_words(r"how_much_notice"), _TIME, True),
    (_words(r"how_much price cost fees? rent amount salary royalt\w+ percentage"), _MONEY, True),
    (_words("how_many"), _NUMBER, True),
    (_words("who whose whom parties"), _NAMES, True),
    (_words("can may must is are does do shall obligation allowed permitted required"), _MODAL, False),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of source number `n`, and how well it answers."""

    n: int
    sentence: Sentence
    score: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    n: int
    sentence: Sentence
    terms: frozenset[str]
    heading: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Asked:
    weights: dict[str, float]
    cue: _Cue | None
    alone: float


class Extractive:
    """See the module. Its tokens are words and single punctuation marks, counted exactly; it costs nothing."""

    @property
    def name(self) -> str:
        return NAME

    def wait_seconds(self) -> int:
        return 0

    def count_tokens(self, text: str) -> int:
        return len(_TOKEN.findall(text))

    async def stream(
        self, prompt: Prompt, *, temperature: float | None = None
    ) -> AsyncGenerator[TextDelta | Usage, None]:
        """One piece per sentence. The temperature changes nothing."""
        with heard(Asking(NAME, prompt.text())) as told:
            for piece in self._pieces(prompt):
                told.take(piece)
                yield piece
                await asyncio.sleep(0)  # let who reads along have it before the next

    def _pieces(self, prompt: Prompt) -> Iterator[TextDelta | Usage]:
        said = 0
        for piece in _wording(find(prompt.question, prompt.sources)):
            said += self.count_tokens(piece)
            yield TextDelta(piece)
        asked = self.count_tokens(prompt.question) + sum(self.count_tokens(source.text) for source in prompt.sources)
        yield Usage(prompt_tokens=asked, completion_tokens=said)


def _wording(found: list[Found]) -> list[str]:
    if not found:
        return [NO_ANSWER + "\n\n", NO_ANSWER_NOTE]
    return [*(f"{folded(row.sentence.text)} [{row.n}]\n\n" for row in found), NOTE]


def find(question: str, sources: Iterable[Source]) -> list[Found]:
    """The sentences that answer, best first, at most `MAX_SENTENCES`; none when the sources hold no answer.

    A question that asks two things is answered in both, in turn.
    """
    sources = tuple(sources)
    candidates = [row for n, source in enumerate(sources, 1) for row in _candidates(n, source)]
    if not candidates:
        return []
    answers = [_ranked(part, question, sources, candidates) for part in _AND_WHAT.split(question)]
    return _distinct(row for rows in zip_longest(*answers) for row in rows if row)


def _ranked(part: str, question: str, sources: tuple[Source, ...], candidates: list[_Candidate]) -> list[Found]:
    asked = _asked(part, question, sources, candidates)
    if not asked.weights:
        return []
    ranked = sorted((_judged(row, asked) for row in candidates), key=lambda row: -row.score)
    return [row for row in ranked if row.score >= max(ENOUGH, NEAR_BEST * ranked[0].score)]


def _candidates(n: int, source: Source) -> list[_Candidate]:
    rows: list[_Candidate] = []
    heading: frozenset[str] = frozenset()
    for sentence in split(source.text):
        if sentence.is_heading:
            heading = frozenset(terms(sentence.text))
        elif not _OWN_MARK.search(sentence.text):
            rows.append(_Candidate(n, sentence, frozenset(terms(sentence.text)), heading))
    return rows


def _asked(part: str, question: str, sources: tuple[Source, ...], candidates: list[_Candidate]) -> _Asked:
    """How much each term counts: rare ones much, the question's frame, its other half and names little."""
    own = frozenset(terms(part))
    names = list(dict.fromkeys(terms(question)))
    titled = frozenset(term for source in sources for term in terms(source.title.replace("_", " ")))
    called = frozenset(term for name in _NAME.findall(question) for term in terms(name))
    matter = [term for term in names if term not in frame_terms() and term not in titled]
    seen = Counter(term for row in candidates for term in row.terms | row.heading)
    has_matter = sum(seen[term] > 0 for term in matter if term not in called) >= ENOUGH_MATTER
    weights: dict[str, float] = {}
    for term in names:
        rarity = math.log(1 + (len(candidates) + 1) / (seen[term] + 0.5))
        share = FRAME_WEIGHT if term in frame_terms() else TITLE_WEIGHT if term in titled else 1.0
        if term in called and seen[term] <= RARE_NAME and (seen[term] or has_matter):
            share = min(share, NAME_WEIGHT)
        weights[term] = rarity * (share if matter else 1.0) * (1.0 if term in own else OTHER_HALF_WEIGHT)
    is_short = len(names) <= 3 and all(seen[term] or any(seen[other] for other in related(term)) for term in names)
    cue = next((row for row in _CUES if row[0].search(part)), None)
    return _Asked(weights, cue, ALONE_OF_FEW if is_short else ALONE)


def _judged(row: _Candidate, asked: _Asked) -> Found:
    carried = {term: _carried(term, row) for term in asked.weights}
    score = sum(asked.weights[term] * share for term, share in carried.items()) / sum(asked.weights.values())
    if sum(share > 0 for share in carried.values()) < min(2, len(carried)):
        score *= asked.alone
    if asked.cue:
        score *= _cue_factor(row.sentence.text, asked.cue)
    return Found(row.n, row.sentence, score * _shape(row.sentence.text) * (1 - EARLIER_SOURCE_BONUS * (row.n - 1)))


def _cue_factor(text: str, cue: _Cue) -> float:
    _asked, evidence, is_needed = cue
    if evidence.search(text):
        return CUE_BONUS
    return NO_CUE_SHARE if is_needed else 1.0


def _carried(term: str, row: _Candidate) -> float:
    if term in row.terms:
        return 1.0
    if not row.terms.isdisjoint(related(term)):
        return RELATED_WEIGHT
    return HEADING_WEIGHT if term in row.heading else 0.0


def _shape(text: str) -> float:
    """Whole sentences of a readable length come first: not a shred that a chunk's edge has cut, not half a page."""
    count = len(text.split())
    factor = 0.8 if count < SHORT_WORDS else 0.85 if count > LONG_WORDS else 1.0
    if text[0].islower():
        factor *= 0.6
    return factor if text.rstrip("\"'”’)]").endswith(_ENDINGS) else factor * 0.7


def _distinct(rows: Iterable[Found]) -> list[Found]:
    """Chunks overlap, and contracts repeat themselves: the same words are given once."""
    kept: dict[str, Found] = {}
    for row in rows:
        kept.setdefault(folded(row.sentence.text).lower(), row)
        if len(kept) == MAX_SENTENCES:
            break
    return list(kept.values())
