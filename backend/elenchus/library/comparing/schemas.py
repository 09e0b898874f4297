"""What is compared, and what a comparison tells."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from elenchus.core.ids import IdField
from elenchus.core.plain import PlainText

MOST_CHARACTERS = 4_000_000  # of a side, some 1,300 pages
MOST_TOPICS = 20

Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), PlainText]
DifferenceKind = Literal[
    "number", "date", "negation", "modal", "party", "added", "missing", "changed", "case", "punctuation", "misread"
]


class Status(StrEnum):
    """`moved` may differ too: then it has differences."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


class Side(BaseModel):
    """A document of the library, or a text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document_id: IdField | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS), PlainText] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.document_id is None) == (self.text is None):
            raise ValueError("Name a document or give a text, not both.")
        return self


class ComparedClause(BaseModel):
    """`text` is the side's full text from `start_char` to `end_char`; `heading` the path of headings above it. Pages of
    a text are what its form feeds part."""

    heading: str | None
    text: str
    document_id: IdField | None
    page_start: int
    page_end: int
    start_char: int
    end_char: int


class ComparedDifference(BaseModel):
    """What the left says and what the right says instead; empty where one of them says nothing. `misread` is a word
    that a scanner read wrong, by the document's own evidence: it is told and does not count as a change."""

    kind: DifferenceKind
    left: str
    right: str


class ComparedRow(BaseModel):
    """`similarity`, of 1, is the share of words that both say in the same order. `is_renumbered`: it, or an item in it,
    bears another number, which alone is no change. `more_differences` were found and are not told."""

    status: Status
    left: ComparedClause | None
    right: ComparedClause | None
    similarity: Annotated[float, Field(ge=0, le=1)]
    is_renumbered: bool = False
    differences: list[ComparedDifference] = []
    more_differences: int = 0


class Counts(BaseModel):
    """Rows by status. `moved_and_changed` are among the moved, `left` and `right` the clauses of each side."""

    same: int = 0
    changed: int = 0
    moved: int = 0
    moved_and_changed: int = 0
    added: int = 0
    removed: int = 0
    left: int = 0
    right: int = 0


class Compared(BaseModel):
    """In the right's order, with what was removed where it stood. With topics, only the rows about one of them."""

    rows: list[ComparedRow]
    summary: Counts
