"""Versions on the wire: `ETag` tells one, `If-Match` insists on it, so that a lost update is a 412 and not silence."""

import re
from typing import Annotated

from fastapi import Header

IfMatch = Annotated[str | None, Header(description="change only the version that has this ETag")]
NO_REVISION = -1
_REVISION = re.compile(r'(?:W/)?"(\d{1,15})"')


def tag(revision: int) -> str:
    return f'"{revision}"'


def revision(if_match: str | None) -> int | None:
    """None asks for no version in particular; what is no tag of ours is a version that nothing has."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    return int(found[1]) if found else NO_REVISION
