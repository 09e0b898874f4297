"""The caller's schema: the form that is made of it, and the value that is made to fit it."""

from typing import Any

import pytest

from elenchus.core.llm.forms import validator
from elenchus.library.extracting.fitting import Fitted, fitted
from elenchus.library.extracting.merging import MOST_ROWS, merged, rows_left_out
from elenchus.library.extracting.records import Record
from elenchus.library.extracting.shapes import below, plan_of, pointer, shape_of


def plan(**properties: Any) -> Any:
    return plan_of({"type": "object", "properties": properties})


def fit(schema: dict[str, Any], value: dict[str, Any]) -> Fitted:
    return fitted(plan_of(schema), value)


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "object", "properties": {}}, "object", False),
        ({"properties": {"a": True}}, "object", False),
        ({"anyOf": [{"type": "object", "properties": {}}, {"type": "null"}]}, "object", True),
        ({"type": ["array", "null"], "items": {}}, "array", True),
        ({"type": "array", "prefixItems": [], "items": {}}, "value", False),
        ({"type": "object", "additionalProperties": {}}, "value", False),
        ({"enum": ["a", None]}, "value", True),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "value", False),
        (True, "value", False),
    ],
)
def test_what_a_schema_is(schema, kind, nullable):
    shape = shape_of(schema)
    assert (shape.kind, shape.nullable) == (kind, nullable)


def test_what_several_forms_name_together_is_asked_for():
    several = [
        {"properties": {"b": {"type": "number"}}, "required": ["b"]},
        {"allOf": [{"properties": {"c": {"type": "string"}}}]},
    ]
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "allOf": several}
    shape = shape_of(schema)
    assert ([name for name, _ in shape.parts], shape.required) == (["a", "b", "c"], {"a", "b"})
    assert fit(schema, {}).value == {"a": None, "b": None}


def test_each_row_of_a_list_within_a_row_has_quotations():
    rows = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
    inner = {
        "type": "array",
        "items": {"type": "object", "properties": {"rows": rows, "one": {"type": "object", "properties": {}}}},
    }
    form = plan(outer=inner).form
    outer = form["properties"]["outer"]["items"]["properties"]
    assert ["quotes" in one for one in (form["properties"], outer, outer["rows"]["items"]["properties"])] == [True] * 3
    assert "quotes" not in outer["one"]["properties"]


@pytest.mark.parametrize(
    "said", [{}, {"a": None, "b": None, "c": None, "d": None}, {"a": "x", "b": [{"e": None}], "c": {}, "d": "p"}]
)
def test_a_form_may_lack_everything(said):
    form = plan(
        a={"type": "string", "minLength": 9, "format": "date"},
        b={
            "type": "array",
            "minItems": 3,
            "items": {"type": "object", "required": ["e"], "properties": {"e": {"type": "string"}}},
        },
        c={"type": "object", "required": ["f"], "properties": {"f": {"type": "string"}}},
        d={"type": "string", "enum": ["p", "q"]},
    ).form
    assert validator(form).is_valid(said)


def test_nothing_is_made_up_to_fit():
    schema = {
        "type": "object",
        "required": ["name", "sum", "rows", "place"],
        "properties": {
            "name": {"type": "string"},
            "sum": {"type": ["number", "null"]},
            "note": {"type": "string"},
            "rows": {"type": "array", "items": {"type": "string"}},
            "some": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            "place": {"type": "object", "required": ["town"], "properties": {"town": {"type": "string"}}},
        },
    }
    found = fit(schema, {})
    assert found.value == {"name": None, "sum": None, "rows": [], "place": {"town": None}}
    assert found.missing == ["/name", "/sum", "/place/town"]
    assert found.unread == ["/name", "/sum", "/note", "/rows", "/some", "/place/town"]
    assert found.misfits == []


def test_a_single_value_that_does_not_fit_is_left_out_and_told():
    schema = {
        "type": "object",
        "required": ["code"],
        "properties": {
            "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "day": {"type": "string", "format": "date"},
            "sum": {"type": ["number", "null"], "minimum": 0},
            "tags": {"type": "array", "maxItems": 1, "items": {"type": "string", "maxLength": 3}},
        },
    }
    found = fit(schema, {"code": "dollars", "day": "2024-02-31", "sum": -1, "tags": ["abc", "abcd"]})
    assert found.value == {"code": None, "sum": None, "tags": ["abc", "abcd"]}
    assert {one.path: one.value for one in found.misfits} == {
        "/code": "dollars", "/day": "2024-02-31", "/sum": -1, "/tags": None, "/tags/1": "abcd",
    }  # fmt: skip
    assert (found.missing, found.left_out) == (["/code"], {"/code", "/day", "/sum"})


def test_paths_are_json_pointers():
    assert below("/a", "b/c~d") == "/a/b~1c~0d"
    assert pointer(["rows", 0, ""]) == "/rows/0/"


def test_more_rows_than_are_kept_are_counted():
    rows = [Record({"n": number}) for number in range(MOST_ROWS + 5)]
    shape = plan(rows={"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}}).shape
    found = merged(shape, [Record({"rows": rows})])
    assert (len(found.whole.fields["rows"]), found.left_out) == (MOST_ROWS, {"/rows": 5})
    assert "5 more" in next(rows_left_out(found.left_out))


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("Harbour Estates", "HARBOUR  estates Ltd.", False),
        ("Harbour Estates", "Harbor Estates", True),
        ("pay", "payment", True),
        (5, 5.0, False),
        (1, True, True),
        ("—", "—", False),
        ({"a": 1, "b": None}, {"a": 1}, False),
    ],
)
def test_what_contradicts(one, other, contradict):
    found = merged(plan(x={}).shape, [Record({"x": one}), Record({}), Record({"x": other})])
    assert found.whole.fields["x"] == one
    assert bool(found.contradictions) == contradict
