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
    text: str
    legibility: Legibility
    width: float = 0.0
    height: float = 0.0


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
