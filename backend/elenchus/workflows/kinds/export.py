"""What was found, as a file: Word, PDF, Markdown, a workbook, JSON, or deadlines as a calendar."""

from pydantic import JsonValue

from elenchus.research.exporting.papers import service as papers
from elenchus.research.exporting.papers.schemas import Event, Paper, PaperFormat, Section, Source, Table, Title, Words
from elenchus.workflows.kinds.base import Desk, Given, Kind
from elenchus.workflows.models import File


class ExportGiven(Given):
    """`markdown` is a first section without a heading. Marks such as [2] call the source of that number."""

    format: PaperFormat
    title: Title
    markdown: Words = ""
    sections: list[Section] = []
    tables: list[Table] = []
    sources: list[Source] = []
    notes: list[Words] = []
    events: list[Event] = []


async def run(desk: Desk, given: ExportGiven) -> JsonValue:
    written = await papers.write(_paper(given), given.format)
    file_id = desk.effect_id("file")
    file = File(
        id=file_id, filename=written.filename, media_type=written.media_type, bytes=written.size, step=desk.step
    )
    await desk.add_file(file, written.save)
    return {"file_id": str(file_id), **file.model_dump(include={"filename", "media_type", "bytes"})}


def _paper(given: ExportGiven) -> Paper:
    first = [Section(markdown=given.markdown)] if given.markdown.strip() else []
    return Paper(
        title=given.title,
        sections=[*first, *given.sections],
        tables=given.tables,
        sources=given.sources,
        notes=given.notes,
        events=given.events,
    )


KIND = Kind("export", ExportGiven, run)
