"""Quotations as they cross the library's border, and what it says of each."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from elenchus.core.ids import IdField
from elenchus.library.quoting.verdicts import Verdict

MAX_QUOTES = 50
MAX_QUOTE = 5_000


class QuoteIn(BaseModel):
    """A quotation; without a `document_id` it is looked for in all documents. `pages` are those it is said to be on."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MAX_QUOTE)]
    document_id: IdField | None = None
    pages: Annotated[list[Annotated[int, Field(ge=1, le=1_000_000)]], Field(max_length=MAX_QUOTES)] = []


class QuotesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quotes: Annotated[list[QuoteIn], Field(min_length=1, max_length=MAX_QUOTES)]


class DifferenceOut(BaseModel):
    """`kind`: number, negation, case, punctuation, added, missing, changed, omission, misread or cut_short."""

    kind: str
    quote: str
    source: str


class QuoteOut(BaseModel):
    """Where it stands, or the nearest that does when it is `altered`; code points into the whole document."""

    verdict: Verdict
    verified: bool
    document_id: IdField | None
    page_start: int | None
    page_end: int | None
    start_char: int | None
    end_char: int | None
    differences: list[DifferenceOut]


class QuotesOut(BaseModel):
    items: list[QuoteOut]
