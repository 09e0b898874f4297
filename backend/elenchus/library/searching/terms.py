"""What counts as one word: the same rule for documents, for questions and for highlights."""

import re
import threading
import unicodedata
from collections.abc import Collection, Iterator
from itertools import chain

import Stemmer

MEMO_TOKENS = 50_000  # ~7 MB of remembered stems; a library of 1,000 contracts has about as many spellings
MEMO_PIECES = 100_000  # ~14 MB: words as they stand between blanks, with their commas and brackets
LONGEST_PIECE = 64  # a longer one hardly comes again
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]{1,64}(?:['’][^\W\d_]{1,64})*")  # 64: one endless "word" must stay small
_WORD = re.compile(r"\S+")
_INVISIBLE = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")  # soft hyphens and joiners sit inside words
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
# A word divided where its line or its page ends; whether the hyphen is its own, as in "non-exclusive", nothing tells
_DIVIDED = re.compile("[-\u2010\u00ad][^\\S\n\f]*[\n\f]\\s*(?=[^\\W\\d_])")
_HEAD = re.compile(r"[^\W\d_]{1,64}$")
_TAIL = re.compile(r"[^\W\d_]{1,64}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an and any are as at be been being between but by can could did do does for from had has have he her hers
        him his how i if in into is it its me my of on or our she should so such than that the their them then
        there these they this those to us was we were what when where which who whom whose why will with would you
        your""",
    )
)

Span = tuple[int, int]


class _Stems(dict[str, str]):
    """Token → stem, "" for a stop word. Reading needs no lock; the stemmer itself is not thread-safe."""

    def __init__(self) -> None:
        super().__init__()
        self._stemmer = Stemmer.Stemmer("english", 0)
        self._lock = threading.Lock()

    def __missing__(self, token: str) -> str:
        plain = _THOUSANDS.sub("", token.replace("’", "'"))
        with self._lock:
            if len(self) >= MEMO_TOKENS:
                self.clear()
            stem: str = "" if plain in _STOP else self._stemmer.stemWord(plain)
            self[token] = stem
        return stem


class _Pieces(dict[str, tuple[str, ...]]):
    """What stands between two blanks → its terms. No token holds a blank, so a text's terms are those of its pieces,
    and most pieces come again: on 40 contracts `terms` takes 0.6 of the time."""

    def __missing__(self, piece: str) -> tuple[str, ...]:
        found = tuple(filter(None, map(_stems.__getitem__, _TOKEN.findall(piece))))
        if len(piece) <= LONGEST_PIECE:
            if len(self) >= MEMO_PIECES:
                self.clear()
            self[piece] = found
        return found


_stems = _Stems()
_pieces = _Pieces()


def terms(text: str) -> list[str]:
    """The searchable terms of a text, in order and with repeats; numbers keep their points (4.2), hyphens divide. Words
    that a line's end divides come last, joined, beside their parts."""
    found = list(chain.from_iterable(map(_pieces.__getitem__, _folded(text).split())))
    return found + [term for _, term in _joined(text)]


def name_terms(name: str) -> list[str]:
    """Like `terms`, and a file name's humps count both ways: "AcmeLease_2019.pdf" is acmeleas, acm and leas."""
    return terms(name) + terms(_HUMP.sub(" ", name))


def matches(text: str, query_terms: Collection[str]) -> list[Span]:
    """Where the text says one of the terms, as [start, end) in code points of the text as given."""
    wanted = frozenset(query_terms)
    if not wanted:
        return []
    whole = [span for span, term in _joined(text) if term in wanted]
    if text.isascii():
        parts = _plain_matches(text.lower(), wanted)
    else:
        parts = [span for word in _WORD.finditer(text) for span in _word_matches(word, wanted)]
    if not whole:
        return parts
    return sorted([*whole, *(part for part in parts if not any(a <= part[0] and part[1] <= b for a, b in whole))])


def _plain_matches(folded: str, wanted: frozenset[str]) -> list[Span]:
    """Each different word is looked at once, which takes a third of the time."""
    said = {token for token in set(_TOKEN.findall(folded)) if _stems[token] in wanted}
    return [token.span() for token in _TOKEN.finditer(folded) if token[0] in said] if said else []


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


def _joined(text: str) -> Iterator[tuple[Span, str]]:
    """The divided words of a text: where they stand, and the term of the whole."""
    for division in _DIVIDED.finditer(text):
        before = text[max(0, division.start() - 64) : division.start()]
        head, tail = _HEAD.search(before), _TAIL.match(text, division.end())
        if head and tail and (term := _stems[_folded(head[0] + tail[0])]):
            yield (division.start() - len(head[0]), tail.end()), term


def _located(folded: str) -> Iterator[tuple[Span, str]]:
    for token in _TOKEN.finditer(folded):
        yield token.span(), _stems[token[0]]


def _word_matches(word: re.Match[str], wanted: frozenset[str]) -> list[Span]:
    """Folding may change a word's length (ﬁ, or é as two code points): its tokens are led back to where they began."""
    folded = _folded(word[0])
    found = [span for span, term in _located(folded) if term in wanted]
    if not found:
        return []
    origin = _origins(word[0], folded)
    if origin is None:
        return [word.span()]
    start = word.start()
    return [(start + origin[first][0], start + origin[last - 1][1]) for first, last in found]


def _origins(word: str, folded: str) -> list[Span] | None:
    """For each folded character the code points it came from; None where clusters fold differently than the whole."""
    origins: list[Span] = []
    pieces: list[str] = []
    for start, end in _clusters(word):
        piece = _folded(word[start:end])
        pieces.append(piece)
        origins += [(start, end)] * len(piece)
    return origins if "".join(pieces) == folded else None


def _clusters(word: str) -> Iterator[Span]:
    start = 0
    for position in range(1, len(word) + 1):
        if position == len(word) or not unicodedata.combining(word[position]):
            yield start, position
            start = position
