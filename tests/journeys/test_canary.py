"""Nothing that a person types in confidence, and nothing that opens a door, is told to whoever reads logs and figures:
a small firm's whole day through the real processes, everything going wrong that can."""

import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient

from elenchus.embedded import Endpoints
from tests.conftest import free_port
from tests.fixtures.smtp import HOST, SmtpStub, smtp_server
from tests.journeys.test_commands import environment, going_up
from tests.support import http_client, until

API = "/api/v1"
DATABASE = "canary"


def canary() -> str:
    return f"canary{secrets.token_hex(10)}"


@dataclass
class Day:
    """What was kept from others, by what it is, and whatever was said to somebody it does not belong to."""

    http: httpx.AsyncClient
    mails: SmtpStub
    log: Path
    database: Any
    hidden: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def hide(self, what: str, value: str = "") -> str:
        self.hidden[what] = value or canary()
        return self.hidden[what]

    async def ask(self, method: str, path: str, status: int, **sent: Any) -> Any:
        answer = await self.http.request(method, API + path, **sent)
        assert answer.status_code == status, answer.text
        if answer.status_code >= 400:
            self.problems.append(answer.text)
        return answer.json() if answer.content else None

    def found_in(self, told: str) -> set[str]:
        return {what for what, value in self.hidden.items() if value in told}

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
async def day(tmp_path: Path, servers: Endpoints) -> AsyncIterator[Day]:
    async with smtp_server() as mails:
        env = environment(
            tmp_path, free_port(), MONGODB_URL=servers.mongodb_url, REDIS_URL=servers.redis_url,
            MONGODB_DATABASE=DATABASE, JOBS_QUEUE=DATABASE, LOG_LEVEL="DEBUG", AUTH_BCRYPT_ROUNDS="4",
            SMTP_HOST=HOST, SMTP_PORT=str(mails.port), SMTP_SECURITY="none",
        )  # fmt: skip
        async with going_up(env, tmp_path) as (_, url), http_client(base_url=url) as http:
            mongo: AsyncMongoClient[Any] = AsyncMongoClient(servers.mongodb_url)
            yield Day(http, mails, tmp_path / "up.log", mongo[DATABASE])
            await mongo.close()


async def test_what_is_secret_is_told_to_nobody_else(day: Day):
    """Some seconds: the whole of Elenchus starts."""
    email = f"ada-{secrets.token_hex(4)}@firm.example"
    await signing_in(day, email)
    await keys_and_guests(day)
    await research(day)
    await new_passwords(day, email)
    await until(lambda: any(line["event"] == "request broke" for line in day.lines))
    figures = (await day.http.get("/metrics")).text
    assert "elenchus" in figures
    assert day.found_in(day.log.read_text()) == set()
    assert day.found_in(figures) == set()
    assert day.found_in("".join(day.problems)) <= {"name of a file"}  # which file of several it is, says its answer


async def signing_in(day: Day, email: str) -> None:
    account = {"email": email, "password": day.hide("password"), "full_name": "Ada"}
    weak = {**account, "password": f"{day.hide('weak password', secrets.token_hex(5))}"}
    await day.ask("POST", "/auth/register", 422, json=weak)
    await day.ask("POST", "/auth/register", 201, json=account)
    await day.ask("POST", "/auth/register", 409, json=account)
    wrong = {"username": email, "password": day.hide("wrong password")}
    await day.ask("POST", "/auth/login", 401, data=wrong)
    pair = await day.ask("POST", "/auth/login", 200, data={"username": email, "password": account["password"]})
    renewal = {"refresh_token": day.hide("first refresh token", pair["refresh_token"])}
    day.hide("first access token", pair["access_token"])
    pair = await day.ask("POST", "/auth/refresh", 200, json=renewal)
    day.hide("refresh token", pair["refresh_token"])
    day.http.headers["Authorization"] = f"Bearer {day.hide('access token', pair['access_token'])}"
    await day.ask("GET", "/auth/me", 401, headers={"Authorization": f"Bearer {day.hide('unknown token')}"})
    await day.ask("GET", f"/auth/google/callback?state={day.hide('state')}&code={day.hide('code')}", 404)


