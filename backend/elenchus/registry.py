"""Plain tables of what the rooms bring. Adding a room is adding its rows here."""

from collections.abc import Awaitable, Callable

from beanie import Document
from fastapi import APIRouter

from elenchus.identity import api as identity_api
from elenchus.identity import models as identity_models
from elenchus.jobs import api as jobs_api
from elenchus.jobs import models as jobs_models
from elenchus.jobs.task import Every, Task
from elenchus.library import api as library_api
from elenchus.library import models as library_models
from elenchus.library import tasks as library_tasks
from elenchus.research import api as research_api
from elenchus.research import models as research_models
from elenchus.research import service as research
from elenchus.research import tasks as research_tasks

MODELS: tuple[type[Document], ...] = (
    *jobs_models.MODELS,
    *identity_models.MODELS,
    *library_models.MODELS,
    *research_models.MODELS,
)
ROUTERS: tuple[APIRouter, ...] = (identity_api.router, research_api.router, library_api.router, jobs_api.router)
TASKS: tuple[Task, ...] = (*library_tasks.TASKS, *research_tasks.TASKS)
SCHEDULES: tuple[Every, ...] = (*library_tasks.SCHEDULES, *research_tasks.SCHEDULES)

#: What a worker does before its first job and after its last.
WORKER_STARTS: tuple[Callable[[], Awaitable[None]], ...] = library_tasks.STARTS
WORKER_STOPS: tuple[Callable[[], Awaitable[None]], ...] = library_tasks.STOPS
#: What an API process brings to an end before it stops, within so many seconds.
API_DRAINS: tuple[Callable[[float], Awaitable[None]], ...] = (research.drain,)
