"""The door of identity: registering, signing in, one's own profile; and, from beside it, sessions and principals."""

import math
from datetime import timedelta

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import passwords, sessions, store
from elenchus.identity.errors import (
    AccountLocked,
    AccountSuspended,
    EmailTaken,
    InvalidToken,
    NoMembership,
    WrongCredentials,
)
from elenchus.identity.models import Membership, Tenant, User
from elenchus.identity.principals import resolve
from elenchus.identity.schemas import Device, LoginForm, ProfilePatch, RegisterIn, SignedInOut, UserOut, email_key

__all__ = ["change_profile", "log_in", "profile", "register", "resolve", "sessions"]

log = logs.get(__name__)


async def register(wish: RegisterIn) -> UserOut:
    """A user and the tenant they own, both or neither; of simultaneous ones for an address, one wins."""
    password, key = wish.password.get_secret_value(), email_key(wish.email)
    own_words = (wish.email, wish.email.partition("@")[0], wish.full_name, wish.organization)
    passwords.require_strong(password, own_words=own_words)
    if await store.user_by_email(key):
        raise EmailTaken
    tenant = Tenant(name=wish.organization or wish.full_name)
    user = User(
        email=wish.email,
        email_key=key,
        password_hash=await passwords.hashed(password),
        full_name=wish.full_name,
        organization=wish.organization,
        job_role=wish.job_role,
        memberships=[Membership(tenant_id=tenant.id, tenant_name=tenant.name, role=Role.OWNER)],
    )
    if not await store.add_tenant_with_owner(tenant, user):
        raise EmailTaken
    await store.forget_failures(key)  # of whoever tried to sign in before registering
    log.info("user registered", user_id=str(user.id), tenant_id=str(tenant.id))
    return UserOut.of(user)


async def log_in(form: LoginForm, *, device: Device) -> SignedInOut:
    """An unknown address and a wrong password are answered alike, take alike long and are locked alike."""
    user = await _whose_password(email_key(form.username), form.password.get_secret_value())
    if not user.is_active:
        raise AccountSuspended
    if not user.memberships:
        raise NoMembership
    pair = await sessions.begin(user, user.memberships[0], device=device)
    user.last_login_at, user.login_count = now(), user.login_count + 1
    await store.count_login(user.id, at=user.last_login_at)
    return SignedInOut(**pair.model_dump(), user=UserOut.of(user))


async def _whose_password(key: str, password: str) -> User:
    await _require_unlocked(key)
    user = await store.user_by_email(key)
    right = await passwords.matches(password, user.password_hash if user else None)
    had_failures = await _require_unlocked(key)  # again, for guesses may have been made side by side
    if user is None or not right:
        await store.count_failure(key, until=now() + timedelta(seconds=settings().auth.lockout_seconds))
        raise WrongCredentials
    if had_failures:
        await store.forget_failures(key)
    if passwords.is_outdated(user.password_hash):
        await store.replace_password_hash(user.id, old=user.password_hash, new=await passwords.hashed(password))
    return user


async def _require_unlocked(key: str) -> bool:
    """Whether there were failures at all."""
    failures = await store.failures(key)
    if failures and failures.number >= settings().auth.max_failed_logins:
        raise AccountLocked(math.ceil((failures.expires_at - now()).total_seconds()))
    return failures is not None


async def profile(principal: Principal) -> UserOut:
    user = await store.user_by_id(principal.user_id)
    if user is None:
        raise InvalidToken
    return UserOut.of(user)


async def change_profile(principal: Principal, patch: ProfilePatch) -> UserOut:
    if changes := patch.changes():
        await store.change_user(principal.user_id, changes)
    return await profile(principal)
