"""Nesting is counted over the bytes as they pass, whatever strings say and wherever blocks are cut."""

import json
import random
import time
from typing import Any

import pytest

from elenchus.core.depth import DEEPEST, JsonDepth
from elenchus.core.errors import Malformed


def passes(body: bytes, block: int = 1 << 16) -> bool:
    depth = JsonDepth()
    try:
        for start in range(0, len(body), block):
            depth.feed(body[start : start + block])
    except Malformed:
        return False
    return True


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


class TestDepth:
    @pytest.mark.parametrize("body", [nested(DEEPEST), b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST])
    def test_as_deep_as_allowed(self, body):
        assert passes(body)

    @pytest.mark.parametrize(
        "body",
        [
            nested(DEEPEST + 1),
            b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
            b'[{"a":' * 17,
            b"[" * 100_000,
            b"[]," * 100 + b"[" * (DEEPEST + 1),
            b'["\\\\",' * (DEEPEST + 1),
            b'{"\\"":' * (DEEPEST + 1),
        ],
    )
    def test_one_level_more_is_refused(self, body):
        assert not passes(body)

    @pytest.mark.parametrize("levels", [DEEPEST, DEEPEST + 1])
    def test_wide_is_not_deep(self, levels):
        body = b"[" + b",".join([nested(levels - 1)] * 500) + b"]"
        assert passes(body) == (levels <= DEEPEST)

    @pytest.mark.parametrize(
        "text", ["[" * 100, '"' + "[" * 100, "\\" + "{" * 100, '\\"' + "[" * 100, "\\\\\\" + "[" * 100, 'a"b[' * 50]
    )
    def test_brackets_in_strings_are_text(self, text):
        assert passes(json.dumps({text: [text]}).encode())

    def test_a_string_that_ends_in_a_backslash_ends(self):
        assert not passes(b'["a\\\\"' + b",[" * DEEPEST)

    @pytest.mark.parametrize("block", range(1, 9))
    @pytest.mark.parametrize("text", ['"', '\\"', '\\\\"', "\\", '""', "\n\\", 'é"\\"'])
    def test_wherever_the_blocks_are_cut(self, text, block):
        hidden, shown = json.dumps([text + "[" * 100]), json.dumps([text])[:-1] + ",[" * DEEPEST
        assert passes(hidden.encode(), block)
        assert not passes(shown.encode(), block)

    @pytest.mark.parametrize("seed", range(50))
    def test_like_a_parser_would(self, seed):
        random.seed(seed)
        body = json.dumps(grown(random.randint(DEEPEST - 2, DEEPEST + 2)), ensure_ascii=False).encode()
        assert passes(body, random.randint(1, 40)) == (height(json.loads(body)) <= DEEPEST)

    def test_another_encoding_could_hide_its_quotes(self):
        """In UTF-16 the sign ∀ holds the byte of a quotation mark; Python's parser would guess the encoding."""
        body = ('"∀"' + "[" * 100).encode("utf-16-le")
        assert not passes(body)

    def test_a_hundred_thousand_brackets_are_refused_at_once(self):
        began = time.perf_counter()
        assert not passes(b"[" * 100_000)
        assert time.perf_counter() - began < 0.05

    def test_it_costs_about_what_parsing_does_at_most(self):
        row = {"query": 'the notice \\"clause\\" of the agreement', "filters": {"tags": ["a", "b"]}, "n": [1, 2, 3]}
        body = json.dumps([row] * 500).encode()
        assert quickest(lambda: passes(body)) < 2 * quickest(lambda: json.loads(body))


def quickest(work) -> float:
    took = []
    for _ in range(15):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def grown(levels: int) -> Any:
    """JSON of so many levels, with whatever in between."""
    text = "".join(random.choices(["\\", '"', "[", "]", "{", "}", "é", "\n", "a"], k=6))
    if levels == 0:
        return text
    inner = grown(levels - 1)
    return random.choice([[inner], {text: inner}, [text, [], inner, {text: text}], {text: [], "b": inner}])


def height(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(height, value.values() if isinstance(value, dict) else value), default=0)
