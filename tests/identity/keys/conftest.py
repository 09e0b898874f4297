"""Firms with keys, and the ways a key is shown."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from elenchus.core.ids import Id
from elenchus.core.principal import Role
from elenchus.identity import store
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import Membership
from elenchus.identity.principals import resolve
from tests.conftest import sign_up
from tests.support import Firm, http_client

KEYS = "/api/v1/api-keys"
SESSION = "/api/v1/auth/session"
Key = dict[str, Any]


def shown(key: Key | str) -> dict[str, str]:
    return {"X-API-Key": key if isinstance(key, str) else key["key"]}


async def make_key(firm: Firm, *scopes: str, **more: Any) -> Key:
    body = {"name": "Docket import", "scopes": scopes or ["documents:read"], **more}
    made = await firm.client.post(KEYS, json=body)
    assert made.status_code == 201, made.text
    key: Key = made.json()
    return key


async def is_refused(credential: str) -> bool:
    try:
        await resolve(credential)
    except InvalidToken:
        return True
    return False


async def become(user_id: Id, tenant_id: Id, role: Role) -> None:
    """As if another process had changed it: this one is not told."""
    membership = Membership(tenant_id=tenant_id, tenant_name="Advocate LLP", role=role)
    await store.change_user(user_id, {"memberships": [membership.model_dump()]})


@pytest.fixture
async def mine(firm: Callable[[], Awaitable[Firm]]) -> Firm:
    return await firm()


@pytest.fixture
async def colleague(live: str, mine: Firm):
    """Somebody else in my tenant, with the role that is asked for."""
    opened: list[httpx.AsyncClient] = []

    async def join(role: Role) -> Firm:
        opened.append(http := http_client(base_url=live))
        joined = await sign_up(http, f"{role}-{secrets.token_hex(6)}@firm.example")
        await become(joined.principal.user_id, mine.principal.tenant_id, role)
        pair = (
            await http.post("/api/v1/auth/login", data={"username": joined.email, "password": joined.password})
        ).json()
        http.headers["Authorization"] = f"Bearer {pair['access_token']}"
        return joined

    yield join
    for http in opened:
        await http.aclose()
