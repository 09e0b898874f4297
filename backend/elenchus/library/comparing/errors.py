"""What a comparison refuses."""

from elenchus.core.errors import Invalid
from elenchus.core.ids import Id


class TooLongToCompare(Invalid):
    title = "The document is too long to be compared"

    def __init__(self, document_id: Id, characters: int, limit: int) -> None:
        detail = f"It has {characters:,} characters; at most {limit:,} are compared. Compare its parts."
        super().__init__(detail, document_id=str(document_id), characters=characters, limit=limit)
