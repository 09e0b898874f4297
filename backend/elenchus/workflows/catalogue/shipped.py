"""The templates that everybody has. Their files are the truth: nobody changes them but a new version of this server."""

import json
from datetime import datetime
from functools import cache
from importlib import resources

from elenchus.core.ids import Id, derived_id
from elenchus.workflows.catalogue.values import Known
from elenchus.workflows.definition import Definition

FOLDER = "shipped"


@cache
def templates() -> dict[Id, Known]:
    folder = resources.files("elenchus.workflows").joinpath(FOLDER)
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
    known = [_read(folder.joinpath(name).read_text(encoding="utf-8")) for name in files]
    return {template.id: template for template in known}


def _read(text: str) -> Known:
    raw = json.loads(text)
    return Known(
        id=derived_id("workflow template", raw["name"]),
        name=raw["name"],
        version=raw["version"],
        title=raw["title"],
        description=raw["description"],
        category=raw["category"],
        icon=raw["icon"],
        definition=Definition.model_validate(raw["definition"]),
        input_schema=raw["input_schema"],
        output_schema=raw.get("output_schema"),
        is_active=True,
        is_public=True,
        estimated_duration=raw.get("estimated_duration"),
        created_at=datetime.fromisoformat(raw["created_at"]),
        updated_at=datetime.fromisoformat(raw["updated_at"]),
    )
