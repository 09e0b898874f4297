"""No expression gets out, whoever wrote it."""

import pytest
from jinja2 import Undefined, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from elenchus.workflows.expressions import BadExpression, compiled, evaluate, sandbox
from elenchus.workflows.expressions.filters import FILTERS
from tests.workflows.hostile import CANARY, HOSTILE, Kept

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''['__cla' ~ 'ss__'] }}",
    "{{ ''['\\x5f_class__'] }}",
    "{{ input._private }}",
    "{{ input['_private'] }}",
    "{{ [input] | map(attribute='_private') }}",
    "{{ [input] | map(attribute='one.__class__') }}",
    "{{ [input] | selectattr('_private') }}",
    "{{ [input] | sum(attribute='__class__') }}",
    "{{ '' | attr('__class__') }}",
    "{{ [''] | map('attr', '__class__') }}",
    "{{ [''] | map('format', 1) }}",
    "{{ ['{0.__class__}'] | map('format', 1) }}",
    "{{ '{0.__class__}'.format(1) }}",  # CVE-2016-10745
    "{{ '{0.__class__}'.format_map({}) }}",
    "{{ input.format.format(input) }}",
    "{{ '%s' | format(1) }}",
    "{{ input.format % input }}",
    "{{ '%9999999d' % 1 }}",
    "{{ ['{}'.format] | map(attribute='__self__') }}",
    "{{ ('{0.__class__.__base__}' | attr('format'))(1) }}",  # CVE-2025-27516
    "{{ (input.format).format }}",
    "{% set f = '{}'.format %}{{ f(1) }}",  # CVE-2024-56326
    "{{ cycler.__init__.__globals__.os }}",
    "{{ cycler }}",
    "{{ joiner }}",
    "{{ namespace() }}",
    "{{ namespace }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum }}",
    "{{ range(10) }}",
    "{{ dict(a=1) }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ super() }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ context }}",
    "{{ environment }}",
    "{{ environment.filters }}",
    "{{ __builtins__ }}",
    "{% for x in [1] %}{{ loop }}{% endfor %}",
    "{% for x in [1] %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop['__init__'] }}{% endfor %}",
    "{% for x in [1] %}{{ loop.cycle }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% for x in [1] %}{{ [loop] | map(attribute='_undefined') }}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for x in [1] recursive %}{{ x }}{% endfor %}",
    "{% for x in [1] %}{{ [loop] | length }}{% endfor %}",
    "{% for loop in [1] %}{{ loop }}{% endfor %}",
    "{% for self in [1] %}{{ self }}{% endfor %}",
    "{% for _x in [1] %}{{ _x }}{% endfor %}",
    "{{ input.kept.secret }}",
    "{{ input.kept }}",
    "{{ [input.kept] }}",
    "x {{ input.kept }}",
    "x {{ [input.kept] }}",
    "{{ input.kept | string }}",
    "{{ input.kept | tojson }}",
    "{{ input.kept ~ '' }}",
    "{{ [input.kept] | join }}",
    "{{ input.get('one') }}",
    "{{ input.list.append(1) }}",
    "{{ input.list.append }}",
    "{{ input.items }}",
    "{{ (1).real }}",
    "{{ ''.join }}",
    "{{ input.text.upper }}",
    "{{ [1] | map(*[1]) }}",
    "{{ 1 | default(**{'other': 2}) }}",
    "{{ 2 ** 99999999 }}",
    "{% macro f() %}{% endmacro %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% call f() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% set a = 1 %}",
    "{% set a %}x{% endset %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% do input.list.append(1) %}",
    "{% for x in [1] %}{% break %}{% endfor %}",
    "{% for input.one in [1] %}{% endfor %}",
    "{{ input.half }}",
    "{{ '\\x00' }}",
    "{{ '\\ud800' }}",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_what_gets_out_of_other_sandboxes_is_refused(source):
    with pytest.raises(BadExpression) as error:
        evaluate(source, HOSTILE)
    assert CANARY not in error.value.detail
    assert "object at" not in error.value.detail


def test_jinjas_own_walls_stand_behind_ours():
    """Were a call or an attribute let through, nothing would come of it."""
    made = sandbox.environment()
    assert isinstance(made, ImmutableSandboxedEnvironment)
    assert made.globals == {}
    for value, name in ((Kept(), "secret"), ("", "format"), (1, "real"), ([], "append"), ({}, "items")):
        assert isinstance(made.getattr(value, name), Undefined)
        assert isinstance(made.getitem(value, name), Undefined)
    for name in ("cycle", "changed", "depth", "nextitem"):
        assert isinstance(made.getattr(LoopContext([1], made.undefined), name), Undefined)
    for name in ("__class__", "_x"):
        with pytest.raises(BadExpression):
            made.getattr({name: 1}, name)
    with pytest.raises(BadExpression):
        made.call(None, print, "x")


def test_nothing_of_an_expression_is_worked_out_while_it_is_compiled():
    """Jinja2 folds what is constant, and nothing would have counted that."""
    for function in [*sandbox.environment().filters.values(), *sandbox.environment().tests.values()]:
        assert function.jinja_pass_arg.name == "context"
    assert compiled("{{ '' | replace('', '') }}")  # refused when it is evaluated


def test_only_what_was_thought_through_is_let_through():
    refused = {
        nodes.Call, nodes.Pow, nodes.Assign, nodes.AssignBlock, nodes.NSRef, nodes.Macro, nodes.CallBlock, nodes.Import,
        nodes.FromImport, nodes.Include, nodes.Extends, nodes.Block, nodes.FilterBlock, nodes.With, nodes.Scope,
        nodes.MarkSafe, nodes.EnvironmentAttribute, nodes.ExtensionAttribute, nodes.ImportedName, nodes.InternalName,
        nodes.ContextReference, nodes.ScopedEvalContextModifier, nodes.Break, nodes.Continue, nodes.ExprStmt,
    }  # fmt: skip
    assert refused.isdisjoint(sandbox._ALLOWED)
    unsafe = "attr format center indent wordwrap batch slice groupby xmlattr urlize pprint random safe escape striptags"
    assert FILTERS.keys().isdisjoint(unsafe.split())
