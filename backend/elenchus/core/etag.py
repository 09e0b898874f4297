"""Versions on the wire: `ETag` tells one, `If-Match` insists on it, so that a lost update is a 412 and not silence."""

import re
from typing import Annotated

from fastapi import Header

IfMatch = Annotated[str | None, Header(description="change only the version that has this ETag")]
NO_REVISION = -1
_REVISION = re.compile(r'(?:W/)?"(\d{1,15})"')


def tag(revision: int) -> str:
    return f'"{revision}"'


def is_among(own: str, if_none_match: str | None) -> bool:
    """Whether a client that names these tags has the present version already."""
    if if_none_match is None:
        return False
    named = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    return own in named or "*" in named


def revision(if_match: str | None) -> int | None:
    """None asks for no version in particular; what is no tag of ours is a version that nothing has."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    return int(found[1]) if found else NO_REVISION
