"""Which message led to which. They stay one list in the order in which they came, and a link says where one does not
follow the message right before it: a conversation without branches stores no links.

`parent_id` of a message: null, it follows the one right before it; an id, it follows that one, which came earlier;
`START`, it follows none. A question that was edited follows what its first wording did; an answer that was made again
follows the same question.
"""

from collections.abc import Sequence

from elenchus.core.mongo import Row

START = "start"


def path(rows: Sequence[Row], tip: str | None = None) -> list[Row]:
    """The branch that ends with the message `tip`, without one the last, as far as it lies within `rows`: oldest first,
    the tip last; empty when the tip is not there.

    `rows` are successive messages of a conversation. `store.branch` reads on where a branch leads out of them.
    """
    numbers = {row["id"]: number for number, row in enumerate(rows)}
    number = len(rows) - 1 if tip is None else numbers.get(tip, -1)
    found: list[Row] = []
    while number >= 0:
        found.append(rows[number])
        parent_id, before = rows[number].get("parent_id"), number - 1
        number = before if parent_id is None else numbers.get(parent_id, -1)
        if number > before:
            break  # what leads forward is no branch, and could lead round
    return found[::-1]
