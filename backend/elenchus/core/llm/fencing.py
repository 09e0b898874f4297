"""Other people's words between our marks: they can neither close a fence nor open another.

A model does not read marks as a parser does: with a wide bracket or a Cyrillic letter in it, a mark closes a fence for
it as well. So whatever looks like one of ours loses its bracket, and nothing else of the text is touched: it has to be
quoted to the letter.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from itertools import chain
from typing import Final, Literal, get_args

#: Of all prompts: what one of them reads may be in another's tomorrow.
Tag = Literal[
    "sources", "source", "summary", "record", "conversation",
    "facts", "issue", "analysis", "conclusion",
    "document", "entries",
]  # fmt: skip
TAGS: Final[tuple[Tag, ...]] = get_args(Tag)
_OPENING = "<＜﹤‹〈〈⟨˂ᐸ❮❬⋖≺⦑⧼"
_CLOSING = ">＞﹥›〉〉⟩˃ᐳ❯❭⋗≻⦒⧽"
#: Between the letters of a mark: nothing that a reader would see.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\u0300-\u036f\U000e0000-\U000e0fff"
)
#: Letters of other scripts that look like those in our marks.
_LIKE = {
    "a": "аɑα", "c": "сϲ", "d": "ԁɗ", "e": "еєεҽ", "f": "ƒϝ", "i": "іιı", "l": "ӏǀ|1", "m": "м", "n": "ոпη",
    "o": "оοօ0", "r": "гᴦ", "s": "ѕꜱʂ", "t": "тτ", "u": "υսᴜ", "v": "ѵν", "y": "уүγ",
}  # fmt: skip
_STYLED = (  # blocks of Unicode
    range(0x2090, 0x20A0), range(0x2100, 0x2180), range(0x24B6, 0x24EA), range(0xFF21, 0xFF5B), range(0x1D400, 0x1D800),
)  # fmt: skip
_NAMED = re.compile(r"&(?:lt|#0*60|#x0*3c);?", re.I)
_SPACE = re.compile(r"\s+")


@cache
def _mark() -> re.Pattern[str]:
    gap = rf"[\s{_UNSEEN}]*"
    unseen = f"[{_UNSEEN}]*"
    names = "|".join(unseen.join(_letter(letter) for letter in tag) for tag in TAGS)
    opening = rf"(?:[{_OPENING}]|{_NAMED.pattern})"
    return re.compile(rf"{opening}(?={gap}(?:[/⁄∕／\\⧸]{gap})*(?:{names})(?![a-z]))", re.I)


def _letter(letter: str) -> str:
    return f"[{letter}{_LIKE.get(letter, '')}{_styled()[letter]}]"


@cache
def _styled() -> defaultdict[str, str]:
    """The wide, bold, circled, script and other forms of each letter."""
    forms: defaultdict[str, str] = defaultdict(str)
    for place in chain(*_STYLED):
        forms[unicodedata.normalize("NFKC", chr(place)).casefold()] += chr(place)
    return forms


def inert(text: str) -> str:
    """The same text, in which nothing is a mark of ours."""
    return _mark().sub("(", text)


def fenced(tag: Tag, text: str, **about: str) -> str:
    """`about` is said in the mark itself; what is empty is not."""
    said = "".join(f' {name}="{attribute(value)}"' for name, value in about.items() if value)
    return f"<{tag}{said}>\n{inert(text)}\n</{tag}>"


def attribute(text: str) -> str:
    """On one line, without what would end it; nobody quotes a title to the letter."""
    line = _SPACE.sub(" ", "".join(each for each in text if each.isprintable() or each.isspace()))
    return inert(line).translate(_PLAIN).strip()


_PLAIN = str.maketrans(
    {**dict.fromkeys(_OPENING, "("), **dict.fromkeys(_CLOSING, ")"), **dict.fromkeys('"“”„‟＂', "'")}
)
