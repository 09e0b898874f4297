"""How tenants refuse."""

from datetime import datetime

from elenchus.core.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, TooManyRequests


class TenantNotFound(NotFound):
    title = "There is no such tenant"

    def __init__(self) -> None:
        super().__init__("It was deleted, or you are no member of it; /auth/me lists your memberships.")


class AlreadyEntered(Conflict):
    slug, title = "already-entered", "This session is in that tenant already"

    def __init__(self) -> None:
        super().__init__("Go on with the tokens you have.")


class TenantChanged(PreconditionFailed):
    title = "The tenant was changed meanwhile"

    def __init__(self) -> None:
        super().__init__("Read it again and repeat the change on what it says now.")


class MemberNotFound(NotFound):
    title = "There is no such member"

    def __init__(self) -> None:
        super().__init__("They have left, or never were a member of this tenant; list the members again.")


class OnlyOwners(Forbidden):
    def __init__(self) -> None:
        super().__init__("Only an owner makes, lowers, removes or invites an owner; ask one.")


class OnlyAdmins(Forbidden):
    def __init__(self) -> None:
        super().__init__("Only an administrator removes other members; ask one.")


class NobodyRaisesThemselves(Forbidden):
    def __init__(self) -> None:
        super().__init__("Ask another administrator to give you a higher role.")


class LastOwner(Conflict):
    slug, title = "last-owner", "A tenant needs an owner"

    def __init__(self) -> None:
        super().__init__("This is its last one: make another member an owner first.")


class MembersBusy(Conflict):
    slug, title = "members-busy", "Others are changing the members at this moment"

    def __init__(self) -> None:
        super().__init__("Look at the members again, then repeat the change if it is still needed.")


class AlreadyMember(Conflict):
    slug, title = "already-member", "This person is a member already"

    def __init__(self) -> None:
        super().__init__("Change their role in the list of members instead.")


class InvitationNotFound(NotFound):
    title = "There is no such invitation"

    def __init__(self) -> None:
        super().__init__("It was accepted, revoked, replaced, or has expired.")


class InvitationContested(Conflict):
    title = "Others are inviting this address at this moment"

    def __init__(self) -> None:
        super().__init__("Look at the invitations again, then repeat yours if it is still needed.")


class InvalidInvitation(Invalid):
    """One answer for forged, expired, revoked, replaced, used and meant for another address."""

    slug, title = "invalid-invitation", "The invitation is not valid"

    def __init__(self, field: str) -> None:
        detail = "It is expired, revoked, used or made for another address; ask for a new one."
        super().__init__(detail, errors=[{"loc": ["body", field], "msg": detail, "type": "invalid_invitation"}])


class QuotaExceeded(TooManyRequests):
    """For what begins anew with the month."""

    slug, title = "quota-exceeded", "The tenant has used its share"

    def __init__(self, name: str, *, limit: int, used: int, resets_at: datetime, retry_after_seconds: int) -> None:
        super().__init__(
            f"{used:,} of {limit:,} {name.replace('_', ' ')} are used. Wait until {resets_at:%Y-%m-%d %H:%M} UTC, "
            "or ask an owner to choose a larger tier.",
            retry_after_seconds=retry_after_seconds,
            name=name,
            limit=limit,
            used=used,
            resets_at=resets_at,
        )


class StorageQuotaExceeded(Forbidden):
    """Waiting does not help, so it is no 429."""

    slug, title = "storage-full", "The tenant's storage is full"

    def __init__(self, *, limit: int, used: int, needed: int) -> None:
        super().__init__(
            f"This needs {needed:,} bytes, and {used:,} of {limit:,} are used. Delete documents that are no longer "
            "needed, or ask an owner to choose a larger tier.",
            name="storage_bytes",
            limit=limit,
            used=used,
        )
