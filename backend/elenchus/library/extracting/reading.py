"""A language model before the sections, each kept as soon as it was read; halves where an answer has no room."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import JsonValue

from elenchus.core import at_once
from elenchus.core.llm.base import Json, ModelFailed, Structured, StructuredModel, Usage
from elenchus.core.settings import settings
from elenchus.jobs.errors import Fatal
from elenchus.library.analysing.modelled.metering import section_characters
from elenchus.library.analysing.paper import Section
from elenchus.library.extracting import prompts
from elenchus.library.extracting.material import Material
from elenchus.library.extracting.schemas import Hold, Kept, Used

AT_ONCE = 3  # calls of one extraction: providers count them by the minute
FORM_TRIES = 3  # before a model that does not keep to the form is given up
SMALLEST_CHARACTERS = 2_000  # a section that is cut in halves no further
NOTHING = Usage(0, 0)
Read = tuple[Section, Mapping[str, Any]]  # a section, and the form as it was filled in for it


@dataclass(frozen=True, slots=True)
class Reader:
    """`hold`, `used` and `kept` are the caller's, see `schemas`."""

    material: Material
    model: StructuredModel
    form: Json
    instructions: str
    hold: Hold
    used: Used
    kept: Kept

    async def read(self) -> list[Read]:
        """In the order of the document."""
        sections = self.material.paper.sections(section_characters(len(self.material.paper.text)))
        found = await at_once.each(sections, partial(self._whole, of=len(sections)), most=AT_ONCE)
        return [one for each in found for one in each]

    async def _whole(self, section: Section, *, of: int) -> list[Read]:
        return await self._section(section, f"reading {self.material.edition} section {section.number}", of=of)

    async def _section(self, section: Section, name: str, *, of: int) -> list[Read]:
        found = await self.kept(name, partial(self._read, section, of=of))
        form = found.get("form") if isinstance(found, dict) else None
        if isinstance(form, dict):
            return [(section, form)]
        return [
            one
            for number, half in enumerate(self.material.paper.halves(section), 1)
            for one in await self._section(half, f"{name}.{number}", of=of)
        ]

    async def _read(self, section: Section, *, of: int) -> JsonValue:
        text = prompts.asking(self.material.shown(section, of=of), self.instructions)
        form = await self._filled(prompts.rules(), text)
        if form is None and section.end - section.start < 2 * SMALLEST_CHARACTERS:
            raise Fatal(
                "no_room", "The language model's answers have no room; raise LLM_MAX_OUTPUT_TOKENS and run it again."
            )
        return {"form": form}

    async def _filled(self, rules: str, text: str) -> Json | None:
        """None when the model had no room to end."""
        for _ in range(FORM_TRIES):
            answer = await self._asked(rules, text)
            if answer.value is not None or answer.usage.is_cut:
                return answer.value
        raise Fatal(
            "model_form", f"The language model did not keep to the form in {FORM_TRIES} tries. Use another one."
        )

    async def _asked(self, rules: str, text: str) -> Structured[Json]:
        """Cancelled, it leaves the model at once; a provider bills what it has read."""
        asked = self.model.count_tokens(f"{rules}\n\n{text}\n\n{json.dumps(self.form)}")
        await self.hold(asked + settings().llm.max_output_tokens)
        usage = NOTHING
        try:
            answer = await self.model.structured(rules, text, self.form)
            usage = answer.usage
        except ModelFailed as failed:
            usage = failed.usage or NOTHING
            raise
        except asyncio.CancelledError:
            usage = Usage(asked, 0, is_estimate=True)
            raise
        finally:
            await self.used(usage, self.model.name)
        return answer
