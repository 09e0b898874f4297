import json

import pytest
from pydantic import TypeAdapter, ValidationError

from elenchus.core.plain import Labels

labels = TypeAdapter(Labels)


@pytest.mark.parametrize(
    "text",
    ['{"theme": "dark", "columns": [1, 2.5, true, null], "a": {"b": {"c": {"d": 1}}}}', '{"größe": "Köln"}', "{}"],
)
def test_what_is_plain_passes_unchanged(text):
    assert labels.validate_json(text) == json.loads(text)


@pytest.mark.parametrize(
    "value",
    [
        {"$where": 1}, {"a.b": 1}, {"__proto__": 1}, {"": 1}, {"k" * 101: 1}, {"a\x00": 1}, {"deep": [{"$set": 1}]},
        {"n": 2**63}, {"n": 10**400}, {"n": 2**53 + 1}, {"n": float("inf")}, {"n": float("nan")},
        {"t": "a\x00b"}, {"t": "\ud800"},
        {"a": {"b": {"c": {"d": {"e": {}}}}}}, {"t": "x" * 8_000},
    ],
    ids=repr,
)  # fmt: skip
def test_what_a_database_or_a_browser_reads_otherwise_is_refused(value):
    with pytest.raises(ValidationError):
        labels.validate_python(value)
