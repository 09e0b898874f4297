"""What analysing refuses."""

from elenchus.core.errors import Conflict, NotFound
from elenchus.core.ids import Id


class AnalysisNotFound(NotFound):
    title = "There is no such analysis"

    def __init__(self, analysis_id: Id) -> None:
        super().__init__("The document has no analysis of this id.", analysis_id=str(analysis_id))


class TooManyTokens(Conflict):
    slug, title = "too-many-tokens", "The analysis may use more tokens than are left for it"

    def __init__(self, needed: int, left: int) -> None:
        super().__init__(f"It may use {needed} tokens, and {left} are left.", needed=needed, left=left)
