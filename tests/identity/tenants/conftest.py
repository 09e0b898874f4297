"""A team of one tenant, and what is recorded of what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.identity import passwords, sessions
from elenchus.identity.models import Membership, Tenant, User
from elenchus.identity.schemas import Device
from tests.identity.conftest import AUTH, PASSWORD, an_email, bearer

CURRENT = "/api/v1/tenants/current"
INVITATIONS = f"{CURRENT}/invitations"
ACCEPT = f"{AUTH}/invitations/accept"


@dataclass
class Person:
    """Somebody signed in."""

    http: httpx.AsyncClient
    email: str
    id: Id
    token: str
    refresh_token: str
    principal: Principal

    async def call(self, method: str, url: str, **more: Any) -> httpx.Response:
        headers = {**bearer(self.token), **more.pop("headers", {})}
        return await self.http.request(method, url, headers=headers, **more)

    async def get(self, url: str, **more: Any) -> httpx.Response:
        return await self.call("GET", url, **more)

    async def post(self, url: str, body: object = None) -> httpx.Response:
        return await self.call("POST", url, json=body)

    async def patch(self, url: str, body: object, **headers: str) -> httpx.Response:
        return await self.call("PATCH", url, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    async def delete(self, url: str) -> httpx.Response:
        return await self.call("DELETE", url)

    async def stored(self) -> User:
        user = await User.find_one({"_id": self.id})
        assert user is not None
        return user

    async def role(self) -> Role | None:
        """In the tenant they signed in to."""
        held = [one.role for one in (await self.stored()).memberships if one.tenant_id == self.principal.tenant_id]
        return held[0] if held else None


async def signed_in(http: httpx.AsyncClient, tenant: Tenant, role: Role) -> Person:
    """Stored as registering and signing in store it, which have tests of their own: a tenth of the time."""
    email = an_email()
    held = Membership(tenant_id=tenant.id, tenant_name=tenant.name, role=role, joined_at=now())
    user = User(
        email=email,
        email_key=email,
        password_hash=await passwords.hashed(PASSWORD),
        full_name="Rosa Barrister",
        memberships=[held],
    )
    await user.insert()
    pair = await sessions.begin(user, held, device=Device("pytest", "127.0.0.1"))
    return Person(http, email, user.id, pair.access_token, pair.refresh_token, Principal(tenant.id, user.id, role))


@dataclass
class Team:
    http: httpx.AsyncClient
    owner: Person
    people: dict[Role, Person] = field(default_factory=dict)

    @property
    def tenant_id(self) -> Id:
        return self.owner.principal.tenant_id

    async def tenant(self) -> Tenant:
        found = await Tenant.find_one({"_id": self.tenant_id})
        assert found is not None
        return found

    async def add(self, role: Role) -> Person:
        return await signed_in(self.http, await self.tenant(), role)


@pytest.fixture(autouse=True)
def _nobody_is_first(change_settings) -> None:
    change_settings("auth", first_user_is_superuser=False)


@pytest.fixture
def new_team(client: httpx.AsyncClient) -> Callable[[], Awaitable[Team]]:
    async def make() -> Team:
        tenant = await Tenant(name="Team LLP").insert()
        return Team(client, await signed_in(client, tenant, Role.OWNER))

    return make


@pytest.fixture
async def team(new_team: Callable[[], Awaitable[Team]]) -> Team:
    """An owner and one member of each other role."""
    made: Team = await new_team()
    made.people[Role.OWNER] = made.owner
    for role in (Role.VIEWER, Role.MEMBER, Role.ADMIN):
        made.people[role] = await made.add(role)
    return made


@pytest.fixture
async def stranger(new_team: Callable[[], Awaitable[Team]]) -> Person:
    """Somebody with an account and a tenant of their own."""
    return (await new_team()).owner


async def also_member(person: Person, team: Team, role: Role = Role.MEMBER, **more: Any) -> None:
    """Of another team, behind everybody's back."""
    held = Membership(tenant_id=team.tenant_id, tenant_name="Team LLP", role=role, **more)
    await User.find_one({"_id": person.id}).update({"$push": {"memberships": held.model_dump()}})


async def invited(team: Team, email: str | None = None, role: Role = Role.MEMBER) -> dict[str, Any]:
    answer = await team.owner.post(INVITATIONS, {"email": email or an_email(), "role": role})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def register(team: Team, email: str, token: str) -> httpx.Response:
    wish = {"email": email, "password": PASSWORD, "full_name": "Ivy Invited", "invitation_token": token}
    return await team.http.post(f"{AUTH}/register", json=wish)


def is_invalid(answer: httpx.Response) -> bool:
    return answer.status_code == 422 and answer.json()["type"].endswith("/invalid-invitation")


Record = tuple[Any, str, str, Any, dict[str, Any]]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """(actor, action, kind, object, details) of each audit record."""
    rows: list[Record] = []

    async def record(actor: Any, action: Any, kind: str, object_id: Any, **details: Any) -> None:
        rows.append((actor, str(action), kind, object_id, details))

    monkeypatch.setattr(audit, "record", record)
    return rows
