"""Extracting's door: what is asked for, read and proven."""

import asyncio

from elenchus.core.llm.base import StructuredModel
from elenchus.core.llm.extractive import NAME as EXTRACTIVE
from elenchus.core.llm.factory import structured_model
from elenchus.core.principal import Principal
from elenchus.library.extracting import prompts
from elenchus.library.extracting.laying_out import LaidOut, laid_out
from elenchus.library.extracting.material import Material, Proven, material_of
from elenchus.library.extracting.merging import Merged, merged, rows_left_out
from elenchus.library.extracting.reading import Read, Reader
from elenchus.library.extracting.records import proofs, recorded
from elenchus.library.extracting.rules import finding
from elenchus.library.extracting.schemas import Extracted, Extraction, Hold, Kept, Used
from elenchus.library.extracting.shapes import Plan, plan_of

NOTE = "Written by a language model ({model}); a quotation that is not marked verified was not found in the document."


async def extract(principal: Principal, asked: Extraction, *, hold: Hold, used: Used, kept: Kept) -> Extracted:
    """Raises what the library refuses (`DocumentNotFound`, `DocumentHasNoText`), what the choice of a model does,
    `ModelFailed`, `Fatal` for a model of no use, and whatever `hold` does.

    Work is kept by names that are the same each time: `reading <edition> section <n>`, and `.1`, `.2` for its halves.
    """
    model = structured_model(asked.model)
    plan = plan_of(asked.schema)
    material = await material_of(principal, asked)
    if model is None:
        return await _by_rules(plan, material, asked)
    reader = Reader(material, model, plan.form, asked.instructions, hold=hold, used=used, kept=kept)
    return await _by_model(plan, material, model, await reader.read() if material.paper.text.strip() else [])


async def _by_model(plan: Plan, material: Material, model: StructuredModel, read: list[Read]) -> Extracted:
    found, laid = await _proven(plan, material, read)
    how = {"method": "model", "model": model.name, "prompt_version": prompts.version(), "sections_read": len(read)}
    notes = [NOTE.format(model=model.name), *rows_left_out(found.left_out)]
    return _extracted(material, laid, {**how, "missing": laid.fitted.missing, "notes": notes})


async def _by_rules(plan: Plan, material: Material, asked: Extraction) -> Extracted:
    read, notes = await finding.read(plan, material, instructions=asked.instructions)
    _, laid = await _proven(plan, material, [read])
    sections = len({part.section for part in material.paper.passages})
    how = {"method": "rules", "model": EXTRACTIVE, "sections_read": sections}
    return _extracted(material, laid, {**how, "missing": laid.fitted.unread, "notes": notes})


async def _proven(plan: Plan, material: Material, read: list[Read]) -> tuple[Merged, LaidOut]:
    """Every quotation is looked up once, first where the section stands that it was given for."""
    found = await material.proven([proof for section, form in read for proof in proofs(plan, form, section)])
    return await asyncio.to_thread(_laid_out, plan, read, found)


def _laid_out(plan: Plan, read: list[Read], found: Proven) -> tuple[Merged, LaidOut]:
    whole = merged(plan.shape, [recorded(plan, form, section, found) for section, form in read])
    return whole, laid_out(plan, whole)


def _extracted(material: Material, laid: LaidOut, how: dict[str, object]) -> Extracted:
    return Extracted.model_validate(
        {
            "value": laid.fitted.value,
            "citations": laid.citations,
            "objects": laid.objects,
            "unsupported": laid.unsupported,
            "misfits": laid.fitted.misfits,
            "conflicts": laid.conflicts,
            "characters_read": len(material.paper.text),
            **how,
        }
    )
