"""Workers that die while they deliver: a message goes out again only under the id by which it is known."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from elenchus.core.settings import settings
from elenchus.jobs.schemas import JobStatus
from elenchus.outbox.schemas import MessageStatus
from tests.outbox.conftest import PATH, SECRET, row
from tests.outbox.victim import Plan

ROOT = Path(__file__).parents[2]
#: How often a message arrives when its worker dies there: before it is sent, before that is noted, after it is.
ARRIVES = {"after_claim": 1, "in_step": 1, "after_work": 2, "after_step": 1, "before_end": 1, "after_end": 1}


async def killed(plans: list[Plan]) -> str:
    """What they had logged, at the level that tells most."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.outbox.victim", json.dumps([asdict(plan) for plan in plans])),
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}"},
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()[-4000:]
    return said.decode()


def plan(job_id: str, die_at: str) -> Plan:
    now = settings()
    return Plan(
        mongodb_url=now.mongo.url.get_secret_value(),
        redis_url=now.redis.url.get_secret_value(),
        database=now.mongo.database,
        data_dir=str(now.server.data_dir),
        secret_key=now.server.secret_key.get_secret_value(),
        egress=now.egress.model_dump(),
        mail={"host": now.mail.host, "port": now.mail.port, "security": now.mail.security},
        job_id=job_id,
        die_at=die_at,
    )


async def test_a_message_arrives_once_or_again_under_its_id(hooks, mails, post, mail, attend):
    posted = {point: await post() for point in ARRIVES}
    mailed = {point: await mail(to=f"{point}@firm.example") for point in ARRIVES}
    plans = [
        plan(str((await row(message_id)).job_id), point)
        for messages in (posted, mailed)
        for point, message_id in messages.items()
    ]
    logged = await killed(plans)
    for point in ARRIVES:
        for message_id in (posted[point], mailed[point]):
            assert (point, (await attend(message_id)).status) == (point, JobStatus.COMPLETED)
            found = await row(message_id)
            assert (point, found.status) == (point, MessageStatus.SENT)
            noted = point in {"before_end", "after_end"}
            assert (point, found.attempts) == (point, 1 if noted or point == "after_claim" else 2)
        assert (point, len(hooks.to(posted[point]))) == (point, ARRIVES[point])
        came = mails.to(f"{point}@firm.example")
        assert (point, len(came)) == (point, ARRIVES[point])
        assert len({sent.message["Message-ID"] for sent in came}) == 1
    again = [body for body in hooks.bodies if body["id"] == str(posted["after_work"])]
    assert again[0] == again[1]
    assert logged
    for secret in (SECRET, PATH, "canary", "firm.example", "It is filed", "Your brief"):
        assert secret not in logged


async def test_a_zombie_sends_nothing(hooks, post, attend, monkeypatch):
    """It slept until another had taken over."""
    from elenchus.jobs.run import Run

    async def another_has_it(_run: Run) -> bool:
        return False

    monkeypatch.setattr(Run, "fenced", another_has_it)
    message_id = await post()
    await attend(message_id)
    assert hooks.requests == []
