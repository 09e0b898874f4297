"""What is refused of schedules."""

from elenchus.core.errors import Conflict, NotFound
from elenchus.core.ids import Id


class ScheduleNotFound(NotFound):
    def __init__(self, schedule_id: Id) -> None:
        super().__init__("There is no such schedule.", schedule_id=schedule_id)


class TooManySchedules(Conflict):
    title = "There are too many schedules"

    def __init__(self, most: int) -> None:
        super().__init__(f"A tenant has at most {most}; delete one first.", most=most)
