"""What a client is refused, and what a step may meet.

ExecutionNotFound · TemplateNotFound · StepNotFound · FileNotFound
ExecutionIsOver · ExecutionNotFailed · ExecutionIdTaken · NothingToDecide · NotYoursToDecide · TemplateIsPublic
NameTaken · TemplateChanged · TemplateInactive · BadInput · BadTemplate · UnknownKind
WaitsForPerson · WaitsForJob     raised by kinds: the step goes on when it has come
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from elenchus.core.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from elenchus.core.ids import Id
from elenchus.workflows.schemas import ExecutionStatus


class TemplateNotFound(NotFound):
    def __init__(self, wanted: object) -> None:
        super().__init__("There is no such template.", template=str(wanted)[:100])


class ExecutionNotFound(NotFound):
    def __init__(self, execution_id: str) -> None:
        super().__init__("There is no such execution.", execution_id=execution_id)


class StepNotFound(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__("The execution has no such step.", step=name)


class FileNotFound(NotFound):
    def __init__(self, file_id: Id) -> None:
        super().__init__("The execution has no such file.", file_id=file_id)


class ExecutionIsOver(Conflict):
    title = "The execution is over"

    def __init__(self, execution_id: str, status: ExecutionStatus) -> None:
        super().__init__(f"It is {status} already.", execution_id=execution_id, execution_status=status)


class ExecutionNotFailed(Conflict):
    title = "The execution cannot go on"

    def __init__(self, execution_id: str, status: ExecutionStatus) -> None:
        detail = f"Only a failed or cancelled execution can; it is {status}."
        super().__init__(detail, execution_id=execution_id, execution_status=status)


class ExecutionIsUnderWay(Conflict):
    title = "The execution is under way"

    def __init__(self, execution_id: str) -> None:
        super().__init__("Wait for its end, or cancel it first.", execution_id=execution_id)


class ExecutionIdTaken(Conflict):
    title = "The execution's id is taken"

    def __init__(self, execution_id: str) -> None:
        detail = "Another execution has this id. Leave execution_id out, or send a new one."
        super().__init__(detail, execution_id=execution_id)


class NothingToDecide(Conflict):
    title = "There is nothing to decide"

    def __init__(self, name: str) -> None:
        super().__init__("The step does not wait for a decision (any more).", step=name)


class NotYoursToDecide(Forbidden):
    def __init__(self) -> None:
        super().__init__("Whoever started it may not decide this; an administrator who did not may.")


class NotYoursToWrite(Forbidden):
    def __init__(self) -> None:
        super().__init__("An approval is decided, not written. Leave it out of `outputs`.")


class NotYourTemplate(Forbidden):
    def __init__(self) -> None:
        super().__init__("Another member made this template; an administrator may change it.")


class TemplateIsPublic(Forbidden):
    def __init__(self) -> None:
        super().__init__("Everybody has this template. Make one of your own from its definition and change that.")


class TemplateInactive(Conflict):
    title = "The template is not in use"

    def __init__(self, name: str) -> None:
        super().__init__("It was switched off; an administrator may switch it on.", template=name)


class TemplateChanged(PreconditionFailed):
    def __init__(self) -> None:
        super().__init__("Somebody else has changed it; look at it again.")


class NameTaken(Conflict):
    title = "The name is taken"

    def __init__(self, name: str) -> None:
        super().__init__("Another template of yours has this name.", template=name)


class TooManyTemplates(Conflict):
    title = "There are too many templates"

    def __init__(self, most: int) -> None:
        super().__init__(f"A tenant has at most {most}; delete one first.", most=most)


class BadInput(Invalid):
    title = "The input does not fit the template"

    def __init__(self, faults: Sequence[dict[str, Any]]) -> None:
        super().__init__("The template asks for another input; see `errors`.", errors=list(faults))


class BadTemplate(Invalid):
    title = "The template cannot be used"

    def __init__(self, faults: Sequence[dict[str, Any]]) -> None:
        super().__init__("Some of its steps or forms are wrong; see `errors`.", errors=list(faults))


class UnknownKind(Invalid):
    title = "There is no such kind of step"

    def __init__(self, name: str) -> None:
        super().__init__(f"This server knows no step of the kind {name[:50]!r}.")


class WaitsForPerson(Exception):
    def __init__(self, title: str, details: str | None, *, until: datetime | None, four_eyes: bool) -> None:
        super().__init__(title)
        self.title, self.details, self.until, self.four_eyes = title, details, until, four_eyes


class WaitsForJob(Exception):
    """The job, and the others, were submitted as awaited by the execution's own."""

    def __init__(self, job_id: Id, stage: str, *, others: Sequence[Id] = ()) -> None:
        super().__init__(stage)
        self.job_id, self.stage, self.others = job_id, stage, [*others]
