"""What a step can do. A new kind is a file beside these, its line in this table, and its test."""

from typing import Any

from elenchus.workflows.errors import UnknownKind
from elenchus.workflows.kinds import (
    ai_query,
    approval,
    branch,
    compare,
    document_analysis,
    export,
    extract,
    mapping,
    notify,
    retrieve,
    transform,
)
from elenchus.workflows.kinds.base import Kind, Table

TABLE: Table = {
    kind.name: kind
    for kind in (
        ai_query.KIND,
        approval.KIND,
        branch.KIND,
        compare.KIND,
        document_analysis.KIND,
        export.KIND,
        extract.KIND,
        mapping.KIND,
        notify.KIND,
        retrieve.KIND,
        transform.KIND,
    )
}
#: What may be done for each of many items.
INNER = frozenset(name for name, kind in TABLE.items() if kind.inner)


def of(name: str) -> Kind[Any]:
    """Raises `UnknownKind`: a definition is checked when it is saved, and this version may know fewer."""
    if name not in TABLE:
        raise UnknownKind(name)
    return TABLE[name]
