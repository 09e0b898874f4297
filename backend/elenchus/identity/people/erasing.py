"""Erasure: when the time to restore is over, nothing of a person or tenant stays.

A job per person or tenant, in steps that bear repetition, and the row itself goes last: a job that dies is carried on
by the next one, and while there is a row there will be one. The jobs belong to the deployment, for their owner must
outlive what they erase. The record keeps bare ids, and so its chain.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from elenchus.audit import service as audit
from elenchus.core.ids import Id, derived_id
from elenchus.core.principal import Principal, Role
from elenchus.identity import principals
from elenchus.identity import store as accounts
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.keys import service as keys
from elenchus.identity.models import User
from elenchus.identity.people import departing, parts, store
from elenchus.identity.people.parts import Leaver
from elenchus.identity.people.plain import JOBS
from elenchus.identity.recovery import service as recovery
from elenchus.jobs import privacy as jobs_privacy
from elenchus.jobs import service as jobs
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import Subject

ERASE = "identity.erase"
USER, TENANT = "user", "tenant"
AT_ONCE = 500  # erasures begun by one tick
Work = Callable[[], Awaitable[None]]


async def submit_due(due_at: datetime) -> None:
    """One job a day for each: one that failed is followed by another, and they bear running side by side."""
    due = [Subject(USER, user_id) for user_id in await store.users_to_erase(limit=AT_ONCE)]
    due += [Subject(TENANT, tenant_id) for tenant_id in await store.tenants_to_erase(limit=AT_ONCE)]
    for subject in due:
        job_id = derived_id(ERASE, subject.type, subject.id, due_at.date())
        await jobs.submit(ERASE, DEPLOYMENT, subject=subject, job_id=job_id)


async def erase(run: Run) -> None:
    if run.subject.type == USER:
        await _erase_person(run)
    else:
        await _erase_tenant(run)


async def _erase_person(run: Run) -> None:
    user = await store.begin_erasing_user(run.subject.id)
    if user is None:
        return
    leaver = Leaver(user.id, user.email_key)
    await _take(run, "tenants", partial(departing.delete_left_tenants, DEPLOYMENT, user.id))
    await _take(run, "sessions", partial(_end_access, user))
    for part in _parts():
        await _take(run, f"part {part.name}", partial(_erase_everywhere, part, leaver))
    await _take(run, "mails", partial(jobs_privacy.erase_about, DEPLOYMENT, user.id, spare=ERASE))
    addressee = recovery.addressee(user.email_key)
    await _take(run, "mails to them", partial(jobs_privacy.erase_about, DEPLOYMENT, addressee))
    await _take(run, "withdrawn memberships", partial(store.forget_withdrawn, user_id=user.id))
    await _take(run, "audit details", partial(_erase_details, user.id))
    await _take(run, "record", partial(audit.record, DEPLOYMENT, audit.Action.USER_ERASED, USER, user.id))
    await _take(run, "user", partial(store.remove_user, user.id))


def _parts() -> list[parts.Part]:
    """What runs must have stopped before what it works on goes."""
    return [JOBS, *(part for part in parts.known() if part is not JOBS)]


async def _end_access(user: User) -> None:
    await accounts.end_sessions_of(user.id)
    await keys.erase_of_user(user.id)
    await recovery.forget_user(user.id)
    await accounts.forget_failures(user.email_key)
    principals.forget_user(user.id)


async def _erase_everywhere(part: parts.Part, leaver: Leaver) -> None:
    """Also in tenants that they have left, of which nothing on their row tells."""
    async for tenant_id in store.all_tenant_ids():
        await part.erase_person(_in(tenant_id), leaver)


def _in(tenant_id: Id) -> Principal:
    return Principal(tenant_id, DEPLOYMENT.user_id, Role.OWNER)


async def _erase_details(user_id: Id) -> None:
    await audit.erase_personal(user_id)


async def _erase_tenant(run: Run) -> None:
    tenant = await store.begin_erasing_tenant(run.subject.id)
    if tenant is None:
        return
    await _take(run, "memberships", partial(departing.withdraw_memberships, tenant.id))
    await _take(run, "api keys", partial(keys.erase_of_tenant, tenant.id))
    for part in _parts():
        await _take(run, f"part {part.name}", partial(part.erase_tenant, _in(tenant.id)))
    await _take(run, "withdrawn memberships", partial(store.forget_withdrawn, tenant_id=tenant.id))
    await _take(run, "audit details", partial(_erase_details_in, tenant.id))
    await _take(run, "record", partial(audit.record, DEPLOYMENT, audit.Action.TENANT_ERASED, TENANT, tenant.id))
    await _take(run, "tenant", partial(store.remove_tenant, tenant.id))


async def _erase_details_in(tenant_id: Id) -> None:
    """Of everybody who ever did anything there. The rows stay until they are too old to be kept."""
    await audit.erase_personal_in(tenant_id)


async def _take(run: Run, name: str, work: Work) -> None:
    """A step without a result: what is erased must not stay in the job that erased it."""

    async def step() -> None:
        await work()

    await run.step(name, step)
