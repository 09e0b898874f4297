"""Workers that are killed while they deliver: `python -m tests.outbox.victim '<plans as JSON>'`.

All are forked from one, since the imports cost more than the rest.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from elenchus.core import logs
from elenchus.core.ids import Id
from elenchus.core.resources import open_resources
from elenchus.core.settings import (
    EgressSettings,
    JobSettings,
    MailSettings,
    MongoSettings,
    RedisSettings,
    ServerSettings,
    Settings,
    use,
)
from elenchus.jobs import run as runs
from elenchus.jobs.engine import Engine
from elenchus.jobs.models import MODELS as JOB_MODELS
from elenchus.outbox.models import MODELS
from elenchus.outbox.tasks import TASKS


@dataclass
class Plan:
    mongodb_url: str
    redis_url: str
    database: str
    data_dir: str
    secret_key: str
    egress: dict[str, Any]
    mail: dict[str, Any]
    job_id: str
    die_at: str

    def settings(self) -> Settings:
        return Settings(
            server=ServerSettings(_env_file=None, data_dir=Path(self.data_dir), secret_key=SecretStr(self.secret_key)),
            mongo=MongoSettings(_env_file=None, url=SecretStr(self.mongodb_url), database=self.database),
            redis=RedisSettings(_env_file=None, url=SecretStr(self.redis_url)),
            egress=EgressSettings(_env_file=None, **self.egress),
            mail=MailSettings(_env_file=None, **self.mail),
            jobs=JobSettings(_env_file=None, lease_seconds=3, heartbeat_seconds=0.5),
        )


async def live(plan: Plan) -> None:
    def at(point: str) -> None:
        if point == plan.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    runs.at = at
    settings = use(plan.settings())
    async with open_resources(settings, (*JOB_MODELS, *MODELS), timeout_seconds=10) as held:
        await held.bind_models()
        await Engine(TASKS, settings.jobs, worker=f"victim-{plan.die_at}").attend(Id(plan.job_id))


def main() -> None:
    """Exits with 0 when all were killed as planned."""
    logs.configure("DEBUG", "json")
    victims = []
    for plan in json.loads(sys.argv[1]):
        victims.append(os.fork())
        if not victims[-1]:
            asyncio.run(live(Plan(**plan)))
            os._exit(0)
    codes = [os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1]) for victim in victims]
    sys.exit(0 if set(codes) == {-signal.SIGKILL} else f"not all were killed: {codes}")


if __name__ == "__main__":
    main()
