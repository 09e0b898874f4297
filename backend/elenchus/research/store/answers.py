"""The rows behind answers: whether somebody is still writing them, and what they were made of."""

from collections.abc import Sequence
from datetime import datetime

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import DuplicateKeyError, HasTenant, Row
from elenchus.core.principal import Principal
from elenchus.research.models import Answer, MessageStatus


async def insert_answer(owner: HasTenant, answer: Answer) -> bool:
    """False when an earlier request has made it, under the same key."""
    rows = Answer.owned_by(owner)
    try:
        await rows.insert(answer)
    except DuplicateKeyError:
        return await rows.row({"_id": answer.id, "insertion": answer.insertion}, fields={"_id": 1}) is not None
    return True


async def answer(principal: Principal, message_id: Id) -> Answer | None:
    return await Answer.owned_by(principal).first({"_id": message_id, "user_id": principal.user_id})


async def finish_answer(
    owner: HasTenant, conversation_id: Id, message_id: Id, *, status: MessageStatus, record: Row
) -> None:
    """One whose conversation was removed meanwhile stays unfinished, and goes with the sweep."""
    unfinished = {"_id": message_id, "conversation_id": conversation_id, "status": MessageStatus.STREAMING}
    done = {"status": status, "finished_at": now(), "record": record}
    await Answer.owned_by(owner).update(unfinished, {"$set": done})


async def drop_answer(owner: HasTenant, message_id: Id) -> None:
    await Answer.owned_by(owner).delete({"_id": message_id})


async def request_stop(principal: Principal, message_id: Id) -> None:
    unfinished = {"_id": message_id, "user_id": principal.user_id, "status": MessageStatus.STREAMING}
    await Answer.owned_by(principal).update(unfinished, {"$set": {"stop_requested": True}})


async def stay_alive(message_ids: Sequence[Id], until: datetime) -> frozenset[Id]:
    """Say for all that this process is writing that it lives, and learn which of them shall stop.

    Over all tenants: the ids are this process's own.
    """
    mine = {"_id": {"$in": list(message_ids)}}
    await Answer.across_tenants().update_many(mine, {"$set": {"alive_until": until}})
    rows = await Answer.across_tenants().rows({**mine, "stop_requested": True}, fields={"_id": 1})
    return frozenset(row["_id"] for row in rows)


async def abandoned(before: datetime, *, limit: int) -> list[Answer]:
    """Answers that nobody is writing any more; over all tenants, for the sweep."""
    dead = {"status": MessageStatus.STREAMING, "alive_until": {"$lt": before}}
    return await Answer.across_tenants().find(dead, limit=limit)
