"""What `elenchus admin` needs: the deployment's database, wherever it is, and the record written before the end."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from pydantic import SecretStr

from elenchus import registry
from elenchus.audit import service as audit
from elenchus.core.resources import open_resources
from elenchus.core.settings import Settings, use
from elenchus.embedded import DataDirInUse, EmbeddedError, Endpoints, embedded_servers
from elenchus.embedded.datadir import DataDir
from elenchus.embedded.programs import Database, Valkey

T = TypeVar("T")


async def on_database(config: Settings, work: Callable[[], Awaitable[T]]) -> T:
    """`work`'s result. The bundled database is started for the while, unless `elenchus up` runs it already."""
    async with _endpoints(config) as endpoints:
        config = use(_with_endpoints(config, endpoints))
        async with open_resources(config, registry.MODELS, timeout_seconds=config.mongo.job_timeout_seconds) as held:
            await held.bind_models()
            try:
                return await work()
            finally:
                await audit.stop()


@asynccontextmanager
async def _endpoints(config: Settings) -> AsyncIterator[Endpoints]:
    urls = {"mongodb_url": _plain(config.mongo.url), "redis_url": _plain(config.redis.url)}
    servers = embedded_servers(config.server.data_dir, **urls, on_event=lambda _: None)
    async with AsyncExitStack() as started:
        try:
            endpoints = await started.enter_async_context(servers)
        except DataDirInUse:
            endpoints = _running(config)
        yield endpoints


def _running(config: Settings) -> Endpoints:
    """Those of the `elenchus up` that holds the directory."""
    data = DataDir.at(config.server.data_dir)
    return Endpoints(
        _plain(config.mongo.url) or Database(data).url(_port(data, Database.name)),
        _plain(config.redis.url) or Valkey(data).url(_port(data, Valkey.name)),
    )


def _port(data: DataDir, name: str) -> int:
    """Our note of each server holds its command line."""
    try:
        command = json.loads(data.note(name).read_text())["command"]
        return int(command[command.index("--port") + 1])
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise EmbeddedError(f"{data.root} is in use, and its {name} is not up yet. Try again shortly.") from error


def _with_endpoints(config: Settings, endpoints: Endpoints) -> Settings:
    mongo = config.mongo.model_copy(update={"url": SecretStr(endpoints.mongodb_url)})
    redis = config.redis.model_copy(update={"url": SecretStr(endpoints.redis_url)})
    return config.model_copy(update={"mongo": mongo, "redis": redis})


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
