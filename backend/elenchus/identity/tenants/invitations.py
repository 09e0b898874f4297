"""How others come into a tenant.

A token names tenant and invitation and ends in 256 random bits, of which only the digest is stored. Using the
invitation up comes first and joining second: of revoking, replacing and accepting it at once a single one succeeds, and
nobody who was removed is let in again by a request that was on its way. What breaks off in between uses it up.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from elenchus.audit import service as audit
from elenchus.core import crypto, logs, ratelimit
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mail import Mail, MailNotConfigured
from elenchus.core.mongo import HasTenant
from elenchus.core.pages import Page, PageQuery
from elenchus.core.principal import Allowance, Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import principals
from elenchus.identity import store as accounts
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import Membership, Tenant, User
from elenchus.identity.recovery import service as recovery
from elenchus.identity.schemas import MembershipOut, email_key
from elenchus.identity.tenants import store
from elenchus.identity.tenants.errors import (
    AlreadyMember,
    InvalidInvitation,
    InvitationContested,
    InvitationNotFound,
    OnlyOwners,
    TenantNotFound,
)
from elenchus.identity.tenants.models import Invitation
from elenchus.identity.tenants.schemas import InvitationIn, InvitationOut, NewInvitationOut

ATTEMPTS = 5
TENANT_MAILS = 20  # times what one address gets in an hour: 200 as it is set, so that a firm can move in within one
_TOKEN = re.compile(r"([0-9a-f]{24})\.([0-9a-f]{24})\.[\w-]{43}", re.ASCII)
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation whose token was shown, and the membership it stands for."""

    invitation: Invitation
    membership: Membership


async def invite(principal: Principal, wish: InvitationIn) -> NewInvitationOut:
    """An earlier invitation of the address ends. It is mailed where mail is configured, and shown in any case."""
    if wish.role is Role.OWNER and principal.role is not Role.OWNER:
        raise OnlyOwners
    if await store.tenant(principal.tenant_id) is None:
        raise TenantNotFound
    key = email_key(wish.email)
    await _require_no_member(principal, key)
    await _count_mail(principal, key)
    invitation, token = _made(principal, wish, key)
    await _put(invitation)
    await audit.record(principal, audit.Action.INVITATION_SENT, "invitation", invitation.id, role=str(invitation.role))
    await _mail(principal, invitation, token)
    shown = InvitationOut.of(invitation).model_dump()
    return NewInvitationOut(**shown, token=token, accept_url=_accept_url(token))


async def _require_no_member(principal: Principal, key: str) -> None:
    """A deleted person is invited as a stranger is: that they are still there is nobody's to see."""
    user = await accounts.user_by_email(key)
    if user and user.deleted_at is None and any(held.tenant_id == principal.tenant_id for held in user.memberships):
        raise AlreadyMember


async def _count_mail(principal: Principal, key: str) -> None:
    """Anybody may register, and so invite: an address is spared over all tenants, and their number is no help."""
    most = settings().limits.mails_per_hour
    of_tenant = Allowance(TENANT_MAILS * most, ratelimit.HOUR)
    await ratelimit.admit({}, f"mail:invitations:{principal.tenant_id}", of_tenant, strict=True)
    await ratelimit.admit_address("mail:invitation", key, Allowance(most, ratelimit.HOUR))


def _made(principal: Principal, wish: InvitationIn, key: str) -> tuple[Invitation, str]:
    id_ = new_id()
    token = f"{principal.tenant_id}.{id_}.{crypto.random_token()}"
    invitation = Invitation(
        id=id_,
        tenant_id=principal.tenant_id,
        email=wish.email,
        email_key=key,
        role=wish.role,
        invited_by=principal.user_id,
        token_digest=crypto.digest(token),
        expires_at=now() + timedelta(days=settings().auth.invitation_days),
    )
    return invitation, token


async def _put(invitation: Invitation) -> None:
    for _ in range(ATTEMPTS):
        if await store.replace_invitation(invitation):
            return
    raise InvitationContested


async def _mail(principal: Principal, invitation: Invitation, token: str) -> None:
    """Nothing that somebody typed stands in it: else this deployment would mail strangers any text."""
    text = f"""You are invited to work with others at {settings().server.base_url}.

Open this page within {settings().auth.invitation_days} days to accept:

{_accept_url(token)}

If you are asked for the code, it is:

{token}

If you know nothing of it, ignore this mail.
"""
    try:
        await recovery.post(principal, Mail(invitation.email, "You are invited", text, f"invitation {invitation.id}"))
    except MailNotConfigured:
        log.warning("an invitation was not mailed: SMTP_HOST is not set", invitation_id=str(invitation.id))


