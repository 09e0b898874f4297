"""What tenants keep for a time only: once a day what is older goes, conversations, briefs, jobs that ended, and what
messages said that went out.

Documents are the firm's library and stay until somebody deletes them. A run that breaks off is carried on by the next.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from elenchus.audit import service as audit
from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.tenants import retention
from elenchus.identity.tenants.retention import Term
from elenchus.jobs import service as jobs
from elenchus.outbox import service as outbox
from elenchus.research import store as conversations
from elenchus.research import streams
from elenchus.research.briefing import service as briefs
from elenchus.research.retention import store

AT_ONCE = 100
log = logs.get(__name__)


@dataclass(slots=True)
class Gone:
    conversations: int = 0
    briefs: int = 0
    jobs: int = 0
    messages: int = 0


async def forget_old(_due_at: datetime) -> None:
    for term in await retention.terms():
        try:
            await _forget_in(term)
        except Exception:  # the worker border: one tenant's trouble is not the others'
            log.exception("what a tenant has kept for its time could not be removed", tenant_id=str(term.tenant_id))


async def _forget_in(term: Term) -> None:
    """On the record is also what a run removed before it broke off."""
    owner = Principal(term.tenant_id, DEPLOYMENT.user_id, Role.OWNER)
    since, gone = now() - timedelta(days=term.days), Gone()
    try:
        await _forget_conversations(owner, since, gone)
        while number := await briefs.forget_untouched(owner, since):
            gone.briefs += number
        while number := await jobs.remove_ended(since, owner=owner):
            gone.jobs += number
        gone.messages += await outbox.forget_content(since, owner=owner)
    finally:
        if gone != Gone():
            details = {**asdict(gone), "days": term.days}
            await audit.record(owner, audit.Action.TENANT_PRUNED, "tenant", term.tenant_id, **details)


async def _forget_conversations(owner: Principal, since: datetime, gone: Gone) -> None:
    while found := await store.inactive(owner, since, limit=AT_ONCE):
        for conversation_id in found:
            gone.conversations += await _forget(owner, conversation_id, since)


async def _forget(owner: Principal, conversation_id: Id, since: datetime) -> bool:
    """The conversation itself goes last: by it the next run finds what this one could not finish, unless the sweep was
    there first."""
    if not await store.take_away(owner, conversation_id, inactive_since=since):
        return False
    await streams.forget(await store.answers_in(owner, conversation_id))
    await conversations.delete_parts(owner, conversation_id)
    await store.remove(owner, conversation_id)
    return True
