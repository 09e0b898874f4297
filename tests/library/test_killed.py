"""Killed with SIGKILL before any command that the work sends to the database, and carried on by whoever comes next.

Each victim reads, removes or uploads a document of its own. It takes seconds, since each of them starts a process, but
nothing else shows that there is no moment at which work is lost, done twice or left lying about.
"""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.identity import service as identity
from elenchus.jobs import service as jobs
from elenchus.jobs.engine import Engine
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import Subject
from elenchus.library import children, service, store
from elenchus.library.analysing.models import Analysis, AnalysisPart
from elenchus.library.models import Document
from elenchus.library.names import storage_key
from elenchus.library.reading.kinds import Kind
from elenchus.library.schemas import Details
from elenchus.library.tasks import TASKS
from elenchus.library.uploads import ReceivedFile
from tests.library.support import CLAUSES, ROWS, written
from tests.library.victims import Plan
from tests.support import until

ROOT = Path(__file__).parents[2]
READING, REMOVING, UPLOADING = 12, 10, 5  # commands that each of them sends at least
TEXT = "".join(f"{number}. Payment. {CLAUSES}\f" for number in range(8)).encode()


@pytest.fixture
async def scene(resources_, settings_, new_principal, tmp_path):
    made = Scene(settings_, new_principal, tmp_path)
    yield made
    await children.close_reader()


class Scene:
    def __init__(self, settings, new_principal, folder: Path) -> None:
        self.settings, self.new_principal, self.folder = settings, new_principal, folder
        self.engine = Engine(TASKS, settings.jobs, worker="survivor")

    def file(self, content: bytes = TEXT) -> ReceivedFile:
        path = self.folder / f"{len(list(self.folder.iterdir()))}.part"
        path.write_bytes(content)
        return ReceivedFile(path, "lease.txt", len(content), hashlib.sha256(content).hexdigest(), Kind.TEXT)

    def plan(self, owner: Principal, die_at: int, **what: str) -> Plan:
        held = self.settings
        return Plan(
            held.mongo.url.get_secret_value(), held.redis.url.get_secret_value(), held.mongo.database,
            str(held.server.data_dir), die_at, str(owner.tenant_id), str(owner.user_id), **what,
        )  # fmt: skip

    async def kill(self, plans: Sequence[Plan]) -> int:
        """How many died."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.library.victims", json.dumps([asdict(plan) for plan in plans])),
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}"},
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        answer, _ = await process.communicate()
        assert process.returncode == 0
        return int(answer)

    async def upload(self, owner: Principal) -> tuple[Id, Id]:
        document = (await service.add_documents(owner, [self.file()], Details())).items[0]
        return document.id, document.processing.job_id

    async def carry_on(self, owners: Sequence[Principal]) -> None:
        """Until all their jobs are over, as a worker's sweep does."""

        async def are_over() -> bool:
            rows = [job for owner in owners for job in await Job.owned_by(owner).find({"open": True})]
            await asyncio.gather(*(self.engine.attend(job.id) for job in rows))
            return not rows

        await until(are_over, timeout=60, every=0.3)

    async def counted(self, owner: Principal) -> list[int]:
        models = (Document, *ROWS, Analysis, AnalysisPart)
        return [await model.owned_by(owner).count({}) for model in models]


async def used_bytes(owner: Principal) -> int:
    usage = await identity.usage.overview(owner)
    return next(item.used for item in usage.items if item.name == "storage_bytes")


def is_on_disk(scene: Scene, owner: Principal, document_id: Id) -> bool:
    return (scene.settings.server.data_dir / "files" / storage_key(owner, document_id)).exists()


async def test_a_reading_is_finished_and_is_there_once(scene):
    calm, *owners = [scene.new_principal() for _ in range(READING + 1)]
    await scene.upload(calm)
    await scene.carry_on([calm])
    uploaded = [await scene.upload(owner) for owner in owners]
    pairs = enumerate(zip(owners, uploaded, strict=True), 1)
    assert await scene.kill([scene.plan(owner, n, job_id=str(job)) for n, (owner, (_, job)) in pairs]) == READING
    await scene.carry_on(owners)
    for owner, (document_id, _) in zip(owners, uploaded, strict=True):
        row = await store.document(owner, document_id)
        assert row["processing"]["status"] == "completed"
        assert await scene.counted(owner) == await scene.counted(calm)
        assert await used_bytes(owner) == len(TEXT)


async def test_of_a_removed_document_nothing_stays(scene):
    """Also when its reading is still to come. Whoever dies between a document and its bytes leaves those counted; that
    is for the daily recount."""
    owners, plans = [scene.new_principal() for _ in range(REMOVING)], []
    uploaded = [await scene.upload(owner) for owner in owners]
    for n, (owner, (document_id, _)) in enumerate(zip(owners, uploaded, strict=True), 1):
        await written(owner, await Document.owned_by(owner).get(document_id))
        removing = await jobs.submit(service.REMOVE, owner, subject=Subject("document", document_id))
        plans.append(scene.plan(owner, n, job_id=str(removing)))
    assert await scene.kill(plans) == REMOVING
    await scene.carry_on(owners)
    for owner, (document_id, _) in zip(owners, uploaded, strict=True):
        assert set(await scene.counted(owner)) == {0}
        assert not is_on_disk(scene, owner, document_id)
    used = [await used_bytes(owner) for owner in owners]
    assert sum(map(bool, used)) <= 1


async def test_an_upload_is_whole_when_it_is_sent_again(scene):
    owners, plans = [scene.new_principal() for _ in range(UPLOADING)], []
    for n, owner in enumerate(owners, 1):
        file = scene.file()
        plans.append(scene.plan(owner, n, path=str(file.path), digest=file.digest))
    assert await scene.kill(plans) == UPLOADING
    uploaded = [await scene.upload(owner) for owner in owners]
    await service.mend_unsettled(now())
    for owner, (document_id, job_id) in zip(owners, uploaded, strict=True):
        assert is_on_disk(scene, owner, document_id)
        assert (await jobs.get(owner, job_id)).status == "queued"
        assert await Document.owned_by(owner).count({}) == 1
