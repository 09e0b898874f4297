"""Headings of contracts and filings, told by their words. Doubtful ones are not headings: a wrong cut costs more."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final, NamedTuple

LONGEST_TITLE: Final = 80  # characters; a longer "title" is a sentence
LONGEST_CAPS: Final = (80, 10)  # characters and words of a line in capitals; a longer one is a disclaimer
PUNCTUATION: Final = 3  # characters of a heading that its label leaves out
MOST_LINES: Final = 4  # of a paragraph that are looked at; so many in capitals are a disclaimer too

DIVISION = re.compile(
    r"(?:article|section|chapter|exhibit|schedule|annex|appendix|attachment)"
    r"(?:\s+[“\"]?(?:[ivxlc]+|\d+(?:\.\d+)*|[a-z])\b[”\"]?|\d+(?:\.\d+)*\b)[.:)]?",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?:§\s*)?(?:\d{1,3}(?:\.\d{1,3})+\.?|\d{1,2}\.)(?=\s)")
TITLE_START = re.compile(r"\s*(?:$|[“\"‘'(–—-]*\s*[A-Z])")
TITLE_END = re.compile(r"[.:](?=\s|$)|\s[–—-]\s")
LEADERS = re.compile(r"(?:\.\s?){4,}|\t\d+$")  # "4.2 Termination ........ 12" stands in a table of contents
WORDS = re.compile(r"[^\W\d_]{4,}")
MARKED = re.compile(r"#{1,6}\s+(?=\S)")  # as Markdown has it


class Heading(NamedTuple):
    """`is_bare`: "ARTICLE IV" alone, whose title stands on the next line. `is_plain`: without number or name, told by
    its capitals or marked by the document, `depth` deep."""

    label: str
    is_bare: bool = False
    is_plain: bool = False
    depth: int = 1


def heading_of(line: str) -> Heading | None:
    """Of a stripped line that begins a paragraph: the same words inside a sentence are only a reference."""
    heading = _looked_at(line)
    return None if heading and LEADERS.search(line) else heading


def _looked_at(line: str) -> Heading | None:
    if mark := MARKED.match(line):
        title = line[mark.end() :].rstrip("# ")
        return marked(title, len(mark[0].rstrip())) if title else None
    if found := DIVISION.match(line):
        return _division(line, found.end()) if line[0].isupper() else None
    if (found := NUMBER.match(line)) and TITLE_START.match(line, found.end()):
        return Heading(_label(line[: found.end()], _title(line[found.end() :])))
    return Heading(_label(line), is_plain=True) if _is_capitals(line) else None


def heading_over(lines: Sequence[str]) -> Heading | None:
    """Of the first lines of a paragraph, when its heading may go over several."""
    first = heading_of(lines[0])
    if first is None or len(lines) == 1 or MARKED.match(lines[0]):
        return first
    if first.is_plain:
        return _over_capitals(lines)
    if first.is_bare:
        title = _title(lines[1])
        return Heading(_label(lines[0], title), is_bare=not title)
    return heading_of(_unwrapped(lines))


def title_of(line: str) -> str:
    """What a line says if it could stand below a bare heading as its title: "Definitions"."""
    return "" if line[-1:] in ".,;:" else _title(line)


def says_more(text: str, heading: Heading | None) -> bool:
    """Whether a paragraph says more than the heading that it begins with."""
    return heading is None or len("".join(text.split())) > len("".join(heading.label.split())) + PUNCTUATION


def marked(line: str, depth: int) -> Heading:
    """Whatever an author marks as a heading is one."""
    heading = heading_of(line)
    if heading is None or heading.is_plain:
        return Heading(_label(line[:LONGEST_TITLE]), is_plain=True, depth=depth)
    return heading


def _division(line: str, end: int) -> Heading | None:
    """ "Section 4.2 Termination" and "ARTICLE IV" are headings, "Section 4.2 hereof" is not."""
    if not TITLE_START.match(line, end):
        return None
    title = _title(line[end:])
    return Heading(_label(line[:end], title), is_bare=len(line) == end)


def _over_capitals(lines: Sequence[str]) -> Heading | None:
    above = list(takewhile(str.isupper, lines))
    return Heading(_label(*above), is_plain=True) if len(above) < MOST_LINES else None


def _unwrapped(lines: Sequence[str]) -> str:
    """A line goes on in the next when the first word of that had no more room in it."""
    width = max(map(len, lines))
    text, last = lines[0], lines[0]
    for line in lines[1:]:
        if len(last) + 1 + len(line.split(None, 1)[0]) <= width:
            break
        text, last = f"{text} {line}", line
    return text


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
