"""The tokens of an analysis: the most that it may use, before anybody is asked."""

import math
from collections.abc import Sequence

from elenchus.core.llm.usage import rough_tokens, tokens_of
from elenchus.core.settings import settings
from elenchus.library.analysing.modelled import prompts

SECTION_CHARACTERS = 20_000  # what is found in more than that may not fit into one answer
MOST_SECTIONS = 300  # of a job with at most 1,000 steps, some of which fall into halves
MERGE_CHARACTERS = 60_000  # of entries in one merge


def section_characters(characters: int) -> int:
    return max(SECTION_CHARACTERS, math.ceil(characters / MOST_SECTIONS))


def most_tokens(characters: int, questions: Sequence[str]) -> int:
    """Of all calls, when each is given all it may be and writes all it may. A section that is read in two halves, or
    asked for again, is beyond this; what was used is counted in any case."""
    sections = math.ceil(characters / section_characters(characters)) + 1
    rules = rough_tokens(prompts.longest()) + rough_tokens("\n".join(questions))
    written = sections * settings().llm.max_output_tokens
    merges = 0 if sections <= 2 else 2 + math.ceil(written / tokens_of(MERGE_CHARACTERS))
    merging = merges * (rules + settings().llm.max_output_tokens) + 2 * written * bool(merges)
    return tokens_of(characters) + sections * rules + written + merging
