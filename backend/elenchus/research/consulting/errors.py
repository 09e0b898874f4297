"""What a consultation refuses, beside what an answer does."""

from collections.abc import Sequence
from typing import ClassVar

from elenchus.core.errors import Conflict
from elenchus.research.errors import AnswerUnverified, QuestionTooLong
from elenchus.research.models import Failing

__all__ = ["DocumentsGone", "QuestionTooLong", "Unverified"]


class DocumentsGone(Conflict):
    title = "The documents that were chosen are gone"
    slug: ClassVar[str] = "documents-gone"

    def __init__(self, document_ids: Sequence[str]) -> None:
        detail = "The documents that it was to be answered from were deleted. Choose others."
        super().__init__(detail, code="documents_gone", document_ids=[*document_ids])


class Unverified(AnswerUnverified):
    """`failing` are the spans. They are a client's words, and what a job refuses is shown to the whole firm, so neither
    `detail` nor `fields` has them."""

    def __init__(self, failing: Sequence[Failing]) -> None:
        super().__init__(
            "Some of it does not stand in the given sources. Ask again, or in other words.", code="unverified"
        )
        self.failing = [*failing]
