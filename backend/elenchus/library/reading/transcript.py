"""What a child may say. It has read a hostile file, so every line is checked before it is believed."""

import json
import math
from dataclasses import dataclass

from elenchus.library.reading.cleaning import is_clean


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


@dataclass(frozen=True, slots=True)
class End:
    outcome: str
    repaired: bool
    encoding: str | None


def message_of(line: bytes) -> Meta | Page | End:
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
            "textless": bool(bare),
        }:
            return _page(text, width, height, textless=bare)
        case {"type": "meta", "page_count": int() | None as page_count, "guards": [*guards]}:
            return Meta(page_count, frozenset(map(str, guards)))
        case {"type": "end", "outcome": str(outcome), "repaired": bool(repaired), "encoding": str() | None as encoding}:
            return End(outcome, repaired, encoding)
    raise NotATranscript("no known message")


def _page(text: str, width: float, height: float, *, textless: bool) -> Page:
    if not is_clean(text) or not math.isfinite(width) or not math.isfinite(height):
        raise NotATranscript("text or size that cannot be")
    return Page(text, width, height, textless)
