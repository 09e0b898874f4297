"""What a reader keeps from a conversation: words of their own, or an answer's with what it cites."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import Field
from pymongo import ASCENDING, IndexModel

from elenchus.core.ids import Id, new_id
from elenchus.core.mongo import TenantOwned
from elenchus.research.models import Citation


class NoteOrigin(StrEnum):
    MINE = "mine"
    ANSWER = "answer"


class Note(TenantOwned):
    """`user_id` is whose conversation it is. The words of an answer were examined as long as it is not `edited`."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id = Field(default_factory=new_id)
    user_id: Id
    conversation_id: Id
    origin: NoteOrigin
    message_id: Id | None = None
    content: str
    citations: list[Citation] = Field(default_factory=list)
    edited: bool = False
    created_at: datetime
    updated_at: datetime

    class Settings:
        name = "notes"
        indexes: ClassVar = [
            IndexModel(
                [("tenant_id", ASCENDING), ("conversation_id", ASCENDING), ("_id", ASCENDING)], name="by_conversation"
            ),
            # for what one person has kept: exported, erased
            IndexModel([("tenant_id", ASCENDING), ("user_id", ASCENDING), ("_id", ASCENDING)], name="by_owner"),
        ]


MODELS = (Note,)
