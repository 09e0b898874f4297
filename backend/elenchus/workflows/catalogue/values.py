"""A template as the rest of the room takes it, whoever's it is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from elenchus.core.ids import Id
from elenchus.workflows.definition import Definition
from elenchus.workflows.models import Template


@dataclass(frozen=True, slots=True)
class Known:
    id: Id
    name: str
    version: int
    title: str
    description: str
    category: str
    icon: str
    definition: Definition
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    is_active: bool
    is_public: bool
    estimated_duration: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Template) -> Self:
        """A tenant's own."""
        texts = {
            "definition": Definition.model_validate_json(row.definition),
            "input_schema": json.loads(row.input_schema),
            "output_schema": json.loads(row.output_schema) if row.output_schema else None,
        }
        same = {name: getattr(row, name) for name in cls.__dataclass_fields__ if name not in {*texts, "is_public"}}
        return cls(**same, **texts, is_public=False)
