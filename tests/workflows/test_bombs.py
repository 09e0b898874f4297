"""No expression hangs, or makes more than it may, whoever wrote it."""

import contextlib
import time
import tracemalloc

import pytest

from elenchus.workflows.expressions import BadExpression, compiled, evaluate
from elenchus.workflows.expressions.counting import MOST_CHARACTERS, MOST_ROUNDS
from tests.workflows.hostile import HOSTILE, MOST_SECONDS

EACH = "{% for x in input.some %}"
END = "{% endfor %}"


def nest(width: int) -> str:
    """Loops in which `f` is a list of so many lists of so many lists, six deep, which takes no memory at all."""
    heads = [f"{{% for {b} in [[{','.join([a] * width)}]] %}}" for a, b in zip("1abcde", "abcdef", strict=True)]
    return "".join(heads)


BOMBS = [
    "{{ 'a' * 999999999 }}",
    "{{ [0] * 999999999 }}",
    "{{ input.list * 9 }}",
    "{{ input.big * input.big * input.big }}",
    "{{ 1e308 * 10 }}",
    "{{ 9" + "9" * 500 + " }}",
    "{{ 9" + "9" * 9_000 + " }}",
    "{{ ('9' * 9) | int }}",
    "{{ input.text | int }}",
    "{{ input.text ~ input.text }}",
    "{{ input.text + input.text }}",
    "{{ [input.text, input.text] }}",
    "{{ input.text }}{{ input.text }}",
    "{{ [input.text, input.text] | join }}",
    "{{ input.some | join(input.text) }}",
    "{{ input.text | replace('a', input.text) }}",
    "{{ input.text | replace('', 'aaaa') }}",
    "{{ input.deep }}",
    "{{ input.deep | tojson }}",
    "{{ input.deep | string }}",
    "{{ input.rows | tojson(999999) }}",
    "{{ [[input.rows, input.rows], [input.rows, input.rows]] | tojson }}",
    "{{ 1.5 | round(99999999) }}",
    "{{ '2026-01-31' | date('%999999999d') }}",
    "{{ '2026-01-31' | plus_days(9999999999999) }}",
    "{{ input.text | truncate(-1) }}",
    EACH * 3 + END * 3,
    "{% for x in input.list %}{% for y in [1, 2] %}{% endfor %}{% endfor %}",
    "{% for x in input.list %}{% if " + " and ".join(["input.one"] * 30) + " %}{% endif %}{% endfor %}",
    *(
        f"{EACH}{{{{ ({body}) | length }}}}{END}"
        for body in (
            "input.text | upper", "input.long | upper", "input.long | title", "input.text | trim", "input.text | list",
            "input.text | split('b')", "input.text | replace('ba', '')", "input.text | reverse", "input.text[1:]",
            "input.rows[1:] + input.rows", "input.rows | sort(attribute='title')",
            "input.rows | unique", "input.rows | reverse", "[input.rows] | flatten", "input.rows | list",
            "input.rows | unique(attribute='n')", "input.rows | tojson",
            "input.rows | map(attribute='n.n.n.n.n.n', default=1)", "input.rows | selectattr('n', 'in', input.list)",
            "input.rows | selectattr('n', '>', 5)", "input.rows | join('a', attribute='n')",
            "input.rows | rejectattr('title', 'containing', 'x')", "input.rows | map(attribute='title') | sort",
            "input.rows | each('n', 'title')", "input.rows | rows('n')", "input.rows | merge({'a': 1})",
            "input.rows | numbered", "input.rows | shifted('n', 1)", "[{'a': input.rows}] | spread('a')",
        )
    ),
    *(
        f"{EACH}{{% if {body} %}}{{% endif %}}{END}"
        for body in (
            "input.rows == [input.rows, 1][0]", "{'n': 'x'} in input.rows", "'aaaaaaaaab' in input.text",
            "'aaaaaaaaaaaaaaaaaaaaaaaaaab' in input.text", "input.rows | sum(attribute='n')",
            "input.rows | max(attribute='n')",
            "input.text < input.text",
            "input.long | inline", "input.long | marks_from(1)",
            "input.rows is eq(input.rows)", "input.text ~ ''",
        )
    ),
    nest(8) + "{{ f }}" + END * 6,
    nest(8) + "{{ f == f }}" + END * 6,
    nest(8) + "{% if f | tojson %}{% endif %}" + END * 6,
    *(nest(20) + f"{{{{ {body} }}}}" + END * 6 for body in ("input[f]", "[1] | select(f)", "1 | int | round(f)")),
    "{{ (input.text + input.text) | length }}",
    "{{ (input.text ~ input.text) | length }}",
    "{{ [input.text, input.text] | join | length }}",
    "{% for x in input.some[:13] %}{{ input.list | tojson | length }}{% endfor %}",
    "{% for x in input.some[:5] %}{{ input.rows | sort(attribute='n') | length }}{% endfor %}",
    "{% for x in input.some[:5] %}{{ input.rows | map(attribute='n"
    + ".n" * 11
    + "', default=1) | length }}{% endfor %}",
    "{{ input.long | split('ß') | length }}",
    "{{ [[1]] | tojson(9999) | length }}",
    "{{ 1e999 }}",
    "{{ '1e999' | float }}",
    "{{" + "(" * 9_900,
    "{{" + "[" * 300 + "]" * 300 + "}}",
    "{{ " + "not " * 4_000 + "1 }}",
    "{{ " + "-" * 9_000 + "1 }}",
    "{{ x" + ".a" * 9_000 + " }}",
    "{{ x" + "|upper" * 3_000 + " }}",
    "{{ " + "1~" * 9_000 + "1 }}",
    "{{ 1 if " * 900 + "1" + " else 2" * 900 + " }}",
    "{% if 1 %}" * 1_000 + "{% endif %}" * 1_000,
    "{% for x in [1] %}" * 9 + END * 9,
    "{" * 20_000,
    "{%" * 9_999,
    "{#" * 9_999,
    ("{%" + " " * 6) * 2_400,
    "{{ 'a" * 4_000,
    "x" * 20_000 + "{{ 1 }}",
]  # fmt: skip


