"""Everything on one machine: the embedded servers, one API process and one worker, watched and stopped together."""

import asyncio
import importlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from elenchus.core import logs
from elenchus.core.settings import Settings, child_environment, use
from elenchus.embedded import EmbeddedError, Endpoints, embedded_servers, launch

READY_WITHIN_SECONDS = 60.0
RESTART_AFTER_SECONDS = 1.0
STOP_MARGIN_SECONDS = 10.0  # beyond a process's own grace: its last writes and its goodbye to the servers
log = logs.get(__name__)


@dataclass
class Process:
    """One of our own processes, started again when it dies."""

    name: str
    environment: dict[str, str]
    grace_seconds: float
    _process: asyncio.subprocess.Process | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        command = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), sys.executable, "-m", "elenchus"]
        # its own session: Ctrl-C in the terminal reaches the supervisor only, which then stops all in order
        self._process = await asyncio.create_subprocess_exec(
            *command, self.name, env=self.environment, start_new_session=True, stdin=asyncio.subprocess.DEVNULL
        )

    async def watch(self) -> None:
        """Ends only when the process was stopped by us."""
        while True:
            assert self._process is not None
            code = await self._process.wait()
            if self._stopping.is_set():
                return
            log.error("a process ended and is started again", process=self.name, exit_code=code)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), RESTART_AFTER_SECONDS)
                return
            await self.start()

    @property
    def pid(self) -> int:
        """Of the process itself: the launcher becomes it."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode if self._process else None

    async def stop(self) -> None:
        """SIGTERM, a chance to finish what is under way, then SIGKILL."""
        self._stopping.set()
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
            try:
                async with asyncio.timeout(self.grace_seconds + STOP_MARGIN_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                log.warning("a process did not stop and is killed", process=self.name)
                self._process.kill()
                await self._process.wait()


async def up(config: Settings) -> None:
    """Run until a signal says stop; also one that comes while things are still starting."""
    stopping = _cancel_on_signals()
    try:
        async with running(config) as started:
            log.info("Elenchus is ready", url=started.url, docs=f"{started.url}/docs", model=_model_hint(config))
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise


@dataclass(frozen=True)
class Running:
    """A whole Elenchus that answers."""

    url: str
    endpoints: Endpoints
    api: Process
    worker: Process


@asynccontextmanager
async def running(config: Settings) -> AsyncIterator[Running]:
    """Start everything, wait until it answers; all of it is stopped at the end of the block."""
    importing = asyncio.create_task(asyncio.to_thread(importlib.import_module, "elenchus.migrations"))
    async with embedded_servers(
        config.server.data_dir,
        mongodb_url=_plain(config.mongo.url),
        redis_url=_plain(config.redis.url),
        on_event=lambda sentence: log.info(sentence),
    ) as endpoints:
        migrations = await importing  # every room, 0.6 s: loaded while the servers start
        config = use(_with_endpoints(config, endpoints))
        await migrations.migrate(config)
        async with _processes(config, endpoints) as (api, worker):
            yield Running(_base_url(config), endpoints, api, worker)


@asynccontextmanager
async def _processes(config: Settings, endpoints: Endpoints) -> AsyncIterator[tuple[Process, Process]]:
    environment = child_environment(
        {
            "MONGODB_URL": endpoints.mongodb_url,
            "REDIS_URL": endpoints.redis_url,
            "DATA_DIR": str(config.server.data_dir.resolve()),
            "PORT": str(config.server.port),
            "HOST": config.server.host,
            "LOG_LEVEL": config.log.level,
        }
    )
    api = Process("api", environment, config.server.shutdown_grace_seconds)
    worker = Process("worker", environment, config.jobs.drain_seconds)
    watchers: list[asyncio.Task[None]] = []
    _refuse_taken_port(config)
    try:
        for process in (api, worker):
            await process.start()
        await _until_ready(config, api)
        watchers = [asyncio.create_task(process.watch()) for process in (api, worker)]
        yield api, worker
    finally:
        await asyncio.gather(api.stop(), worker.stop())
        await asyncio.gather(*watchers)


def _refuse_taken_port(config: Settings) -> None:
    """Asked first: what already answers there would be taken for ours."""
    family = socket.AF_INET6 if ":" in config.server.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.server.host, config.server.port))
        except OSError as error:
            raise EmbeddedError(
                f"Port {config.server.port} of {config.server.host} cannot be used ({error.strerror}). "
                "Set PORT to a free one."
            ) from error


async def _until_ready(config: Settings, api: Process) -> None:
    url = _base_url(config) + "/api/v1/health/ready"
    async with httpx.AsyncClient(timeout=3) as http:
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                while api.exit_code is None:
                    with suppress(httpx.TransportError):
                        if (await http.get(url)).status_code == httpx.codes.OK:
                            return
                    await asyncio.sleep(0.05)
    if api.exit_code is not None:
        raise EmbeddedError(f"The API could not start (exit code {api.exit_code}); its last lines above say why.")
    raise EmbeddedError(f"The API did not become ready within {READY_WITHIN_SECONDS:.0f} s; its lines above say why.")


def _with_endpoints(config: Settings, endpoints: Endpoints) -> Settings:
    return config.model_copy(
        update={
            "mongo": config.mongo.model_copy(update={"url": SecretStr(endpoints.mongodb_url)}),
            "redis": config.redis.model_copy(update={"url": SecretStr(endpoints.redis_url)}),
        }
    )


def _cancel_on_signals() -> asyncio.Event:
    """The first SIGINT or SIGTERM cancels the current task; more of them do not disturb the stopping."""
    told = asyncio.Event()
    task = asyncio.current_task()
    assert task is not None

    def stop() -> None:
        if not told.is_set():
            told.set()
            log.info("stopping")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return told


def _model_hint(config: Settings) -> str:
    if config.llm.model == "auto":
        return "Gemini" if config.llm.google_api_key else "extractive (set GOOGLE_API_KEY for Gemini)"
    return config.llm.model


def _base_url(config: Settings) -> str:
    """Where to reach it: an address that listens on every interface is not one to connect to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.server.host, config.server.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{config.server.port}"


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
