"""What the record asks of MongoDB."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import bson

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.research.models import Answer, Citation, Conversation, ConversationPage, Message, Stale
from elenchus.research.store.messages import change_message

AT_ONCE = 200  # answers; as many tails of conversations are read for their citations at most
_CITATIONS = {f"messages.{name}": 1 for name in ("id", "citations", "stale")}


@dataclass(frozen=True, slots=True)
class Cited:
    """What an answer cites, and what of it is known to be stale."""

    conversation_id: Id
    message_id: Id
    citations: Sequence[Citation]
    stale: Mapping[str, Stale]

    @classmethod
    def of(cls, conversation_id: Id, message: Message) -> Self:
        return cls(conversation_id, Id(message.id), message.citations, message.stale)


async def citing(owner: HasTenant, document_id: Id) -> AsyncIterator[list[Cited]]:
    """The answers that cite the document, many at once: three commands for each batch."""
    rows, before = Answer.owned_by(owner), None
    wanted, fields = {"cited_document_ids": document_id}, {"conversation_id": 1}
    while found := await rows.newest(wanted, limit=AT_ONCE, before=before, fields=fields):
        before = found[-1]["_id"]
        yield await _cited(owner, {str(row["_id"]): row["conversation_id"] for row in found})


async def _cited(owner: HasTenant, wanted: Mapping[str, Id]) -> list[Cited]:
    """In the tails or, when they have moved, on their pages."""
    within = {"_id": {"$in": [*set(wanted.values())]}}
    inline = _messages(await Conversation.owned_by(owner).rows(within, fields=_CITATIONS))
    found = {id_: inline[id_] for id_ in wanted if id_ in inline}
    if moved := [id_ for id_ in wanted if id_ not in found]:
        pages = await ConversationPage.owned_by(owner).rows({"messages.id": {"$in": moved}}, fields=_CITATIONS)
        paged = _messages(pages)
        found |= {id_: paged[id_] for id_ in moved if id_ in paged}
    return [_of_row(wanted[id_], row) for id_, row in found.items()]


def _messages(rows: Sequence[Row]) -> dict[str, Row]:
    return {message["id"]: message for row in rows for message in row["messages"]}


def _of_row(conversation_id: Id, row: Row) -> Cited:
    citations = [Citation.model_validate(each) for each in row.get("citations", ())]
    stale = {id_: Stale.model_validate(each) for id_, each in row.get("stale", {}).items()}
    return Cited(conversation_id, Id(row["id"]), citations, stale)


async def set_cited(owner: HasTenant, message_id: Id, document_ids: Collection[Id]) -> None:
    cited = {"cited_document_ids": sorted(document_ids)}
    await Answer.owned_by(owner).update({"_id": message_id}, {"$set": cited})


async def set_stale(owner: HasTenant, cited: Cited, document_id: Id, found: Stale) -> None:
    """A document's own key, so that two of them never undo each other's. The first one brings what holds them: not
    every server makes that by itself within an array."""
    value = found.model_dump(mode="json")
    grown = len(bson.encode({"stale": {str(document_id): value}}))
    first = {"id": str(cited.message_id), "stale": {"$exists": False}}
    for named, change in (
        (first, {"messages.$.stale": {str(document_id): value}}),
        ({"id": str(cited.message_id)}, {_place(document_id): value}),
    ):
        if await change_message(owner, cited.conversation_id, named, {"$set": change}, grown=grown):
            return


async def clear_stale(owner: HasTenant, cited: Cited, document_id: Id) -> None:
    await change_message(
        owner, cited.conversation_id, {"id": str(cited.message_id)}, {"$unset": {_place(document_id): ""}}, grown=0
    )


def _place(document_id: Id) -> str:
    return f"messages.$.stale.{document_id}"
