"""What making an answer again refuses."""

from collections.abc import Sequence

from elenchus.core.errors import Conflict, TooManyRequests


class SourcesGone(Conflict):
    """`sources` are the numbers of those that are."""

    title = "The passages of this answer are not all there any more"

    def __init__(self, sources: Sequence[int]) -> None:
        super().__init__("Replay it over the library as it is today.", sources=[*sources])


class TooManyReplays(TooManyRequests):
    title = "You are replaying too many answers at once"

    def __init__(self) -> None:
        super().__init__("Wait until one of them is done.", retry_after_seconds=5)
