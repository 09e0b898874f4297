"""What analysing refuses."""

from elenchus.core.errors import NotFound
from elenchus.core.ids import Id


class AnalysisNotFound(NotFound):
    title = "There is no such analysis"

    def __init__(self, analysis_id: Id) -> None:
        super().__init__("The document has no analysis of this id.", analysis_id=str(analysis_id))
