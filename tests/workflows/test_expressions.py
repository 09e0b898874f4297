"""What expressions say, as the authors of templates use them."""

import pytest

from elenchus.workflows.expressions import BadExpression, check, compiled, evaluate, names, used

SCOPE = {
    "input": {
        "question": "Was notice timely?",
        "items": [3, 1, 2],
        "amount": 1234.565,
        "nothing": None,
        "risks": [
            {"title": "Late notice", "level": "high", "score": 9, "source": {"page": 4}},
            {"title": "assignment", "level": "low", "score": 2, "source": {"page": 1}},
            {"title": "Indemnity", "level": "high", "score": 7},
        ],
        "by_party": {"buyer": 2, "seller": 1},
    },
    "steps": {"find": {"passages": [{"text": "A"}, {"text": "B"}]}, "skipped": None},
    "today": "2026-01-31",
}


def refused(source: str, scope=SCOPE) -> str:
    with pytest.raises(BadExpression) as error:
        evaluate(source, scope)
    return error.value.detail


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ input.items }}", [3, 1, 2]),
        ("{{ input['items'][0] }}", 3),
        ("{{ input.items[-1] }}", 2),
        ("{{ input.items[1:] }}", [1, 2]),
        ("{{ input.question[:3] }}", "Was"),
        ("{{ steps.find.passages | length }}", 2),
        ("{{ 1 < 2 < 3 and not false }}", True),
        ("{{ 3 < 2 < 5 }}", False),
        ("{{ 2 in input.items and 'seller' in input.by_party and 'not' in input.question }}", True),
        ("{{ 7 not in input.items }}", True),
        ("{{ true == 1 or 1 in [true] }}", False),
        ("{{ 7 // 2 + 7 % 2 - 1 / 4 * 2 }}", 3.5),
        ("{{ -input.items[0] }}", -3),
        ("{{ [1] + [2, 'a' ~ 1 ~ none] }}", [1, 2, "a1"]),
        ("{{ {'a': (1, 2), 'b': {}} }}", {"a": [1, 2], "b": {}}),
        ("{{ 'yes' if input.items else 'no' }}", "yes"),
        ("{{ 'yes' if not input.items }}", None),
        ("{{ input.nothing is none and input.x is not defined and input.x.y is undefined }}", True),
        ("{{ 4 is even and 4 is divisibleby 2 and 'a' is string and input is mapping }}", True),
        ("a {{ 1 }} b", "a 1 b"),
        (" {{ 1 }}", " 1"),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("no expression at all { } % #", "no expression at all { } % #"),
        ("x{{ none }}{{ true }} {{ 1.5 }} {{ [1, 'ü'] }}", 'xtrue 1.5 [1, "ü"]'),
        ("{% raw %}{{ 1 }}{% endraw %}", "{{ 1 }}"),
        ("{# a note #}text\n", "text\n"),
    ],
)
def test_values_and_texts(source, value):
    result = evaluate(source, SCOPE)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ input.risks | map(attribute='title') | join('; ') }}", "Late notice; assignment; Indemnity"),
        ("{{ input.risks | map(attribute='source.page', default=0) }}", [4, 1, 0]),
        ("{{ input.risks | selectattr('level', 'eq', 'high') | map(attribute='score') }}", [9, 7]),
        ("{{ input.risks | rejectattr('source', 'defined') | map(attribute='title') }}", ["Indemnity"]),
        ("{{ input.risks | selectattr('score', '>=', 7) | length }}", 2),
        ("{{ input.risks | selectattr('title', 'containing', 'notice') | length }}", 1),
        ("{{ input.risks | selectattr('level', 'in', ['low']) | length }}", 1),
        ("{{ input.risks | selectattr('source.page', '>', 1) | length }}", 1),
        ("{{ input.items | select('odd') | sort(reverse=true) }}", [3, 1]),
        ("{{ input.items | reject('odd') }}", [2]),
        ("{{ input.risks | sort(attribute='title') | map(attribute='score') }}", [2, 7, 9]),
        ("{{ ['b', 'A', 'a'] | sort }}", ["A", "a", "b"]),
        ("{{ ['b', 'A', 'a'] | sort(case_sensitive=true) }}", ["A", "a", "b"]),
        ("{{ ['b', 'B', 1, 1.0, true, [1]] | unique }}", ["b", 1, True, [1]]),
        ("{{ [[1], 2, [3, [4]]] | flatten }}", [1, 2, 3, [4]]),
        ("{{ input.items | sum + input.risks | sum(attribute='score') }}", 24),
        ("{{ [input.items | min, input.items | max, [] | max] }}", [1, 3, None]),
        ("{{ [input.items | first, input.items | last, [] | first | default('none')] }}", [3, 2, "none"]),
        ("{{ input.items | reverse }}", [2, 1, 3]),
        ("{{ input.by_party | items }}", [["buyer", 2], ["seller", 1]]),
        (
            "{{ [input.by_party | list, input.by_party | values, 'ab' | list] }}",
            [["buyer", "seller"], [2, 1], ["a", "b"]],
        ),
        (
            "{{ ['a' | upper, 'A' | lower, ' a ' | trim, \"o'neil v. smith\" | title] }}",
            ["A", "a", "a", "O'neil V. Smith"],
        ),
        ("{{ 'a-b' | replace('-', ' and ') }}", "a and b"),
        ("{{ 'a\nb' | split }}", ["a", "b"]),
        ("{{ 'one two three' | truncate(8) }}", "one…"),
        ("{{ 'one two three' | truncate(8, true, '...') }}", "one t..."),
        ("{{ 'short' | truncate(5) }}", "short"),
        ("{{ [input.amount | round(2), 2.5 | round, -2.5 | round, 1.2 | round(0, 'ceil')] }}", [1234.57, 3, -3, 2]),
        (
            "{{ ['12' | int, ' -3 ' | int, '2.9' | int, 2.9 | int, 'x' | int(0), '1.5' | float] }}",
            [12, -3, 2, 2, 0, 1.5],
        ),
        ("{{ {'b': [1, none, true]} | tojson }}", '{"b": [1, null, true]}'),
        ("{{ [1, 'a'] | string }}", '[1, "a"]'),
        ("{{ today | date }} / {{ today | date('%d.%m.%y %A %b %%') }}", "January 31, 2026 / 31.01.26 Saturday Jan %"),
        ("{{ today | plus_days(30) }} {{ '2026-01-31T10:00:00Z' | plus_days(-31) }}", "2026-03-02 2025-12-31"),
        ("{{ steps.skipped | default('none') }} {{ steps.skipped.a.b | default('gone') }}", "none gone"),
        ("{{ '' | default('empty', true) }} {{ 1 | default(input.unknown) }}", "empty 1"),
    ],
)
def test_filters(source, value):
    assert evaluate(source, SCOPE) == value


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for r in input.risks %}{{ loop.index }}. {{ r.title }}{% if not loop.last %}, {% endif %}{% endfor %}",
         "1. Late notice, 2. assignment, 3. Indemnity"),
        ("{% for r in input.risks if r.score > 5 %}{{ loop.index0 }}{{ r.score }}{% endfor %}", "0917"),
        ("{% for k, v in input.by_party | items %}{{ k }}={{ v }} {% endfor %}", "buyer=2 seller=1 "),
        ("{% for k in input.by_party %}{{ k }} {% endfor %}", "buyer seller "),
        ("{% for x in [] %}{{ x }}{% else %}none{% endfor %}", "none"),
        ("{% if 1 > 2 %}a{% elif 2 > 1 %}b{% else %}c{% endif %}", "b"),
    ],
)  # fmt: skip
def test_loops_and_conditions(source, text):
    assert evaluate(source, SCOPE) == text


