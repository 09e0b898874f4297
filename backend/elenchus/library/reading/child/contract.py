"""What a reader of one format gives; `readers.py` lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class Legibility(Enum):
    """READ: real text. UNREAD: something to read, but not as text. BLANK: nothing of substance."""

    READ = auto()
    UNREAD = auto()
    BLANK = auto()


@dataclass(frozen=True, slots=True)
class Page:
    """`label` is what the document itself calls the page ("iv", "A-1"); `confidence`, of 1, is there when its words
    were recognised in a picture; `hides_text` when it holds words that no reader sees, which are left out. `headings`
    are lines that the document itself marks as such, by number from 0, with how deep, from 1."""

    text: str
    legibility: Legibility
    width: float = 0.0
    height: float = 0.0
    label: str | None = None
    hides_text: bool = False
    confidence: float | None = None
    headings: tuple[tuple[int, int], ...] = ()


class Refused(Exception):
    """`reason` is a key of `outcomes.REFUSALS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Opened(Protocol):
    """An opened document. `repaired` may turn true while its pages are read; `page_count` is None when unknown."""

    @property
    def page_count(self) -> int | None: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def repaired(self) -> bool: ...
    def pages(self) -> Iterator[Page]: ...
