"""`.env.example` and the README's table say exactly what the settings are."""

import re
from pathlib import Path

from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from elenchus.core.settings import Settings

ROOT = Path(__file__).parents[2]


def names() -> dict[str, object]:
    """Each environment name with its default."""
    found: dict[str, object] = {}
    for group in Settings.model_fields.values():
        kind = group.annotation
        assert kind is not None
        assert issubclass(kind, BaseSettings)
        for name, field in kind.model_fields.items():
            alias = field.validation_alias
            first = alias.choices[0] if isinstance(alias, AliasChoices) else alias
            found[str(first or (kind.model_config["env_prefix"] + name).upper())] = field.get_default(
                call_default_factory=True
            )
    return found


def written(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, list):
        return "[]"
    if isinstance(default, float) and default.is_integer():
        return str(int(default))
    return str(default)


def test_env_example_lists_every_setting_with_its_default():
    text = (ROOT / ".env.example").read_text()
    lines = dict(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=(.*)$", text, re.M))
    assert lines == {name: written(default) for name, default in names().items()}


def test_readme_table_lists_every_setting_with_its_default():
    text = (ROOT / "README.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| (.*?) \|", text, re.M))
    assert rows == {name: f"`{told}`" if (told := written(default)) else "—" for name, default in names().items()}


def test_readme_has_no_placeholder_left():
    assert not re.findall(r"\b[A-Z]+_(?:TRANSCRIPT|TABLE)\b", (ROOT / "README.md").read_text())
