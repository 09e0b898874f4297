"""Which names an expression reads that it has not made itself, so that what is unknown is said before it runs."""

from collections.abc import Iterator

from jinja2 import nodes

Named = tuple[str, str | None]


def names(tree: nodes.Template) -> frozenset[Named]:
    """(root, first attribute): `steps.find.text` is (steps, find); None where the root stands alone, or where what is
    read of it is only known when it runs."""
    return frozenset(_within(tree, frozenset()))


def _within(node: nodes.Node, own: frozenset[str]) -> Iterator[Named]:
    if isinstance(node, nodes.For):
        yield from _loop(node, own)
        return
    root, attribute = _root(node), _attribute(node)
    if root is None:
        yield from _children(node, own)
        return
    if root not in own:
        yield root, attribute
    if isinstance(node, nodes.Getitem):
        yield from _within(node.arg, own)


def _children(node: nodes.Node, own: frozenset[str]) -> Iterator[Named]:
    for child in node.iter_child_nodes():
        yield from _within(child, own)


def _loop(node: nodes.For, own: frozenset[str]) -> Iterator[Named]:
    """What a loop calls its items is its own in it, and not in what it goes over."""
    inside = own | {"loop"} | {name.name for name in _targets(node.target)}
    yield from _within(node.iter, own)
    for part in (*node.body, *([node.test] if node.test else [])):
        yield from _within(part, inside)
    for part in node.else_:
        yield from _within(part, own)


def _targets(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)


def _root(node: nodes.Node) -> str | None:
    inner = node.node if isinstance(node, nodes.Getattr | nodes.Getitem) else node
    return inner.name if isinstance(inner, nodes.Name) else None


def _attribute(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None
