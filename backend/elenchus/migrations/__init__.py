"""Forward-only changes to what is stored: the indexes that models declare, and rows that a former index had found."""

from typing import Any

import pymongo
from pymongo.asynchronous.database import AsyncDatabase

from elenchus import registry
from elenchus.core import indexes
from elenchus.core.resources import open_resources
from elenchus.core.settings import Settings
from elenchus.jobs import service as jobs

INDEX_TIMEOUT_SECONDS = 3600.0  # building one over a large collection is a single long operation
ENDED_BY_STATUS = "tenant_id_ended_status_queued_at"
ENDED_OF_ALL = "all_tenants_completed_at"


async def migrate(config: Settings) -> list[str]:
    """Bring the database to this version and say what was done. Safe to repeat."""
    async with open_resources(config, registry.MODELS, timeout_seconds=config.mongo.job_timeout_seconds) as held:
        await held.bind_models()
        with pymongo.timeout(INDEX_TIMEOUT_SECONDS):
            names = await upgrade(held.database)
    return [f"{len(names)} indexes are in place in the database {config.mongo.database}."]


async def upgrade(database: AsyncDatabase[dict[str, Any]]) -> list[str]:
    """The names of the indexes. What stands for an index comes before it goes, so a stop between the two is no loss."""
    there = await database["jobs"].index_information()
    if ENDED_BY_STATUS in there:
        await jobs.key_what_went_wrong()
    if ENDED_OF_ALL in there or not await jobs.knows_tenants():
        await jobs.enroll_tenants()
    return await indexes.build(database, registry.MODELS)
