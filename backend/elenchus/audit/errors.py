"""What the record refuses."""

from elenchus.core.errors import Unavailable


class NotRecorded(Unavailable):
    """What was done may be done, but it does not count: it is not on the record."""

    title = "It could not be recorded"

    def __init__(self) -> None:
        super().__init__(
            "The record of who did what cannot be written now, and what you asked for may have been done. "
            "Look whether it was, and repeat it shortly if not.",
            service="mongodb",
        )
