"""What the notes refuse."""

from elenchus.core.errors import Conflict, Invalid, NotFound
from elenchus.core.ids import Id


class NoteNotFound(NotFound):
    title = "There is no such note"

    def __init__(self, note_id: Id) -> None:
        super().__init__("It was removed, or it is not of this conversation.", note_id=note_id)


class TooManyNotes(Conflict):
    title = "This conversation has as many notes as it can"

    def __init__(self, most: int) -> None:
        super().__init__(f"It holds up to {most}. Remove some of them first.", most=most)


class UnknownAnswer(Invalid):
    title = "There is no such answer in this conversation"

    def __init__(self, message_id: Id) -> None:
        detail = "`message_id` is the id of an answer of this conversation."
        row = {"loc": ["body", "message_id"], "msg": detail, "type": "message"}
        super().__init__(detail, errors=[row], id=message_id)


class NothingToKeep(Conflict):
    title = "This answer cannot be kept"

    def __init__(self, message_id: Id) -> None:
        super().__init__("It failed, or it was stopped before it said anything.", message_id=message_id)


class NotInAnswer(Invalid):
    title = "The answer does not say this"

    def __init__(self) -> None:
        detail = "With a `message_id`, `content` is an excerpt of that answer, word for word. Keep other words without."
        super().__init__(detail, errors=[{"loc": ["body", "content"], "msg": detail, "type": "excerpt"}])
