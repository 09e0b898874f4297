"""People of these tests, and the few ways to change the world under them."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from elenchus.core.ids import Id
from elenchus.identity.schemas import RegisterIn

PASSWORD = "quiet harbour lantern 47"
AUTH = "/api/v1/auth"

Account = dict[str, Any]


def an_email() -> str:
    return f"user-{secrets.token_hex(6)}@firm.example"


def a_wish(email: str, **more: str) -> RegisterIn:
    return RegisterIn.model_validate({"email": email, "password": PASSWORD, "full_name": "Rosa Barrister", **more})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post(f"{AUTH}/login", data={"username": email, "password": password})


async def me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get(f"{AUTH}/me", headers=bearer(token))


@pytest.fixture
async def account(client: httpx.AsyncClient) -> Account:
    return await an_account(client)


async def an_account(client: httpx.AsyncClient) -> Account:
    """Somebody registered and signed in: the answer to the sign-in, and the e-mail."""
    email = an_email()
    made = await client.post(
        f"{AUTH}/register", json={"email": email, "password": PASSWORD, "full_name": "Rosa Barrister"}
    )
    assert made.status_code == 201, made.text
    signed_in = await log_in(client, email)
    assert signed_in.status_code == 200, signed_in.text
    return {**signed_in.json(), "email": email, "id": Id(made.json()["id"])}


@pytest.fixture
def sign_in_again(client: httpx.AsyncClient, account: Account) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Another session of the same account."""

    async def again() -> dict[str, Any]:
        answer = await log_in(client, account["email"])
        body: dict[str, Any] = answer.json()
        return body

    return again
