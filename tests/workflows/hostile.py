"""Values that expressions may do their worst with."""

import json
from typing import Any

CANARY = "canary-7d1f"


class Kept:
    """An object of ours that strayed into a scope."""

    secret = CANARY

    def __str__(self) -> str:
        return CANARY

    __repr__ = __str__


ROWS = [{"title": f"row {n}" * 10, "n": n} for n in range(9_000)]
MOST_SECONDS = 1.0  # of the processor
HOSTILE: dict[str, Any] = {
    "input": {
        "one": 1,
        "text": "ab" * 400_000,
        "long": "ß" * 300_000,
        "list": list(range(9_000)),
        "some": list(range(90)),
        "rows": ROWS,
        "deep": json.loads("[" * 200 + "]" * 200),
        "big": 2**53,
        "_private": CANARY,
        "format": "{0.__class__.__init__.__globals__}",
        "kept": Kept(),
        "half": "\ud800",
    },
    "today": "2026-01-31",
}
