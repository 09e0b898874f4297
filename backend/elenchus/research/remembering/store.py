"""What remembering asks of MongoDB. Each write insists on what was read: a person's own words are never lost to it."""

from dataclasses import dataclass

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.research.models import Conversation, Summarised

_FIELDS = dict.fromkeys(["title", "context_summary", "summarised"], 1)


@dataclass(frozen=True, slots=True)
class Remembered:
    title: str
    summary: str
    summarised: Summarised | None

    @property
    def until(self) -> str | None:
        return self.summarised.until if self.summarised else None


async def remembered(owner: HasTenant, conversation_id: Id) -> Remembered | None:
    """None when the conversation is gone."""
    row = await Conversation.owned_by(owner).row({"_id": conversation_id}, fields=_FIELDS)
    if row is None:
        return None
    summarised = row.get("summarised")
    return Remembered(
        row["title"], row["context_summary"] or "", Summarised.model_validate(summarised) if summarised else None
    )


async def retitle(owner: HasTenant, conversation_id: Id, *, before: str, title: str) -> bool:
    """False when it is called otherwise by now. Not a change by its owner, so `updated_at` stays."""
    return await _changed(owner, {"_id": conversation_id, "title": before}, {"title": title})


async def put_summary(
    owner: HasTenant, conversation_id: Id, *, before: str | None, summary: str, summarised: Summarised
) -> bool:
    """In place of the one that ended with the message `before`; False when another has taken that one's place."""
    wanted: Row = {"_id": conversation_id, "summarised.until": before}
    return await _changed(owner, wanted, {"context_summary": summary, "summarised": summarised.model_dump()})


async def _changed(owner: HasTenant, wanted: Row, values: Row) -> bool:
    return await Conversation.owned_by(owner).update(wanted, {"$set": values, "$inc": {"revision": 1}})
