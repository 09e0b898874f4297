"""All MongoDB verbs of the briefs."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.core.principal import Principal
from elenchus.jobs.schemas import JobError
from elenchus.research.briefing.models import Brief, BriefPart, BriefStatus, Call, part_id
from elenchus.research.models import Stale

AT_ONCE = 100
_LISTED = {"result": 0, "record": 0, "case_facts": 0, "failing": 0}
_ID = {"_id": 1}


async def add(owner: HasTenant, brief: Brief) -> None:
    await Brief.owned_by(owner).insert(brief)


async def find(owner: HasTenant, brief_id: Id) -> Brief | None:
    return await Brief.owned_by(owner).get(brief_id)


async def row(principal: Principal, brief_id: Id) -> Row | None:
    """None also when it is a colleague's."""
    return await Brief.owned_by(principal).row({"_id": brief_id, "user_id": principal.user_id})


async def row_of(owner: HasTenant, brief_id: Id) -> Row | None:
    """Whoever's in the tenant it is: for its export with a person's data."""
    return await Brief.owned_by(owner).row({"_id": brief_id})


async def page(principal: Principal, query: PageQuery) -> list[Row]:
    mine = {"user_id": principal.user_id}
    return await Brief.owned_by(principal).newest(mine, limit=query.fetch, before=query.after, fields=_LISTED)


async def ids_of(owner: HasTenant, wanted: Mapping[str, Id]) -> AsyncIterator[Id]:
    """Newest first; they may be removed meanwhile."""
    before: Id | None = None
    while found := await Brief.owned_by(owner).newest(wanted, limit=AT_ONCE, before=before, fields=_ID):
        for each in found:
            yield each["_id"]
        before = found[-1]["_id"]


async def untouched(owner: HasTenant, since: datetime, *, limit: int) -> list[Id]:
    rows = await Brief.owned_by(owner).rows({"updated_at": {"$lt": since}}, fields=_ID, limit=limit)
    return [each["_id"] for each in rows]


async def remove(owner: HasTenant, brief_id: Id) -> bool:
    return await Brief.owned_by(owner).delete({"_id": brief_id})


# ---- the course of the job


def _written(brief_id: Id) -> Row:
    return {"_id": brief_id, "status": BriefStatus.RUNNING}


async def begin(owner: HasTenant, brief_id: Id) -> bool:
    """False when it is whole already, or gone."""
    filter_ = {"_id": brief_id, "status": {"$ne": BriefStatus.COMPLETED}}
    change: Row = {"status": BriefStatus.RUNNING, "error": None, "failing": [], "updated_at": now()}
    return await Brief.owned_by(owner).update(filter_, {"$set": change})


async def complete(owner: HasTenant, brief_id: Id, *, result: Row, record: Row, cited: Collection[Id]) -> bool:
    """Once: whoever comes late finds it whole."""
    moment = now()
    change = {
        "status": BriefStatus.COMPLETED, "result": result, "record": record, "cited_document_ids": sorted(cited),
        "completed_at": moment, "updated_at": moment,
    }  # fmt: skip
    return await Brief.owned_by(owner).update(_written(brief_id), {"$set": change})


async def end(
    owner: HasTenant, brief_id: Id, status: BriefStatus, error: JobError, *, of: BriefStatus | None = None
) -> bool:
    """One that is completed stays so; `of` insists on where it stood."""
    filter_ = {"_id": brief_id, "status": of or {"$ne": BriefStatus.COMPLETED}}
    ended = {"status": status, "error": error.model_dump(), "updated_at": now()}
    return await Brief.owned_by(owner).update(filter_, {"$set": ended})


async def note_failing(owner: HasTenant, brief_id: Id, failing: Sequence[Row]) -> None:
    await Brief.owned_by(owner).update({"_id": brief_id}, {"$set": {"failing": list(failing)}})


async def note_settled(owner: HasTenant, brief_id: Id, tokens: int) -> None:
    await Brief.owned_by(owner).update({"_id": brief_id}, {"$set": {"tokens_settled": tokens}})


async def note_in_vain(owner: HasTenant, brief_id: Id, tokens: int) -> bool:
    """False when it is written no more, or gone: what it used is settled then."""
    return await Brief.owned_by(owner).update(_written(brief_id), {"$inc": {"tokens_in_vain": tokens}})


async def never_begun(before: datetime, *, limit: int) -> list[Brief]:
    """Of all tenants: the sweep's errand."""
    waiting = {"status": BriefStatus.PENDING, "updated_at": {"$lt": before}}
    return await Brief.across_tenants().find(waiting, limit=limit)


# ---- what its steps found


async def keep_part(owner: HasTenant, brief_id: Id, name: str, *, found: Mapping[str, Any], call: Call | None) -> bool:
    """False when the brief was stopped or went away meanwhile, and then nothing of the part stays either."""
    part = BriefPart(
        id=part_id(brief_id, name),
        tenant_id=owner.tenant_id,
        brief_id=brief_id,
        name=name,
        found=dict(found),
        call=call,
    )
    await BriefPart.owned_by(owner).insert_missing([part])
    if await Brief.owned_by(owner).row({"_id": brief_id, "status": {"$ne": BriefStatus.CANCELLED}}, fields=_ID):
        return True
    await BriefPart.owned_by(owner).delete({"_id": part.id})
    return False


async def part(owner: HasTenant, brief_id: Id, name: str) -> Row | None:
    return await BriefPart.owned_by(owner).row({"_id": part_id(brief_id, name)})


async def calls(owner: HasTenant, brief_id: Id) -> dict[str, Call]:
    """By the name of their part, in the order in which they were kept."""
    rows = await BriefPart.owned_by(owner).rows({"brief_id": brief_id}, fields={"name": 1, "call": 1})
    return {each["name"]: Call.model_validate(each["call"]) for each in rows if each["call"]}


async def drop_parts(owner: HasTenant, brief_id: Id) -> int:
    return await BriefPart.owned_by(owner).delete_many({"brief_id": brief_id})


async def drop_all_parts(owner: HasTenant) -> int:
    return await BriefPart.owned_by(owner).delete_many({})


# ---- what it cites


async def citing(owner: HasTenant, document_id: Id) -> AsyncIterator[Id]:
    async for brief_id in ids_of(owner, {"cited_document_ids": document_id}):
        yield brief_id


async def set_stale(owner: HasTenant, brief_id: Id, document_id: Id, found: Stale | None) -> None:
    """A document's own key, so that two of them never undo each other's."""
    place = f"stale.{document_id}"
    change: Row = {"$set": {place: found.model_dump(mode="json")}} if found else {"$unset": {place: ""}}
    await Brief.owned_by(owner).update({"_id": brief_id}, change)
