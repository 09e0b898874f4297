"""What is wrong with a definition is told all at once, with the step that it is in."""

import json
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from elenchus.workflows import checking
from elenchus.workflows.definition import MOST_CHARACTERS, Definition
from elenchus.workflows.errors import BadTemplate


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Find(Model):
    query: str | None = None
    queries: list[str] = []
    limit: Annotated[int, Field(ge=1, le=50)] = 8

    @model_validator(mode="after")
    def _asks(self):
        if not self.query and not self.queries:
            raise ValueError("it needs a `query`, or `queries`")
        return self


class Ask(Model):
    question: Annotated[str, Field(max_length=10)]
    temperature: float = 0.0
    passages: list[dict[str, JsonValue]] = []


class Case(Model):
    name: str
    when: bool


class Branch(Model):
    cases: list[Case]


class Make(Model):
    value: JsonValue


class Inner(Model):
    type: str
    input: dict[str, JsonValue] = {}


class Each(Model):
    items: list[JsonValue]
    step: Inner


class Approve(Model):
    title: str


KINDS = {"find": Find, "ask": Ask, "branch": Branch, "make": Make, "map": Each, "approve": Approve}
INNER = {"find", "ask", "make"}


def step(name="one", type_="make", **more) -> dict:
    return {"name": name, "type": type_, "input": {"value": 1} if type_ == "make" else {}, **more}


def faults(*steps, **more) -> list[dict]:
    return checking.faults({"steps": list(steps), **more}, kinds=KINDS, inner=INNER)


def told(*steps, **more) -> list[tuple[tuple, str]]:
    return [(tuple(row["loc"]), row["msg"]) for row in faults(*steps, **more)]


def only(*steps, **more) -> tuple[tuple, str]:
    (one,) = told(*steps, **more)
    return one


SOUND = [
    step("find", "find", input={"query": "{{ input.question }}", "limit": "{{ input.limit | default(8) }}"}),
    step("ask", "ask", needs=["find"], when="{{ steps.find.passages }}", timeout_seconds=60, on_error="continue",
         input={"question": "{{ input.question }} as of {{ today }}", "passages": "{{ steps.find.passages }}"}),
    step("way", "branch", needs=["ask"], input={"cases": [{"name": "a", "when": "{{ steps.ask.ok }}"}]}),
    step("each", "map", needs=["way"], input={
        "items": "{{ steps.find.passages }}",
        "step": {"type": "ask", "input": {"question": "{{ item.text }} {{ index }} {{ steps.ask.text }}"}},
    }),
    step("end", needs=["each"], retry={"max_attempts": 1, "first_pause_seconds": 0},
         input={"value": "{% for item in steps.each.items %}{{ item }}{{ loop.index }}{% endfor %}{{ execution.id }}"}),
]  # fmt: skip


def test_a_sound_definition_has_no_faults():
    raw = {"steps": SOUND, "output": {"text": "{{ steps.ask.text }}"}, "budget": {"max_tokens": 10_000}}
    assert checking.faults(raw, kinds=KINDS, inner=INNER) == []
    made = checking.read(raw, kinds=KINDS, inner=INNER)
    assert made.names == ("find", "ask", "way", "each", "end")
    assert made.step("find").retry.max_attempts == 3
    assert Definition.model_validate_json(made.model_dump_json()) == made


def test_all_faults_are_told_at_once():
    found = faults(
        step("a", "nokind"), step("b", needs=["gone"]), step("b"), step("Bad Name"), step("d", extra=1),
        step("e", "ask", input={"question": "{{ oh no }}"}), output="{{ steps.zz }}",
    )  # fmt: skip
    assert {row["type"] for row in found} == {
        "unknown_kind", "unknown_step", "name_taken", "string_pattern_mismatch", "extra_forbidden", "bad_expression",
        "unknown_name",
    }  # fmt: skip
    with pytest.raises(BadTemplate) as error:
        checking.read({"steps": [step("a", "nokind")]}, kinds=KINDS, inner=INNER)
    assert error.value.fields["errors"][0]["loc"] == ["steps", 0, "type"]


