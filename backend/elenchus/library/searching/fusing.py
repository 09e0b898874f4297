"""Several rankings of the same passages as one."""

from collections.abc import Sequence

from elenchus.library.searching.block import DocKey
from elenchus.library.searching.ranking import Hit

#: Reciprocal rank fusion's usual constant (Cormack et al., 2009): scores of different kinds never meet, only places.
PATIENCE = 60


def fused(rankings: Sequence[Sequence[Hit]], *, limit: int) -> list[Hit]:
    """Each passage scores 1 / (60 + its place) in every ranking that has it; equal input gives equal output."""
    scores: dict[tuple[DocKey, int], float] = {}
    for ranking in rankings:
        for place, hit in enumerate(ranking, 1):
            at = (hit.doc_key, hit.chunk_index)
            scores[at] = scores.get(at, 0.0) + 1 / (PATIENCE + place)
    ordered = sorted(scores.items(), key=lambda item: (-item[1], str(item[0][0]), item[0][1]))
    return [Hit(key, chunk, score) for (key, chunk), score in ordered[:limit]]
