"""Two firms with something in every collection, and everybody who might ask for it."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import bson
import httpx
import jwt

from elenchus import registry
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import TenantOwned
from elenchus.core.principal import Role
from elenchus.core.resources import resources
from elenchus.identity import tokens
from elenchus.identity.models import Membership, User
from tests.library.support import job_over
from tests.research.support import asked, filed
from tests.support import Firm, http_client

PASSWORD = "correct horse battery staple"
API = "/api/v1"
#: They move on by themselves: the record of what was asked, the engine's own, what is counted, who was seen when.
RESTLESS = {"audit_rows", "audit_heads", "workers", "schedules", "kept_answers", "login_failures"}
#: Counters of being looked at.
RESTLESS_FIELDS = ("last_used_at", "usage_count", "updated_at", "last_login_at", "login_count")

ENDLESS = {f"{API}/jobs/events"}
ENDLESS_SECONDS = 1.0

SignUp = Callable[[httpx.AsyncClient, str], Awaitable[Firm]]


@dataclass
class World:
    """`firm` is the one that is attacked; `author` is who wrote its conversation and uploaded its document."""

    base_url: str
    canary: str
    tenant_id: str
    tenant_name: str
    stranger_tenant_id: str = ""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    #: By the name that paths and bodies have for it.
    ids: dict[str, str] = field(default_factory=dict)
    #: The same names, for what others than the author have of their own.
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    async def send(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self.headers[who], **more.pop("headers", {})}
        request = self.http.build_request(method, path, headers=headers, **more)
        answer = await self.http.send(request, stream=True)
        try:
            return await _whole(answer, request)
        finally:
            await answer.aclose()
            self.http.cookies.clear()

    @cached_property
    def http(self) -> httpx.AsyncClient:
        self.opened.append(http_client(base_url=self.base_url))
        return self.opened[-1]

    def template(self, name: str) -> dict[str, Any]:
        say = {
            "name": "say",
            "type": "transform",
            "input": {"value": f"{self.canary} {{{{ input.word | default('') }}}}"},
        }
        given = {"format": "md", "title": self.canary, "markdown": "{{ steps.say }}"}
        steps = [say, {"name": "file", "type": "export", "needs": ["say"], "input": given}]
        body = {"name": f"t-{name}", "title": self.canary, "input_schema": {"type": "object"}}
        return {**body, "definition": {"steps": steps}}

    async def close(self) -> None:
        for http in self.opened:
            await http.aclose()


async def _whole(answer: httpx.Response, request: httpx.Request) -> httpx.Response:
    """Of a stream that has no end, what comes within a moment."""
    if not (request.url.path in ENDLESS and answer.is_success):
        await answer.aread()
        return answer
    told = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(ENDLESS_SECONDS):
            async for piece in answer.aiter_bytes():
                told += piece
    return httpx.Response(answer.status_code, headers=answer.headers, content=told, request=request)


#: Besides the owner and the author, by role; the last three were shut out.
MEMBERS = {
    "admin": Role.ADMIN, "colleague": Role.MEMBER, "viewer": Role.VIEWER,
    "suspended": Role.ADMIN, "removed": Role.ADMIN, "left": Role.ADMIN,
}  # fmt: skip


async def build(
    base_url: str, sign_up: SignUp, *, everybody: bool = True, named: frozenset[str] | None = None
) -> World:
    """Everything, and everybody or only who may do something; over HTTP but for what no request can do to somebody
    else in one go. With `named` only the firm's own people, and of its things those."""
    canary = f"canary{secrets.token_hex(8)}"
    opened: list[httpx.AsyncClient] = []

    async def person(name: str) -> Firm:
        http = http_client(base_url=base_url)
        opened.append(http)
        return await sign_up(http, f"{name}-{'' if name == 'stranger' else canary}{secrets.token_hex(6)}@firm.example")

    owner = await person("owner")
    tenant_name = owner.user["memberships"][0]["tenant_name"]
    world = World(base_url, canary, str(owner.principal.tenant_id), tenant_name, opened=opened)
    _know(world, "owner", owner)
    world.headers["anonymous"] = {}
    if named is None:
        await _let_outsiders_in(world, person)
    joined: dict[str, Firm] = {}
    for name, role in {"author": Role.MEMBER, **(MEMBERS if everybody else {"admin": Role.ADMIN})}.items():
        joined[name] = await _joined(await person(name), owner, role)
        _know(world, name, joined[name])
    await _fill(world, joined["author"], named)
    await _issue_keys(world, KEYS if everybody else {"key": EVERYTHING})
    if everybody:
        for name in ("stranger", "colleague"):
            made = await world.send(name, "POST", f"{API}/chat/conversations", json={})
            world.own[name] = {"conversation_id": made.json()["id"]}
        await _turn_away(world, joined)
    return world


