"""What crosses the library's border: JSON in and out, and the frozen values that other rooms get."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from elenchus.core.ids import Id, IdField
from elenchus.core.mongo import Row
from elenchus.library.models import DocumentStatus

MAX_LABEL = 100
MAX_KEYWORDS = 50
MAX_QUERY = 2_000
MAX_DOCUMENTS = 500

#: One line of text; a NUL in a pattern would break the query, a line break the list it is shown in.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LABEL, pattern=_ONE_LINE)]


def _split(value: object) -> object:
    """A form sends keywords as repeated fields, as "lease, notice", or both."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [word.strip() for item in value for word in item.split(",") if word.strip()]
    return value


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Keywords = Annotated[list[Label], BeforeValidator(_split), AfterValidator(_distinct), Field(max_length=MAX_KEYWORDS)]


class Details(BaseModel):
    """What a person says about a document, with the upload or later; null clears a label."""

    model_config = ConfigDict(extra="forbid")

    category: Label | None = None
    jurisdiction: Label | None = None
    practice_area: Label | None = None
    keywords: Keywords = []
    matter: Label | None = None


class DetailsChange(Details):
    """Only what is sent is changed; only an administrator changes `legal_hold`, under which nobody deletes."""

    legal_hold: bool = False
    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)] = ""


class FailureOut(BaseModel):
    code: str
    detail: str


class ProcessingOut(BaseModel):
    status: DocumentStatus
    stage: str
    progress: float
    error: FailureOut | None
    job_id: IdField
    attempts: int


class AttachedOut(BaseModel):
    """A file that a message carries; `error` says why it did not become a document."""

    filename: str
    document_id: IdField | None
    error: FailureOut | None


class EmbeddingOut(BaseModel):
    """By which model its passages can be compared by meaning, and what that cost; `error` says why they cannot."""

    model: str
    dimensions: int
    tokens: int
    cost_usd: float | None
    error: FailureOut | None


class DocumentOut(BaseModel):
    """`page_count`, `char_count` and `chunk_count` are null until the document was read.

    The words of `ocr_pages` were recognised in pictures, how surely (of 1) says `ocr_confidence`; `textless_pages` are
    pictures whose words are not known; `hidden_text` are pages that hold words no reader sees, which are left out.
    `attachments` are those of a message, `attached_to` the messages that this document came with.
    """

    id: IdField
    filename: str
    original_filename: str
    title: str
    media_type: str
    file_type: str
    file_size: int
    content_hash: str
    page_count: int | None
    char_count: int | None
    chunk_count: int | None
    ocr_pages: list[int]
    ocr_confidence: float | None = None
    textless_pages: list[int]
    hidden_text: list[int] = []
    repaired: bool
    language: str | None
    embedding: EmbeddingOut | None = None
    processing: ProcessingOut
    category: str | None
    jurisdiction: str | None
    practice_area: str | None
    keywords: list[str]
    matter: str | None
    legal_hold: bool = False
    attachments: list[AttachedOut] = []
    attached_to: list[IdField] = []
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate({**row, "id": row["_id"]})


class UploadedOut(DocumentOut):
    """`duplicate`: these bytes were in the library already, and this is the document that has them."""

    duplicate: bool


class UploadOut(BaseModel):
    items: list[UploadedOut]

    @property
    def nothing_new(self) -> bool:
        return all(item.duplicate for item in self.items)


class DocumentPageOut(BaseModel):
    """`label` is what the document itself calls the page ("iv", "A-1"), when that is not its number; `ocr_confidence`,
    of 1, is there when its words were recognised in a picture."""

    page: int
    text: str
    width: float
    height: float
    start_char: int
    end_char: int
    label: str | None = None
    ocr_confidence: float | None = None


class ChunkOut(BaseModel):
    id: IdField
    index: int
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    section: str | None
    text: str


class DocumentFilters(BaseModel):
    """Equal labels; `keyword` is one of the document's; `q` is a part of its name."""

    model_config = ConfigDict(frozen=True)

    status: DocumentStatus | None = None
    category: Label | None = None
    jurisdiction: Label | None = None
    practice_area: Label | None = None
    keyword: Label | None = None
    matter: Label | None = None
    q: Label | None = None


class SearchFilters(BaseModel):
    """Only in documents with these labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: Label | None = None
    jurisdiction: Label | None = None
    practice_area: Label | None = None
    keyword: Label | None = None
    matter: Label | None = None


class SearchMode(StrEnum):
    HYBRID = "hybrid"
    LEXICAL = "lexical"
    SEMANTIC = "semantic"


class SearchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUERY)]
    document_ids: Annotated[list[IdField], Field(max_length=MAX_DOCUMENTS)] = []
    filters: SearchFilters = SearchFilters()
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    mode: SearchMode = SearchMode.HYBRID


class PassageOut(BaseModel):
    """`start_char` and `end_char` count in the whole document, `highlights` within `text`; both are code points."""

    document_id: IdField
    document_title: str
    chunk_id: IdField
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    section: str | None
    text: str
    score: float
    highlights: list[tuple[int, int]]


class SearchOut(BaseModel):
    """`mode_used` is what was done: without an embedding model every mode is lexical. Where there is one,
    `by_words_only` counts the documents that it could not compare by meaning: without vectors, or with another's."""

    items: list[PassageOut]
    mode_used: SearchMode
    by_words_only: int
    took_ms: float


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` is the document's full text from `start_char` to `end_char`; `highlights` count within it."""

    document_id: Id
    document_title: str
    chunk_id: Id
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    text: str
    section: str | None
    score: float
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the library has today of a passage that was given before."""

    document_id: Id
    text: str
    section: str | None


@dataclass(frozen=True, slots=True)
class Retrieved:
    passages: tuple[Passage, ...]
    mode_used: str
    by_words_only: int = 0
