"""Forms: what is refused of JSON Schema, what is said of a value, and what is taken from it."""

import json
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from elenchus.workflows import forms

ID, OTHER_ID, THIRD_ID = "665f1c2ab7e4d1a2c3b4d5e6", "665f1c2ab7e4d1a2c3b4d5e7", "665f1c2ab7e4d1a2c3b4d5e8"
DOCUMENT = {"type": "string", "format": "document-id"}
FORM = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["question", "documents"],
    "additionalProperties": False,
    "properties": {
        "question": {"type": "string", "title": "Question", "minLength": 3, "maxLength": 20, "x-widget": "textarea"},
        "documents": {"type": "array", "items": DOCUMENT, "minItems": 1, "maxItems": 3, "uniqueItems": True},
        "since": {"type": "string", "format": "date"},
        "depth": {"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
        "style": {"enum": ["short", "long"], "default": "short"},
        "other": {"anyOf": [DOCUMENT, {"type": "null"}]},
        "options": {"type": "object", "properties": {"deep": {"type": "boolean", "default": False}}},
    },
}
SOUND = {"question": "Timely?", "documents": [ID]}


def nested(levels: int) -> dict:
    form: dict = {"type": "string"}
    for _ in range(levels - 1):
        form = {"properties": {"a": form}}
    return form


def chosen(levels: int) -> dict:
    form: dict = {"type": "string"}
    for _ in range(levels):
        form = {"anyOf": [form]}
    return form


