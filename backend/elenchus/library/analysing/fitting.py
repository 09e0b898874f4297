"""A result that one row of the database holds, which says what it has left out for that."""

from elenchus.library.analysing.schemas import AnalysisResult

MOST_BYTES = 8_000_000  # as JSON; a row may have 16 MB
SHARE = 0.8  # of the largest list is kept each time that the whole is still too large


def fitted(result: AnalysisResult) -> AnalysisResult:
    """The longest texts go first, from the end of their list."""
    while len(result.model_dump_json()) > MOST_BYTES:
        result = _shortened(result)
    return result


def _shortened(result: AnalysisResult) -> AnalysisResult:
    lists = {name: value for name, value in result if isinstance(value, list)}
    largest = max(lists, key=lambda name: sum(len(str(item)) for item in lists[name]))
    kept = lists[largest][: int(len(lists[largest]) * SHARE)]
    left_out = result.omitted.get(largest, 0) + len(lists[largest]) - len(kept)
    return result.model_copy(update={largest: kept, "omitted": {**result.omitted, largest: left_out}})
