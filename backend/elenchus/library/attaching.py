"""The files that a message carries become documents of their own, admitted as uploads are and tied to the message.

A step of the message's reading, before it is published. Repeating it adds nothing: the same bytes are one document.
"""

import asyncio
from contextlib import aclosing

from pydantic import JsonValue

from elenchus.core.errors import NotFound, Refusal
from elenchus.core.mongo import Row
from elenchus.core.resources import resources
from elenchus.core.settings import settings
from elenchus.jobs.errors import Retryable
from elenchus.jobs.run import Run
from elenchus.library import service, store
from elenchus.library.errors import ContentContested
from elenchus.library.models import Attached, Failure
from elenchus.library.names import label_of, storage_key
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import ReadingUnavailable, UnreadableFile
from elenchus.library.reading.sandbox import Reader
from elenchus.library.reading.unpacking import AttachedFile, attachments
from elenchus.library.reading.values import ReadingLimits
from elenchus.library.uploads import ReceivedFile, kind_of

DEEPEST = 4  # messages inside messages: each level stores all that is inside it once more
TOO_DEEP = Failure(
    code="too_large", detail="It lies inside too many messages. Save it from the innermost one and upload it."
)
REST = "further attachments"


def reading_limits() -> ReadingLimits:
    bounds = settings().library
    return ReadingLimits(
        pages=bounds.max_pages,
        characters=bounds.max_characters,
        wall_seconds=bounds.read_timeout_seconds,
        memory_bytes=bounds.reader_memory_bytes,
        tessdata=bounds.tessdata_folder,
    )


async def attach(run: Run, message: Row, reader: Reader) -> JsonValue:
    """Note on the message what became of each attachment; how many there are. One that is refused does not fail it."""
    became: list[Attached] = []
    try:
        path = await resources().storage.local_path(storage_key(run.principal, message["_id"]))
        folder = await asyncio.to_thread(resources().storage.temporary_dir)
        most_bytes = settings().library.max_file_bytes
        limits = reading_limits()
        files = attachments(reader, path, Kind.MAIL, folder=folder, limits=limits, most_bytes=most_bytes)
        async with aclosing(files):
            async for file in files:
                became.append(await _admitted(run, message, file))
                await run.checkpoint()
    except UnreadableFile as error:
        became.append(Attached(filename=REST, error=Failure(code=error.code, detail=error.detail)))
    except (NotFound, ReadingUnavailable, ContentContested) as error:
        raise Retryable("The attachments could not be taken out at this moment.") from error
    await store.note_attachments(run.principal, message["_id"], run.job_id, became)
    return len(became)


async def _admitted(run: Run, message: Row, file: AttachedFile) -> Attached:
    name = label_of(file.name)
    try:
        if message.get("nesting", 0) >= DEEPEST:
            return Attached(filename=name, error=TOO_DEEP)
        kind = await asyncio.to_thread(kind_of, file.path, file.name, file.size)
        received = ReceivedFile(file.path, file.name, file.size, file.digest, kind)
        document_id = await service.add_attachment(run.principal, received, message)
    except ContentContested:
        raise
    except Refusal as refusal:
        return Attached(filename=name, error=Failure(code=_code(refusal), detail=refusal.detail))
    finally:
        await asyncio.to_thread(file.path.unlink, missing_ok=True)
    return Attached(filename=name, document_id=str(document_id))


def _code(refusal: Refusal) -> str:
    code = refusal.fields.get("code")
    return code if isinstance(code, str) else refusal.slug
