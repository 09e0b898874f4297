"""Real servers for every test: SecantusDB, Valkey, the API on a socket and a worker, all in this process's loop."""

import asyncio
import gc
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import jwt
import pytest
import structlog
from pydantic import SecretStr
from pymongo import monitoring
from pymongo.errors import AutoReconnect

from elenchus import registry
from elenchus.core import indexes, logs, mongo
from elenchus.core import resources as resources_module
from elenchus.core.clock import now
from elenchus.core.http import WEBSOCKETS, BoundedHttp
from elenchus.core.ids import Id, new_id
from elenchus.core.llm import breaker, gauge
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import Resources, open_resources
from elenchus.core.settings import (
    AuthSettings,
    EmbeddingSettings,
    EnterpriseTierSettings,
    FreeTierSettings,
    JobSettings,
    LimitSettings,
    LogSettings,
    MongoSettings,
    ProTierSettings,
    RedisSettings,
    ResearchSettings,
    ServerSettings,
    Settings,
    settings,
    use,
)
from elenchus.embedded import Endpoints, embedded_servers
from elenchus.identity import principals
from tests.fixtures.gemini import GeminiStub, gemini_stub
from tests.fixtures.langfuse import LangfuseStub, langfuse_stub
from tests.fixtures.nursery import Nursery, nursery
from tests.fixtures.serving import served
from tests.support import COMMANDS, Firm, http_client

PASSWORD = "correct horse battery staple"
DAY_SECONDS = 86_400
MEMORY = Path("/dev/shm")
NEEDED_BYTES = 1 << 30  # a process of the whole suite writes 150 MB
OFTEN = 1_000_000  # all tests are one address; those of the limits lower them

monitoring.register(COMMANDS)


def has_room(memory: Path) -> bool:
    return memory.is_dir() and shutil.disk_usage(memory).free >= NEEDED_BYTES


def pytest_configure() -> None:
    if has_room(MEMORY):  # for `tmp_path` too: a server that a test starts there waits 6 ms for the disk at each write
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    gc.disable()  # among modules and tests that all stay there is no garbage, and looking for it is a third of the time


