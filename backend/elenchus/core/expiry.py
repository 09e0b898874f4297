"""Rows that end by themselves: a model with an `expires_at` lists `EXPIRY` among its indexes.

Past that moment a row counts as absent wherever it is read; within about an hour a worker removes it. Not by an index
with `expireAfterSeconds`: the bundled database sweeps those once a minute and in between keeps the view of the data
that it had. A busy minute fills the cache with what only that view may still need; whoever then waits for room in the
cache holds the lock that the sweeper needs to let go of its view, and the database stands still for good.
"""

from datetime import datetime

from pymongo import ASCENDING, IndexModel

from elenchus.core import mongo
from elenchus.core.clock import now
from elenchus.core.resources import resources

EXPIRY = IndexModel([("expires_at", ASCENDING)], name="all_tenants_expires_at")
INTERVAL_SECONDS = 3_600


async def remove_expired(_due_at: datetime) -> None:
    for model in resources().models:
        if EXPIRY in mongo.declared_indexes(model):
            await model.get_pymongo_collection().delete_many({"expires_at": {"$lt": now()}})
