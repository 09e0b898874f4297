"""Where a document says nearly what a quotation says, and in what they differ."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from elenchus.library.quoting.folding import fold
from elenchus.library.quoting.source import View

SEEDS: Final = 12
SEED_LETTERS: Final = 14
PLACES_OF_A_SEED: Final = 40
ALIKE: Final = 0.7  # share of the words that stand there in this order: below it the document does not say this
LONGEST_REMEMBERED: Final = 40  # characters of a word
STRAY: Final = 4  # words more or less in the source
_BAND: Final = 64  # letters that words changed before a seed may have moved it
_TOKEN: Final = re.compile(
    r"\d+(?:[.,:/]\d+)*|[^\W\d_](?:\w|[\u00ad\u200b-\u200d\u2060\ufeff])*(?:[-\u00ad]\s+[a-z]\w*)?(?:['’]\w+)*|[^\W_]+|[^\s_\u00ad\u200b-\u200d\u2060\ufeff]"
)
_NUMBER_WORD: Final = re.compile(
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)t(?:een|y)|"
    r"twenty|hundred|thousand|million|billion|first|second|third|half)$",
    re.IGNORECASE,
)
_NEGATING: Final = re.compile(
    r"(?:not|no|nor|never|neither|none|cannot|without|unless|except)$|.*n['’]t$", re.IGNORECASE
)


class Token(NamedTuple):
    text: str
    start: int
    end: int
    key: str


class Change(NamedTuple):
    """Where the two differ: these tokens of the quotation stand for those of the source."""

    quote: tuple[Token, ...]
    source: tuple[Token, ...]

    @property
    def kind(self) -> str:
        """number | negation | case | punctuation | added | missing | changed"""
        both = (*self.quote, *self.source)
        if any(token.key[:1].isdigit() or _NUMBER_WORD.match(token.text) for token in both):
            return "number"
        if any(_NEGATING.match(token.text) for token in both):
            return "negation"
        if [token.key for token in self.quote] == [token.key for token in self.source]:
            return "case"
        if not any(character.isalnum() for token in both for character in token.text):
            return "punctuation"
        return "changed" if self.quote and self.source else "added" if self.quote else "missing"


class Step(NamedTuple):
    """Of an alignment: [start, end) of the quotation is [from_, to) of the source."""

    tag: str
    start: int
    end: int
    from_: int
    to: int


class Near(NamedTuple):
    """The nearest words, as a span of the full text."""

    start: int
    end: int
    alike: float
    changes: tuple[Change, ...]


def nearest(quote: str, view: View) -> Near | None:
    """None when nothing of it is found."""
    letters = fold(quote).letters
    place = _likely_place(letters, view)
    if place is None:
        return None
    first, last = max(place - _BAND, 0), min(place + len(letters) + len(letters) // 4 + _BAND, len(view.letters))
    start, end = view.place(first), view.place(last - 1) + 1
    return _aligned(tokens(quote, 0), tokens(view.text(start, end), start))


def tokens(text: str, offset: int) -> list[Token]:
    """Words, numbers, signs; a word broken at a line's end is one."""
    found = ((match[0], offset + match.start(), offset + match.end()) for match in _TOKEN.finditer(text))
    return [Token(word, start, end, _key(word)) for word, start, end in found]


def _key(word: str) -> str:
    """The common case needs no table."""
    if word.isascii() and word.isalnum():
        return word.lower()
    return _folded(word) if len(word) <= LONGEST_REMEMBERED else fold(word).letters or word


@lru_cache(maxsize=4_096)  # signs, amounts and the words with an apostrophe: the same again and again
def _folded(word: str) -> str:
    return fold(word).letters or word


def _likely_place(letters: str, view: View) -> int | None:
    """Pieces of the quotation vote for where it would begin; the earliest of the most voted."""
    votes: Counter[int] = Counter()
    for offset in _seed_offsets(len(letters)):
        votes.update({at - offset for at in _places(view.letters, letters[offset : offset + SEED_LETTERS])})
    bands: Counter[int] = Counter()
    for begin, count in votes.items():
        bands[begin // _BAND] += count
        bands[begin // _BAND + 1] += count  # a band is as wide as two, so that none falls on an edge
    if not bands:
        return None
    band = min(bands, key=lambda each: (-bands[each], each))
    return min(begin for begin in votes if begin // _BAND in (band, band - 1))


def _seed_offsets(length: int) -> Iterator[int]:
    last = max(length - SEED_LETTERS, 0)
    yield from sorted({round(last * number / (SEEDS - 1)) for number in range(SEEDS)})


def _places(letters: str, seed: str) -> Iterator[int]:
    at = -1
    for _ in range(PLACES_OF_A_SEED):
        at = letters.find(seed, at + 1)
        if at < 0:
            return
        yield at


def _aligned(quote: Sequence[Token], source: Sequence[Token]) -> Near | None:
    """Twice: the first finds the longest run in common, the second looks only as far from it as the quotation goes."""
    anchor = max(_steps(quote, source), key=lambda step: (step.tag == "equal", step.end - step.start), default=None)
    if anchor is None or anchor.tag != "equal":
        return None
    low = max(anchor.from_ - anchor.start - STRAY, 0)
    source = source[low : anchor.to + len(quote) - anchor.end + STRAY]
    steps = _trimmed(_steps(quote, source), [token.key for token in source])
    used = source[steps[0].from_ : steps[-1].to]
    same = sum(step.end - step.start for step in steps if step.tag == "equal")
    changes = tuple(_changes(steps, quote, source))
    return Near(used[0].start, used[-1].end, same / max(len(quote), len(used)), changes)


def _steps(quote: Sequence[Token], source: Sequence[Token]) -> list[Step]:
    found = Levenshtein.opcodes([token.key for token in quote], [token.key for token in source])
    return [Step(code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end) for code in found]


def _trimmed(steps: list[Step], keys: Sequence[str]) -> list[Step]:
    """Without what stands in the source before and after. A first or last word that was matched far off comes near."""
    if len(steps) > 2 and (steps[0].tag, steps[1].tag) == ("equal", "insert"):
        block, gap = steps[0], steps[1]
        size = block.to - block.from_
        if keys[gap.to - size : gap.to] == keys[block.from_ : block.to]:
            steps = [block._replace(from_=gap.to - size, to=gap.to), *steps[2:]]
    if len(steps) > 2 and (steps[-2].tag, steps[-1].tag) == ("insert", "equal"):
        gap, block = steps[-2], steps[-1]
        size = block.to - block.from_
        if keys[gap.from_ : gap.from_ + size] == keys[block.from_ : block.to]:
            steps = [*steps[:-2], block._replace(from_=gap.from_, to=gap.from_ + size)]
    first, last = (0 if steps[0].tag != "insert" else 1), (len(steps) if steps[-1].tag != "insert" else -1)
    return steps[first:last]


def _changes(steps: Sequence[Step], quote: Sequence[Token], source: Sequence[Token]) -> Iterator[Change]:
    """Of words; where all words are the same, of their capitals."""
    sides = [(step.tag, tuple(quote[step.start : step.end]), tuple(source[step.from_ : step.to])) for step in steps]
    worded = [Change(ours, theirs) for tag, ours, theirs in sides if tag != "equal"]
    same = ((a, b) for tag, ours, theirs in sides if tag == "equal" for a, b in zip(ours, theirs, strict=True))
    yield from worded or (Change((a,), (b,)) for a, b in same if _case(a) != _case(b))


def _case(token: Token) -> tuple[bool, bool]:
    return token.text[:1].isupper(), token.text.isupper()
