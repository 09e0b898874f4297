"""From a stranger to an account: a person and the tenant they own, or the one that invited them."""

from elenchus.audit import service as audit
from elenchus.core import logs
from elenchus.core.principal import Principal
from elenchus.core.settings import Environment, settings
from elenchus.identity import founding, passwords, store
from elenchus.identity.errors import EmailTaken
from elenchus.identity.models import User
from elenchus.identity.recovery import service as recovery
from elenchus.identity.schemas import RegisterIn, UserOut, email_key
from elenchus.identity.tenants import service as tenants
from elenchus.identity.tenants.invitations import Invited

log = logs.get(__name__)


async def register(wish: RegisterIn) -> UserOut:
    """A user in the tenant that invited them, or in one that they own; of simultaneous ones for an address, one wins.

    Raises `InvalidInvitation`, and makes nothing, for a token that is not for this address.
    """
    _require_strong_password(wish)
    key = email_key(wish.email)
    token = wish.invitation_token
    invited = None if token is None else await tenants.invitations.read(token, key, field="invitation_token")
    if await store.user_by_email(key):
        raise EmailTaken
    user = await _written(wish, key)
    if invited:
        await _join(user, invited)
    else:
        await open_account(user)
    await recovery.request_verification(user)
    return UserOut.of(user)


def _require_strong_password(wish: RegisterIn) -> None:
    own_words = (wish.email, wish.email.partition("@")[0], wish.full_name, wish.organization)
    passwords.require_strong(wish.password.get_secret_value(), own_words=own_words)


async def _written(wish: RegisterIn, key: str) -> User:
    return User(
        email=wish.email,
        email_key=key,
        password_hash=await passwords.hashed(wish.password.get_secret_value()),
        full_name=wish.full_name,
        organization=wish.organization,
        job_role=wish.job_role,
    )


async def _join(user: User, invited: Invited) -> None:
    """Having the token does not verify the address: whoever invited was shown it too."""
    if not await tenants.invitations.join_as_new(user, invited):
        raise EmailTaken
    await _note(user)


async def open_account(user: User) -> None:
    """Store this new user as the owner of a new tenant named after their organization or themselves.

    Raises `EmailTaken`, and nothing is left, when somebody else registered the address first.
    """
    may_be_first = _first_is_superuser() and await tenants.is_empty_deployment()
    tenant, membership = founding.own_tenant(user)
    user.memberships = [membership]
    if not await store.add_tenant_with_owner(tenant, user):
        raise EmailTaken
    user.is_superuser = may_be_first and await tenants.become_first_user(user)  # before the record: nobody comes second
    await _note(user)
    if user.is_superuser:
        await audit.record(_actor(user), audit.Action.SUPERUSER_GRANTED, "user", user.id)


async def _note(user: User) -> None:
    await store.forget_failures(user.email_key)  # of whoever tried to sign in before registering
    await audit.record(_actor(user), audit.Action.USER_REGISTERED, "user", user.id)
    log.info("user registered", user_id=str(user.id), tenant_id=str(user.memberships[0].tenant_id))


def _actor(user: User) -> Principal:
    [membership] = user.memberships
    return Principal(membership.tenant_id, user.id, membership.role)


def _first_is_superuser() -> bool:
    wanted = settings().auth.first_user_is_superuser
    return settings().server.environment is Environment.DEVELOPMENT if wanted is None else wanted
