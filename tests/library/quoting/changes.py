"""What may happen to a quotation on its way: changes of one word, which change what it says, and changes of layout."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from random import Random

WORD = re.compile(r"[^\W_]+")
EDGE_LINES = 6  # of a page: its running header and footer are layout themselves
MODALS = frozenset("shall will may must can is are was were has have would should".split())
NEGATIONS = ("not", "never", "no")


def spans(text: str, chosen: Random, *, least: int = 8, most: int = 60) -> Iterator[str]:
    """Runs of words as they stand, without end. None holds an ellipsis, which may leave words out."""
    places = [match.span() for match in re.finditer(r"\S+", text)]
    while len(places) > most:
        first = chosen.randrange(len(places) - most)
        last = first + chosen.randint(least, most)
        span = text[places[first][0] : places[last][1]]
        is_whole = not span.endswith("-") and not text[: places[first][0]].rstrip().endswith("-")
        if is_whole and not re.search(r"\.\s?\.|…|\*\s\*", span) and len(WORD.findall(span)) > least:
            yield span


def inner(page: str) -> str:
    return "\n".join(page.split("\n")[EDGE_LINES:-EDGE_LINES])


# one word


def replace(chosen: Random, span: str, words: Sequence[str]) -> str | None:
    tokens, at = _one(chosen, span)
    tokens[at] = chosen.choice(words)
    return "".join(tokens)


def insert(chosen: Random, span: str, words: Sequence[str]) -> str | None:
    tokens, at = _one(chosen, span)
    tokens[at] += " " + chosen.choice(words)
    return "".join(tokens)


def drop(chosen: Random, span: str, _words: Sequence[str]) -> str | None:
    tokens, at = _one(chosen, span)
    del tokens[at : at + 2]
    return "".join(tokens)


def swap(chosen: Random, span: str, _words: Sequence[str]) -> str | None:
    tokens, at = _one(chosen, span)
    if at + 4 >= len(tokens):
        return None
    tokens[at], tokens[at + 2] = tokens[at + 2], tokens[at]
    return "".join(tokens)


def digit(chosen: Random, span: str, _words: Sequence[str]) -> str | None:
    places = [match.start() for match in re.finditer(r"\d", span)]
    if not places:
        return None
    at = chosen.choice(places)
    return span[:at] + str((int(span[at]) + chosen.randint(1, 9)) % 10) + span[at + 1 :]


def negate(chosen: Random, span: str, _words: Sequence[str]) -> str | None:
    """Take a negation away where there is one, else put one in."""
    tokens = re.split(r"(\s+)", span)
    negations = [at for at in range(2, len(tokens) - 2, 2) if tokens[at].lower() in NEGATIONS]
    if negations:
        at = chosen.choice(negations)
        del tokens[at : at + 2]
        return "".join(tokens)
    modals = [at for at in range(2, len(tokens) - 2, 2) if tokens[at].lower() in MODALS]
    if not modals:
        return None
    tokens[chosen.choice(modals)] += " not"
    return "".join(tokens)


def letter(chosen: Random, span: str, _words: Sequence[str]) -> str | None:
    """One letter of a word is another."""
    places = [found.start() for found in re.finditer(r"[a-z]", span)]
    if not places:
        return None
    at = chosen.choice(places)
    return span[:at] + chosen.choice([each for each in "aeinorst" if each != span[at]]) + span[at + 1 :]


ONE_WORD = (replace, insert, drop, swap, digit, negate, letter)


def _one(chosen: Random, span: str) -> tuple[list[str], int]:
    """The tokens with the white space between them, and one of them, maybe the first or the last."""
    tokens = re.split(r"(\s+)", span)
    return tokens, chosen.choice([at for at in range(0, len(tokens), 2) if WORD.search(tokens[at])])


def cut(span: str, text: str) -> Iterator[str]:
    """Without the first or the last sign of a word, where the text does not say that by itself elsewhere."""
    halves = [span[1:]] if re.match(r"\w\w", span) else []
    halves += [span[:-1]] if re.search(r"\w\w$", span) else []
    yield from (half for half in halves if not re.search(rf"(?<!\w){re.escape(half)}(?!\w)", text))


def mutants(span: str, words: Sequence[str], said: str, chosen: Random) -> Iterator[str]:
    """Each change of one word that makes it say what the text (`said`, by `plainly`) says nowhere."""
    for change in ONE_WORD:
        mutant = change(chosen, span, words)
        if mutant and f" {plainly(mutant)} " not in said:
            yield mutant


def plainly(text: str) -> str:
    """The words alone, broken ones joined."""
    text = unicodedata.normalize("NFKC", re.sub(r"[\u00ad\u200b]", "", text)).casefold()
    return " ".join(WORD.findall(re.sub(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])", "", text)))


# layout


def respaced(chosen: Random, span: str) -> str:
    return re.sub(
        r"\s+", lambda _: chosen.choice([" ", "  ", "\n", " \n ", "\u00a0", "\t", "\n\n", "\f", "\u2009"]), span
    )


def hyphenated(chosen: Random, span: str) -> str:
    """Some long words broken at a line's end."""

    def broken(found: re.Match[str]) -> str:
        word, at = found[0], chosen.randint(2, len(found[0]) - 2)
        return word if chosen.random() < 0.7 else f"{word[:at]}{chosen.choice('-‐')}\n{word[at:]}"

    return re.sub(r"(?<![\w-])[a-z]{6,}(?![\w-])", broken, span)


def ligated(_chosen: Random, span: str) -> str:
    for letters, ligature in (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("ff", "ﬀ"), ("fi", "ﬁ"), ("fl", "ﬂ")):
        span = span.replace(letters, ligature)
    return span


def requoted(chosen: Random, span: str) -> str:
    span = re.sub('["“”]', lambda _: chosen.choice('"“”„'), span)
    return re.sub("['‘’]", lambda _: chosen.choice("'‘’"), span)


def redashed(chosen: Random, span: str) -> str:
    span = re.sub(r"\s*—\s*", lambda _: chosen.choice([" — ", "—", " -- ", " – ", "--"]), span)
    return re.sub(r"(?<=\w)-(?=\w)", lambda _: chosen.choice("-‐‑–"), span)


def invisibly(chosen: Random, span: str) -> str:
    """Soft hyphens and zero-width signs within words."""
    return re.sub(
        r"(?<=[a-z]{2})(?=[a-z]{2})",
        lambda _: chosen.choice(["\u00ad", "\u200b", "\u2060"]) if chosen.random() < 0.1 else "",
        span,
    )


def decomposed(chosen: Random, span: str) -> str:
    return unicodedata.normalize(chosen.choice(["NFC", "NFD"]), span)


def bracketed(_chosen: Random, span: str) -> str:
    return f"[{span[0].swapcase()}]{span[1:]}" if span[0].isalpha() else span


LAYOUT = (respaced, hyphenated, ligated, requoted, redashed, invisibly, decomposed, bracketed)


def relaid(span: str, chosen: Random) -> str:
    """One to three changes of its layout alone."""
    for change in chosen.sample(LAYOUT, chosen.randint(1, 3)):
        span = change(chosen, span)
    return span