def _accept_url(token: str) -> str:
    return f"{settings().server.base_url}/accept-invitation?token={token}"


async def page(principal: Principal, query: PageQuery) -> Page[InvitationOut]:
    rows = await store.invitations(principal, query)
    return query.page(rows, lambda row: InvitationOut.model_validate({**row, "id": row["_id"]}))


async def revoke(principal: Principal, invitation_id: Id) -> None:
    if not await store.delete_invitation(principal, invitation_id):
        raise InvitationNotFound
    await audit.record(principal, audit.Action.INVITATION_REVOKED, "invitation", invitation_id)


async def end_beyond(owner: HasTenant, user_id: Id, role: Role | None) -> None:
    """Of those that this user made, what they may not invite to any more: as this role, or None for no member."""
    beyond = [wanted for wanted in Role if not _may_invite(role, wanted)]
    await store.delete_invitations_by(owner, user_id, roles=beyond)


def _may_invite(role: Role | None, wanted: Role) -> bool:
    return role is not None and role.covers(Role.ADMIN) and role.covers(wanted)


async def read(token: str, key: str, *, field: str = "token") -> Invited:
    """The open invitation of whoever has this address. Raises `InvalidInvitation`."""
    parts = _TOKEN.fullmatch(token)
    if not parts:
        raise InvalidInvitation(field)
    tenant = await store.tenant(Id(parts[1]))
    invitation = await store.invitation(_InTenant(Id(parts[1])), Id(parts[2]))
    if tenant is None or invitation is None or not _is_meant(invitation, token, key):
        raise InvalidInvitation(field)
    if not await _stands(invitation):
        raise InvalidInvitation(field)
    return Invited(invitation, _membership(tenant, invitation.role))


@dataclass(frozen=True, slots=True)
class _InTenant:
    tenant_id: Id


def _is_meant(invitation: Invitation, token: str, key: str) -> bool:
    return hmac.compare_digest(invitation.token_digest, crypto.digest(token)) and invitation.email_key == key


async def _stands(invitation: Invitation) -> bool:
    """Whether its maker may make it today. `end_beyond` may have died before it, or been overtaken by the making."""
    maker = await store.member(invitation.tenant_id, invitation.invited_by)
    if maker is None or not maker.is_active:
        return False
    [held] = [held for held in maker.memberships if held.tenant_id == invitation.tenant_id]
    return _may_invite(held.role, invitation.role)


def _membership(tenant: Tenant, role: Role) -> Membership:
    return Membership(
        tenant_id=tenant.id, tenant_name=tenant.name, name_revision=tenant.revision, role=role, joined_at=now()
    )


async def accept(principal: Principal, token: str) -> MembershipOut:
    """Somebody with an account joins; who is a member already stays what they are."""
    user = await accounts.user_by_id(principal.user_id)
    if user is None:
        raise InvalidToken
    invited = await read(token, user.email_key)
    await _use_up(invited, field="token")
    if await store.add_membership(user.id, invited.membership):
        principals.forget_user(user.id)
        await _note_joined(user.id, invited)
    return await _held(user.id, invited)


async def join_as_new(user: User, invited: Invited) -> bool:
    """Store this new user with the membership as their only one. False when the address has an account already.

    Raises `InvalidInvitation` when it was revoked, replaced or used while the password was hashed.
    """
    await _use_up(invited, field="invitation_token")
    user.memberships = [invited.membership]
    if not await store.add_user(user):
        return False
    await _note_joined(user.id, invited)
    return True


async def _note_joined(user_id: Id, invited: Invited) -> None:
    joined = invited.membership
    actor = Principal(joined.tenant_id, user_id, joined.role)
    await audit.record(
        actor, audit.Action.INVITATION_ACCEPTED, "invitation", invited.invitation.id, role=str(joined.role)
    )


async def _use_up(invited: Invited, *, field: str) -> None:
    if not await store.delete_invitation(invited.invitation, invited.invitation.id):
        raise InvalidInvitation(field)


async def _held(user_id: Id, invited: Invited) -> MembershipOut:
    user = await store.member(invited.membership.tenant_id, user_id)
    if user is None:
        raise InvalidInvitation("token")
    [held] = [held for held in user.memberships if held.tenant_id == invited.membership.tenant_id]
    return MembershipOut(**held.model_dump(include=set(MembershipOut.model_fields)))