def pytest_collection_finish() -> None:
    """From now on there is garbage, but none among what was collected: it need not be looked through again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where the machine has room for it: every write of the bundled database waits for its disk."""
    if not has_room(MEMORY):
        yield tmp_path_factory.mktemp("servers")
        return
    with tempfile.TemporaryDirectory(prefix="elenchus-tests-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def servers(data_folder: Path) -> AsyncIterator[Endpoints]:
    async with embedded_servers(data_folder) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def settings_(servers: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    logs.configure("WARNING", "json")
    return use(
        Settings(
            server=ServerSettings(
                _env_file=None,
                data_dir=tmp_path_factory.mktemp("data"),
                ui_dir=tmp_path_factory.mktemp("no interface"),
                secret_key=SecretStr(secrets.token_hex(32)),
            ),
            log=LogSettings(_env_file=None),
            mongo=MongoSettings(_env_file=None, url=SecretStr(servers.mongodb_url), database="elenchus_test"),
            redis=RedisSettings(_env_file=None, url=SecretStr(servers.redis_url)),
            auth=AuthSettings(_env_file=None, bcrypt_rounds=4, first_user_is_superuser=False),
            limits=LimitSettings(
                _env_file=None, anonymous_per_minute=OFTEN, logins_per_minute=OFTEN, mails_per_hour=OFTEN
            ),
            tier_free=FreeTierSettings(_env_file=None, requests_per_minute=OFTEN),
            tier_pro=ProTierSettings(_env_file=None, requests_per_minute=OFTEN),
            tier_enterprise=EnterpriseTierSettings(_env_file=None, requests_per_minute=OFTEN),
            embedding=EmbeddingSettings(_env_file=None, model="none"),  # a test that wants vectors says so
            research=ResearchSettings(_env_file=None, memory_model="none"),  # likewise for titles and summaries
            jobs=JobSettings(_env_file=None, lease_seconds=3, heartbeat_seconds=0.5, sweep_seconds=0.5),
        )
    )


@pytest.fixture(scope="session")
async def resources_(settings_: Settings) -> AsyncIterator[Resources]:
    async with open_resources(settings_, registry.MODELS, timeout_seconds=10) as held:
        await held.bind_models()
        await indexes.build(held.database, registry.MODELS)
        yield held


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def change_settings(settings_: Settings) -> Iterator[Callable[..., Settings]]:
    """Other values in one group until the test ends."""
    before = settings()

    def change(group: str, **values: object) -> Settings:
        changed = getattr(settings(), group).model_copy(update=values)
        return use(settings().model_copy(update={group: changed}))

    yield change
    use(before)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[structlog.types.EventDict]:
    """What the border logs; loggers keep their processors from their first line on, so this one gets its own."""
    from elenchus.core import web  # with FastAPI, which most unit tests do without

    capture = structlog.testing.LogCapture()
    processors = [structlog.contextvars.merge_contextvars, capture]
    monkeypatch.setattr(web, "log", structlog.wrap_logger(None, processors, structlog.make_filtering_bound_logger(0)))
    return capture.entries


@pytest.fixture
def expire_tokens(monkeypatch: pytest.MonkeyPatch) -> Callable[[Firm], None]:
    """From the call on every access token counts as expired, until the test ends."""

    def expire(firm: Firm) -> None:
        past = partial(jwt.decode, leeway=-settings().auth.access_token_seconds)
        monkeypatch.setattr(jwt, "decode", past)
        principals._known._claims.clear()  # of tokens it has read this process asks no further
        principals.forget_user(firm.principal.user_id)

    return expire


@pytest.fixture(scope="session")
async def gemini_server() -> AsyncIterator[GeminiStub]:
    async with gemini_stub() as stub:
        yield stub


@pytest.fixture
def gemini_alone(gemini_server: GeminiStub) -> GeminiStub:
    """The stub as new, and nothing known of any model; no setting names it."""
    gemini_server.reset()
    breaker.forget()
    gauge.forget()
    return gemini_server


@pytest.fixture
def gemini(gemini_alone: GeminiStub, change_settings: Callable[..., Settings]) -> GeminiStub:
    """The deployment has a Google key, and Google is the stub."""
    key = SecretStr("k")
    change_settings("llm", google_api_key=key, google_base_url=gemini_alone.url, max_attempts=1, timeout_seconds=5)
    return gemini_alone


@pytest.fixture
async def langfuse() -> AsyncIterator[LangfuseStub]:
    async with langfuse_stub() as stub:
        yield stub


@pytest.fixture(scope="session")
async def live(settings_: Settings, resources_: Resources) -> AsyncIterator[str]:
    """The base URL of a running API."""
    from elenchus.main import create_app  # loads every room: most unit tests need none

    async with served(
        create_app(settings_), grace_seconds=3, http=BoundedHttp, proxy_headers=False, **WEBSOCKETS
    ) as api:
        await _share_resources(api.url, resources_)
        yield api.url


async def _share_resources(url: str, held: Resources) -> None:
    """A process has one set of resources; the API has opened its own in ours, and gives way to the tests'."""
    async with http_client(base_url=url) as http:
        while (await http.get("/api/v1/health/ready")).status_code != httpx.codes.OK:
            await asyncio.sleep(0.02)
    resources_module._open = held
    await mongo.bind_models(held.database, registry.MODELS)


@pytest.fixture
async def client(live: str) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(base_url=live) as http:
        yield http


@pytest.fixture(scope="module")
async def empty_ledger(resources_: Resources) -> None:
    """For what looks through all jobs: those that the modules before have left can be thousands."""
    await _empty_ledger(resources_)


@pytest.fixture(scope="session")
async def warm_reader() -> AsyncIterator[Nursery | None]:
    """Where a worker's readers come from. The spare that one leaves at its module's end is the next one's."""
    from elenchus.library import children

    if sys.platform != "linux":
        yield None
    else:
        async with nursery() as made:
            yield made
            await children.close_reader()
            return
    await children.close_reader()


@pytest.fixture(scope="module")
async def worker(
    settings_: Settings, resources_: Resources, empty_ledger: None, warm_reader: Nursery | None
) -> AsyncIterator[None]:
    """A worker running in this loop until the module ends: the next one's jobs may not be for it.

    What modules without one left in the queue is removed: it would stand before the jobs that a test waits for. So
    would the daily work, which looks at each tenant that all the tests before have made.
    """
    from elenchus.library import children
    from elenchus.library.reading import process
    from elenchus.worker import run_worker

    await _put_off_daily_work()
    stop = asyncio.Event()
    stops = tuple(last for last in registry.WORKER_STOPS if last is not children.close_reader)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "WORKER_STOPS", stops)
        if warm_reader:
            patch.setattr(process, "_spawn", warm_reader.spawn)
        running = asyncio.create_task(run_worker(settings_, handle_signals=False, stop=stop))
        yield
        stop.set()
        await running


async def _empty_ledger(held: Resources) -> None:
    """At once, however long it has become. A second time when the connection was given up: tests that hold the loop for
    half a minute make the driver believe that the database is away, and it repeats no such command by itself."""
    from elenchus.jobs.enrolment import store as enrolment
    from elenchus.jobs.models import Job, LedgerTenant

    for again in (True, False):
        try:
            for model in (Job, LedgerTenant):
                await held.database.drop_collection(model.get_collection_name())
                await indexes.build(held.database, [model])
            enrolment.forget()
        except AutoReconnect:
            if not again:
                raise
        else:
            return


async def _put_off_daily_work() -> None:
    from elenchus.jobs.fleet import store as fleet

    for every in registry.SCHEDULES:
        if every.interval_seconds >= DAY_SECONDS:
            tomorrow = now() + timedelta(seconds=every.interval_seconds)
            await fleet.schedule(every.name, interval_seconds=every.interval_seconds, first=tomorrow)


@pytest.fixture
async def firm(live: str) -> AsyncIterator[Callable[[], Awaitable[Firm]]]:
    """Each call registers a tenant of its own and signs its owner in."""
    opened: list[httpx.AsyncClient] = []

    async def make() -> Firm:
        http = http_client(base_url=live)
        opened.append(http)
        return await sign_up(http, f"owner-{secrets.token_hex(6)}@firm.example")

    yield make
    for http in opened:
        await http.aclose()


@pytest.fixture(scope="module")
async def shared_firm(live: str) -> AsyncIterator[Firm]:
    """One for all tests of a module that only read, or are refused."""
    async with http_client(base_url=live) as http:
        yield await sign_up(http, f"shared-{secrets.token_hex(6)}@firm.example")


async def sign_up(http: httpx.AsyncClient, email: str) -> Firm:
    body = {"email": email, "password": PASSWORD, "full_name": "Ada Advocate", "organization": "Advocate LLP"}
    registered = await http.post("/api/v1/auth/register", json=body)
    assert registered.status_code == 201, registered.text
    signed_in = await http.post("/api/v1/auth/login", data={"username": email, "password": PASSWORD})
    assert signed_in.status_code == 200, signed_in.text
    pair = signed_in.json()
    user = pair["user"]
    http.headers["Authorization"] = f"Bearer {pair['access_token']}"
    principal = Principal(Id(user["memberships"][0]["tenant_id"]), Id(user["id"]), Role.OWNER)
    return Firm(http, principal, email, PASSWORD, user, pair["access_token"], pair["refresh_token"])


@pytest.fixture
def new_principal() -> Callable[..., Principal]:
    """A principal of a tenant that nobody else has, without HTTP."""

    def make(role: Role = Role.OWNER, tenant_id: Id | None = None) -> Principal:
        return Principal(tenant_id or new_id(), new_id(), role)

    return make


@pytest.fixture(scope="session")
def quality_dir() -> Path:
    folder = os.environ.get("ELENCHUS_QUALITY_DIR")
    if not folder:
        pytest.skip("ELENCHUS_QUALITY_DIR is not set: the quality material is not here")
    return Path(folder)
