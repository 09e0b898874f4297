"""Who is asking. One resolver serves every way in: bearer token, API key, cookie, WebSocket."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from elenchus.core import logs
from elenchus.core.errors import Forbidden, Unauthenticated
from elenchus.core.ids import Id


class Role(StrEnum):
    """Each role may do what the ones before it may."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def covers(self, needed: "Role") -> bool:
        return _RANK[self] >= _RANK[needed]


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Principal:
    """One user acting in one tenant. Everything tenant-owned is reached through it."""

    tenant_id: Id
    user_id: Id
    role: Role
    session_id: Id | None = None
    is_superuser: bool = False


class PrincipalResolver(Protocol):
    async def __call__(self, credential: str) -> Principal:
        """The principal behind a bearer credential; raises `Unauthenticated`."""


class _SignedIn(OAuth2PasswordBearer):
    """The dependency behind every protected route: resolves the credential, then asks for the role.

    It is the documented security scheme itself, since a scheme beside it would be a second dependency on each request
    (25 µs of about 120).
    """

    def __init__(self, needed: Role) -> None:
        super().__init__(tokenUrl="/api/v1/auth/login", scheme_name="bearer", auto_error=False)
        self.needed = needed

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]  # the token becomes who it is
        resolver: PrincipalResolver = request.app.state.resolve_principal
        principal = await resolver(_credential(request))
        logs.bind(tenant_id=str(principal.tenant_id), user_id=str(principal.user_id))
        if not principal.role.covers(self.needed):
            raise Forbidden(f"This needs the role {self.needed}; yours is {principal.role}.")
        return principal


def _credential(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    raise Unauthenticated("Send `Authorization: Bearer <access token>`; POST /api/v1/auth/login gives you one.")


#: Any signed-in user. Reading is open to every role.
CurrentPrincipal = Annotated[Principal, Depends(_SignedIn(Role.VIEWER))]
#: A user who may write research, documents and executions of their own.
MemberPrincipal = Annotated[Principal, Depends(_SignedIn(Role.MEMBER))]
AdminPrincipal = Annotated[Principal, Depends(_SignedIn(Role.ADMIN))]
OwnerPrincipal = Annotated[Principal, Depends(_SignedIn(Role.OWNER))]
