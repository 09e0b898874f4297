"""Indexes as the models declare them: what is missing is made, what was once is dropped."""

from collections.abc import Iterable
from typing import Protocol

from beanie import Document
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from elenchus.core import mongo
from elenchus.core.mongo import Row

NOT_FOUND = 27


class Indexed(Protocol):
    async def drop_index(self, index_or_name: str) -> None: ...


async def build(database: AsyncDatabase[Row], models: Iterable[type[Document]]) -> list[str]:
    """Create what is missing and return the names; an existing index is left alone, a changed one is an error.

    One by which the database would remove rows itself goes: `core.expiry` does that, and says why. So do those that a
    model had once (`Settings.former_indexes`), when the others are there; of anybody else's none.
    """
    made: list[str] = []
    for model in models:
        collection = database[model.get_collection_name()]
        there = {index["name"]: index for index in await (await collection.list_indexes()).to_list()}
        await drop(collection, [name for name, index in there.items() if "expireAfterSeconds" in index])
        if wanted := mongo.declared_indexes(model):
            made += await collection.create_indexes(wanted)
        former = getattr(getattr(model, "Settings", None), "former_indexes", ())
        await drop(collection, [name for name in former if name in there])
    return made


async def drop(collection: Indexed, names: Iterable[str]) -> None:
    """Several processes may do so at once."""
    for name in names:
        try:
            await collection.drop_index(name)
        except OperationFailure as error:
            if error.code != NOT_FOUND:
                raise