async def _let_outsiders_in(world: World, person: Callable[[str], Awaitable[Firm]]) -> None:
    stranger = await person("stranger")
    world.stranger_tenant_id = str(stranger.principal.tenant_id)
    _know(world, "stranger", stranger)
    world.headers["superuser"] = _bearer((await _superuser(await person("superuser"))).access_token)


async def _joined(someone: Firm, owner: Firm, role: Role) -> Firm:
    """A member of the owner's firm and of no other, signed in there."""
    name = owner.user["memberships"][0]["tenant_name"]
    membership = Membership(tenant_id=owner.principal.tenant_id, tenant_name=name, role=role)
    await User.find_one({"_id": Id(someone.user["id"])}).update({"$set": {"memberships": [membership.model_dump()]}})
    again = await someone.client.post(
        f"{API}/auth/login", data={"username": someone.email, "password": PASSWORD}, headers={"Authorization": ""}
    )
    assert again.status_code == 200, again.text
    someone.access_token = again.json()["access_token"]
    someone.client.headers["Authorization"] = f"Bearer {someone.access_token}"
    return someone


async def _superuser(someone: Firm) -> Firm:
    """Who runs the deployment, and belongs to another firm."""
    await User.find_one({"_id": Id(someone.user["id"])}).update({"$set": {"is_superuser": True}})
    return someone


def _know(world: World, name: str, firm: Firm) -> None:
    world.headers[name] = _bearer(firm.access_token)
    world.people[name], world.emails[name] = firm.user["id"], firm.email


ANALYSIS = {"analysis_type": "contract", "questions": ["What is the monthly rent?"]}


async def _fill(world: World, author: Firm, named: frozenset[str] | None) -> None:
    """Something of every kind that a path or a body can name, with the canary in what it says; or of those named."""
    for makes, fill in FILLS:
        if named is None or named & makes:
            await fill(world, author)


async def _fill_document(world: World, author: Firm) -> None:
    text = f"LEASE {world.canary}\n\nThe Tenant shall pay rent of $4,200 per month to {world.canary}."
    world.ids["document_id"] = await filed(author, text, f"{world.canary}.txt")
    document = (await author.client.get(f"{API}/documents/{world.ids['document_id']}")).json()
    world.ids["job_id"] = document["processing"]["job_id"]


async def _fill_conversation(world: World, author: Firm) -> None:
    turn = await asked(author, f"What is the monthly rent of {world.canary}?")
    world.ids["conversation_id"], world.ids["message_id"] = turn["conversation_id"], turn["message"]["id"]


async def _fill_note(world: World, author: Firm) -> None:
    notes = f"{API}/chat/conversations/{world.ids['conversation_id']}/notes"
    written = await author.client.post(notes, json={"content": f"The rent of {world.canary} is high."})
    assert written.status_code == 201, written.text
    world.ids["note_id"] = written.json()["id"]


async def _fill_analysis(world: World, author: Firm) -> None:
    started = await author.client.post(f"{API}/documents/{world.ids['document_id']}/analyze", json=ANALYSIS)
    assert started.status_code == 202, started.text
    world.ids["analysis_id"] = started.json()["analysis_id"]
    await job_over(author, started.json()["job_id"])


async def _fill_brief(world: World, author: Firm) -> None:
    wanted = {"case_facts": f"{world.canary} pays late.", "legal_issues": [f"What is the rent of {world.canary}?"]}
    brief = await author.client.post(f"{API}/chat/brief", json=wanted)
    assert brief.status_code == 202, brief.text
    world.ids["brief_id"] = brief.json()["brief_id"]
    await job_over(author, brief.json()["job_id"])


async def _fill_account(world: World, author: Firm) -> None:
    sessions = (await author.client.get(f"{API}/auth/sessions")).json()["items"]
    world.ids["session_id"] = next(row["id"] for row in sessions if row["is_current"])
    world.ids["user_id"] = world.people["author"]
    world.ids["tenant_id"] = world.tenant_id


async def _fill_invitation(world: World, _author: Firm) -> None:
    wish = {"email": f"guest-{world.canary}@firm.example", "role": "member"}
    invited = await world.send("owner", "POST", f"{API}/tenants/current/invitations", json=wish)
    assert invited.status_code == 201, invited.text
    world.ids["invitation_id"] = invited.json()["id"]


