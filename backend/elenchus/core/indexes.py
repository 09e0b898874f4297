"""Indexes that go."""

from collections.abc import Iterable
from typing import Protocol

from pymongo.errors import OperationFailure

NOT_FOUND = 27


class Indexed(Protocol):
    async def drop_index(self, index_or_name: str) -> None: ...


async def drop(collection: Indexed, names: Iterable[str]) -> None:
    """Several processes may do so at once."""
    for name in names:
        try:
            await collection.drop_index(name)
        except OperationFailure as error:
            if error.code != NOT_FOUND:
                raise