class TestSchemas:
    def test_a_sound_one_has_no_faults(self):
        assert forms.check_schema(FORM) == []
        assert forms.check_schema(nested(12)) == []
        assert forms.check_schema(chosen(3)) == []

    @pytest.mark.parametrize(
        ("schema", "loc"),
        [
            ({"$ref": "https://example.com/schema"}, ["$ref"]),
            ({"properties": {"a": {"$ref": "#"}}}, ["properties", "a", "$ref"]),
            ({"$dynamicRef": "#x"}, ["$dynamicRef"]),
            ({"$recursiveRef": "#"}, ["$recursiveRef"]),
            ({"$defs": {"a": {}}}, ["$defs"]),
            ({"$id": "https://example.com"}, ["$id"]),
            ({"$anchor": "a"}, ["$anchor"]),
            ({"$vocabulary": {}}, ["$vocabulary"]),
            ({"$schema": "http://json-schema.org/draft-07/schema#"}, ["$schema"]),
            ({"items": {"$schema": FORM["$schema"]}}, ["items", "$schema"]),
            ({"items": {"pattern": "(a+)+$"}}, ["items", "pattern"]),
            ({"anyOf": [{"pattern": "a"}]}, ["anyOf", 0, "pattern"]),
            ({"if": {"pattern": "a"}}, ["if", "pattern"]),
            ({"additionalProperties": {"pattern": "a"}}, ["additionalProperties", "pattern"]),
            ({"patternProperties": {"a": {}}}, ["patternProperties"]),
            ({"propertyNames": {"pattern": "a"}}, ["propertyNames"]),
            ({"unevaluatedProperties": False}, ["unevaluatedProperties"]),
            ({"dependentSchemas": {}}, ["dependentSchemas"]),
            ({"contains": {}}, ["contains"]),
            ({"format": "regex"}, ["format"]),
            ({"format": ["date"]}, ["format"]),
            ({"requierd": ["a"]}, ["requierd"]),
            ({"x-widget": {"deep": 1}}, ["x-widget"]),
            ({"type": "text"}, ["type"]),
            ({"required": "a"}, ["required"]),
            ({"properties": ["a"]}, ["properties"]),
            ({"items": True}, ["items"]),
            ({"properties": {"a": None}}, ["properties", "a"]),
            ({"minLength": -1}, ["minLength"]),
            ({"multipleOf": 0}, ["multipleOf"]),
            ({"enum": 5}, ["enum"]),
            ({"anyOf": []}, ["anyOf"]),
            ({"minimum": float("nan")}, []),
            ({"minimum": 10**400}, []),
            ({"const": json.loads("[" * 8 + "]" * 8)}, ["const"]),
            ({"properties": {"a": {"type": "string", "default": 5}}}, ["properties", "a", "default"]),
            ({"properties": {"a": {"properties": {"b": DOCUMENT}, "default": {"b": "x"}}}},
             ["properties", "a", "default", "b"]),
            (nested(13), [*["properties", "a"] * 12]),
            (json.loads('{"items":' * 500 + "{}" + "}" * 500), []),
            (chosen(4), ["anyOf", 0] * 4),
            ({"anyOf": [{"const": n} for n in range(65)]}, []),
            ({"properties": {f"p{n}": {"type": "string"} for n in range(500)}}, []),
            ({"description": "x" * 33_000}, []),
            (True, []),
            ([], []),
            (None, []),
        ],
        ids=lambda value: repr(value)[:50],
    )  # fmt: skip
    def test_what_could_stall_or_reach_out_is_refused(self, schema, loc):
        found = forms.check_schema(schema)
        assert loc in [row["loc"] for row in found]
        assert all(row["msg"].endswith(".") and row["type"] for row in found)

    def test_data_in_a_form_is_no_form(self):
        assert forms.check_schema({"const": {"$ref": "x"}, "enum": [{"pattern": "a"}], "examples": [{"$id": 1}]}) == []
        assert forms.check_schema({"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}}) == []

    def test_nothing_is_ever_fetched(self, monkeypatch):
        def refuse(*_args, **_more):
            raise AssertionError("the network")

        monkeypatch.setattr(socket, "create_connection", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        for schema in (
            {"$ref": "http://127.0.0.1:9/x"},
            {"$schema": "http://127.0.0.1:9/x"},
            {"$id": "http://127.0.0.1:9/"},
        ):
            assert forms.check_schema(schema)
            assert forms.faults(schema, {"a": 1}) == []


class TestFaults:
    def test_a_sound_value_has_none(self):
        assert forms.faults(FORM, SOUND) == []
        every = {"since": "2024-02-29", "depth": 10, "style": "long", "other": None, "options": {"deep": True}}
        assert forms.faults(FORM, SOUND | every) == []

    @pytest.mark.parametrize(
        ("change", "loc", "message"),
        [
            ({"question": None}, ["question"], "This should be a text."),
            ({"question": ""}, ["question"], "This is empty."),
            ({"question": "ab"}, ["question"], "This should have at least 3 characters."),
            ({"question": "x" * 21}, ["question"], "This should have at most 20 characters."),
            ({"documents": []}, ["documents"], "This is empty."),
            ({"documents": [ID, ID]}, ["documents", 1], "This is in the list twice."),
            ({"documents": [ID.upper()]}, ["documents", 0], "Choose a document: its id is 24 characters, 0-9 and a-f."),
            ({"documents": [ID + "\n"]}, ["documents", 0], "Choose a document: its id is 24 characters, 0-9 and a-f."),
            ({"documents": [5]}, ["documents", 0], "This should be a text."),
            ({"since": "2026-02-30"}, ["since"], "This should be a date that exists, such as 2026-01-31."),
            ({"since": "20260131"}, ["since"], "This should be a date that exists, such as 2026-01-31."),
            ({"since": "2026-01-31\n"}, ["since"], "This should be a date that exists, such as 2026-01-31."),
            ({"depth": 0}, ["depth"], "This should be at least 1."),
            ({"depth": 11}, ["depth"], "This should be at most 10."),
            ({"depth": True}, ["depth"], "This should be a whole number."),
            ({"depth": 1.5}, ["depth"], "This should be a whole number."),
            ({"style": "other"}, ["style"], "This should be one of: short, long."),
            ({"other": "x"}, ["other"], "This is none of what may stand here."),
            ({"options": {"deep": "x"}}, ["options", "deep"], "This should be yes or no (true or false)."),
            ({"tenant": "x"}, ["tenant"], "There is no `tenant` here."),
        ],
    )
    def test_each_is_said_where_it_is(self, change, loc, message):
        (found,) = forms.faults(FORM, SOUND | change)
        assert (found["loc"], found["msg"]) == (loc, message)

    def test_what_is_missing_is_called_by_its_title(self):
        found = forms.faults(FORM, {})
        assert [(row["loc"], row["msg"]) for row in found] == [
            (["question"], "`Question` is missing."),
            (["documents"], "`documents` is missing."),
        ]

    @pytest.mark.parametrize(
        ("schema", "value", "message"),
        [
            ({"format": "email"}, "a@b", "This should be an e-mail address."),
            ({"format": "date-time"}, "2026-01-31T10:00:00", "This should be a date and time with its zone"),
            ({"exclusiveMinimum": 1}, 1, "This should be more than 1."),
            ({"exclusiveMaximum": 1}, 1, "This should be less than 1."),
            ({"multipleOf": 0.1}, 0.35, "This should be a multiple of 0.1."),
            ({"maximum": 5}, float("inf"), "This should be at most 5."),
            ({"minimum": 5}, float("inf"), "This should be at least 5."),
            ({"const": 1}, True, "This should be 1."),
            ({"const": [1]}, [True], "This should be [1]."),
            ({"enum": [1, None, "a"]}, False, "This should be one of: 1, null, a."),
            ({"type": ["string", "null"]}, 5, "This should be a text or nothing (null)."),
            ({"not": {"const": 1}}, 1, "Just this may not stand here."),
            ({"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "null"}]}, 1,
             "This is none of what may stand here: A, B."),
            ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, 3, "This could be more than one of what may stand here."),
            ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, "`b` is missing."),
            ({"if": {"required": ["a"]}, "else": {"required": ["b"]}}, {}, "`b` is missing."),
            ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "With `a` there must be `b`."),
            ({"allOf": [{"minProperties": 2}]}, {"a": 1}, "This should have at least 2 entries."),
            ({"maxProperties": 1}, {"a": 1, "b": 1}, "This should have at most 1 entries."),
            ({"maxItems": 1}, [1, 2], "This list should have at most 1 items."),
            ({"uniqueItems": True}, [{"a": 1, "b": 2}, {"b": 2, "a": 1.0}], "This is in the list twice."),
            ({"additionalProperties": {"type": "string"}}, {"a": 1}, "This should be a text."),
        ],
    )  # fmt: skip
    def test_each_keyword_has_its_sentence(self, schema, value, message):
        assert forms.check_schema(schema) == []
        (found,) = forms.faults(schema, value)
        assert found["msg"].startswith(message)

    def test_numbers_are_taken_as_they_are_written(self):
        assert forms.faults({"multipleOf": 0.1}, 0.3) == []
        assert forms.faults({"multipleOf": 1e-300}, 1.7e308) == []
        assert forms.faults({"type": "integer", "enum": [1]}, 1.0) == []
        assert forms.faults({"uniqueItems": True}, [1, True, "1", [1], 0, False]) == []

    def test_at_most_50_are_told_and_none_repeats_the_value(self):
        found = forms.faults({"items": {"type": "string"}}, [{"canary": "x" * 1_000}] * 500)
        assert len(found) == 50
        assert "canary" not in json.dumps(found)

    def test_a_schema_cannot_choose_another_validator(self):
        """`check_schema` refuses another draft; were it asked all the same, it would be by our keywords."""
        schema = {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "(a+)+$"}
        assert forms.faults(schema, "a" * 40 + "!") == []


BIG = [{"a": n, "b": "x" * 10} for n in range(20_000)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"items": {"allOf": [{"type": "object"}] * 200}}, BIG),
        ({"items": {"anyOf": [{"const": n} for n in range(60)]}}, [59] * 100_000),
        ({"anyOf": [{"items": {"anyOf": [{"items": {"const": n}} for n in range(5)]}}] * 5}, [[1] * 100] * 1_000),
        ({"allOf": [{"uniqueItems": True}] * 200}, BIG),
        ({"items": {"const": [1] * 50}}, [[1] * 50] * 10_000),
        ({"items": {}}, [0] * 400_000),
        ({"additionalProperties": {}}, {str(n): n for n in range(400_000)}),
    ],
)
def test_no_form_and_value_take_long(schema, value):
    began = time.process_time()
    assert forms.check_schema(schema) == []
    assert [row["type"] for row in forms.faults(schema, value)] == ["too_long"]
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"allOf": [{"type": "string"}] * 200}, BIG),
        ({"format": "email"}, "a@" + "a." * 200_000),
        ({"uniqueItems": True}, [{"a": n} for n in range(10_000)]),
        ({"anyOf": [{"items": {"properties": {"b": {"type": "integer"}}}}] * 60}, BIG),
    ],
)
def test_what_is_slow_elsewhere_is_not_here(schema, value):
    began = time.process_time()
    forms.faults(schema, value)
    assert time.process_time() - began < 1


