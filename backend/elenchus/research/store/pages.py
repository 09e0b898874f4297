"""Pages of older messages.

One is written before the tail is cut and counts from the cut on; a crash in between leaves one that does not count yet
and is written again.
"""

from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import HasTenant, Row
from elenchus.research import tail
from elenchus.research.models import ConversationPage


async def write(owner: HasTenant, conversation_id: Id, start: int, revision: int, rows: list[Row]) -> None:
    """A page that was left by a crash is replaced when it is older than this one, and is this one when it is not."""
    page: Row = {
        "_id": derived_id(conversation_id, "page", start),
        "tenant_id": owner.tenant_id,
        "conversation_id": conversation_id,
        "start": start,
        "revision": revision,
        "messages": rows,
    }
    pages = ConversationPage.owned_by(owner)
    if not await pages.insert_missing_rows([page]):
        older = {"_id": page["_id"], "revision": {"$lt": revision}}
        await pages.update(older, {"$set": {"revision": revision, "messages": rows}})


async def place_of(owner: HasTenant, conversation_id: Id, message_id: str) -> tuple[Id, int] | None:
    """Which page holds this message of the conversation, and the message's number. By the message alone: with one more
    condition the bundled database would read the pages of all tenants."""
    fields = {"conversation_id": 1, "start": 1, "messages.id": 1}
    for page in await ConversationPage.owned_by(owner).rows({"messages.id": message_id}, fields=fields):
        if page["conversation_id"] == conversation_id:
            return page["_id"], page["start"] + [row["id"] for row in page["messages"]].index(message_id)
    return None


async def between(owner: HasTenant, conversation_id: Id, first: int, end: int) -> list[Row]:
    """Messages number `first` up to, not including, `end`, all of which have moved to pages. A page holds at most 100,
    so the range is tight and costs the same in a conversation of any length."""
    place = {"conversation_id": conversation_id, "start": {"$gt": first - tail.PAGE_MESSAGES, "$lt": end}}
    pages = await ConversationPage.owned_by(owner).rows(place, sort=[("start", 1)])
    numbered = [(page["start"] + index, row) for page in pages for index, row in enumerate(page["messages"])]
    return [row for number, row in numbered if first <= number < end]
