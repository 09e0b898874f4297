"""Headings of contracts and filings, told by one line. Doubtful ones are not headings: a wrong cut costs more."""

import re
from typing import Final, NamedTuple

LONGEST_TITLE: Final = 80  # characters; a longer "title" is a sentence
LONGEST_CAPS: Final = (80, 10)  # characters and words of a line in capitals; a longer one is a disclaimer

DIVISION = re.compile(
    r"(?:article|section|chapter|exhibit|schedule|annex|appendix|attachment)\s+(?:[ivxlc]+|\d+(?:\.\d+)*|[a-z])\b[.:)]?",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?:§\s*)?(?:\d{1,3}(?:\.\d{1,3})+\.?|\d{1,2}\.)(?=\s)")
TITLE_START = re.compile(r"\s*(?:$|[“\"‘'(–—-]*\s*[A-Z])")
TITLE_END = re.compile(r"[.:](?=\s|$)|\s[–—-]\s")
LEADERS = re.compile(r"(?:\.\s?){4,}|\t\d+$")  # "4.2 Termination ........ 12" stands in a table of contents
WORDS = re.compile(r"[^\W\d_]{4,}")


class Heading(NamedTuple):
    """`is_bare`: "ARTICLE IV" alone, whose title stands on the next line."""

    label: str
    is_bare: bool = False


def heading_of(line: str) -> Heading | None:
    """Of a stripped line that begins a paragraph: the same words inside a sentence are only a reference."""
    if LEADERS.search(line):
        return None
    if found := DIVISION.match(line):
        return _division(line, found.end()) if line[0].isupper() else None
    if (found := NUMBER.match(line)) and TITLE_START.match(line, found.end()):
        return Heading(_label(line[: found.end()], _title(line[found.end() :])))
    return Heading(_label(line)) if _is_capitals(line) else None


def _division(line: str, end: int) -> Heading | None:
    """ "Section 4.2 Termination" and "ARTICLE IV" are headings, "Section 4.2 hereof" is not."""
    if not TITLE_START.match(line, end):
        return None
    title = _title(line[end:])
    return Heading(_label(line[:end], title), is_bare=not title)


def _title(rest: str) -> str:
    """The run-in title, or nothing: "Termination" of "Termination. Either party may …"."""
    rest = rest.strip(" \t\xa0–—-")
    end = TITLE_END.search(rest)
    title = rest[: end.start()] if end else rest
    words = WORDS.findall(title)
    capitals = sum(word[0].isupper() for word in words)
    return title if len(title) <= LONGEST_TITLE and words and capitals * 3 >= len(words) * 2 else ""


def _is_capitals(line: str) -> bool:
    characters, words = LONGEST_CAPS
    if not line.isupper() or len(line) > characters or line[-1] in ",;" or "__" in line:
        return False
    return len(line.split()) <= words and WORDS.search(line) is not None


def _label(*parts: str) -> str:
    return " ".join(" ".join(parts).split())
