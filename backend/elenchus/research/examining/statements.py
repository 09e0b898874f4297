"""The sentences of an answer, each with its marks and quotations, and what of them states nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from elenchus.core.llm import extractive
from elenchus.core.llm.sentences import is_heading, split
from elenchus.research.examining import marks
from elenchus.research.examining.quotations import Quotation, blanked, quotations
from elenchus.research.examining.tongues import ENGLISH, tongue_of

_STOPS: Final = str.maketrans(dict.fromkeys(".!?…;\n\f", ","))
_HEADING: Final = re.compile(r"\s*(?:#{1,6}\s|(?:\*\*|__)[^*_\n]{1,100}(?:\*\*|__):?\s*\Z)")
_ITEM: Final = re.compile(r"\s*(?:[-*•+]|\(?(?:\d{1,3}|[a-z])[.)])\s+")
_ROW: Final = re.compile(r"(?<=\n)\|")  # of a table
_TABLE_HEAD: Final = re.compile(r"[ \t]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-{2,}")
_FRAME: Final = re.compile(
    r"(?:hello|hi|dear|good (?:morning|afternoon|evening)|thank(?:s| you)|certainly|sure|of course|i hope|let me know|"
    r"please (?:let me know|feel free|do not hesitate)|(?:best|kind) regards|sincerely|you (?:ask|asked|want)|"
    r"your question|here (?:is|are)|below|in summary[.:]|this is not legal advice|i am not a lawyer)\b",
    re.IGNORECASE,
)
_SILENT: Final = re.compile(
    r"\b(?:sources?|documents?|passages?|excerpts?|materials?|texts?)\b[^.;]{0,80}\b(?:do(?:es)?|did|could|can)"
    r"(?: not|n['’]t|not) (?:\w+ly )?(?:answer|say|state|contain|address|mention|specify|provide|include|indicate|"
    r"cover|discuss|define|tell|give|be found|hold)\b"
    r"|\b(?:nothing|no information|no answer|none)\b[^.;]{0,60}\b(?:sources?|documents?|passages?|materials?)\b"
    r"|\bnot (?:stated|addressed|mentioned|specified|answered|covered|found|given) (?:in|by) the\b",
    re.IGNORECASE,
)
_ADVICE: Final = re.compile(
    r"\b(?:qualified|licen[cs]ed|local|legal)\b[^.;]{0,30}\b(?:professional|attorney|lawyer|counsel|solicitor)\b"
    r"[^.;]{0,80}\b(?:review|advi[cs]e|consult|confirm)|\b(?:consult|ask|speak to|seek)\b[^.;]{0,40}"
    r"\b(?:professional|attorney|lawyer|counsel|solicitor|advice)\b|\bnot (?:constitute )?legal advice\b",
    re.IGNORECASE,
)
_TURN: Final = re.compile(r";|—|\b(?:but|however|although|though|while|whereas|yet|nevertheless|because|since)\b", re.I)
#: What the built-in model says of its own answers.
_OWN_NOTES: Final = frozenset({extractive.NOTE, extractive.NO_ANSWER_NOTE})
_LONGEST_ASIDE: Final = 240  # characters


class Kind(StrEnum):
    """`aside` is a greeting, an advice to see a lawyer, a word that the sources are silent: nothing to support."""

    CLAIM = "claim"
    BLOCK = "block"
    HEADING = "heading"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Statement:
    """`start` and `end` in the answer, with its marks."""

    start: int
    end: int
    raw: str
    kind: Kind
    quotations: tuple[Quotation, ...]


def statements(answer: str) -> list[Statement]:
    quoted = quotations(answer)
    return [
        Statement(start, end, answer[start:end], kind, tuple(one for one in quoted if start <= one.start < end))
        for start, end, kind in _kinds(answer, quoted)
    ]


def spans(answer: str) -> list[tuple[int, int]]:
    """Where each sentence stands; marks behind the full stop go to the sentence before."""
    return _spans(answer, quotations(answer))


def _kinds(answer: str, quoted: Sequence[Quotation]) -> Iterator[tuple[int, int, Kind]]:
    blocks = {one.start for one in quoted if one.is_block}
    for start, end in _spans(answer, quoted):
        kind = Kind.BLOCK if start in blocks else kind_of(answer[start:end])
        is_head = kind is Kind.CLAIM and _TABLE_HEAD.match(answer, answer.rfind("\n", 0, start) + 1)
        yield start, end, Kind.HEADING if is_head and _only_names(answer[start:end]) else kind


def _spans(answer: str, quoted: Sequence[Quotation]) -> list[tuple[int, int]]:
    blocks = [(one.start, one.end) for one in quoted if one.is_block]
    sentences = [(one.start, one.end) for one in split(_masked(answer, quoted, blocks))]
    found: list[tuple[int, int]] = []
    for start, end in sorted(sentences + blocks):
        leading = marks.LEADING.match(answer, start, end) if found else None
        if leading:
            found[-1] = found[-1][0], start + len(leading[0].rstrip())
            start = leading.end()
        if answer[start:end].strip():
            found.append((start, end))
    return found


def _masked(answer: str, quoted: Sequence[Quotation], blocks: list[tuple[int, int]]) -> str:
    """The same length, with no end of a sentence inside a quotation and each row of a table by itself."""
    pieces: list[str] = []
    at = 0
    for one in quoted:
        last = one.end if one.is_block else max(one.end - 2, one.start)
        pieces += answer[at : one.start], answer[one.start : last].translate(_STOPS)
        at = last
    return _ROW.sub("\n", blanked("".join(pieces) + answer[at:], blocks))


def kind_of(raw: str) -> Kind:
    """Whoever carries a mark or a figure states something, whatever it begins with."""
    text = marks.GAP_AND_MARK.sub("", raw).strip()
    if not any(map(str.isalnum, text)):
        return Kind.HEADING
    words = _ITEM.sub("", text, count=1)
    if marks.MARK.search(raw) or any(map(str.isdecimal, words)):
        return Kind.CLAIM
    if _HEADING.match(raw):
        return Kind.CLAIM if _says_something(words) else Kind.HEADING
    if is_heading(words) and not words.endswith((".", "!")):
        return Kind.HEADING
    return Kind.ASIDE if _is_aside(words) else Kind.CLAIM


def _only_names(raw: str) -> bool:
    return not (marks.MARK.search(raw) or any(map(str.isdecimal, raw)) or _says_something(raw))


def _says_something(heading: str) -> bool:
    """ "The Tenant may assign" is a statement, however large it is set; "Can the Tenant assign?" is none."""
    tongue = tongue_of(heading) or ENGLISH
    is_said = tongue.modes.search(heading) or tongue.negation.search(heading)
    return bool(is_said) and not heading.rstrip("*_: ").endswith("?")


def _is_aside(text: str) -> bool:
    if text.endswith((":", "?")) or text in _OWN_NOTES:
        return True
    if len(text) > _LONGEST_ASIDE or _TURN.search(text):
        return False
    return any(form(text) for form in (_FRAME.match, _SILENT.search, _ADVICE.search))