@pytest.mark.parametrize("source", BOMBS, ids=lambda source: source[:60])
def test_what_would_stall_or_fill_a_server_is_refused_in_time(source):
    began = time.process_time()
    with pytest.raises(BadExpression):
        evaluate(source, HOSTILE)
    assert time.process_time() - began < MOST_SECONDS


def test_the_budget_is_that_of_all_expressions_of_a_value_together():
    half = "{% for x in input.list %}{% endfor %}"
    assert evaluate(half, HOSTILE) == ""
    with pytest.raises(BadExpression, match=f"more than {MOST_ROUNDS} rounds"):
        evaluate([half, half], HOSTILE)
    with pytest.raises(BadExpression, match=f"more than {MOST_CHARACTERS} characters"):
        evaluate(["{{ input.text }}", "{{ input.text }}"], HOSTILE)


def test_a_loop_is_charged_for_its_body_before_its_first_round():
    body = "{% if input.one and input.one %}{% endif %}"
    assert evaluate(f"{{% for x in input.list %}}{body}{{% endfor %}}", HOSTILE) == ""
    with pytest.raises(BadExpression, match="too much work"):
        evaluate(f"{{% for x in input.list %}}{body * 30}{{% endfor %}}", HOSTILE)


def test_reasonable_work_is_done():
    assert len(evaluate("{{ input.rows | selectattr('n', '<', 100) | map(attribute='title') | join }}", HOSTILE)) > 100
    source = (
        "{% for r in input.rows %}{% if r.n is divisibleby 3 %}{{ loop.index }} {{ r.n + 1 }}\n{% endif %}{% endfor %}"
    )
    assert len(evaluate(source, HOSTILE).splitlines()) == 3_000
    assert evaluate("{{ input.text | upper | length }}", HOSTILE) == 800_000


@pytest.mark.parametrize(
    "source",
    ["{{ input.text | split('b') | length }}", "{{ input.long | list | length }}", "{{ input.rows | tojson | length }}",
     "{{ [input.long | upper | length, input.long | lower | length] }}", "{{ input.rows | unique | length }}"],
)  # fmt: skip
def test_what_is_made_on_the_way_is_bounded_too(source):
    compiled(source)
    tracemalloc.start()
    with contextlib.suppress(BadExpression):
        evaluate(source, HOSTILE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000
