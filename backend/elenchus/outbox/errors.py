"""What whoever asks for a message is refused."""

from elenchus.core.errors import NotFound
from elenchus.core.ids import Id


class MessageNotFound(NotFound):
    def __init__(self, message_id: Id) -> None:
        super().__init__("There is no such message.", message_id=message_id)
