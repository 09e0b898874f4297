"""What a shared link refuses."""

from elenchus.core.errors import Conflict, NotFound


class LinkNotFound(NotFound):
    """Alike for a link that never was, that has ended, that was taken back, and whose conversation is gone."""

    title = "There is nothing at this link"

    def __init__(self) -> None:
        super().__init__("It is wrong, it has expired, or it was taken back.")


class ConversationArchived(Conflict):
    title = "An archived conversation is not shared"

    def __init__(self) -> None:
        super().__init__("Take it out of the archive first.")
