"""What an export refuses."""

from elenchus.core.errors import TooManyRequests, Unavailable


class NotTypeset(Unavailable):
    title = "The file could not be made"

    def __init__(self) -> None:
        super().__init__("Try again shortly, or take the Markdown or JSON file.")


class TooManyExports(TooManyRequests):
    title = "Too many files are being made for you at once"

    def __init__(self) -> None:
        super().__init__("Wait until one of them is there.", retry_after_seconds=5)
