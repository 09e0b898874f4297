"""What sharing asks of MongoDB."""

from itertools import takewhile

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.research import tail
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import Conversation
from elenchus.research.sharing.errors import ConversationArchived
from elenchus.research.sharing.models import ShareLink, id_of
from elenchus.research.store import pages

_ABOUT = {"title": 1, "created_at": 1}


async def shareable(principal: Principal, conversation_id: Id) -> int:
    """How many messages there are to share: those before an answer that is still being written, for whoever shares has
    seen what they share. Raises `ConversationNotFound` for what is not this person's, `ConversationArchived`."""
    mine = {"_id": conversation_id, "user_id": principal.user_id}
    fields = {"is_archived": 1, "tail_start": 1, "messages.status": 1}
    row = await Conversation.owned_by(principal).row(mine, fields=fields)
    if row is None:
        raise ConversationNotFound(conversation_id)
    if row["is_archived"]:
        raise ConversationArchived
    ended = takewhile(lambda message: not tail.is_draft(message), row["messages"])
    return int(row["tail_start"]) + len(list(ended))


async def put(link: ShareLink) -> None:
    """In the place of its conversation's former one, if there is one."""
    links, made = ShareLink.owned_by(link), link.model_dump(exclude={"id", "revision_id", "tenant_id"})
    while not await links.insert_missing([link]):
        if await links.update({"_id": link.id}, {"$set": made}):
            return


async def remove(principal: Principal, conversation_id: Id) -> int:
    """Raises `ConversationNotFound` for what is not this person's."""
    await _require_mine(principal, conversation_id)
    return int(await ShareLink.owned_by(principal).delete({"_id": id_of(conversation_id)}))


async def link_of(principal: Principal, conversation_id: Id) -> ShareLink | None:
    """Raises `ConversationNotFound` for what is not this person's."""
    await _require_mine(principal, conversation_id)
    return await ShareLink.owned_by(principal).get(id_of(conversation_id))


async def _require_mine(principal: Principal, conversation_id: Id) -> None:
    mine = {"_id": conversation_id, "user_id": principal.user_id}
    if await Conversation.owned_by(principal).row(mine, fields={"_id": 1}) is None:
        raise ConversationNotFound(conversation_id)


async def link(link_id: Id) -> ShareLink | None:
    """Whoever has a link is in no tenant: it says itself in which one it is."""
    return await ShareLink.across_tenants().get(link_id)


async def shown(link: ShareLink, first: int, end: int) -> tuple[Row, list[Row]] | None:
    """The conversation's outline and its messages number `first` up to `end`; None when it is no longer its sharer's or
    lies in the archive. Two commands at any length."""
    mine = {"_id": link.conversation_id, "user_id": link.user_id, "is_archived": False}
    fields = {**_ABOUT, "tail_start": 1, "messages": 1}
    row = await Conversation.owned_by(link).row(mine, fields=fields)
    if row is None:
        return None
    moved: int = row["tail_start"]
    messages = await pages.between(link, link.conversation_id, first, min(end, moved)) if first < moved else []
    messages += row["messages"][max(0, first - moved) : max(0, end - moved)]
    return row, list(map(tail.as_wire, messages))
