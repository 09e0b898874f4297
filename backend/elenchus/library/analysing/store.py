"""All MongoDB verbs of analysing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant, Row
from elenchus.core.pages import PageQuery
from elenchus.library.analysing.models import (
    Analysis,
    AnalysisPart,
    AnalysisStatus,
    Spent,
    part_id,
)
from elenchus.library.models import Failure

_LISTED = {"result": 0}


async def add(owner: HasTenant, analysis: Analysis) -> None:
    await Analysis.owned_by(owner).insert(analysis)


async def find(owner: HasTenant, analysis_id: Id) -> Analysis | None:
    return await Analysis.owned_by(owner).get(analysis_id)


async def row(owner: HasTenant, document_id: Id, analysis_id: Id) -> Row | None:
    """None also when it is another document's."""
    return await Analysis.owned_by(owner).row({"_id": analysis_id, "document_id": document_id})


async def page(owner: HasTenant, document_id: Id, query: PageQuery) -> list[Row]:
    wanted = {"document_id": document_id}
    return await Analysis.owned_by(owner).newest(wanted, limit=query.fetch, before=query.after, fields=_LISTED)


async def begun_by(owner: HasTenant, user_id: Id, *, limit: int, before: Id | None) -> list[Row]:
    return await Analysis.owned_by(owner).newest({"user_id": user_id}, limit=limit, before=before, fields=_LISTED)


async def remove(owner: HasTenant, analysis_id: Id) -> bool:
    return await Analysis.owned_by(owner).delete({"_id": analysis_id})


async def of_document(owner: HasTenant, document_id: Id, *, limit: int) -> list[Analysis]:
    return await Analysis.owned_by(owner).find({"document_id": document_id}, limit=limit)


async def documents_analysed(owner: HasTenant, *, limit: int) -> list[Id]:
    """Of some of a tenant's rows, also those whose document is gone."""
    rows = await Analysis.owned_by(owner).rows({}, fields={"document_id": 1}, limit=limit)
    rows += await AnalysisPart.owned_by(owner).rows({}, fields={"document_id": 1}, limit=limit)
    return list(dict.fromkeys(found["document_id"] for found in rows))


# the course of the job


async def begin(owner: HasTenant, analysis_id: Id, *, generation: int) -> bool:
    """False when it is whole already, or gone."""
    filter_ = {"_id": analysis_id, "status": {"$ne": AnalysisStatus.COMPLETED}}
    change = {"status": AnalysisStatus.RUNNING, "generation": generation, "error": None, "updated_at": now()}
    return await Analysis.owned_by(owner).update(filter_, {"$set": change})


async def complete(owner: HasTenant, analysis_id: Id, *, result: Row, spent: Spent) -> bool:
    """Once: whoever comes late finds it whole."""
    filter_ = {"_id": analysis_id, "status": AnalysisStatus.RUNNING}
    done = {"status": AnalysisStatus.COMPLETED, "result": result, "spent": spent.model_dump()}
    moment = now()
    times = {"completed_at": moment, "updated_at": moment}
    return await Analysis.owned_by(owner).update(filter_, {"$set": {**done, **times}})


async def end(
    owner: HasTenant, analysis_id: Id, status: AnalysisStatus, error: Failure, *, of: AnalysisStatus | None = None
) -> bool:
    """One that is completed stays so; `of` insists on where it stood."""
    filter_ = {"_id": analysis_id, "status": of or {"$ne": AnalysisStatus.COMPLETED}}
    ended = {"status": status, "error": error.model_dump(), "updated_at": now()}
    return await Analysis.owned_by(owner).update(filter_, {"$set": ended})


async def note_spent(owner: HasTenant, analysis_id: Id, spent: Spent) -> None:
    """Of a call that left nothing behind but its price."""
    change = {f"spent.{name}": number for name, number in spent.model_dump().items()}
    await Analysis.owned_by(owner).update({"_id": analysis_id}, {"$inc": change})


async def note_settled(owner: HasTenant, analysis_id: Id, tokens: int) -> None:
    change = {"tokens_settled": tokens, "more_holds": 0}
    await Analysis.owned_by(owner).update({"_id": analysis_id}, {"$set": change})


async def note_more_holds(owner: HasTenant, analysis_id: Id, number: int) -> None:
    await Analysis.owned_by(owner).update({"_id": analysis_id}, {"$set": {"more_holds": number}})


async def never_begun(before: datetime, *, limit: int) -> list[Analysis]:
    """Of all tenants: the sweep's errand."""
    waiting = {"status": AnalysisStatus.PENDING, "updated_at": {"$lt": before}}
    return await Analysis.across_tenants().find(waiting, limit=limit)


# what its steps found


async def keep_part(owner: HasTenant, analysis: Analysis, name: str, *, found: Mapping[str, Any], spent: Spent) -> bool:
    """False when the analysis went away meanwhile, and then nothing of the part stays either."""
    part = AnalysisPart(
        id=part_id(analysis.id, name),
        tenant_id=owner.tenant_id,
        analysis_id=analysis.id,
        document_id=analysis.document_id,
        name=name,
        found=dict(found),
        spent=spent,
    )
    await AnalysisPart.owned_by(owner).insert_missing([part])
    if await Analysis.owned_by(owner).row({"_id": analysis.id}, fields={"_id": 1}):
        return True
    await AnalysisPart.owned_by(owner).delete({"_id": part.id})
    return False


async def part(owner: HasTenant, analysis_id: Id, name: str) -> Row | None:
    return await AnalysisPart.owned_by(owner).row({"_id": part_id(analysis_id, name)})


async def spent_on_parts(owner: HasTenant, analysis: Analysis) -> Spent:
    wanted = {"document_id": analysis.document_id, "analysis_id": analysis.id}
    rows = await AnalysisPart.owned_by(owner).rows(wanted, fields={"spent": 1})
    total = Spent()
    for found in rows:
        total = total.plus(Spent.model_validate(found["spent"]))
    return total


async def has_parts(owner: HasTenant, analysis: Analysis) -> bool:
    wanted = {"document_id": analysis.document_id, "analysis_id": analysis.id}
    return await AnalysisPart.owned_by(owner).row(wanted, fields={"_id": 1}) is not None


async def drop_parts(owner: HasTenant, document_id: Id, analysis_id: Id | None = None) -> int:
    """Of one analysis, or of all of a document."""
    wanted = {"document_id": document_id} | ({"analysis_id": analysis_id} if analysis_id else {})
    return await AnalysisPart.owned_by(owner).delete_many(wanted)
