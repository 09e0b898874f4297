"""A document's sections before a language model, each a step; then the merging; then all quotations are looked up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from pydantic import BaseModel

from elenchus.core import at_once
from elenchus.core.llm.base import ModelFailed, Structured, StructuredModel, Usage
from elenchus.core.llm.factory import structured_model
from elenchus.jobs.errors import Fatal
from elenchus.library.analysing.desk import Desk, Found
from elenchus.library.analysing.modelled import asking, laying_out, merging, prompts
from elenchus.library.analysing.modelled.entries import Entry, entries_of
from elenchus.library.analysing.modelled.forms import MergedForm, SectionForm
from elenchus.library.analysing.modelled.metering import section_characters
from elenchus.library.analysing.models import Spent
from elenchus.library.analysing.paper import Section
from elenchus.library.analysing.schemas import AnalysisResult

READING_SHARE = 0.75  # of the progress bar
Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reader:
    """A model at a desk."""

    desk: Desk
    model: StructuredModel
    sections: int
    holding: asyncio.Lock = field(default_factory=asyncio.Lock)
    refused: list[Fatal] = field(default_factory=list)  # more tokens, to a call of this attempt

    async def section(self, section: Section, name: str) -> list[Entry]:
        """What it says; halves are read where an answer for the whole has no room."""
        found = await self.desk.kept(name, partial(self._read, section))
        if found["too_long"]:
            return [
                entry
                for number, half in enumerate(self.desk.paper.halves(section), 1)
                for entry in await self.section(half, f"{name}.{number}")
            ]
        return entries_of(SectionForm.model_validate(found["form"]), name, section.pages)

    async def _read(self, section: Section) -> Found:
        analysis = self.desk.analysis
        text = prompts.of_section(self.desk.paper, section, of=self.sections, questions=analysis.questions)
        rules = prompts.rules("section", analysis.analysis_type)
        form, spent = await self._filled(rules, text, SectionForm)
        if form is None and not asking.has_halves(section):
            raise await self._no_room(spent)
        return {"too_long": form is None, "form": form and form.model_dump(mode="json")}, spent

    async def merge(self, entries: Sequence[str], name: str) -> MergedForm:
        found = await self.desk.kept(name, partial(self._merge, entries))
        return MergedForm.model_validate(found["form"])

    async def _merge(self, entries: Sequence[str]) -> Found:
        analysis = self.desk.analysis
        rules = prompts.rules("merge", analysis.analysis_type)
        form, spent = await self._filled(rules, prompts.of_entries(entries, analysis.questions), MergedForm)
        if form is None:
            raise await self._no_room(spent)
        return {"form": form.model_dump(mode="json")}, spent

    async def _hold_enough(self) -> None:
        """For one after the other; what was refused to one is refused to those that come after it."""
        async with self.holding:
            if self.refused:
                raise self.refused[0]
            try:
                await self.desk.hold_enough()
            except Fatal as refusal:
                self.refused.append(refusal)
                raise

    async def _no_room(self, spent: Spent) -> Fatal:
        await self.desk.paid(spent)
        return asking.no_room()

    async def _filled(self, rules: str, text: str, schema: type[Form]) -> tuple[Form | None, Spent]:
        """None when the model had no room to end. What a useless answer cost is kept even so."""
        answer = await asking.filled(partial(self._asked, rules, text, schema))
        return answer.value, _spent(answer.usage)

    async def _asked(self, rules: str, text: str, schema: type[Form]) -> Structured[Form]:
        await self.desk.run.checkpoint()
        await self._hold_enough()
        try:
            answer = await self.model.structured(rules, text, schema)
        except ModelFailed as failed:
            if failed.usage:
                await self.desk.paid(_spent(failed.usage))
            raise
        if asking.is_useless(answer):
            await self.desk.paid(_spent(answer.usage))
        return answer


def _spent(usage: Usage) -> Spent:
    return Spent(
        calls=1,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cached_tokens=usage.cached_tokens,
    )


async def analyse(desk: Desk) -> AnalysisResult:
    model = structured_model(desk.analysis.model)
    if model is None:
        raise Fatal("model_unknown", "The language model that it was asked of is not one any more.")
    sections = desk.paper.sections(section_characters(len(desk.paper.text)))
    reader = Reader(desk, model, len(sections))
    entries = [entry for found in await _read_all(reader, sections) for entry in found]
    merged = await merging.merged(reader.merge, entries, desk) if len(sections) > 1 else None
    await desk.run.progress(0.9, "checking")
    return await asyncio.to_thread(laying_out.result, desk, entries, merged, sections=len(sections))


async def _read_all(reader: Reader, sections: Sequence[Section]) -> list[list[Entry]]:
    ended = 0

    async def read(section: Section) -> list[Entry]:
        nonlocal ended
        entries = await reader.section(section, f"section {section.number}")
        ended += 1
        await reader.desk.run.progress(0.05 + READING_SHARE * ended / len(sections), "reading")
        return entries

    return await at_once.each(sections, read, most=asking.AT_ONCE)
