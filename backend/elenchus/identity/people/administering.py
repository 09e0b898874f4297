"""What whoever has the machine may do to accounts, by e-mail address, without signing in."""

from elenchus.audit import service as audit
from elenchus.audit.schemas import Action
from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.identity import principals
from elenchus.identity import store as accounts
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.mfa import service as mfa
from elenchus.identity.models import User
from elenchus.identity.people import service, store
from elenchus.identity.people.errors import PersonNotFound
from elenchus.identity.people.recording import record
from elenchus.identity.schemas import email_key

log = logs.get(__name__)


async def set_superuser(email: str, superuser: bool) -> None:
    user = await _user(email)
    if not await store.set_superuser(user.id, superuser):
        raise PersonNotFound
    principals.forget_user(user.id)
    action = Action.SUPERUSER_GRANTED if superuser else Action.SUPERUSER_REVOKED
    await audit.record(DEPLOYMENT, action, "user", user.id)
    if not await store.has_active_superuser():
        log.warning("nobody runs this deployment any more; make somebody a superuser: elenchus admin superuser EMAIL")


async def unlock(email: str) -> None:
    await service.unlock(DEPLOYMENT, await _user(email))


async def remove_second_factor(email: str) -> None:
    user = await _user(email)
    await mfa.remove_lost(user)
    await record(DEPLOYMENT, Action.SECOND_FACTOR_DISABLED, user)


async def restore_user(email: str) -> None:
    await service.restore(DEPLOYMENT, (await _user(email, deleted=True)).id)


async def restore_tenant(tenant_id: Id) -> None:
    await service.restore_tenant(DEPLOYMENT, tenant_id)


async def _user(email: str, *, deleted: bool = False) -> User:
    user = await accounts.user_by_email(email_key(email))
    if user is None or (user.deleted_at is not None) != deleted:
        raise PersonNotFound
    return user
