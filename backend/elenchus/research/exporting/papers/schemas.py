"""A paper: the words, tables, deadlines and sources of a result, before it is a file."""

import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from elenchus.research.exporting.blocks import fit, one_line

MOST_COLUMNS = 200
LONGEST_TITLE = 300


class PaperFormat(StrEnum):
    WORD = "docx"
    PDF = "pdf"
    MARKDOWN = "md"
    WORKBOOK = "xlsx"
    JSON = "json"
    CALENDAR = "ics"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    PaperFormat.WORD: f"{_OFFICE}.wordprocessingml.document",
    PaperFormat.PDF: "application/pdf",
    PaperFormat.MARKDOWN: "text/markdown; charset=utf-8",
    PaperFormat.WORKBOOK: f"{_OFFICE}.spreadsheetml.sheet",
    PaperFormat.JSON: "application/json",
    PaperFormat.CALENDAR: "text/calendar; charset=utf-8",
}


def _fit(value: object) -> object:
    return fit(value) if isinstance(value, str) else value


def _short(value: object) -> object:
    return one_line(value)[:LONGEST_TITLE] if isinstance(value, str) else value


def _written(value: object) -> object:
    """No number, which would be taken for seconds since 1970."""
    if isinstance(value, int | float):
        raise ValueError("Write a day as 2026-03-01 and an instant as 2026-03-01T09:30:00Z.")  # noqa: TRY004
    return value


#: Without NUL, halves of surrogate pairs, and signs that no reader sees or that turn the words around them.
Words = Annotated[str, BeforeValidator(_fit)]
Title = Annotated[str, BeforeValidator(_short)]
#: A text that is an ISO date or time is a date in a workbook, whatever else it could be.
Cell = Annotated[str | bool | int | float | datetime.date | AwareDatetime | None, BeforeValidator(_fit)]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(_Value):
    """Markdown. A mark such as [2] calls the source of that number."""

    heading: Title = ""
    markdown: Words


class Table(_Value):
    """A shorter row is filled up with empty cells; a longer one is refused. A column named "verified" that holds true
    and false says so in words and in color."""

    title: Title = ""
    columns: Annotated[list[Title], Field(min_length=1, max_length=MOST_COLUMNS)]
    rows: list[list[Cell]] = []


class Source(_Value):
    """What [n] stands for. Several quotes of one source have its number. `verified` is null when nobody looked."""

    n: Annotated[int, Field(ge=1)]
    document_title: Title
    page: Annotated[int, Field(ge=1)] | None = None
    quote: Words = ""
    verified: bool | None = None


class Event(_Value):
    """A day, or an instant with its time zone. The same `key` is the same event in every file: a calendar that imports
    a later one moves it. Without a key its title and time are."""

    title: Title
    at: Annotated[AwareDatetime | datetime.date, BeforeValidator(_written)]
    description: Words = ""
    source: Words = ""
    key: Words = ""
    remind_days_before: Annotated[int, Field(ge=0, le=366)] | None = None


class Paper(_Value):
    title: Title
    sections: list[Section] = []
    tables: list[Table] = []
    sources: list[Source] = []
    notes: list[Words] = []
    events: list[Event] = []