@pytest.mark.parametrize(
    ("more", "loc", "said"),
    [
        ({"type": "nokind"}, ("type",), "Step `one`: There is no kind `nokind`; there are approve, ask, "),
        ({"needs": ["gone"]}, ("needs", 0), "Step `one`: It needs `gone`, and there is no such step."),
        ({"needs": ["one"]}, ("needs",), "Step `one`: It needs itself in a circle: `one` → `one`."),
        ({"when": "true"}, ("when",), "Step `one`: `when` is one {{ … }} and nothing beside it; as it stands"),
        ({"when": "{{ input.a }} "}, ("when",), "Step `one`: `when` is one {{ … }}"),
        ({"when": "{{ input. }}"}, ("when",), "Step `one`: It does not read as an expression"),
        ({"when": "{{ item }}"}, ("when",), "Step `one`: `item` is known only in what a map does with each item."),
        ({"when": "{{ other.a }}"}, ("when",), "Step `one`: There is no `other`; an expression may read"),
        ({"when": "{{ execution.tenant }}"}, ("when",), "Step `one`: Of `execution` there is only `execution.id`."),
        ({"when": "{{ steps }}"}, ("when",), "Step `one`: After `steps` comes the name of a step"),
        ({"when": "{{ steps[input.a] }}"}, ("when",), "Step `one`: After `steps` comes the name of a step"),
        ({"when": "{{ steps.gone.a }}"}, ("when",), "Step `one`: There is no step `gone`."),
        ({"when": "{{ steps.one.a }}"}, ("when",), "Step `one`: It reads `steps.one` without needing it"),
        ({"when": "{{ ''.__class__ }}"}, ("when",), "Step `one`: `__class__`: nothing that begins with `_`"),
        ({"input": {"value": [{"a": "{{ 1 | f }}"}]}}, ("input", "value", 0, "a"), "Step `one`: There is no filter"),
        ({"input": {}}, ("input", "value"), "Step `one`: `value` is missing."),
        ({"input": {"value": 1, "b": 2}}, ("input", "b"), "Step `one`: Its kind does not know `b`."),
        ({"retry": {"max_attempts": 11}}, ("retry", "max_attempts"), "Step `one`: Input should be less than"),
        ({"retry": {"max_attempts": True}}, ("retry", "max_attempts"), "Step `one`: Input should be a valid integer."),
        ({"timeout_seconds": 0}, ("timeout_seconds",), "Step `one`: Input should be greater than"),
        ({"on_error": "ignore"}, ("on_error",), "Step `one`: Input should be 'fail' or 'continue'."),
        ({"tenant_id": "x"}, ("tenant_id",), "Step `one`: Extra inputs are not permitted."),
    ],
)  # fmt: skip
def test_one_fault_of_a_step(more, loc, said):
    where, message = only(step() | more)
    assert where == ("steps", 0, *loc)
    assert message.startswith(said)


def test_what_others_need_may_be_read_and_what_is_beside_may_not():
    line = [step("a"), step("b", needs=["a"]), step("c", needs=["b"], input={"value": "{{ steps.a }}{{ steps.b }}"})]
    assert faults(*line) == []
    where, message = only(*line, step("d", needs=["a"], input={"value": "{{ steps.c }}"}))
    assert (where, message) == (
        ("steps", 3, "input", "value"),
        "Step `d`: It reads `steps.c` without needing it; add `c` to its `needs`.",
    )


def test_each_circle_is_told_once_with_its_way_round():
    circles = [step("a", needs=["c"]), step("b", needs=["a"]), step("c", needs=["b"]), step("d", needs=["c"])]
    others = [step("x", needs=["y"]), step("y", needs=["x", "a"])]
    found = [row for row in faults(*circles, *others) if row["type"] == "circle"]
    assert [row["loc"][1] for row in found] == [0, 4]
    assert found[0]["msg"] == "Step `a`: It needs itself in a circle: `a` → `c` → `b` → `a`."


def test_what_is_literal_is_checked_and_what_holds_an_expression_only_by_its_key():
    assert only(step("f", "find", input={"query": "q", "limit": 99}))[0] == ("steps", 0, "input", "limit")
    assert faults(step("f", "find", input={"query": "q", "limit": "{{ input.limit }}"})) == []
    assert only(step("f", "find", input={"limit": 9}))[1] == "Step `f`: `input`: it needs a `query`, or `queries`."
    assert faults(step("f", "find", input={"queries": "{{ input.queries }}"})) == []
    assert faults(step("a", "ask", input={"question": "{{ input.a_long_name_of_a_question }}"})) == []
    found = told(step("a", "ask", input={"temperature": "{{ 1 }}", "passages": [{"a": "{{ 1 }}"}, 5]}))
    assert [loc[2:] for loc, _ in found] == [("input", "question"), ("input", "passages", 1)]
    cases = [{"name": "a", "when": "{{ input.x }}"}, {"when": "{{ input.y }}"}, {"name": "c", "when": "maybe"}]
    found = told(step("w", "branch", input={"cases": cases}))
    assert [loc[3:] for loc, _ in found] == [("cases", 1, "name"), ("cases", 2, "when")]


