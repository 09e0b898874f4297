"""Firms with colleagues, somebody who runs the deployment, and time that passes when it is told to."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Role
from elenchus.identity import principals
from elenchus.identity.models import Membership, Tenant, User
from elenchus.identity.people import erasing
from tests.conftest import sign_up
from tests.support import Firm, http_client, until

USERS = "/api/v1/users"
TENANTS = "/api/v1/tenants"
ME = "/api/v1/auth/me"
LOGIN = "/api/v1/auth/login"
Join = Callable[..., Awaitable[Firm]]


def path(somebody: Firm) -> str:
    return f"{USERS}/{somebody.principal.user_id}"


async def stored(user_id: Id) -> User | None:
    return await User.find_one({"_id": user_id})


async def stored_tenant(tenant_id: Id) -> Tenant | None:
    return await Tenant.find_one({"_id": tenant_id})


async def sign_in(firm: Firm) -> httpx.Response:
    """Without the token that they have."""
    form = {"username": firm.email, "password": firm.password}
    return await firm.client.post(LOGIN, data=form, headers={"Authorization": ""})


async def sign_in_again(firm: Firm) -> None:
    answer = await sign_in(firm)
    assert answer.status_code == 200, answer.text
    firm.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def delete_me(firm: Firm) -> None:
    answer = await firm.client.delete(path(firm))
    assert answer.status_code == 204, answer.text


async def delete_tenant(firm: Firm, name: str = "Advocate LLP") -> httpx.Response:
    return await firm.client.request("DELETE", f"{TENANTS}/current", json={"name": name})


async def overdue(model: type[User] | type[Tenant], id_: Id) -> None:
    """As if the time to restore it were over."""
    await model.find_one({"_id": id_}).update({"$set": {"erase_at": now() - timedelta(seconds=1)}})


async def erased(model: type[User] | type[Tenant], id_: Id) -> None:
    """By a worker that runs beside."""
    await overdue(model, id_)
    await erasing.submit_due(now())

    async def is_gone() -> bool:
        return await model.find_one({"_id": id_}) is None

    await until(is_gone, timeout=40)


async def audited(firm: Firm, action: str) -> list[dict[str, Any]]:
    rows = (await firm.client.get("/api/v1/audit", params={"action": action})).raise_for_status()
    items: list[dict[str, Any]] = rows.json()["items"]
    return items


async def rows_in(tenant_id: Id) -> list[dict[str, Any]]:
    """All of a tenant's record, the oldest first; also of one that nobody can sign in to."""
    await audit.drain(10)
    return await AuditRow.get_pymongo_collection().find({"tenant_id": tenant_id}).sort("seq", 1).to_list()


async def actions_in(tenant_id: Id) -> list[str]:
    return [row["action"] for row in await rows_in(tenant_id)]


@pytest.fixture(scope="session", autouse=True)
async def _first_user(live: str) -> None:
    """Whoever opens a deployment is its superuser: nobody of these tests is."""
    async with http_client(base_url=live) as http:
        await sign_up(http, f"first-{secrets.token_hex(6)}@firm.example")


@pytest.fixture
async def somebody(firm: Callable[[], Awaitable[Firm]]) -> Firm:
    """Alone in a tenant of their own."""
    return await firm()


@pytest.fixture
async def boss(firm: Callable[[], Awaitable[Firm]]) -> Firm:
    """Runs the deployment."""
    made = await firm()
    await User.find_one({"_id": made.principal.user_id}).update({"$set": {"is_superuser": True}})
    principals.forget_user(made.principal.user_id)
    return made


@pytest.fixture
async def join(live: str) -> AsyncIterator[Join]:
    """Another person who belongs to somebody's tenant, and to no other."""
    opened: list[httpx.AsyncClient] = []

    async def make(firm: Firm, role: Role = Role.MEMBER) -> Firm:
        opened.append(http := http_client(base_url=live))
        joined = await sign_up(http, f"{role}-{secrets.token_hex(6)}@firm.example")
        own = joined.principal.tenant_id
        held = Membership(tenant_id=firm.principal.tenant_id, tenant_name="Advocate LLP", role=role).model_dump()
        await User.find_one({"_id": joined.principal.user_id}).update({"$set": {"memberships": [held]}})
        await Tenant.find_one({"_id": own}).delete()
        await sign_in_again(joined)
        joined.principal = replace(joined.principal, tenant_id=firm.principal.tenant_id, role=role)
        return joined

    yield make
    for http in opened:
        await http.aclose()
