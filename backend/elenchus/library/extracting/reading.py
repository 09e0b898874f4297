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
from elenchus.library.analysing.modelled import asking
from elenchus.library.analysing.modelled.metering import section_characters
from elenchus.library.analysing.paper import Section
from elenchus.library.extracting import prompts
from elenchus.library.extracting.material import Material
from elenchus.library.extracting.schemas import Hold, Kept, Used

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
        found = await at_once.each(sections, partial(self._whole, of=len(sections)), most=asking.AT_ONCE)
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
        answer = await asking.filled(partial(self._asked, prompts.rules(), text))
        if answer.value is None and not asking.has_halves(section):
            raise asking.no_room()
        return {"form": answer.value}

    async def _asked(self, rules: str, text: str) -> Structured[Json]:
        """Cancelled, it leaves the model at once; a provider bills what it has read."""
        asked = self.model.count_tokens(f"{rules}\n\n{text}\n\n{json.dumps(self.form)}")
        hold_id = await self.hold(asked, settings().llm.max_output_tokens)
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
            await self.used(hold_id, usage, self.model.name)
        return answer
