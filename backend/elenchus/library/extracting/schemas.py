"""What is asked for and what comes of it, as other rooms see it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, JsonValue

from elenchus.core.ids import Id, IdField
from elenchus.core.llm.base import Usage
from elenchus.library.analysing.schemas import CitationOut
from elenchus.library.schemas import Passage

#: Before each call of a model: the most tokens of prompt and completion that it may use. What it raises ends the
#: extraction.
Hold = Callable[[int, int], Awaitable[Id]]
#: Exactly once for each hold, however the call ended: what it used, by the model of this name.
Used = Callable[[Id, Usage, str], Awaitable[None]]
#: The JSON that the work of this name gave, now or before a crash.
Kept = Callable[[str, Callable[[], Awaitable[JsonValue]]], Awaitable[JsonValue]]


@dataclass(frozen=True, slots=True)
class Extraction:
    """`schema` is a JSON Schema of an object or of an array of objects, bounded and without `$ref`: who asks has
    checked it. It is read from one of `document_id`, `text` and `passages`."""

    schema: dict[str, Any]
    document_id: Id | None = None
    text: str | None = None
    passages: tuple[Passage, ...] = ()
    instructions: str = ""
    model: str | None = None

    def __post_init__(self) -> None:
        if sum([self.document_id is not None, self.text is not None, bool(self.passages)]) != 1:
            raise ValueError("An extraction reads one of a document, a text and passages.")


class ExtractedCitation(CitationOut):
    """`path` is the JSON pointer of the object, or for a conflict of the value, that it is to prove. The place is in
    the document; of a text that is none it is in that text, without pages."""

    document_id: IdField | None
    document_title: str | None
    path: str


class Supported(BaseModel):
    """Whether an object has a quotation that was found word for word."""

    path: str
    supported: bool


class Misfit(BaseModel):
    """What the schema does not take: a single value, which was left out, or a list, an object or an entry of a list,
    which is there all the same; of what holds others `value` is null."""

    path: str
    value: JsonValue
    detail: str


class Conflict(BaseModel):
    """One property that the parts of the document give in several ways; the first value is the one that was taken."""

    path: str
    values: list[JsonValue]
    citations: list[ExtractedCitation]


class Extracted(BaseModel):
    """`value` has the form of the schema wherever `missing` and `misfits` do not say otherwise; all paths in it are
    JSON pointers. `unsupported` are values whose own words, figures or day no quotation of their object says: true,
    perhaps, but in other words. `missing` were not found: required properties, and with rules all."""

    value: JsonValue
    citations: list[ExtractedCitation] = []
    objects: list[Supported] = []
    unsupported: list[str] = []
    missing: list[str] = []
    misfits: list[Misfit] = []
    conflicts: list[Conflict] = []
    method: Literal["model", "rules"]
    model: str
    prompt_version: str | None = None
    sections_read: int
    characters_read: int
    notes: list[str] = []
