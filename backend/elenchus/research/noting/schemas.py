"""What crosses the border: keeping something, changing it, and what is kept."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from elenchus.core.ids import IdField
from elenchus.core.mongo import Row
from elenchus.core.pages import Page
from elenchus.core.plain import PlainText
from elenchus.research.models import Citation
from elenchus.research.noting.models import NoteOrigin

LONGEST_NOTE = 20_000  # characters
NoteText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE), PlainText
]  # Markdown


class NoteIn(BaseModel):
    """`content` alone is a note of one's own. With `message_id` an answer is kept: all of it, or the excerpt of it that
    `content` is."""

    model_config = ConfigDict(extra="forbid")

    content: NoteText | None = None
    message_id: IdField | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.content is None and self.message_id is None:
            raise ValueError("Send `content`, or the `message_id` of the answer to keep.")
        return self


class NoteChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content: NoteText


class NoteOut(BaseModel):
    """`edited` says that these are no longer the words of the answer `message_id`, which alone were examined; the
    `citations` are still that answer's."""

    id: IdField
    conversation_id: IdField
    origin: NoteOrigin
    message_id: IdField | None
    content: str
    citations: list[Citation]
    edited: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate({**row, "id": row["_id"]})


class NotePage(Page[NoteOut]):
    """Newest first."""

    has_more: bool
