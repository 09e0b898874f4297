"""A conversation's removal, which is carried on when it breaks off."""

from dataclasses import dataclass
from datetime import datetime

from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import HasTenant
from elenchus.core.principal import Principal
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import REMOVED, Answer, Conversation, ConversationPage, MessageStatus
from elenchus.research.noting.models import Note
from elenchus.research.store.conversations import mine, shown_before

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Owner:
    """The tenant of a row that has nobody any more."""

    tenant_id: Id


async def delete(principal: Principal, conversation_id: Id) -> None:
    """First it is nobody's: from then on nothing can be added to it, and it is found when its removal breaks off."""
    shown_before.forget(conversation_id)
    taken = {"$set": {"user_id": REMOVED, "updated_at": now()}}
    if not await Conversation.owned_by(principal).update(mine(principal, conversation_id), taken):
        raise ConversationNotFound(conversation_id)
    await _remove(principal, conversation_id)


async def _remove(owner: HasTenant, conversation_id: Id) -> None:
    await delete_parts(owner, conversation_id)
    await Conversation.owned_by(owner).delete({"_id": conversation_id, "user_id": REMOVED})


async def delete_parts(owner: HasTenant, conversation_id: Id) -> None:
    """An answer that is being written holds tokens: its row goes when they are settled. Until then it is in no
    conversation, so that nobody finishes it; one that is finished at this moment is seen in the next round."""
    within = {"conversation_id": conversation_id}
    await ConversationPage.owned_by(owner).delete_many(within)
    await Note.owned_by(owner).delete_many(within)
    answers = Answer.owned_by(owner)
    while rows := await answers.rows(within, fields={"status": 1}):
        ended = [row["_id"] for row in rows if row["status"] != MessageStatus.STREAMING]
        for first in range(0, len(ended), AT_ONCE):
            await answers.delete_many({"_id": {"$in": ended[first : first + AT_ONCE]}})
        nowhere = {"$set": {"conversation_id": derived_id(conversation_id, "removed")}}
        for id_ in {row["_id"] for row in rows}.difference(ended):
            await answers.update({"_id": id_, "status": MessageStatus.STREAMING}, nowhere)


async def finish_removals(before: datetime, *, limit: int) -> int:
    """Of those that broke off before that; over all tenants, for the sweep. Safe to run anywhere at any time."""
    begun = {"user_id": REMOVED, "updated_at": {"$lt": before}}
    rows = await Conversation.across_tenants().rows(begun, fields={"tenant_id": 1}, limit=limit)
    for row in rows:
        await _remove(Owner(row["tenant_id"]), row["_id"])
    return len(rows)
