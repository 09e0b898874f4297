"""A document, what it says page by page, the passages it is searched by, and their packed index.

Pages, passages and index parts belong to one *generation*: each attempt at reading the file writes a new one, and one
write to the document makes it the live one. Their ids follow from document, generation and number (`row_id`), so they
are read by id alone and need no index, which would cost more than writing them (1,000 rows 60 ms without, 160 with); a
`Batch` notes which were written, for the day they are deleted.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mongo import TenantOwned


class DocumentStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class RowKind(StrEnum):
    PAGE = "page"
    CHUNK = "chunk"
    SEGMENT = "segment"


def row_id(document_id: Id, generation: int, kind: RowKind, number: int) -> Id:
    """Of a page, a chunk or a part of a segment: writing it twice meets itself."""
    return derived_id(document_id, generation, kind, number)


SETTLED = (DocumentStatus.COMPLETED, DocumentStatus.FAILED)
UNSETTLED = (DocumentStatus.PENDING, DocumentStatus.PROCESSING)


class Failure(BaseModel):
    """Why the last reading ended without a text: a stable code and what to do."""

    code: str
    detail: str


class Processing(BaseModel):
    """The last reading: `job_id` does it."""

    status: DocumentStatus = DocumentStatus.PENDING
    stage: str = "queued"
    progress: float = 0.0
    error: Failure | None = None
    job_id: Id
    attempts: int = 0


class Embedding(BaseModel):
    """The vectors of a generation: `parts` rows of kind segment behind those that hold its words."""

    model: str
    dimensions: int = 0
    parts: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    error: Failure | None = None


class Attached(BaseModel):
    """What became of a file that a message carries: a document of its own, or why not."""

    filename: str
    document_id: str | None = None
    error: Failure | None = None


class Document(TenantOwned):
    """One uploaded file. `generation` is the one that can be read and searched, None until a reading succeeded;
    `generations` counts those that were begun."""

    id: Id = Field(default_factory=new_id)
    filename: str
    original_filename: str
    title: str
    media_type: str
    file_type: str
    file_size: int
    content_hash: str
    uploaded_by: Id
    processing: Processing
    generation: int | None = None
    generations: int = 0
    page_count: int | None = None
    char_count: int | None = None
    chunk_count: int | None = None
    segment_parts: int = 0
    ocr_pages: list[int] = Field(default_factory=list)
    ocr_confidence: float | None = None
    textless_pages: list[int] = Field(default_factory=list)
    hidden_text: list[int] = Field(default_factory=list)
    """Pages that hold words which no reader sees; those are left out."""
    repaired: bool = False
    language: str | None = None
    embedding: Embedding | None = None
    category: str | None = None
    jurisdiction: str | None = None
    practice_area: str | None = None
    keywords: list[str] = Field(default_factory=list)
    matter: str | None = None
    legal_hold: bool = False
    """It cannot be deleted until an administrator lets it go."""
    attachments: list[Attached] = Field(default_factory=list)
    attached_to: list[Id] = Field(default_factory=list)
    nesting: int = 0
    """How many messages it came inside of."""
    revision: int = 1
    created_at: datetime
    updated_at: datetime

    class Settings:
        name = "documents"
        indexes: ClassVar = [
            IndexModel([("tenant_id", ASCENDING), ("content_hash", ASCENDING)], name="one_per_content", unique=True),
            # for every document that is deleted: among 20,000 of a tenant 1 ms, without 800
            IndexModel([("tenant_id", ASCENDING), ("attached_to", ASCENDING)], name="by_message"),
            IndexModel(
                [("processing.status", ASCENDING), ("updated_at", ASCENDING)],
                name="all_tenants_unsettled",
                partialFilterExpression={
                    "processing.status": {"$in": [DocumentStatus.PENDING, DocumentStatus.PROCESSING]}
                },
            ),
        ]


class DocumentPage(TenantOwned):
    listed_by_tenant: ClassVar[bool] = False

    document_id: Id
    generation: int
    page: int
    text: str
    width: float
    height: float
    start_char: int
    end_char: int
    label: str | None = None
    ocr_confidence: float | None = None

    class Settings:
        name = "document_pages"


class Chunk(TenantOwned):
    """A passage; `text` is exactly the document's full text from `start_char` to `end_char`."""

    listed_by_tenant: ClassVar[bool] = False

    document_id: Id
    generation: int
    index: int
    start_char: int
    end_char: int
    page_start: int
    page_end: int
    section: str | None
    text: str

    class Settings:
        name = "chunks"


class SegmentPart(TenantOwned):
    """A piece of the packed search index of one generation (`searching.segment`), or, behind those, of its vectors
    (`searching.vectors`)."""

    listed_by_tenant: ClassVar[bool] = False

    document_id: Id
    generation: int
    part: int
    data: bytes

    class Settings:
        name = "segments"


class Batch(TenantOwned):
    """The rows numbered from `first` up to `end` of one kind: noted before they are written, so that whatever dies in
    between, all that there is of a document can be found and deleted."""

    listed_by_tenant: ClassVar[bool] = False

    document_id: Id
    generation: int
    kind: RowKind
    first: int
    end: int

    class Settings:
        name = "batches"
        indexes: ClassVar = [
            IndexModel(
                [("tenant_id", ASCENDING), ("document_id", ASCENDING), ("generation", ASCENDING)], name="by_generation"
            )
        ]


class Shelf(TenantOwned):
    """One per tenant: `version` rises after every change of what its searches may find, so that processes can cache."""

    listed_by_tenant: ClassVar[bool] = False

    version: int = 0

    class Settings:
        name = "shelves"


MODELS = (Document, DocumentPage, Chunk, SegmentPart, Batch, Shelf)