async def keys_and_guests(day: Day) -> None:
    made = await day.ask("POST", "/api-keys", 201, json={"name": "k", "scopes": ["chat:read"]})
    key = day.hide("key", made["key"])
    for path, status in (("/chat/conversations", 200), ("/documents", 403)):
        await day.ask("GET", path, status, headers={"Authorization": f"Bearer {key}", "X-API-Key": key})
    wish = {"email": "guest@firm.example", "role": "member"}
    invited = await day.ask("POST", "/tenants/current/invitations", 201, json=wish)
    token = day.hide("invitation", invited["token"])
    await day.ask("POST", "/auth/invitations/accept", 422, json={"token": token})
    guest = {"email": wish["email"], "password": day.hide("guest's password"), "full_name": "G"}
    await day.ask("POST", "/auth/register", 201, json={**guest, "invitation_token": token})


async def research(day: Day) -> None:
    tenant = day.hide("name in a question")
    text = f"LEASE\n\nThe Tenant {tenant} shall pay rent of $4,200 per month to {day.hide('text')}."
    name = f"{day.hide('name of a file')}.txt"
    uploaded = await day.ask("POST", "/documents", 202, files={"files": (name, text.encode(), "text/plain")})
    id_ = uploaded["items"][0]["id"]
    await day.ask("POST", "/documents", 415, files={"files": (name, b"\x00" + text.encode(), "text/plain")})

    async def is_read() -> bool:
        return bool((await day.ask("GET", f"/documents/{id_}", 200))["processing"]["status"] == "completed")

    await until(is_read)
    question = f"What is the monthly rent of {tenant}?"
    answered = await day.ask("POST", "/chat", 200, json={"content": question})
    assert day.hidden["text"] in answered["message"]["content"]
    await day.ask("POST", "/chat", 422, json={"content": question, "model": {"name": question}})
    await day.ask("POST", "/documents/search", 422, json={"query": {"$where": question}})
    await day.ask("GET", "/chat/conversations", 200, params={"q": question})
    await broken_rows(day, answered["conversation_id"])


async def broken_rows(day: Day, conversation_id: str) -> None:
    """What a library says of a value that it does not expect often repeats the value."""
    users, conversations = day.database["users"], day.database["conversations"]
    await users.update_many({}, {"$set": {"full_name": [day.hide("a name in a broken row")]}})
    await day.ask("GET", "/auth/me", 500)
    await users.update_many({}, {"$set": {"full_name": "Ada"}})
    await conversations.update_many({}, {"$set": {"messages": [day.hide("a message in a broken row")]}})
    await day.ask("GET", f"/chat/conversations/{conversation_id}", 500)
    broken = {"id": "1", "role": "user", "content": [day.hide("words in a broken row")], "status": "complete"}
    await conversations.update_many({}, {"$set": {"messages": [broken]}})
    await day.ask("POST", "/chat", 503, json={"content": day.hide("next question"), "conversation_id": conversation_id})


async def new_passwords(day: Day, email: str) -> None:
    change = {"current_password": day.hidden["password"], "new_password": day.hide("second password")}
    await day.ask("POST", "/auth/me/password", 422, json={**change, "current_password": day.hide("mistaken one")})
    await day.ask("POST", "/auth/me/password", 204, json=change)
    known = len(day.mails.to(email))  # the one that confirms the address has such a token too
    await day.ask("POST", "/auth/password/forgot", 202, json={"email": email})

    def tokens() -> list[str]:
        told = "\n".join(mail.text for mail in day.mails.to(email)[known:])
        return re.findall(r"^[0-9a-f]{24}\.[A-Za-z0-9_-]{43}$", told, re.M)

    token = await until(tokens)
    reset = {"token": day.hide("reset token", token[0]), "new_password": day.hide("third password")}
    await day.ask("POST", "/auth/password/reset", 204, json=reset)
    await day.ask("POST", "/auth/password/reset", 422, json=reset)
