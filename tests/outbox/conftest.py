"""A receiver of webhooks and one of mails, and an engine that does only what the test tells it to."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import JobSettings
from elenchus.jobs.engine import Engine
from elenchus.jobs.models import Job
from elenchus.outbox import service as outbox
from elenchus.outbox.models import OutboxMessage
from elenchus.outbox.schemas import Channel, Message
from elenchus.outbox.tasks import TASKS
from tests.fixtures.serving import served
from tests.fixtures.smtp import HOST, SmtpStub, smtp_server
from tests.jobs.conftest import job_settings, make_due

__all__ = ["job_settings", "make_due"]
PATH = "/hooks/canary-in-the-url?token=canary-in-the-query"
SECRET = "canary-of-the-secret"


@dataclass
class Hooks:
    """Whoever is told by webhook: it answers as planned, and then 200."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def will_answer(self, status: int, **headers: str) -> None:
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))

    async def receive(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return Response("canary in the answer", status, headers)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.requests]

    def to(self, message_id: Id) -> list[dict[str, str]]:
        return [headers for headers, _ in self.requests if headers["x-elenchus-delivery"] == str(message_id)]


@pytest.fixture
async def hooks(change_settings) -> AsyncIterator[Hooks]:
    made = Hooks()
    async with served(Starlette(routes=[Route("/{path:path}", made.receive, methods=["POST", "GET"])])) as at:
        made.url = at.url
        change_settings("egress", allow_hosts=[at.url.removeprefix("http://")], allow_http=True, timeout_seconds=5)
        yield made


@pytest.fixture
async def mails(change_settings) -> AsyncIterator[SmtpStub]:
    async with smtp_server() as stub:
        change_settings("mail", host=HOST, port=stub.port, security="none")
        yield stub


@pytest.fixture
def me(resources_) -> Principal:
    return Principal(new_id(), new_id(), Role.MEMBER)


Post = Callable[..., Awaitable[Id]]


@pytest.fixture
def post(me: Principal, hooks: Hooks) -> Post:
    async def make(key: str = "", *, by: Principal = me, **changes: Any) -> Id:
        wanted = {"url": hooks.url + PATH, "data": {"n": 1}, "secret": SECRET} | changes
        return await outbox.post(by, Message(channel=Channel.WEBHOOK, **wanted), key=key or str(new_id()))

    return make


@pytest.fixture
def mail(me: Principal, mails: SmtpStub) -> Post:
    async def make(key: str = "", *, by: Principal = me, **changes: Any) -> Id:
        wanted = {"to": "zoe@firm.example", "subject": "Your brief", "text": "It is filed.\n"} | changes
        return await outbox.post(by, Message(channel=Channel.EMAIL, **wanted), key=key or str(new_id()))

    return make


async def row(message_id: Id) -> OutboxMessage:
    found = await OutboxMessage.across_tenants().get(message_id)
    assert found is not None
    return found


async def job_of(message_id: Id) -> Job:
    found = await Job.across_tenants().get((await row(message_id)).job_id)
    assert found is not None
    return found


Attend = Callable[[Id], Awaitable[Job]]


@pytest.fixture
def attend(job_settings: JobSettings, make_due) -> Attend:
    """One attempt at its job, as if every pause were over."""
    engine = Engine(TASKS, job_settings, worker="outbox-test")

    async def run(message_id: Id) -> Job:
        job_id = (await row(message_id)).job_id
        await make_due(job_id)
        await engine.attend(job_id)
        return await job_of(message_id)

    return run
