"""What another room asks, and what it is answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel

from elenchus.core.ids import Id
from elenchus.library.schemas import Passage
from elenchus.research.examining.examination import Examined
from elenchus.research.models import AnswerUsage, Citation, Failing, Verification
from elenchus.research.recording.schemas import Made

__all__ = [
    "Citation", "Consultation", "Consulted", "Examined", "Failing", "Hold", "Made", "Source", "Spent", "Used",
    "Verification",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """`question` and `instructions` are said by whoever asks; what a document says belongs into `passages`.

    With `passages` nothing is searched, also when there are none: [1] is the first of them, in this order. They are
    taken for the library's, so what a person sends has to be compared with it first (`library.recall`). Without them
    `limit` passages are looked for in the documents of `document_ids`; none of these means the whole library.
    """

    question: str
    instructions: str = ""
    document_ids: tuple[Id, ...] = ()
    passages: tuple[Passage, ...] | None = None
    #: None: as many as a conversation's answers are given.
    limit: int | None = None
    #: `provider:model`, `extractive` or `auto`; none is this deployment's own.
    model: str | None = None
    temperature: float | None = None
    require_verified: bool = False


class Spent(AnswerUsage):
    """Of all models that were asked, together. `model` is the one that answered, or was asked at last; `paid_tokens`
    are those that somebody pays for, which those of the built-in model are not."""

    model: str
    cached_tokens: int
    reasoning_tokens: int
    paid_tokens: int


class Source(BaseModel):
    """A passage that the model was given as [n]."""

    n: int
    document_id: str
    document_title: str
    chunk_id: str
    page_start: int
    page_end: int
    start_char: int
    end_char: int
    section: str | None
    text: str

    @classmethod
    def of(cls, n: int, passage: Passage) -> "Source":
        known = {name: getattr(passage, name) for name in cls.model_fields if name != "n"}
        ids = {name: str(known[name]) for name in ("document_id", "chunk_id")}
        return cls(n=n, **{**known, **ids})


class Consulted(BaseModel):
    """`citations` and `verification` are as a conversation shows them. `sources_left_out` counts passages that were
    found, or given, and did not fit; `documents_gone` are chosen ones that were deleted meanwhile. `is_cut`: the model
    ran into its output limit. `record` is what it was made of, by hashes."""

    text: str
    citations: list[Citation]
    verification: Verification
    sources: list[Source]
    sources_left_out: int
    documents_gone: list[str]
    retrieval_mode: str
    model: str
    usage: Spent
    is_cut: bool
    record: Made


#: Told the most tokens of prompt and completion that it may use, before the model is asked. Where it raises, nothing
#: was asked.
Hold = Callable[[int, int], Awaitable[Id]]
#: Told once what was used of a hold, however it ended.
Used = Callable[[Id, Spent], Awaitable[None]]
