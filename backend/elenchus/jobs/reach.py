"""Whose jobs somebody sees and steers: one's own, the tenant's for its administrators, all tenants' for a superuser."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from elenchus.core.errors import Forbidden, NotFound
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role


class Scope(StrEnum):
    ME = "me"
    TENANT = "tenant"
    ALL = "all"


class Begun(Protocol):
    """Of a job: by whom it was begun."""

    @property
    def tenant_id(self) -> Id: ...
    @property
    def user_id(self) -> Id: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """None stands for all tenants, and for everybody of the tenant."""

    tenant_id: Id | None
    user_id: Id | None = None

    def covers(self, job: Begun) -> bool:
        return self.tenant_id in {None, job.tenant_id} and self.user_id in {None, job.user_id}


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose rows are meant, whoever asks."""

    tenant_id: Id


class NoSuchTenant(NotFound):
    def __init__(self, tenant_id: Id) -> None:
        super().__init__("There is no such tenant.", asked=tenant_id)


class BeyondReach(Forbidden):
    def __init__(self, scope: Scope) -> None:
        who = "an administrator" if scope is Scope.TENANT else "a superuser of this deployment"
        super().__init__(f"Only {who} sees these jobs; leave `scope` out, or ask for `me`.")


def widest(principal: Principal) -> Reach:
    """All that they may see and steer."""
    if principal.is_superuser:
        return Reach(None)
    return Reach(principal.tenant_id, None if principal.role.covers(Role.ADMIN) else principal.user_id)


def narrowed(principal: Principal, scope: Scope | None = None, tenant_id: Id | None = None) -> Reach:
    """What they ask for, at most what they may see, which is what they get without asking."""
    if tenant_id not in {None, principal.tenant_id} and not principal.is_superuser:
        raise NoSuchTenant(tenant_id or principal.tenant_id)
    most = widest(principal)
    if (scope is Scope.ALL and most.tenant_id) or (scope is Scope.TENANT and most.user_id):
        raise BeyondReach(scope)
    if scope is Scope.ME:
        return Reach(tenant_id or principal.tenant_id, principal.user_id)
    if scope is Scope.TENANT:
        return Reach(tenant_id or principal.tenant_id)
    return Reach(tenant_id or most.tenant_id, most.user_id)
