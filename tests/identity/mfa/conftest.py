"""People with an authenticator, and a clock that they and the server share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest

from elenchus.core import clock as real_clock
from elenchus.core.settings import Settings
from elenchus.identity import signing_in
from elenchus.identity.mfa import codes
from elenchus.identity.models import User
from tests.identity.conftest import AUTH, PASSWORD, Account, bearer

MFA = f"{AUTH}/mfa"
STEP = timedelta(seconds=30)


@dataclass
class Clock:
    """Stands still, 15 s into a step, until it is moved."""

    at: datetime = field(default_factory=lambda: real_clock.now().replace(second=15, microsecond=0))

    def now(self) -> datetime:
        return self.at

    def next_step(self) -> None:
        self.at += STEP


@dataclass
class Enrolled:
    """An account whose second factor is confirmed."""

    account: Account
    secret: str
    recovery_codes: list[str]
    clock: Clock

    @property
    def email(self) -> str:
        return str(self.account["email"])

    def code(self, *, steps: int = 0) -> str:
        return code_at(self.secret, self.clock, steps=steps)

    def fresh_code(self) -> str:
        """One that was never used."""
        self.clock.next_step()
        return self.code()


def code_at(secret: str, clock: Clock, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.at, counter_offset=steps)


@pytest.fixture(autouse=True)
def without_limits(change_settings: Callable[..., Settings]) -> None:
    """All tests come from one address."""
    change_settings("limits", enabled=False)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of the authenticator and of whoever checks its codes; everything else keeps the real one."""
    stopped = Clock()
    monkeypatch.setattr(codes, "now", stopped.now)
    return stopped


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many guesses at once as one likes: the turns, which come one after another, are not what is tested."""

    async def take_turn(_user: User) -> None: ...

    monkeypatch.setattr(signing_in, "take_turn", take_turn)


async def post(client: httpx.AsyncClient, account: Account, verb: str, **body: Any) -> httpx.Response:
    return await client.post(f"{MFA}/{verb}", json=body, headers=bearer(account["access_token"]))


async def enroll(client: httpx.AsyncClient, account: Account, password: str = PASSWORD) -> str:
    answer = await post(client, account, "enroll", current_password=password)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


async def enable(client: httpx.AsyncClient, account: Account, clock: Clock, password: str = PASSWORD) -> Enrolled:
    secret = await enroll(client, account, password)
    confirmed = await post(client, account, "confirm", otp=code_at(secret, clock))
    assert confirmed.status_code == 200, confirmed.text
    return Enrolled(account, secret, confirmed.json()["recovery_codes"], clock)


@pytest.fixture
async def enrolled(client: httpx.AsyncClient, account: Account, clock: Clock) -> Enrolled:
    return await enable(client, account, clock)


@pytest.fixture
def log_in_with(client: httpx.AsyncClient) -> Callable[..., Awaitable[httpx.Response]]:
    async def log_in_with(email: str, otp: str | None = None, password: str = PASSWORD) -> httpx.Response:
        form = {"username": email, "password": password} | ({} if otp is None else {"otp": otp})
        return await client.post(f"{AUTH}/login", data=form)

    return log_in_with


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"].rpartition("/")[2])
