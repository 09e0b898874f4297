"""Jinja2's own sandbox as the outer wall, and inside of it an expression that has been taken apart and rebuilt.

Of what Jinja2 can say only `_ALLOWED` is let through. Then every operation whose cost depends on its values is replaced
by a filter of ours, which is charged for it: comparisons, `~`, slices, loops, what is put out. Those filters have names
with a space, which nobody can write. All take the context, so that Jinja2 evaluates none of them while compiling.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from elenchus.workflows.expressions import asking, filters, operating
from elenchus.workflows.expressions.counting import BadExpression, Meter, known, named, number, text_of
from elenchus.workflows.expressions.operating import LOOP_WORDS, MISSING

MOST_NODES = 4_000
DEEPEST_NODES = 40
DEEPEST_LOOPS = 6
#: What Jinja2 gives a meaning of its own.
_TAKEN = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_COMPARE, _JOIN, _SLICE, _LOOP, _SHOW, _KEEP = "a compare", "a join", "a slice", "a loop", "a show", "a keep"
_ALLOWED = frozenset(
    {
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
        nodes.Filter, nodes.Test, nodes.Keyword, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
        nodes.CondExpr, nodes.If, nodes.For, nodes.List, nodes.Dict, nodes.Pair, nodes.Tuple, nodes.Slice, nodes.Add,
        nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.Concat,
    }
)  # fmt: skip


class Metered(Context):
    """The values of one evaluation, and what counts it."""

    meter: Meter


class Sandbox(ImmutableSandboxedEnvironment):
    """Reads objects by key and lists by place, calls nothing, knows no globals, and folds no constants."""

    context_class = Metered
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})
    intercepted_unops = frozenset({"+", "-"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        found = operating.member(obj, argument)
        if found is not MISSING:
            return found
        shown = str(argument)[:60] if isinstance(argument, str | int | float) else named(argument)
        return self.undefined(hint=f"`{shown}` is not there")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return operating.calculated(_meter(context), operator, left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:
        return operating.signed(_meter(context), operator, arg)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        raise BadExpression("Nothing can be called.")


def _meter(context: Context) -> Meter:
    assert isinstance(context, Metered)
    return context.meter


def _with_meter(function: Callable[..., Any], *, of_missing: bool) -> Callable[..., Any]:
    @wraps(function)
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        for each in () if of_missing else (value, *args, *kwargs.values()):
            known(each)
        _meter(context).work(1)
        return function(_meter(context), value, *args, **kwargs)

    return pass_context(run)


def _loop(meter: Meter, value: Any, body: int) -> Any:
    if not isinstance(value, list | tuple | dict):
        raise BadExpression(f"A loop goes over a list, and not over {named(value)}.")
    meter.rounds(len(value), body)
    return list(value)


def _keep(meter: Meter, value: Any) -> str:
    meter.answer = value
    return ""


@lru_cache(maxsize=1)
def environment() -> Sandbox:
    made = Sandbox(
        undefined=StrictUndefined, autoescape=False, optimized=False, cache_size=0, keep_trailing_newline=True
    )
    made.globals.clear()
    ours: dict[str, Callable[..., Any]] = {
        _COMPARE: operating.compared,
        _JOIN: operating.joined,
        _SLICE: operating.sliced,
        _LOOP: _loop,
        _SHOW: text_of,
        _KEEP: _keep,
    }
    every = {**filters.FILTERS, **ours}
    made.filters = {name: _with_meter(run, of_missing=name in filters.OF_MISSING) for name, run in every.items()}
    made.tests = {name: _with_meter(run, of_missing=name in asking.OF_MISSING) for name, run in asking.TESTS.items()}
    return made


def parsed(source: str) -> nodes.Template:
    """Only what is allowed, not yet rebuilt."""
    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        raise BadExpression(f"It does not read as an expression: {error.message}") from error
    except RecursionError as error:
        raise BadExpression("It is nested too deep.") from error
    except (ValueError, OverflowError, UnicodeError) as error:
        raise BadExpression("It has a number or a text in it that cannot be.") from error
    if sum(1 for _ in _required(tree, 0, 0)) > MOST_NODES:
        raise BadExpression("It is too long.")
    return tree


def _required(node: nodes.Node, depth: int, loops: int) -> Iterator[nodes.Node]:
    """All nodes, each of which is allowed."""
    loops += isinstance(node, nodes.For)
    if type(node) not in _ALLOWED:
        raise BadExpression(f"There is no `{type(node).__name__.lower()}` in expressions.")
    if depth > DEEPEST_NODES or loops > DEEPEST_LOOPS:
        raise BadExpression("It is nested too deep.")
    if check := _CHECKS.get(type(node)):
        check(node)
    yield node
    for child in node.iter_child_nodes():
        if not (isinstance(node, nodes.Getattr) and isinstance(child, nodes.Name) and _is_loop(node)):
            yield from _required(child, depth + 1, loops)


def _is_loop(node: nodes.Getattr) -> bool:
    """`loop.index` and its like; `loop` itself is an object of Python's and goes nowhere."""
    return isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in LOOP_WORDS


