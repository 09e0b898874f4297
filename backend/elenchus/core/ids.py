"""Ids are made by the client before the insert, so that every retry of a write is safe."""

import hashlib
from typing import Annotated

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

Id = PydanticObjectId
ID_CHARACTERS = 24


def _hex_id(value: object) -> object:
    """Refuse what `ObjectId` would also take: 12 raw bytes, and nothing at all, for which it makes a new one."""
    if not isinstance(value, ObjectId) and not (isinstance(value, str) and len(value) == ID_CHARACTERS):
        raise ValueError("An id is 24 hexadecimal characters.")
    return value


#: An id in a path, query or body: 24 hex characters and nothing else.
IdField = Annotated[
    PydanticObjectId,
    BeforeValidator(_hex_id),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{24}$", "examples": ["665f1c2ab7e4d1a2c3b4d5e6"]}),
]


def new_id() -> Id:
    """Ordered by time to the second, and within one process by creation."""
    return PydanticObjectId()


def derived_id(*parts: object) -> Id:
    """The same parts always give the same id: an effect repeated after a crash meets itself and is ignored."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return PydanticObjectId(digest[:12])
