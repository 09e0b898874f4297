"""What counts as one word: the same rule for documents, for questions and for highlights."""

import re
import threading
import unicodedata
from collections.abc import Collection, Iterator

import Stemmer

MEMO_TOKENS = 50_000  # ~7 MB of remembered stems; a library of 1,000 contracts has about as many spellings
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]{1,64}(?:['’][^\W\d_]{1,64})*")  # 64: one endless "word" must stay small
_WORD = re.compile(r"\S+")
_INVISIBLE = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")  # soft hyphens and joiners sit inside words
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
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


_stems = _Stems()


def terms(text: str) -> list[str]:
    """The searchable terms of a text, in order and with repeats; numbers keep their points (4.2), hyphens divide."""
    return list(filter(None, map(_stems.__getitem__, _TOKEN.findall(_folded(text)))))


def name_terms(name: str) -> list[str]:
    """Like `terms`, and a file name's humps count both ways: "AcmeLease_2019.pdf" is acmeleas, acm and leas."""
    return terms(name) + terms(_HUMP.sub(" ", name))


def matches(text: str, query_terms: Collection[str]) -> list[Span]:
    """Where the text says one of the terms, as [start, end) in code points of the text as given."""
    wanted = frozenset(query_terms)
    if not wanted:
        return []
    if text.isascii():
        return [span for span, term in _located(text.lower()) if term in wanted]
    return [span for word in _WORD.finditer(text) for span in _word_matches(word, wanted)]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


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