def test_lists_and_objects_are_walked_and_what_comes_out_is_not_evaluated_again():
    scope = {"input": {"a": "{{ input.b }}", "b": "secret"}}
    given = {"{{ key }}": ["{{ input.a }}", {"t": "x {{ input.a }}"}, 1, None]}
    assert evaluate(given, scope) == {"{{ key }}": ["{{ input.b }}", {"t": "x {{ input.b }}"}, 1, None]}


def test_what_comes_out_shares_nothing_with_what_it_was_made_of():
    scope = {"input": {"rows": [[1]]}}
    found = evaluate("{{ [input.rows, input.rows] }}", scope)
    found[0][0].append(2)
    assert scope == {"input": {"rows": [[1]]}}
    assert found[1] == [[1]]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ input.unknown }}", "In `{{ input.unknown }}`: `unknown` is not there."),
        ("{{ unknown }}", "In `{{ unknown }}`: 'unknown' is undefined."),
        ("{{ input.a.b.c }}", "`c` is not there"),
        ("{{ [input.unknown] }}", "`unknown` is not there"),
        ("{{ input.unknown ~ 'a' }}", "`unknown` is not there"),
        ("{{ input.unknown | upper }}", "`unknown` is not there"),
        ("{{ input.unknown == 1 }}", "`unknown` is not there"),
        ("{{ {'a': input.unknown} | tojson }}", "`unknown` is not there"),
        ("text {{ input.unknown }}", "`unknown` is not there"),
        ("{{ 1 / 0 }}", "It divides by zero."),
        ("{{ 'a' + 1 }}", "`+` does not go between a text and a number."),
        ("{{ true + 1 }}", "does not go between"),
        ("{{ 'a' < 1 }}", "A text and a number have no order."),
        ("{{ ['a', 1] | sort }}", "Only numbers, or only texts"),
        ("{{ 'x' | int }}", "`x` is no number."),
        ("{{ 'x' | date }}", "no date as ISO writes it"),
        ("{{ '2026-02-30' | date }}", "no date as ISO writes it"),
        ("{{ input.items | map(attribute='a') }}", "Not each item has `a`"),
        ("{% for x in 'abc' %}{% endfor %}", "A loop goes over a list, and not over a text."),
        ("{% for x, y in input.items %}{% endfor %}", "cannot unpack"),
        ("{{ input | length | }}", "does not read as an expression"),
        ("{{ 1 | nofilter }}", "There is no filter `nofilter`; there are abs, "),
        ("{{ 1 is notest }}", "There is no test `notest`; there are "),
        ("{{ [1] | map('upper') }}", "The filter `map` takes attribute, default."),
        ("{{ 'a' | upper(1) }}", "The filter `upper` takes nothing."),
        ("{{ 1 is even(2) }}", "The test `even` takes nothing."),
        ("{{ {1: 2} }}", "The keys of an object are texts."),
    ],
)
def test_faults_are_said_in_words(source, said):
    assert said in refused(source)


