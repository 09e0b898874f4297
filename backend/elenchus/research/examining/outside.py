"""What of an answer would reach out when it is shown: images, HTML, links that no source has; and how the rest reads.

It is read as strictly as any renderer of Markdown might be lenient: what looks like a link is one.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_IMAGE: Final = re.compile(r"!\[[^\]\n]{0,500}\](?:\([^)\n]{0,4000}\)?|\[[^\]\n]{0,200}\])")
_HTML: Final = re.compile(
    r"<(?:[a-zA-Z][a-zA-Z0-9-]{0,20}(?=[\s/>])|/[a-zA-Z]|!--|!\[CDATA|![a-zA-Z]|\?[a-zA-Z])[^<>]{0,300}>?"
)
#: `[words](here)` and `[label]: here`.
_DESTINATION: Final = re.compile(
    r"\]\(\s*(?:<(?P<angled>[^<>\n]{1,2000})>|(?P<bare>[^\s()<>]{1,2000}(?:\([^\s()]{0,200}\)[^\s()<>]{0,500}){0,3}))"
    r"(?:\s+[\"'(][^\n]{0,300})?\s*\)"
    r"|^[ \t]{0,3}\[[^\]\n^][^\]\n]{0,200}\]:\s{0,3}<?(?P<defined>[^\s<>]{0,2000}[/:\\#][^\s<>]{0,2000})>?"
    r"(?=\s*$|\s+[\"'(])",
    re.MULTILINE,
)
#: What renderers make a link of by themselves.
_LINK: Final = re.compile(
    r"(?:\b[a-zA-Z][a-zA-Z0-9+.-]{0,20}:)?//[^\s<>()\[\]\"“”]{3,2000}"
    r"|\b(?:data|javascript|vbscript|file):[^\s)]{1,2000}|\bwww\.[^\s<>()\[\]\"“”]{3,2000}"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}/[^\s<>()\[\]]{0,500}[?&=][^\s<>()\[\]]{0,2000}"
    r"|(?:\bmailto:)?[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[a-zA-Z]{2,24}\b",
    re.IGNORECASE,
)
_NEVER: Final = re.compile(r"\s*(?:data|javascript|vbscript|file|blob):", re.IGNORECASE)
#: Turns the order of what is read, or hides words from everybody but a program.
_HIDDEN: Final = re.compile("[\u202d\u202e\U000e0000-\U000e007f]")
_STRUCK: Final = re.compile(r"~~[^~\n]{1,500}~~")
_LIKE_CURLY: Final = str.maketrans({"‹": "“", "›": "”", "「": "“", "」": "”", "『": "“", "』": "”", "＂": '"'})
_TYPED: Final = re.compile(r"``(?=\w)([^`'\n]{1,1000})''")
LONGEST_SHOWN: Final = 300


def reaching_out(answer: str, known: str) -> Iterator[tuple[str, str]]:
    """What it is and how it reads; `known` are the texts that may be linked from."""
    for kind, form in (("image", _IMAGE), ("html", _HTML), ("hidden", _HIDDEN)):
        for found in form.finditer(answer):
            yield kind, found[0][:LONGEST_SHOWN]
    for link in dict.fromkeys(_links(without_images(answer))):
        if link not in known or _NEVER.match(link):
            yield "link", link[:LONGEST_SHOWN]


def _links(answer: str) -> Iterator[str]:
    for text in dict.fromkeys((answer, html.unescape(answer))):
        for found in _DESTINATION.finditer(text):
            yield next(filter(None, found.groups()))
        for found in _LINK.finditer(text):
            yield found[0].rstrip(".,;:!?'*_`")


def without_images(answer: str) -> str:
    """The same length: what stands in an image is no sentence and its brackets are no mark."""
    return _IMAGE.sub(lambda found: " " * len(found[0]), answer)


def as_read(answer: str) -> str:
    """With the signs that a reader sees: no images, nothing that is struck out or not visible, quotation marks of every
    script as ours."""
    text = html.unescape(without_images(answer))
    text = "".join(sign for sign in text if sign.isascii() or unicodedata.category(sign) != "Cf" or sign == "\u00ad")
    text = _STRUCK.sub(" ", text).translate(_LIKE_CURLY)
    return _TYPED.sub(r"“\1”", text)