async def _fill_workflows(world: World, author: Firm) -> None:
    """A template, an execution that has ended with a file, and a schedule."""
    made = await author.client.post(f"{API}/workflows/templates", json=world.template("first"))
    assert made.status_code == 201, made.text
    world.ids["template_id"] = made.json()["id"]
    wanted = {"template_id": made.json()["id"], "input_data": {"word": world.canary}}
    begun = await author.client.post(f"{API}/workflows/execute", json=wanted)
    assert begun.status_code == 202, begun.text
    await job_over(author, begun.json()["job_id"])
    execution = (await author.client.get(f"{API}/workflows/executions/{begun.json()['execution_id']}")).json()
    assert execution["status"] == "completed", execution
    world.ids["execution_id"], world.ids["file_id"] = execution["execution_id"], execution["files"][0]["file_id"]
    schedule = await author.client.post(
        f"{API}/workflows/schedules", json={**wanted, "name": world.canary, "cron": "0 9 * * *"}
    )
    assert schedule.status_code == 201, schedule.text
    world.ids["schedule_id"] = schedule.json()["id"]


#: Each with the names it is made for, and with those whose makers need it.
FILLS: tuple[tuple[frozenset[str], Callable[[World, Firm], Awaitable[None]]], ...] = (
    (frozenset({"document_id", "job_id", "conversation_id", "message_id", "note_id", "analysis_id"}), _fill_document),
    (frozenset({"conversation_id", "message_id", "note_id"}), _fill_conversation),
    (frozenset({"note_id"}), _fill_note),
    (frozenset({"analysis_id"}), _fill_analysis),
    (frozenset({"brief_id"}), _fill_brief),
    (frozenset({"template_id", "execution_id", "file_id", "schedule_id"}), _fill_workflows),
    (frozenset({"session_id", "user_id", "tenant_id"}), _fill_account),
    (frozenset({"invitation_id"}), _fill_invitation),
)


EVERYTHING = [
    "documents:write",
    "chat:write",
    "jobs:write",
    "workflows:write",
    "tenants:read",
    "users:read",
    "audit:read",
]
KEYS = {
    "revoked key": EVERYTHING,
    "reading key": [scope.replace("write", "read") for scope in EVERYTHING],
    "documents key": ["documents:write"],
    "chat key": ["chat:write"],
    "key": EVERYTHING,
}


async def _issue_keys(world: World, wanted: Mapping[str, list[str]]) -> None:
    for name, scopes in wanted.items():
        wish = {"name": f"{name} {world.canary}", "scopes": scopes}
        made = await world.send("admin", "POST", f"{API}/api-keys", json=wish)
        assert made.status_code == 201, made.text
        world.headers[name] = {"X-API-Key": made.json()["key"]}
        world.ids["key_id"] = made.json()["id"]
        if name == "revoked key":
            gone = await world.send("admin", "DELETE", f"{API}/api-keys/{made.json()['id']}")
            assert gone.status_code == 204, gone.text


async def _turn_away(world: World, joined: Mapping[str, Firm]) -> None:
    """Credentials that were good once."""
    await User.find_one({"_id": Id(world.people["suspended"])}).update({"$set": {"is_active": False}})
    await User.find_one({"_id": Id(world.people["removed"])}).update({"$set": {"memberships": []}})
    assert (await joined["left"].client.post(f"{API}/auth/logout")).status_code == 204
    claims = jwt.decode(joined["author"].access_token, options={"verify_signature": False})
    claims["exp"] = int((now() - timedelta(hours=1)).timestamp())
    claims["iat"] = claims["exp"] - 900
    world.headers["expired"] = _bearer(jwt.encode(claims, tokens._access_key(), algorithm=tokens.ALGORITHM))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def snapshot(world: World) -> dict[str, str]:
    """A digest of each document that belongs to the firm or to one of its people, without what moves by itself. One
    look for each way in which they belong: together no index has them, and all other tests' rows would be read."""
    found: dict[str, str] = {}
    database = resources().database
    tenant, people = Id(world.tenant_id), [Id(id_) for name, id_ in world.people.items() if name != "stranger"]
    of_firm: dict[str, Any] = {"tenant_id": tenant}
    of_people: dict[str, Any] = {"user_id": {"$in": people}}
    themselves: dict[str, Any] = {"_id": {"$in": [tenant, *people]}}
    for model in registry.MODELS:
        if (name := model.get_collection_name()) in RESTLESS:
            continue
        for own in (of_firm, themselves, *([] if issubclass(model, TenantOwned) else [of_people])):
            for row in await database[name].find(own).to_list():
                still = {key: value for key, value in row.items() if key not in RESTLESS_FIELDS}
                found[f"{name}/{row['_id']}"] = hashlib.sha256(bson.encode(still)).hexdigest()
    return found