def test_a_long_expression_is_named_by_its_beginning():
    detail = refused("{{ input.unknown }}" + " and so on" * 100)
    assert detail.startswith("In `{{ input.unknown }} and so on")
    assert len(detail) < 150


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{{ steps.find.text }} {{ input.a['b'] }}", {("steps", "find"), ("input", "a")}),
        ("{{ steps['find'] }}", {("steps", "find")}),
        ("{{ steps }}", {("steps", None)}),
        ("{{ steps[input.which].text }}", {("steps", None), ("input", "which")}),
        ("{{ today | default(item) }}", {("today", None), ("item", None)}),
        ("{% for item in item.rows if item.x > index %}{{ item.a }}{{ loop.index }}{% else %}{{ item.b }}{% endfor %}",
         {("item", "rows"), ("index", None), ("item", "b")}),
        ("{% for k, v in input.d | items %}{{ k }}{{ v.x }}{% endfor %}{{ v.y }}", {("input", "d"), ("v", "y")}),
        ("{{ loop.index }}", {("loop", "index")}),
    ],
)  # fmt: skip
def test_the_names_that_it_reads_are_known_beforehand(source, found):
    assert names(compiled(source)) == found


def test_a_value_tells_the_names_of_all_its_expressions_and_which_cannot_be_read():
    given = {"a": ["{{ input.x }}", "{{ oh no }}"], "b": {"c": "{{ steps.find }} {% for %}"}, "d": "plain"}
    assert used(given) == {("input", "x")}
    assert [path for path, _ in check(given)] == [("a", 1), ("b", "c")]


def test_whether_it_is_a_value_is_known():
    assert compiled("{{ 1 }}").is_value
    assert not compiled("{{ 1 }} ").is_value
    assert not compiled("{% if 1 %}{{ 1 }}{% endif %}").is_value


def test_compiled_ones_are_kept_and_not_without_bound():
    assert compiled("{{ 1 }}") is compiled("{{ 1 }}")
    assert compiled.cache_info().maxsize <= 1_000
