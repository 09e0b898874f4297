"""A brief as a file: section by section, each with the footnotes it calls and what its examination found."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.research.briefing import service, store
from elenchus.research.briefing.errors import BriefNotFound, BriefNotWritten
from elenchus.research.briefing.laying_out import sections_of
from elenchus.research.briefing.plain import CLIENT
from elenchus.research.briefing.schemas import BriefOut, Section
from elenchus.research.exporting import markdown, script, typesetting
from elenchus.research.exporting.names import filename
from elenchus.research.exporting.schemas import Format
from elenchus.research.exporting.service import Exported
from elenchus.research.models import wire_time

FORMAT = "elenchus brief 1"


async def export(principal: Principal, brief_id: Id, wanted: Format) -> Exported:
    """Raises `BriefNotFound`, `BriefNotWritten`, `NotTypeset`."""
    row = await store.row(principal, brief_id)
    if row is None:
        raise BriefNotFound(brief_id)
    if row["result"] is None:
        raise BriefNotWritten(brief_id, row["status"])
    brief = BriefOut.of(row)
    await audit.record(principal, Action.BRIEF_EXPORTED, service.BRIEF, brief_id, format=wanted.value)
    return Exported(filename(brief.title, wanted), wanted.media_type, await _blocks(brief, wanted))


async def _blocks(brief: BriefOut, wanted: Format) -> AsyncIterator[bytes]:
    if wanted is Format.JSON:
        return _whole(_json(brief))
    turns = list(_turns(brief))
    about = {"title": brief.title, "exported_at": wire_time(now())}
    if wanted is Format.MARKDOWN:
        return _whole(await asyncio.to_thread(_markdown, about, turns))
    return typesetting.blocks(await typesetting.typeset(wanted, _lines(about, turns)))


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _lines(about: Row, turns: list[Row]) -> AsyncIterator[object]:
    for line in (about, *turns):
        yield line


def _json(brief: BriefOut) -> bytes:
    about = f'{{"format":"{FORMAT}","exported_at":"{wire_time(now())}","brief":'
    return about.encode() + brief.model_dump_json().encode() + b',"complete":true}'


def _markdown(about: Row, turns: list[Row]) -> bytes:
    said = script.Script()
    parts = [markdown.head(script.talk(**about)), *(markdown.turn(said.turn(turn)) for turn in turns)]
    return "".join(parts).encode()


# ---- as the messages of a conversation, which the writers know


def _turns(brief: BriefOut) -> Iterator[Row]:
    assert brief.result is not None
    yield _turn(brief, "Issues", "\n".join(f"{n}. {issue}" for n, issue in enumerate(brief.legal_issues, 1)))
    for name, section in sections_of(brief.result).items():
        yield _of_section(brief, name.replace("_", " ").capitalize(), section)
    yield _turn(brief, "Notes", "\n\n".join(brief.result.notes))


def _of_section(brief: BriefOut, heading: str, section: Section) -> Row:
    said = _turn(brief, f"{heading} · {section.written_by} · {section.standing.value.replace('_', ' ')}", section.text)
    if section.written_by == CLIENT:
        return said
    examined = section.model_dump(mode="json", include={"citations", "verification"})
    stale = {id_: found.model_dump(mode="json") for id_, found in brief.stale.items()}
    return {**said, **examined, "role": "assistant", "stale": stale}


def _turn(brief: BriefOut, heading: str, content: str) -> Row:
    at = wire_time(brief.completed_at or brief.created_at)
    return {
        "id": heading, "role": "user", "heading": heading, "content": content, "created_at": at, "status": "complete",
    }  # fmt: skip
