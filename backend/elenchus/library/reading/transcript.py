"""What a child may say. It has read a hostile file, so every line is checked before it is believed."""

import json
import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from elenchus.library.reading.cleaning import is_clean

LONGEST_LABEL: Final = 40
DEEPEST_HEADING: Final = 9


class NotATranscript(ValueError):
    """A line that no honest child writes."""


@dataclass(frozen=True, slots=True)
class Meta:
    page_count: int | None
    guards: frozenset[str]


@dataclass(frozen=True, slots=True)
class Page:
    text: str
    width: float
    height: float
    textless: bool
    label: str | None
    hides_text: bool
    confidence: float | None
    headings: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class End:
    outcome: str
    repaired: bool
    encoding: str | None


class Stage(Enum):
    """What takes time until the next message. Recognising has time of its own, however often it is announced."""

    READING = auto()
    RECOGNISING = auto()


Message = Meta | Stage | Page | End


def message_of(line: bytes) -> Message:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotATranscript("no JSON") from error
    match message:
        case {
            "type": "page",
            "text": str(text),
            "width": float(width),
            "height": float(height),
            "textless": bool(textless),
            "label": str() | None as label,
            "hides_text": bool(hides_text),
            "confidence": float() | None as confidence,
            "headings": [*headings],
        }:
            marked = tuple(map(_heading, headings))
            return _believed(Page(text, width, height, textless, label, hides_text, confidence, marked))
        case {"type": "recognising"}:
            return Stage.RECOGNISING
        case {"type": "meta", "page_count": int() | None as page_count, "guards": [*guards]}:
            return Meta(page_count, frozenset(map(str, guards)))
        case {"type": "end", "outcome": str(outcome), "repaired": bool(repaired), "encoding": str() | None as encoding}:
            return End(outcome, repaired, encoding)
    raise NotATranscript("no known message")


def _heading(said: object) -> tuple[int, int]:
    match said:
        case [int(line), int(depth)] if line >= 0 and 0 < depth <= DEEPEST_HEADING:
            return line, depth
    raise NotATranscript("a heading that cannot be")


def _believed(page: Page) -> Page:
    numbers = (page.width, page.height, page.confidence or 0.0)
    if not is_clean(page.text) or not is_clean(page.label or "") or not all(map(math.isfinite, numbers)):
        raise NotATranscript("text or size that cannot be")
    if len(page.headings) > page.text.count("\n") + 1:
        raise NotATranscript("more headings than lines")
    if len(page.label or "") > LONGEST_LABEL or not 0 <= numbers[-1] <= 1:
        raise NotATranscript("a label or a confidence that cannot be")
    return page
