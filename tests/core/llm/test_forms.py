"""A form given as a JSON Schema: what providers are told of it, and what passes for filled in."""

import time
import warnings
from typing import Any

import pytest

from elenchus.core.llm.base import Structured
from elenchus.core.llm.factory import structured_model
from elenchus.core.llm.forms import OfSchema, is_json, plain, validator
from elenchus.core.settings import LlmSettings
from tests.fixtures.gemini import Reply

RENT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["amount"],
    "properties": {
        "amount": {"type": "number", "minimum": 0, "description": "A month"},
        "currency": {"type": ["string", "null"], "enum": ["USD", "EUR", None]},
        "due": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
    },
}


async def filled(options: LlmSettings, schema: dict[str, Any] = RENT) -> Structured[dict[str, Any]]:
    model = structured_model(None, options)
    assert model
    return await model.structured("Read the lease.", "<document>Rent is 5.</document>", schema)


async def test_it_comes_as_an_object_with_what_it_used(gemini, gemini_options):
    gemini.will_fill(lambda _: {"amount": 5, "currency": None, "due": "2024-03-01"})
    answer = await filled(gemini_options)
    assert answer.value == {"amount": 5, "currency": None, "due": "2024-03-01"}
    assert answer.usage.total_tokens == 140


async def test_the_provider_is_told_what_it_takes_and_the_rest_as_words(gemini, gemini_options):
    gemini.will_fill(lambda _: {"amount": 5})
    await filled(gemini_options)
    (request,) = gemini.requests
    assert request["generationConfig"]["responseJsonSchema"] == {
        "title": "Form",
        "type": "object",
        "required": ["amount"],
        "properties": {
            "amount": {"type": "number", "description": "A month (minimum: 0)"},
            "currency": {"type": "string", "enum": ["USD", "EUR"]},
            "due": {"type": "string", "format": "date"},
            "tags": {"type": "array", "items": {"type": "string"}, "description": "(maxItems: 2)"},
        },
    }


@pytest.mark.parametrize(
    "said",
    [
        "no json",
        "[]",
        "null",
        '"Rent"',
        "",
        "{}",
        '{"amount": "much"}',
        '{"amount": -1}',
        '{"amount": 5, "more": 1}',
        '{"amount": 5, "due": "next spring"}',
        '{"amount": 5, "tags": ["a", "b", "c"]}',
        '{"amount": NaN}',
        '{"amount": 1e999}',
        '{"amount": 9007199254740993}',
        '{"amount": 5, "tags": ["\\ud800"]}',
        '{"amount": 5, "tags": ["\\u0000"]}',
        '{"amount": 5, "tags": ' + "[" * 200 + "]" * 200 + "}",
    ],
)
async def test_another_form_is_no_value_and_was_paid_for(gemini, gemini_options, said):
    gemini.will_fill(lambda _: Reply(pieces=(said,)))
    answer = await filled(gemini_options)
    assert (answer.value, answer.usage.total_tokens) == (None, 140)


@pytest.mark.parametrize("said", ['{"amount": 5, "tags": ["a', '{"amount": 5}'])
async def test_one_that_was_cut_is_no_value_though_it_may_fit(gemini, gemini_options, said):
    gemini.will_fill(lambda _: Reply(pieces=(said,), finish="MAX_TOKENS"))
    answer = await filled(gemini_options)
    assert (answer.value, answer.usage.is_cut) == (None, True)


def test_other_providers_need_a_name_which_a_title_of_the_users_own_may_not_be():
    from langchain_core.utils.function_calling import convert_to_openai_tool

    tool = convert_to_openai_tool(OfSchema({**RENT, "title": "What is owed?"}).told)
    assert (tool["function"]["name"], tool["function"]["parameters"]["required"]) == ("Form", ["amount"])


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (True, {}),
        ({"type": ["object", "null"], "properties": {}}, {"type": "object", "properties": {}}),
        ({"type": ["array", "null"], "items": True}, {"type": "array", "items": {}}),
        ({"type": ["array", "string"]}, {"type": ["array", "string"]}),
        ({"const": "USD"}, {"enum": ["USD"]}),
        ({"const": True}, {"description": "(const: true)"}),
        ({"enum": [True, 1]}, {"description": "(enum: [true, 1])"}),
        ({"enum": [1, 2.5]}, {"enum": [1, 2.5]}),
        ({"type": "string", "format": "email"}, {"type": "string", "description": '(format: "email")'}),
        ({"oneOf": [{"type": "string", "minLength": 3}, {"type": "null"}]},
         {"anyOf": [{"type": "string", "description": "(minLength: 3)"}, {"type": "null"}]}),
        ({"type": "object", "additionalProperties": {"type": "string", "maxLength": 9}},
         {"type": "object", "additionalProperties": {"type": "string", "description": "(maxLength: 9)"}}),
        ({"type": "object", "properties": {"title": {"type": "string"}, "enum": {"type": "array"}}},
         {"type": "object", "properties": {"title": {"type": "string"}, "enum": {"type": "array", "items": {}}}}),
        ({"type": "string", "if": {}, "default": "x", "$comment": "y", "title": 3}, {"type": "string"}),
    ],
)  # fmt: skip
def test_what_is_told(schema, told):
    assert plain(schema) == told
    assert plain(told) == told


def test_a_schema_fetches_nothing(monkeypatch):
    """The library would open the address for a `$ref`, with a warning."""
    opened: list[object] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda *asked, **_: opened.append(asked))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception, match="Unresolvable"):
            validator({"$ref": "http://127.0.0.1:1/schema.json"}).is_valid({})
    assert opened == []


def test_what_is_twice_in_a_list_is_seen_at_once():
    rows = [{"n": number, "m": [number]} for number in range(5_000)]
    schema = validator({"type": "array", "uniqueItems": True})
    began = time.perf_counter()
    assert schema.is_valid(rows)
    assert not schema.is_valid([*rows, {"m": [7], "n": 7}])
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("name", "fitting", "other"),
    [
        ("date", "2026-01-31", "2026-02-31"),
        ("date", "2026-01-31", "20260131"),
        ("date-time", "2026-01-31T09:30:00Z", "next spring"),
        ("date-time", "2026-01-31T09:30:00.5+01:00", "2026-01-31T09:30:00"),
        ("date-time", "2024-02-29T00:00:00-05:00", "2026-02-29T00:00:00Z"),
        ("email", "a@firm.example", "@"),
        ("email", "a@firm.example", "a@b"),
        ("document-id", "665f1c2ab7e4d1a2c3b4d5e6", "the lease"),
        ("uuid", "2b1c0c1e-8f5a-4c1e-9a55-0e7a3f1f3b11", "2b1c"),
    ],
)
def test_a_format_is_looked_at(name, fitting, other):
    form = validator({"format": name})
    assert [form.is_valid(value) for value in (fitting, other, 5)] == [True, False, True]


@pytest.mark.parametrize("value", [{"a": [1, 1.5, None, True, "ü"]}, {}, []])
def test_what_everybody_can_keep(value):
    assert is_json(value)


@pytest.mark.parametrize("value", [{"a\x00": 1}, {1: 2}, {"a": {1}}, float("inf"), 2**53 + 2, {"\udc00": 1}])
def test_what_somebody_cannot(value):
    assert not is_json(value)
