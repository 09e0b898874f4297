"""Plain tables of what the rooms bring. Adding a room is adding its rows here."""

from collections.abc import Awaitable, Callable

from beanie import Document
from fastapi import APIRouter

from elenchus.audit import api as audit_api
from elenchus.audit import models as audit_models
from elenchus.audit import service as audit
from elenchus.core import expiry, idempotency
from elenchus.identity import api as identity_api
from elenchus.identity import models as identity_models
from elenchus.identity.browser import api as browser_api
from elenchus.identity.google import api as google_api
from elenchus.identity.google import models as google_models
from elenchus.identity.keys import api as keys_api
from elenchus.identity.keys import models as keys_models
from elenchus.identity.keys import service as keys
from elenchus.identity.mfa import api as mfa_api
from elenchus.identity.people import api as people_api
from elenchus.identity.people import models as people_models
from elenchus.identity.people import tasks as people_tasks
from elenchus.identity.people.parts import Part
from elenchus.identity.people.plain import JOBS, plain_part
from elenchus.identity.recovery import api as recovery_api
from elenchus.identity.recovery import models as recovery_models
from elenchus.identity.recovery import tasks as recovery_tasks
from elenchus.identity.tenants import api as tenants_api
from elenchus.identity.tenants import models as tenants_models
from elenchus.identity.tenants import tasks as tenants_tasks
from elenchus.jobs import api as jobs_api
from elenchus.jobs import models as jobs_models
from elenchus.jobs import service as jobs
from elenchus.jobs.bulk import api as jobs_bulk_api
from elenchus.jobs.following import api as jobs_following_api
from elenchus.jobs.task import Every, Task
from elenchus.library import api as library_api
from elenchus.library import models as library_models
from elenchus.library import privacy as library_privacy
from elenchus.library import tasks as library_tasks
from elenchus.library.analysing import api as analysing_api
from elenchus.library.analysing import models as analysing_models
from elenchus.library.analysing import privacy as analysing_privacy
from elenchus.library.analysing import tasks as analysing_tasks
from elenchus.outbox import api as outbox_api
from elenchus.outbox import models as outbox_models
from elenchus.outbox import tasks as outbox_tasks
from elenchus.research import api as research_api
from elenchus.research import models as research_models
from elenchus.research import privacy as research_privacy
from elenchus.research import service as research
from elenchus.research import tasks as research_tasks
from elenchus.research.briefing import api as briefing_api
from elenchus.research.briefing import models as briefing_models
from elenchus.research.briefing import privacy as briefing_privacy
from elenchus.research.briefing import staleness as briefing_staleness
from elenchus.research.briefing import tasks as briefing_tasks
from elenchus.research.exporting import api as exporting_api
from elenchus.research.noting import api as noting_api
from elenchus.research.noting import models as noting_models
from elenchus.research.noting import privacy as noting_privacy
from elenchus.research.openai_api import api as openai_api
from elenchus.research.recording import api as recording_api
from elenchus.research.recording import staleness
from elenchus.research.sharing import api as sharing_api
from elenchus.research.sharing import models as sharing_models
from elenchus.research.sharing import privacy as sharing_privacy
from elenchus.research.sockets import api as sockets_api
from elenchus.workflows import api as workflows_api
from elenchus.workflows import models as workflows_models
from elenchus.workflows import privacy as workflows_privacy
from elenchus.workflows import tasks as workflows_tasks
from elenchus.workflows.following import api as workflows_following_api
from elenchus.workflows.scheduling import api as scheduling_api
from elenchus.workflows.scheduling import models as scheduling_models
from elenchus.workflows.scheduling import privacy as scheduling_privacy
from elenchus.workflows.scheduling import tasks as scheduling_tasks

