"""What the retention asks of MongoDB."""

from datetime import datetime

import pymongo

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.research.models import REMOVED, Answer, Conversation

SCAN_SECONDS = 60.0


async def inactive(owner: HasTenant, since: datetime, *, limit: int) -> list[Id]:
    """Conversations in which nothing has happened since then. Reads all that there are."""
    quiet = {"updated_at": {"$lt": since}}
    with pymongo.timeout(SCAN_SECONDS):
        rows = await Conversation.owned_by(owner).rows(quiet, fields={"_id": 1}, limit=limit)
    return [row["_id"] for row in rows]


async def take_away(owner: HasTenant, conversation_id: Id, *, inactive_since: datetime) -> bool:
    """From its owner, so that nothing can be added to it any more, and the removal is carried on whatever becomes of
    the tenant's term. False when something has happened meanwhile."""
    quiet = {"_id": conversation_id, "updated_at": {"$lt": inactive_since}}
    return await Conversation.owned_by(owner).update(quiet, {"$set": {"user_id": REMOVED}})


async def answers_in(owner: HasTenant, conversation_id: Id) -> list[Id]:
    rows = await Answer.owned_by(owner).rows({"conversation_id": conversation_id}, fields={"_id": 1})
    return [row["_id"] for row in rows]


async def remove(owner: HasTenant, conversation_id: Id) -> None:
    await Conversation.owned_by(owner).delete({"_id": conversation_id})
