"""What looks like a credential and is none changes nothing about being a stranger, whatever is asked for."""

import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from elenchus.core.settings import Settings, use
from elenchus.main import API_PREFIX, PROBES, create_app
from tests.access.operations import ROWS, Operation, operations
from tests.support import Firm, http_client

JUNK = {
    "a key": {"X-API-Key": "x"},
    "no bearer": {"Authorization": "x"},
    "a token": {"Authorization": "Bearer x.y.z"},
    "an unknown key": {"X-API-Key": f"elk_Unknown0_{'x' * 43}"},
    "two": {"X-API-Key": "elk_x", "Authorization": "Bearer y"},
}
OPEN = [
    each
    for each in operations()
    if ROWS[each.id].who == "everyone" and each.template.startswith(API_PREFIX) and each.template not in PROBES
]


@pytest.fixture
def few(settings_: Settings) -> Iterator[None]:
    """Strangers have one request a minute."""
    limits = settings_.limits.model_copy(update={"anonymous_per_minute": 1})
    use(settings_.model_copy(update={"limits": limits}))
    yield
    use(settings_)


@pytest.fixture
async def http(live: str, few: None) -> AsyncIterator[httpx.AsyncClient]:
    """From an address that nobody used before."""
    address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
    transport = httpx.ASGITransport(create_app(), client=(address, 4711))
    async with http_client(transport=transport, base_url="http://elenchus.test") as client:
        yield client


async def assert_one_is_let_in(http: httpx.AsyncClient, method: str, path: str, **sent: Any) -> None:
    first, second = [await http.request(method, path, **sent) for _ in range(2)]
    assert first.status_code not in (429, 500, 503), first.text
    assert second.status_code == 429, second.text


def test_there_are_open_operations():
    assert len(OPEN) > 8


@pytest.mark.parametrize("operation", OPEN, ids=lambda each: each.id)
async def test_an_open_operation_is_counted(http: httpx.AsyncClient, operation: Operation):
    await assert_one_is_let_in(http, operation.method, operation.template, headers=JUNK["a key"])


@pytest.mark.parametrize("kind", JUNK)
async def test_so_is_each_kind_of_junk(http: httpx.AsyncClient, kind: str):
    await assert_one_is_let_in(http, "POST", f"{API_PREFIX}/auth/refresh", json={}, headers=JUNK[kind])


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", "/nowhere", b""),
        ("PUT", "/auth/refresh", b""),
        ("POST", "/chat", b'{"broken'),
        ("POST", "/chat", b"[" * 100),
        ("POST", "/chat", b"x" * 1_000_000),
        ("GET", "/auth/me", b""),
        ("GET", "/health/database", b""),
    ],
)
async def test_so_is_what_never_comes_to_a_guard(http: httpx.AsyncClient, method: str, path: str, content: bytes):
    headers = JUNK["a token"] | {"Content-Type": "application/json"}
    await assert_one_is_let_in(http, method, API_PREFIX + path, content=content, headers=headers)


async def test_with_an_idempotency_key_it_counts_once(http: httpx.AsyncClient):
    headers = JUNK["a token"] | {"Idempotency-Key": secrets.token_hex(8)}
    await assert_one_is_let_in(http, "POST", f"{API_PREFIX}/chat/conversations", json={}, headers=headers)


@pytest.mark.parametrize("path", PROBES)
async def test_probes_are_free(http: httpx.AsyncClient, path: str):
    for _ in range(3):
        assert (await http.get(path, headers=JUNK["a token"])).status_code == 200


@pytest.fixture
async def someone(firm) -> Firm:
    made: Firm = await firm()
    return made


async def test_who_is_signed_in_counts_as_that_everywhere(someone: Firm, http: httpx.AsyncClient):
    for path in ("/nowhere", "/health/database", "/auth/me") * 2:
        answer = await http.get(API_PREFIX + path, headers={"Authorization": f"Bearer {someone.access_token}"})
        assert answer.status_code != 429
        assert int(answer.headers["ratelimit-limit"]) > 1
