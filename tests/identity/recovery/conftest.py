"""Mail of these tests, and the few ways to get at a token."""

import re
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from elenchus.core.ids import Id, new_id
from elenchus.core.settings import Settings
from elenchus.identity import store
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.models import User
from elenchus.identity.recovery import one_time, service
from elenchus.identity.recovery.models import Purpose
from elenchus.jobs import service as jobs
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import JobDetail
from tests.fixtures.smtp import HOST, Delivered, SmtpStub, smtp_server
from tests.identity.conftest import AUTH, Account, an_account, bearer
from tests.support import until

NEW_PASSWORD = "seven green lamps at dusk"
PUBLIC_URL = "https://research.firm.example"
RESET, NOTICE, VERIFY = "Choose a new password", "Your password was changed", "Confirm your e-mail address"


@pytest.fixture(autouse=True)
def without_limits(change_settings: Callable[..., Settings]) -> None:
    """All tests come from one address; those of the limits set them again."""
    change_settings("limits", enabled=False)


@pytest.fixture
async def account(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Registered without being mailed: what a test sees or breaks is what it asked for itself."""

    async def nobody_is_asked(_user: User) -> None: ...

    with monkeypatch.context() as quietly:
        quietly.setattr(service, "request_verification", nobody_is_asked)
        return await an_account(client)


@pytest.fixture
async def smtp(change_settings: Callable[..., Settings]) -> AsyncIterator[SmtpStub]:
    """A mail server that this deployment uses until the test ends."""
    async with smtp_server() as stub:
        change_settings("mail", host=HOST, port=stub.port, security="none", timeout_seconds=5)
        change_settings("server", public_url=PUBLIC_URL)
        yield stub


async def mailed(smtp: SmtpStub, address: str, subject: str, *, number: int = 1) -> Delivered:
    """The so manieth mail with this subject to this address."""

    def arrived() -> list[Delivered]:
        found = [mail for mail in smtp.to(address) if mail.message["Subject"] == subject]
        return found if len(found) >= number else []

    return (await until(arrived))[number - 1]


def token_in(mail: Delivered) -> str:
    """It stands alone on a line, for whoever cannot open the link."""
    (token,) = re.findall(r"^[0-9a-f]{24}\.[A-Za-z0-9_-]{43}$", mail.text, re.M)
    return token


async def forgot(client: httpx.AsyncClient, email: str, **more: object) -> httpx.Response:
    return await client.post(f"{AUTH}/password/forgot", json={"email": email}, **more)


async def reset(client: httpx.AsyncClient, token: object, password: str = NEW_PASSWORD) -> httpx.Response:
    return await client.post(f"{AUTH}/password/reset", json={"token": token, "new_password": password})


async def verify(client: httpx.AsyncClient, token: object) -> httpx.Response:
    return await client.post(f"{AUTH}/email/verify", json={"token": token})


async def ask_for_verification(client: httpx.AsyncClient, access_token: str) -> httpx.Response:
    return await client.post(f"{AUTH}/email/verify-request", headers=bearer(access_token))


async def user_of(account: dict[str, object]) -> User:
    user = await store.user_by_id(Id(str(account["id"])))
    assert user is not None
    return user


async def a_token(account: dict[str, object], purpose: Purpose = Purpose.RESET) -> str:
    return await one_time.issue(await user_of(account), purpose, token_id=new_id())


async def an_api_key(client: httpx.AsyncClient, account: dict[str, object]) -> str:
    headers = bearer(str(account["access_token"]))
    made = await client.post("/api/v1/api-keys", json={"name": "night run", "scopes": ["chat:read"]}, headers=headers)
    assert made.status_code == 201, made.text
    return str(made.json()["key"])


async def newest_job(type_: str) -> JobDetail | None:
    """Of the deployment's own."""
    rows = await Job.owned_by(DEPLOYMENT).newest({"type": type_}, limit=1, fields={"_id": 1})
    return await jobs.get(DEPLOYMENT, rows[0]["_id"]) if rows else None


async def ended(type_: str, *, after: Id) -> JobDetail:
    """The deployment's newest job of this type, which began after that id was made, once it is over."""

    async def over() -> JobDetail | None:
        job = await newest_job(type_)
        return job if job and job.id > after and job.status.is_over else None

    return await until(over)


def refusal(answer: httpx.Response) -> dict[str, object]:
    """What a problem says, whoever asked and wherever."""
    return {name: value for name, value in answer.json().items() if name not in {"request_id", "instance"}}
