"""Whatever is put together of hostile pieces: nothing escapes, hangs or swells."""

import contextlib
import json
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elenchus.workflows.expressions import BadExpression, evaluate
from elenchus.workflows.expressions.counting import MOST_CHARACTERS
from elenchus.workflows.expressions.filters import FILTERS
from tests.workflows.hostile import CANARY, HOSTILE, MOST_SECONDS

PIECES = st.sampled_from(
    "1 0 -1 1.5 1e308 99999999 '' 'a' '__class__' "
    "'{0.__class__}' '%99999999d' [] [1,2] {} {'a':1} none true input x loop "
    "input.one input.text input.long input.rows input.list input.some input.deep input.big input.kept input.half "
    "input._private loop.index self cycler namespace lipsum loop.cycle today (1,2) [input,input] input.format "
    "'a'*9999 [x,x,x,x]".split()
)
SIGNS = st.sampled_from(
    [" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " == ", " < ", " in ", " not in ", " and ", " or "]
)
TAILS = st.one_of(
    st.sampled_from(sorted(FILTERS)).map("|{}".format),
    st.tuples(st.sampled_from(sorted(FILTERS)), PIECES).map(lambda row: f"|{row[0]}({row[1]})"),
    st.tuples(st.sampled_from(sorted(FILTERS)), PIECES, PIECES).map(lambda row: f"|{row[0]}({row[1]}, {row[2]})"),
    st.sampled_from(["[0]", "[1:]", "[::-1]", "[::0]", ".a", ".__class__", ".format", "()", "(1)", "|attr('x')"]),
    st.sampled_from([" is defined", " is in(input.list)", " is divisibleby(0)", " is eq(x)", "|map(attribute='n')"]),
    st.sampled_from(["|selectattr('n', 'in', input.list)", "|map(attribute='__class__')", "|sum(attribute='n')"]),
)


def _grown(inner):
    return st.one_of(
        st.tuples(inner, TAILS).map("".join),
        st.tuples(inner, SIGNS, inner).map(lambda row: f"({''.join(row)})"),
        st.tuples(inner, inner).map(lambda row: f"[{row[0]}, {row[1]}]"),
        st.tuples(inner, inner, inner).map(lambda row: f"({row[0]} if {row[1]} else {row[2]})"),
    )


VALUES = st.recursive(PIECES, _grown, max_leaves=8)
TEXTS = st.recursive(
    VALUES.map("{{{{ {} }}}}".format),
    lambda inner: st.one_of(
        st.tuples(VALUES, inner).map(lambda row: f"{{% for x in {row[0]} %}}{row[1]}{{% endfor %}}"),
        st.tuples(VALUES, inner).map(lambda row: f"{{% for x in input.some if {row[0]} %}}{row[1]}{{% endfor %}}"),
        st.tuples(VALUES, inner).map(lambda row: f"{{% if {row[0]} %}}{row[1]}{{% else %}}a{{% endif %}}"),
        st.tuples(inner, inner).map(" ".join),
    ),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(source=TEXTS)
def test_nothing_that_can_be_put_together_escapes_hangs_or_swells(source):
    began = time.process_time()
    result: object = None
    try:
        result = evaluate(source, HOSTILE)
    except BadExpression as error:
        result = error.detail
    told = json.dumps(result, ensure_ascii=False, allow_nan=False)
    assert json.loads(told) == result
    assert len(told) < 7 * MOST_CHARACTERS  # a character takes up to six to be told
    assert not any(word in told for word in (CANARY, "<class", "object at 0x"))
    told.encode()
    assert time.process_time() - began < MOST_SECONDS, source


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}%# -+\n'\"\\.|[]()_ax0,:*=<>~if", max_size=60))
def test_no_text_at_all_makes_anything_but_a_value_or_a_refusal(text):
    for source in (text, "{{" + text + "}}"):
        with contextlib.suppress(BadExpression):
            evaluate(source, {"x": 1})