SCHEMAS = st.recursive(
    st.sampled_from([
        {}, {"type": "string"}, {"type": "integer"}, {"type": ["null", "boolean"]}, {"const": 1},
        {"const": [1.0, True]},
        {"enum": [1, "a", None, {"a": 1}]}, {"minimum": 1}, {"exclusiveMaximum": 2}, {"maxLength": 1}, {"minItems": 1},
        {"uniqueItems": True}, {"required": ["a"]}, {"minProperties": 1}, {"multipleOf": 2},
        {"dependentRequired": {"a": ["b"]}},
    ]),
    lambda inner: st.one_of(
        st.builds(lambda form: {"items": form}, inner),
        st.builds(lambda form: {"not": form}, inner),
        st.builds(lambda form: {"additionalProperties": form}, inner),
        st.builds(lambda one, two: {"properties": {"a": one}, "additionalProperties": two}, inner, inner),
        st.builds(lambda one, two: {"anyOf": [one, two]}, inner, inner),
        st.builds(lambda one, two: {"oneOf": [one, two]}, inner, inner),
        st.builds(lambda one, two: {"allOf": [one, two]}, inner, inner),
        st.builds(lambda one, two, three: {"if": one, "then": two, "else": three}, inner, inner, inner),
    ),
    max_leaves=6,
)  # fmt: skip
VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.0, 2, 1.5, "", "a", "ab"]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b"]), inner)),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None)
@given(SCHEMAS, VALUES)
def test_it_says_what_the_library_says(schema, value):
    assert bool(forms.faults(schema, value)) == (not Draft202012Validator(schema).is_valid(value))
