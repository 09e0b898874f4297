"""Which court a parenthesis names, `(9th Cir. 1997)`, as eyecite answers it, without its price.

eyecite squeezes the names of all 2,800 courts anew for each citation: 8 ms, more than all else together.
"""

import re
from functools import cache
from typing import Final

NOT_IN_WORDS: Final = re.compile(r"[^\w]")


def court_by_paren(paren_string: str) -> str | None:
    """The first court of exactly this name, else the last whose name begins so."""
    written = NOT_IN_WORDS.sub("", paren_string).lower()
    if not written:
        return None
    exact, names = _courts()
    if written in exact:
        return exact[written]
    return next((court for name, court in names if name.startswith(written)), None)


@cache
def _courts() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """By name the first, and all from the last to the first."""
    from courts_db import courts

    names = [(NOT_IN_WORDS.sub("", court["citation_string"]).lower(), str(court["id"])) for court in courts]
    backwards = names[::-1]
    return dict(backwards), backwards