@pytest.mark.parametrize(
    ("inner", "loc", "said"),
    [
        (
            {"type": "approve", "input": {"title": "x"}},
            ("type",),
            "There is no kind `approve` for what is done with each",
        ),
        (
            {"type": "map"},
            ("type",),
            "There is no kind `map` for what is done with each item; there are ask, find, make.",
        ),
        ({"type": "{{ input.t }}"}, ("type",), "There is no kind `{{ input.t }}`"),
        ({"type": "ask"}, ("input", "question"), "`question` is missing."),
        ({"type": "make", "input": {"value": 1, "x": 1}}, ("input", "x"), "Its kind does not know `x`."),
        (
            {"type": "make", "input": {"value": "{{ other }}"}},
            ("input", "value"),
            "There is no `other`; an expression may",
        ),
        (
            {"type": "make", "input": {"value": "{{ steps.b }}"}},
            ("input", "value"),
            "It reads `steps.b` without needing it",
        ),
        ({"type": "make", "input": {"value": 1}, "when": "{{ 1 }}"}, ("when",), "Its kind does not know `when`."),
        ("{{ input.step }}", (), "What is done with each item is written out here"),
    ],
)
def test_the_step_within_a_map(inner, loc, said):
    found = told(step("m", "map", input={"items": [1], "step": inner}), step("b"))
    assert found[0][0] == ("steps", 0, "input", "step", *loc)
    assert found[0][1].startswith(f"Step `m`: {said}")


def test_only_what_a_map_does_with_each_item_knows_the_item():
    inner = {"type": "make", "input": {"value": "{{ item }}"}}
    assert faults(step("m", "map", input={"items": [1], "step": inner})) == []
    assert only(step("m", "map", input={"items": "{{ item }}", "step": inner}))[0][-1] == "items"
    assert only(step(), output="{{ item }}")[0] == ("output",)


def test_the_output_reads_all_steps():
    assert faults(step("a"), step("b"), output=["{{ steps.a }}", "{{ steps.b.c }}"]) == []
    assert only(step("a"), output=["{{ steps.b }}"]) == (("output", 0), "There is no step `b`.")


def test_a_step_without_a_name_is_named_by_its_place():
    assert only(step("a"), {"type": "make", "input": {"value": 1}})[1] == "Step 2: Field required."


@pytest.mark.parametrize(
    "raw",
    [
        {}, {"steps": []}, {"steps": [step(f"s{n}") for n in range(61)]}, [], None, "x", {"steps": {}},
        {"steps": [None]},
        {"steps": [step()], "more": 1}, {"steps": [step(input={"$where": 1})]}, {"steps": [step(input={"a.b": 1})]},
        {"steps": [step(input={"value": 10**400})]}, {"steps": [step(input={"value": float("nan")})]},
        {"steps": [step(input={"value": "a\x00"})]}, {"steps": [step(description="x" * 3_000)]},
        {"steps": [step(input={"value": "x" * MOST_CHARACTERS})]}, {"steps": [step()], "budget": {"max_tokens": -1}},
        {"steps": [step(input={"value": json.loads("[" * 30 + "]" * 30)})]}, {"steps": [step(name=5)]},
        {"steps": [step(needs="one")]}, {"steps": [step(needs=[["one"]])]}, {"steps": [step(type_="A b")]},
        {"steps": [step(input={"value": [f"{{{{ {n} }}}}" for n in range(700)]})]}, {"steps": [step(title="")]},
    ],
    ids=lambda raw: repr(raw)[:60],
)  # fmt: skip
def test_whatever_comes_is_told_and_not_thrown(raw):
    assert checking.faults(raw, kinds=KINDS, inner=INNER)


def test_it_is_bounded_where_it_is_read_too():
    for value in ("x" * MOST_CHARACTERS, json.loads("[" * 30 + "]" * 30)):
        with pytest.raises(ValidationError):
            Definition.model_validate({"steps": [step(input={"value": value})]})
