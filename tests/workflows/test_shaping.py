"""Lists of objects made into tables, numbered sources and words of a paper."""

import time

import pytest

from elenchus.research.exporting.blocks import of_markdown
from elenchus.workflows.expressions import BadExpression, evaluate
from tests.workflows.hostile import HOSTILE, MOST_SECONDS

ROWS = [
    {"text": "Rent", "cited": [{"page_start": 3, "quote": "a", "n": 1}, {"page_start": 4, "quote": "b", "n": 2}]},
    {"text": "Term", "cited": []},
]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (
            "rows | each('text', page='cited.0.page_start')",
            [{"text": "Rent", "page": 3}, {"text": "Term", "page": None}],
        ),
        ("rows | rows('text', 'cited.1.quote')", [["Rent", "b"], ["Term", None]]),
        ("['12345'] | rows(longest=3)", [[]]),
        ("[{'a': '12345', 'b': 12345}] | rows('a', 'b', longest=3)", [["12…", 12345]]),
        ("{'a': 1, 'b': 1} | merge({'b': 2, 'c': 3})", {"a": 1, "b": 2, "c": 3}),
        ("[{'a': 1}, {}] | merge({'b': 2})", [{"a": 1, "b": 2}, {"b": 2}]),
        ("[{}, {}] | numbered", [{"n": 1}, {"n": 2}]),
        ("[{}, {}] | numbered(-1, 'row')", [{"row": 0}, {"row": 1}]),
        ("[{'n': 1}, {'n': 2}] | shifted('n', 40)", [{"n": 41}, {"n": 42}]),
        ("rows | numbered(10) | spread('cited', 'n') | rows('n', 'quote')", [[11, "a"], [11, "b"]]),
        ("'Due [1][2-4], or [7].' | marks_from(40)", "Due [41][42][43][44], or [47]."),
    ],
)
def test_what_they_give(source: str, value: object):
    assert evaluate("{{ " + source.replace("rows |", "input.rows |", 1) + " }}", {"input": {"rows": ROWS}}) == value


@pytest.mark.parametrize(
    "text", ["1. Rent", "# Rent", "- a | b", "a *b* _c_ `d` <e> ~f~ $g$", "[1](x) & ![2](y)", "> a", "===", "a\nb"]
)
def test_inline_says_what_the_text_says_and_no_more(text: str):
    [block] = of_markdown("It says: " + evaluate("{{ input.x | inline }}", {"input": {"x": text}}))
    assert "".join(span.text for span in block.spans).replace("\u2060", "") == "It says: " + " ".join(text.split())
    [item] = of_markdown("- " + evaluate("{{ input.x | inline }}", {"input": {"x": text}}))
    assert (item.level, item.label) == (1, "•")


def test_a_documents_own_marks_are_no_marks_of_ours():
    line = evaluate("{{ input.x | inline }} [3]", {"input": {"x": "The court, at [12], and at 【4】."}})
    assert evaluate("{{ input.x | marks_from(1) }}", {"input": {"x": line}}) == str(line).replace("[3]", "[4]")


@pytest.mark.parametrize(
    "source",
    [
        "[1] | merge({})", "{} | merge([])", "[{}] | numbered('a')", "[{'n': 'a'}] | shifted('n', 1)", "[{}] | each(1)",
        "'[999]' | marks_from(1)", "'[1]' | marks_from('a')", "'a' | each('b')", "[{'a': 'b'}] | spread('a')",
        "[{}] | rows('a', longest='b')",
    ],
)  # fmt: skip
def test_what_they_do_not_take(source: str):
    with pytest.raises(BadExpression):
        evaluate("{{ " + source + " }}", {})


@pytest.mark.parametrize(
    "body",
    [
        "input.rows | each('title', 'n')", "input.rows | rows('title', 'n')", "input.rows | merge({'a': 1})",
        "input.rows | numbered", "input.rows | shifted('n', 1)", "[{'a': input.rows}] | spread('a', 'b')",
        "input.text | inline", "input.text | marks_from(1)", "input.rows | rows('title', longest=40)",
        "('[1-20]' ~ input.text | replace('ab', '[1-20]')) | marks_from(1)",
    ],
)  # fmt: skip
def test_what_would_stall_or_fill_a_server_is_refused_in_time(body: str):
    began = time.process_time()
    with pytest.raises(BadExpression):
        evaluate(f"{{% for x in input.some %}}{{{{ ({body}) | length }}}}{{% endfor %}}", HOSTILE)
    assert time.process_time() - began < MOST_SECONDS
