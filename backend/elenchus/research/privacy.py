"""What research keeps of people and tenants: exported here, and erased."""

from collections.abc import AsyncIterator, Mapping

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.identity.people.parts import Item, Leaver, part
from elenchus.research import tail
from elenchus.research.models import Answer, Conversation, ConversationPage
from elenchus.research.shown import OUTLINE, TIMES

AT_ONCE = 50
_ID = {"_id": 1}
_ANSWERED = "conversation_id user_message_id status question document_ids model temperature created_at finished_at"


async def export_conversations(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """Newest first, each with all its messages from the first on."""
    async for conversation_id in _conversations(owner, {"user_id": user_id}):
        row = await Conversation.owned_by(owner).row({"_id": conversation_id})
        if row is not None:
            shown = {name: row[name] for name in [*OUTLINE, *TIMES]}
            fields = {"id": row["_id"], "tenant_id": owner.tenant_id, **shown}
            yield Item(fields, {"messages": _messages(owner, row)})


async def _conversations(owner: HasTenant, wanted: Mapping[str, Id]) -> AsyncIterator[Id]:
    rows, before = Conversation.owned_by(owner), None
    while found := await rows.newest(wanted, limit=AT_ONCE, before=before, fields=_ID):
        for row in found:
            yield row["_id"]
        before = found[-1]["_id"]


async def _messages(owner: HasTenant, conversation: Row) -> AsyncIterator[Row]:
    """One page at a time; what follows the pages has been read with the conversation."""
    pages = ConversationPage.owned_by(owner)
    mine = {"conversation_id": conversation["_id"]}
    for place in await pages.rows(mine, fields={"start": 1}, sort=[("start", 1)]):
        page = await pages.row({"_id": place["_id"]}) if place["start"] < conversation["tail_start"] else None
        for message in page["messages"] if page else ():
            yield tail.as_wire(message)
    for message in conversation["messages"]:
        yield tail.as_wire(message)


async def export_answers(owner: HasTenant, user_id: Id) -> AsyncIterator[Item]:
    """What was asked, of which documents and of which model."""
    fields = dict.fromkeys(_ANSWERED.split(), 1)
    rows, before = Answer.owned_by(owner), None
    while found := await rows.newest({"user_id": user_id}, limit=AT_ONCE, before=before, fields=fields):
        for row in found:
            before = row.pop("_id")
            yield Item({"id": before, "tenant_id": owner.tenant_id, **row})


async def erase_conversations_of(owner: HasTenant, person: Leaver) -> None:
    """The pages go first: without its conversation nobody could tell whose a page is."""
    async for conversation_id in _conversations(owner, {"user_id": person.user_id}):
        await _erase_conversation(owner, conversation_id)


async def erase_answers_of(owner: HasTenant, person: Leaver) -> None:
    """A deletion that died may have left pages of a conversation that is gone; its answers still name it."""
    answers = Answer.owned_by(owner)
    fields = {"conversation_id": 1}
    while found := await answers.rows({"user_id": person.user_id}, fields=fields, limit=AT_ONCE):
        for conversation_id in {row["conversation_id"] for row in found}:
            await _erase_conversation(owner, conversation_id)


async def _erase_conversation(owner: HasTenant, conversation_id: Id) -> None:
    within = {"conversation_id": conversation_id}
    await ConversationPage.owned_by(owner).delete_many(within)
    await Answer.owned_by(owner).delete_many(within)
    await Conversation.owned_by(owner).delete({"_id": conversation_id})
    await ConversationPage.owned_by(owner).delete_many(within)  # what was moved out of it meanwhile


async def erase_conversations_in(owner: HasTenant) -> None:
    async for conversation_id in _conversations(owner, {}):
        await _erase_conversation(owner, conversation_id)


async def erase_rest_in(owner: HasTenant) -> None:
    """Whatever a crash has left without its conversation."""
    await ConversationPage.owned_by(owner).delete_many({})
    await Answer.owned_by(owner).delete_many({})


PARTS = (
    part(
        "conversations",
        models=(Conversation, ConversationPage),
        export=export_conversations,
        erase_person=erase_conversations_of,
        erase_tenant=erase_conversations_in,
    ),
    part(
        "answers",
        models=(Answer,),
        export=export_answers,
        erase_person=erase_answers_of,
        erase_tenant=erase_rest_in,
    ),
)
