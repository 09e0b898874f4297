"""Who is asking, and whether they may. One resolver serves every way in: bearer token, API key, cookie, WebSocket."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import OAuth2PasswordBearer
from starlette.routing import BaseRoute
from starlette.types import Scope

from elenchus.core import logs, ratelimit, scopes
from elenchus.core.errors import Forbidden, Unauthenticated
from elenchus.core.ids import Id
from elenchus.core.settings import settings


class Role(StrEnum):
    """Each role may do what the ones before it may."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def covers(self, needed: "Role") -> bool:
        return _RANK[self] >= _RANK[needed]


#: How every API key begins; an access token never does.
API_KEY_PREFIX = "elk_"
_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Allowance:
    requests: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Principal:
    """One user acting in one tenant. Everything tenant-owned is reached through it."""

    tenant_id: Id
    user_id: Id
    role: Role
    session_id: Id | None = None
    is_superuser: bool = False
    api_key_id: Id | None = None
    #: What the API key may do, such as `documents:read`; None for a person, whom only the role limits.
    scopes: frozenset[str] | None = None
    #: Requests in so many seconds; None: as many as it likes.
    allowance: Allowance | None = None


HOW_TO = (
    "Send `Authorization: Bearer <access token or API key>` or `X-API-Key: <API key>`; "
    "POST /api/v1/auth/login gives you a token."
)


class PrincipalResolver(Protocol):
    async def __call__(self, credential: str) -> Principal:
        """The principal behind an access token or an API key; raises `Unauthenticated`."""


class _SignedIn(OAuth2PasswordBearer):
    """The dependency behind every protected route: resolves the credential, then asks for the role.

    It is the documented security scheme itself, since a scheme beside it would be a second dependency on each request
    (25 µs of about 120).
    """

    def __init__(self, needed: Role, *, session_only: bool = False, superuser: bool = False) -> None:
        super().__init__(tokenUrl="/api/v1/auth/login", scheme_name="bearer", auto_error=False)
        self.needed = needed
        self.session_only = session_only or superuser
        self.superuser = superuser

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]  # the token becomes who it is
        principal = await known(request.scope)
        if principal is None:
            raise request.scope["state"]["unknown"]
        if principal.api_key_id is not None:
            scope = scopes.SESSION_ONLY if self.session_only else _needed_scope(request.scope)
            scopes.require(scope, principal.scopes or ())
        if not principal.role.covers(self.needed):
            raise Forbidden(f"This needs the role {self.needed}; yours is {principal.role}.")
        if self.superuser and not principal.is_superuser:
            raise Forbidden("Only a superuser of this deployment may do this.")
        return principal


async def known(scope: Scope) -> Principal | None:
    """Who sent this request or opens this WebSocket: looked up and counted once, however many ask.

    None without a good credential; why is in `state["unknown"]`, for whatever needs one to raise. Raises
    `TooManyRequests`.
    """
    state: dict[str, Any] = scope.setdefault("state", {})
    if "principal" not in state:
        state["principal"] = await _identified(scope["app"].state.resolve_principal, scope, state)
    principal: Principal | None = state["principal"]
    return principal


async def _identified(resolve: PrincipalResolver, scope: Scope, state: dict[str, Any]) -> Principal | None:
    """Strangers are counted by address. What they show is looked up before that: the limit is on their requests, and
    keys are not guessed because they are long."""
    try:
        principal = await resolve(credential_of(scope))
    except Unauthenticated as refusal:
        state["unknown"] = refusal
        most = settings().limits.anonymous_per_minute
        await ratelimit.admit_caller(state, "ip", requests=most, window_seconds=ratelimit.MINUTE)
        return None
    logs.bind(tenant_id=str(principal.tenant_id), user_id=str(principal.user_id))
    if principal.allowance is not None:
        await ratelimit.admit(state, _subject(principal), principal.allowance)
    return principal


def _subject(principal: Principal) -> str:
    return f"key:{principal.api_key_id}" if principal.api_key_id else f"user:{principal.user_id}"


def credential_of(scope: Scope) -> str:
    """The access token or API key of these headers. Two that differ are none: who believes which is anyone's guess."""
    found: set[str] = set()
    for name, value in scope["headers"]:
        if name == b"authorization":
            found.add(_bearer(value.decode("latin-1")))
        elif name == b"x-api-key":
            found.add(_api_key(value.decode("latin-1")))
    if not found:
        raise Unauthenticated(HOW_TO)
    if len(found) > 1:
        raise Unauthenticated("Send one credential: these headers hold different ones.")
    if "" in found:
        raise Unauthenticated(HOW_TO)
    return found.pop()


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip(" \t") if scheme.lower() == "bearer" else ""


def _api_key(header: str) -> str:
    key = header.strip(" \t")
    return key if key.startswith(API_KEY_PREFIX) else ""


_scopes: dict[tuple[object, str, str], str] = {}


def _needed_scope(scope: Scope) -> str:
    """Worked out at the first request with an API key to this operation."""
    route = scope.get("fastapi", {}).get("effective_route_context") or scope["route"]
    operation = (route.endpoint, route.path_format, scope["method"])
    if operation not in _scopes:
        _scopes[operation] = _scope_of(route, scope["method"])
    return _scopes[operation]


def _scope_of(route: Any, method: str) -> str:
    said: str | None = (route.openapi_extra or {}).get(scopes.FIELD)
    return scopes.needed(route.path_format, method, said)


def document_scopes(document: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Write into each guarded operation of the API document what opens it to an API key."""
    for route in iter_route_contexts(routes):
        guards = list(_guards(getattr(route, "dependant", None)))
        operations = document["paths"].get(route.path_format, {})
        for method in route.methods or () if guards else ():
            if operation := operations.get(method.lower()):
                only_people = any(guard.session_only for guard in guards)
                operation[scopes.FIELD] = scopes.SESSION_ONLY if only_people else _scope_of(route, method)


def _guards(dependant: Dependant | None) -> Iterator[_SignedIn]:
    if dependant is None:
        return
    if isinstance(dependant.call, _SignedIn):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _guards(child)


#: Any signed-in user. Reading is open to every role.
CurrentPrincipal = Annotated[Principal, Depends(_SignedIn(Role.VIEWER))]
#: A user who may write research, documents and executions of their own.
MemberPrincipal = Annotated[Principal, Depends(_SignedIn(Role.MEMBER))]
AdminPrincipal = Annotated[Principal, Depends(_SignedIn(Role.ADMIN))]
OwnerPrincipal = Annotated[Principal, Depends(_SignedIn(Role.OWNER))]
#: A person on their own account: no API key, whatever the path.
AccountPrincipal = Annotated[Principal, Depends(_SignedIn(Role.VIEWER, session_only=True))]
#: Whoever runs the deployment, signed in.
SuperuserPrincipal = Annotated[Principal, Depends(_SignedIn(Role.VIEWER, superuser=True))]
