"""What the worker does for schedules."""

from elenchus.jobs.task import Every
from elenchus.workflows.scheduling import service

SCHEDULES = (Every("workflows.schedules", 15, service.tick, timeout_seconds=120),)
