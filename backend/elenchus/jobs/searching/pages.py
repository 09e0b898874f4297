"""Where a page of a search begins: its cursor is the time and the id of the last job before it."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from bson import ObjectId
from fastapi import Depends, Query

from elenchus.core.errors import Invalid
from elenchus.core.ids import Id
from elenchus.core.pages import MAX_LIMIT
from elenchus.jobs.searching.store import Mark

_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class SearchPage:
    limit: int = 50
    before: Mark | None = None


def encoded(mark: Mark) -> str:
    milliseconds = int(mark.at.timestamp() * 1000)
    return base64.urlsafe_b64encode(milliseconds.to_bytes(_TIME_BYTES) + mark.id.binary).decode().rstrip("=")


def decoded(cursor: str) -> Mark:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        at = datetime.fromtimestamp(int.from_bytes(raw[:_TIME_BYTES]) / 1000, UTC)
        return Mark(at, Id(ObjectId(raw[_TIME_BYTES:])))
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError) as error:
        detail = "The cursor is broken; take it unchanged from `next_cursor` of the page before."
        raise Invalid(detail, errors=[{"loc": ["query", "cursor"], "msg": detail, "type": "cursor"}]) from error


async def _search_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50, cursor: Annotated[str | None, Query(max_length=64)] = None
) -> SearchPage:
    return SearchPage(limit, decoded(cursor) if cursor else None)


SearchPageParams = Annotated[SearchPage, Depends(_search_page)]
