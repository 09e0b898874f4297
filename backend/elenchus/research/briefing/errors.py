"""What the briefs refuse."""

from elenchus.core.errors import Conflict, Invalid, NotFound
from elenchus.core.ids import Id


class BriefNotFound(NotFound):
    title = "There is no such brief"

    def __init__(self, brief_id: Id) -> None:
        super().__init__("It was deleted, or it is not yours.", brief_id=brief_id)


class BriefTooLong(Invalid):
    title = "The brief is too long for this language model"

    def __init__(self, most_tokens: int) -> None:
        detail = f"With its rules and sources the model takes {most_tokens} tokens. Shorten the facts or the issues."
        super().__init__(detail, errors=[{"loc": ["body", "case_facts"], "msg": detail, "type": "too_long"}])


class BriefNotWritten(Conflict):
    title = "The brief is not written"

    def __init__(self, brief_id: Id, status: str) -> None:
        super().__init__(f"It is {status}; only a completed one can be exported.", brief_id=brief_id)
