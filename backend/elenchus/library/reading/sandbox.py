"""Pages out of a file, streamed from a sealed child process that reads one document and is then replaced.

    async with reader.open(path, kind) as reading:
        async for page in reading:
            ...
        reading.report

Every verdict on the file is an `UnreadableFile`, at any page and also after the last one (a scan shows only then):
what was kept of its pages until then is to be thrown away.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final, NoReturn

from elenchus.library.reading.conversion import as_text
from elenchus.library.reading.diagnosis import reason_of_death
from elenchus.library.reading.kinds import Kind, supported
from elenchus.library.reading.language import ENOUGH, SAMPLE, language_of
from elenchus.library.reading.outcomes import ReadingUnavailable, UnreadableFile, unreadable
from elenchus.library.reading.process import Child, OutputTooLarge
from elenchus.library.reading.programs import recognition
from elenchus.library.reading.transcript import End, Message, Meta, NotATranscript, Page, Stage, message_of
from elenchus.library.reading.values import PageText, ReadingLimits, ReadingReport

DEFAULT_LIMITS: Final = ReadingLimits()
EXIT_SECONDS: Final = 2  # to die by itself after its output ended, so that its exit code tells why


class Reader:
    """Keeps one spare child warm, so that a document does not wait for the interpreter. Bound to one event loop."""

    def __init__(self) -> None:
        self._spares: list[asyncio.Task[Child]] = []
        self._busy: set[Child] = set()
        self._closed = False

    def warm(self) -> None:
        """Start a spare, unless there is one. Needs a running loop; returns at once."""
        if not self._spares and not self._closed:
            self._spares.append(asyncio.create_task(Child.started()))

    @asynccontextmanager
    async def open(self, path: Path, kind: Kind, *, limits: ReadingLimits = DEFAULT_LIMITS) -> AsyncIterator["Reading"]:
        """Leaving the block, also by an error or by cancellation, ends the child."""
        if kind is Kind.OLD_WORD:
            async with as_text(path, limits) as text, self.lend() as child:
                yield Reading(child, text, kind=Kind.TEXT, limits=limits)
        else:
            async with self.lend() as child:
                yield Reading(child, path, kind=kind, limits=limits)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Child]:
        """A sealed child for one request."""
        child = await self._child()
        self._busy.add(child)
        try:
            yield child
        finally:
            await child.end()
            self._busy.discard(child)
            self.warm()  # only now: beside the reading it would take 0.15 s of processor from the document

    async def close(self) -> None:
        """End every child. A reading still under way sees its file as unreadable, so cancel it first."""
        self._closed = True
        for spare in self._spares:
            spare.cancel()
        if self._spares:
            await asyncio.wait(self._spares)
        born = {spare.result() for spare in self._spares if not spare.cancelled() and not spare.exception()}
        self._spares.clear()
        await asyncio.gather(*(child.end() for child in self._busy | born))

    async def _child(self) -> Child:
        """The spare if it lives, else a fresh one."""
        if self._closed:
            raise ReadingUnavailable("the reader is closed")
        if not self._spares:
            return await Child.started()
        child = await self._spare_child()
        return child or await Child.started()

    async def _spare_child(self) -> Child | None:
        spare = self._spares.pop()
        try:
            child = await asyncio.shield(spare)
        except asyncio.CancelledError:
            self._spares.append(spare)  # the document is gone, the child is still good
            raise
        except ReadingUnavailable:
            return None
        if child.exit_code is not None:
            await child.end()
            return None
        return child


class Reading:
    """One pass over the pages; `report` is there once they are all read."""

    def __init__(self, child: Child, path: Path, *, kind: Kind, limits: ReadingLimits) -> None:
        self.page_count: int | None = None
        """For progress, once the first page has come; a plain text does not know it before its end."""
        self.guards: frozenset[str] = frozenset()
        """What the sandbox holds on this system; "network" and "documents" need Linux."""
        self._child = child
        self._path, self._kind, self._limits = path, kind, limits
        self._recognition = recognition(limits.tessdata) if kind is Kind.PDF else None
        ocr_seconds = limits.ocr_seconds if self._recognition else 0.0
        self._seconds_left = {Stage.READING: limits.wall_seconds, Stage.RECOGNISING: ocr_seconds}
        self._stage = Stage.READING
        self._pages, self._characters = 0, -1  # one separator fewer than pages
        self._textless: list[int] = []
        self._hidden: list[int] = []
        self._recognised: dict[int, tuple[float, int]] = {}
        self._opening = ""
        self._report: ReadingReport | None = None

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def report(self) -> ReadingReport:
        if self._report is None:
            raise RuntimeError("the pages have not all been read")
        return self._report

    async def __aiter__(self) -> AsyncIterator[PageText]:
        await self._child.ask(self._request())
        while not isinstance(message := await self._message(), End):
            self._stage = message if isinstance(message, Stage) else Stage.READING
            if isinstance(message, Meta):
                self.page_count, self.guards = message.page_count, message.guards
            elif isinstance(message, Page):
                yield self._placed(message)
        if message.outcome != "ok":
            raise self._refused(message.outcome)
        self._report = self._reported(message)

    def _request(self) -> dict[str, object]:
        ocr = self._recognition._asdict() if self._recognition else None
        return {"path": os.path.abspath(self._path), "kind": self._kind, "limits": asdict(self._limits), "ocr": ocr}

    async def _message(self) -> Message:
        """The next message, or the verdict when none can come."""
        if line := self._child.waiting_line():  # some twenty pages come at once: only the first is waited for
            return self._understood(line)
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._seconds_left[self._stage]):
                line = await self._child.line()
            return self._understood(line) if line else await self._dead()
        except TimeoutError as error:
            raise self._refused("time") from error
        except OutputTooLarge as error:
            raise self._refused("damaged") from error
        finally:
            self._seconds_left[self._stage] -= asyncio.get_running_loop().time() - began

    def _understood(self, line: bytes) -> Message:
        try:
            return message_of(line)
        except NotATranscript as error:
            raise self._refused("damaged") from error

    async def _dead(self) -> NoReturn:
        await self._child.exited(EXIT_SECONDS)
        raise self._refused(reason_of_death(self._child.exit_code, self._child.complaints))

    def _placed(self, page: Page) -> PageText:
        start = self._characters + 1
        self._pages += 1
        self._characters = start + len(page.text)
        if self._pages > self._limits.pages:
            raise self._refused("too_many_pages")
        if self._characters > self._limits.characters:
            raise self._refused("too_much_text")
        self._note(page)
        return PageText(
            self._pages,
            page.text,
            page.width,
            page.height,
            start,
            self._characters,
            label=page.label,
            ocr_confidence=page.confidence,
            headings=page.headings,
        )

    def _note(self, page: Page) -> None:
        """For the report."""
        if page.textless:
            self._textless.append(self._pages)
        if page.hides_text:
            self._hidden.append(self._pages)
        if page.confidence is not None:
            self._recognised[self._pages] = page.confidence, len(page.text)
        if len(self._opening) < ENOUGH:
            self._opening += page.text[:SAMPLE] + "\n"

    def _confidence(self) -> float | None:
        letters = sum(length for _, length in self._recognised.values())
        if not letters:
            return None
        return round(sum(sure * length for sure, length in self._recognised.values()) / letters, 3)

    def _reported(self, end: End) -> ReadingReport:
        return ReadingReport(
            page_count=self._pages,
            char_count=max(0, self._characters),
            repaired=end.repaired,
            textless_pages=tuple(self._textless),
            language=language_of(self._opening),
            ocr_pages=tuple(self._recognised),
            ocr_confidence=self._confidence(),
            hidden_text=tuple(self._hidden),
            encoding=end.encoding,
        )

    def _refused(self, reason: str) -> UnreadableFile:
        return unreadable(reason, supported=supported(), **asdict(self._limits))