MODELS: tuple[type[Document], ...] = (
    *audit_models.MODELS,
    *jobs_models.MODELS,
    *outbox_models.MODELS,
    *identity_models.MODELS,
    *tenants_models.MODELS,
    *keys_models.MODELS,
    *recovery_models.MODELS,
    *google_models.MODELS,
    *people_models.MODELS,
    *library_models.MODELS,
    *analysing_models.MODELS,
    *research_models.MODELS,
    *sharing_models.MODELS,
    *noting_models.MODELS,
    *briefing_models.MODELS,
    *workflows_models.MODELS,
    *scheduling_models.MODELS,
    *idempotency.MODELS,
)
ROUTERS: tuple[APIRouter, ...] = (
    identity_api.router,
    recovery_api.router,
    mfa_api.router,
    google_api.router,
    browser_api.router,
    google_api.browser_router,
    tenants_api.router,
    tenants_api.auth_router,
    keys_api.router,
    outbox_api.router,
    people_api.router,
    people_api.tenants_router,
    research_api.router,
    exporting_api.router,
    sharing_api.router,
    noting_api.router,
    recording_api.router,
    briefing_api.router,
    sockets_api.router,
    openai_api.router,
    library_api.router,
    analysing_api.router,
    workflows_api.router,
    workflows_following_api.router,
    scheduling_api.router,
    jobs_following_api.router,  # before `/jobs/{job_id}`, and so is the next
    jobs_bulk_api.router,
    jobs_api.router,
    audit_api.router,
)
#: What is exported and erased of people and tenants, room by room.
PARTS: tuple[Part, ...] = (
    JOBS,
    plain_part(
        "invitations",
        tenants_models.Invitation,
        made_by="invited_by",
        address="email_key",
        shown=("email", "role", "created_at", "expires_at"),
    ),
    plain_part("usage", tenants_models.Used),
    plain_part("webhook_signing", outbox_models.WebhookSecret),
    plain_part(
        "messages",
        outbox_models.OutboxMessage,
        made_by="user_id",
        address="to_key",
        shown=outbox_models.EXPORTED,
    ),
    *research_privacy.PARTS,
    sharing_privacy.PART,
    noting_privacy.PART,
    briefing_privacy.PART,
    library_privacy.PART,
    analysing_privacy.PART,
    *workflows_privacy.PARTS,
    scheduling_privacy.PART,
)
TASKS: tuple[Task, ...] = (
    *outbox_tasks.TASKS,
    *recovery_tasks.TASKS,
    *tenants_tasks.TASKS,
    *people_tasks.TASKS,
    *library_tasks.TASKS,
    *analysing_tasks.TASKS,
    *research_tasks.TASKS,
    *briefing_tasks.TASKS,
    *workflows_tasks.TASKS,
)
SCHEDULES: tuple[Every, ...] = (
    Every("audit.prune", 86_400, audit.prune, timeout_seconds=3_600),  # its room lies below that of the jobs
    Every("core.remove_expired", expiry.INTERVAL_SECONDS, expiry.remove_expired, timeout_seconds=600),
    Every("jobs.age_out", 86_400, jobs.age_out, timeout_seconds=3_600),
    *outbox_tasks.SCHEDULES,
    *tenants_tasks.SCHEDULES,
    *people_tasks.SCHEDULES,
    *library_tasks.SCHEDULES,
    *analysing_tasks.SCHEDULES,
    *research_tasks.SCHEDULES,
    *briefing_tasks.SCHEDULES,
    *workflows_tasks.SCHEDULES,
    *scheduling_tasks.SCHEDULES,
)

#: Who is told when a document's text was replaced or is gone.
TEXT_LISTENERS = (*staleness.LISTENERS, *briefing_staleness.LISTENERS)

#: What a worker does before its first job and after its last.
WORKER_STARTS: tuple[Callable[[], Awaitable[None]], ...] = library_tasks.STARTS
WORKER_STOPS: tuple[Callable[[], Awaitable[None]], ...] = (*library_tasks.STOPS, audit.stop)
#: What an API process brings to an end before it stops, within so many seconds.
API_DRAINS: tuple[Callable[[float], Awaitable[None]], ...] = (
    research.drain,
    *library_tasks.DRAINS,
    keys.drain,
    audit.drain,
)
