"""Processes that are killed in the middle of their work: `python -m tests.library.victims '<plans as JSON>'`.

All are forked from one, since the imports cost more than the rest.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from pymongo import monitoring

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import open_resources
from elenchus.core.settings import (
    EmbeddingSettings,
    JobSettings,
    MongoSettings,
    RedisSettings,
    ServerSettings,
    Settings,
    use,
)
from elenchus.jobs.engine import Engine
from elenchus.library import service
from elenchus.library.reading.kinds import Kind
from elenchus.library.schemas import Details
from elenchus.library.tasks import TASKS
from elenchus.library.uploads import ReceivedFile
from elenchus.registry import MODELS


@dataclass
class Plan:
    """Die before the command number `die_at` is sent: of a job, or of an upload of `path`."""

    mongodb_url: str
    redis_url: str
    database: str
    data_dir: str
    die_at: int
    tenant_id: str
    user_id: str
    job_id: str = ""
    path: str = ""
    digest: str = ""

    def settings(self) -> Settings:
        return Settings(
            server=ServerSettings(_env_file=None, data_dir=Path(self.data_dir)),
            mongo=MongoSettings(_env_file=None, url=SecretStr(self.mongodb_url), database=self.database),
            redis=RedisSettings(_env_file=None, url=SecretStr(self.redis_url)),
            embedding=EmbeddingSettings(_env_file=None, model="none"),
            jobs=JobSettings(_env_file=None, lease_seconds=3, heartbeat_seconds=0.5),
        )


class Killer(monitoring.CommandListener):
    def __init__(self) -> None:
        self.left: int | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.left is None:
            return
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...
    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


async def live(plan: Plan, killer: Killer) -> None:
    settings = use(plan.settings())
    async with open_resources(settings, MODELS, timeout_seconds=10) as held:
        await held.bind_models()
        killer.left = plan.die_at
        if plan.job_id:
            await Engine(TASKS, settings.jobs, worker=f"victim-{plan.die_at}").attend(Id(plan.job_id))
        else:
            path = Path(plan.path)
            file = ReceivedFile(path, "lease.txt", path.stat().st_size, plan.digest, Kind.TEXT)
            await service.add_documents(Principal(Id(plan.tenant_id), Id(plan.user_id), Role.OWNER), [file], Details())


def main() -> None:
    """Prints how many were killed; the others had nothing left to do."""
    logs.configure("ERROR", "json")
    killer = Killer()
    monitoring.register(killer)
    victims = []
    for plan in json.loads(sys.argv[1]):
        victims.append(os.fork())
        if not victims[-1]:
            asyncio.run(live(Plan(**plan), killer))
            os._exit(0)
    codes = [os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1]) for victim in victims]
    assert set(codes) <= {0, -signal.SIGKILL}, codes
    print(codes.count(-signal.SIGKILL))


if __name__ == "__main__":
    main()