def _name(node: Any) -> None:
    if node.name.startswith("_") or node.name in _TAKEN:
        raise BadExpression(f"`{node.name[:60]}` cannot be read.")
    if node.name == "loop":
        raise BadExpression(f"Of `loop` there are {', '.join(sorted(LOOP_WORDS))}.")


def _attribute(node: Any) -> None:
    if node.attr.startswith("_"):
        raise BadExpression(f"`{node.attr[:60]}`: nothing that begins with `_` can be read.")


def _constant(node: Any) -> None:
    if not (node.value is None or isinstance(node.value, str | bool)):
        number(node.value)


def _for(node: Any) -> None:
    if node.recursive:
        raise BadExpression("Loops are not recursive.")


def _filter(node: Any) -> None:
    _signature(node, filters.FILTERS, "filter")


def _test(node: Any) -> None:
    _signature(node, asking.TESTS, "test")


def _signature(node: Any, known_ones: dict[str, Callable[..., Any]], noun: str) -> None:
    function = known_ones.get(node.name)
    if function is None or node.node is None:
        raise BadExpression(f"There is no {noun} `{node.name[:60]}`; there are {', '.join(sorted(known_ones))}.")
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise BadExpression("`*` and `**` unpack nothing here.")
    shape = inspect.signature(function)
    try:
        shape.bind(None, None, *node.args, **{each.key: each.value for each in node.kwargs})
    except TypeError as error:
        takes = ", ".join(list(shape.parameters)[2:]) or "nothing"
        raise BadExpression(f"The {noun} `{node.name}` takes {takes}.") from error


_CHECKS: dict[type[nodes.Node], Callable[[Any], None]] = {
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.Const: _constant,
    nodes.For: _for,
    nodes.Filter: _filter,
    nodes.Test: _test,
}


def is_value(tree: nodes.Template) -> bool:
    """One `{{ … }}` and nothing beside it."""
    body = tree.body
    if len(body) != 1 or not isinstance(body[0], nodes.Output):
        return False
    return len(body[0].nodes) == 1 and not isinstance(body[0].nodes[0], nodes.TemplateData)


class Rebuilding(NodeTransformer):
    """Everything that costs becomes a filter that is charged."""

    def __init__(self, put_out: str) -> None:
        self._put_out = put_out

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        made = [each if isinstance(each, nodes.TemplateData) else _call(self._put_out, each) for each in node.nodes]
        return self.generic_visit(nodes.Output(made))

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        inside = [*node.body, *([node.test] if node.test else [])]
        size = sum(1 for part in inside for _ in _every(part))
        node.iter = _call(_LOOP, node.iter, nodes.Const(size))
        return self.generic_visit(node)

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:  # noqa: N802
        """Without `else` it is null."""
        node.expr2 = node.expr2 or nodes.Const(None)
        return self.generic_visit(node)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        others = [part for operand in node.ops for part in (nodes.Const(operand.op), operand.expr)]
        return self.generic_visit(_call(_COMPARE, node.expr, *others))

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        return self.generic_visit(_call(_JOIN, nodes.List(node.nodes)))

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        if not isinstance(node.arg, nodes.Slice):
            return self.generic_visit(node)
        bounds = (each or nodes.Const(None) for each in (node.arg.start, node.arg.stop, node.arg.step))
        return self.generic_visit(_call(_SLICE, node.node, *bounds))


def _every(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _every(child)


def _call(name: str, value: nodes.Node, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(args), [], None, None)


def rebuilt(tree: nodes.Template) -> nodes.Template:
    changed = Rebuilding(_KEEP if is_value(tree) else _SHOW).visit(tree)
    assert isinstance(changed, nodes.Template)
    changed.set_lineno(1, override=True)
    changed.set_environment(environment())
    return changed
