"""What an export reads: a conversation as it is at one moment, a page of its messages at a time."""

from collections.abc import AsyncIterator

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.research import tail
from elenchus.research.errors import ConversationNotFound
from elenchus.research.models import Conversation, ConversationPage
from elenchus.research.shown import OUTLINE, TIMES


async def conversation(principal: Principal, conversation_id: Id) -> Row:
    """With its tail; what comes before that stays where it is, whatever is appended meanwhile."""
    mine = {"_id": conversation_id, "user_id": principal.user_id}
    row = await Conversation.owned_by(principal).row(mine)
    if row is None:
        raise ConversationNotFound(conversation_id)
    return row


def outline(row: Row) -> Row:
    return {"id": row["_id"], **{name: row[name] for name in [*OUTLINE, *TIMES]}}


async def messages(principal: Principal, row: Row) -> AsyncIterator[Row]:
    """From the first to the last of `conversation`, as they go over the wire. Raises `ConversationNotFound` when a page
    has gone: a part would look like the whole."""
    number = 0
    while number < row["tail_start"]:
        for message in await _page(principal, row["_id"], number):
            yield tail.as_wire(message)
            number += 1
    for message in row["messages"]:
        yield tail.as_wire(message)


async def _page(principal: Principal, conversation_id: Id, start: int) -> list[Row]:
    place = {"conversation_id": conversation_id, "start": start}
    page = await ConversationPage.owned_by(principal).row(place)
    if page is None:
        raise ConversationNotFound(conversation_id)
    messages: list[Row] = page["messages"]
    return messages
