"""Forward-only changes to what is stored. Today there is one kind: the indexes that the models declare."""

import pymongo

from elenchus import registry
from elenchus.core import indexes
from elenchus.core.resources import open_resources
from elenchus.core.settings import Settings

INDEX_TIMEOUT_SECONDS = 3600.0  # building one over a large collection is a single long operation


async def migrate(config: Settings) -> list[str]:
    """Bring the database to this version and say what was done. Safe to repeat."""
    async with open_resources(config, registry.MODELS, timeout_seconds=config.mongo.job_timeout_seconds) as held:
        await held.bind_models()
        with pymongo.timeout(INDEX_TIMEOUT_SECONDS):
            names = await indexes.build(held.database, registry.MODELS)
    return [f"{len(names)} indexes are in place in the database {config.mongo.database}."]
