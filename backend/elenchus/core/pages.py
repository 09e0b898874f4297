"""Keyset pages: page 1000 costs what page 1 costs, and nothing is skipped when rows are added meanwhile."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from bson import ObjectId
from bson.errors import InvalidId
from fastapi import Depends, Query
from pydantic import BaseModel

from elenchus.core.errors import Invalid
from elenchus.core.ids import Id

T = TypeVar("T")
NEWEST_FIRST: Sequence[tuple[str, int]] = (("_id", -1),)  # ids are made by the client in the order of time
MAX_LIMIT = 200


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What part of a list is asked for."""

    limit: int = 50
    after: Id | None = None

    def filter(self) -> dict[str, Any]:
        return {} if self.after is None else {"_id": {"$lt": self.after}}

    @property
    def fetch(self) -> int:
        """One row more than asked: its presence says that another page follows."""
        return self.limit + 1

    def page(self, rows: Sequence[dict[str, Any]], present: Callable[[dict[str, Any]], T]) -> Page[T]:
        """The page of `fetch` rows read with `filter()` in the order `NEWEST_FIRST`."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page(
            items=[present(row) for row in shown], next_cursor=encode_cursor(shown[-1]["_id"]) if more else None
        )


def encode_cursor(last_id: Id) -> str:
    return base64.urlsafe_b64encode(last_id.binary).decode().rstrip("=")


def decode_cursor(cursor: str) -> Id:
    try:
        return Id(ObjectId(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (binascii.Error, InvalidId, ValueError, TypeError) as error:
        detail = "The cursor is broken; take it unchanged from `next_cursor` of the page before."
        raise Invalid(detail, errors=[{"loc": ["query", "cursor"], "msg": detail, "type": "cursor"}]) from error


async def _page_query(  # a plain function would cost a hop to a thread
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50, cursor: Annotated[str | None, Query(max_length=64)] = None
) -> PageQuery:
    return PageQuery(limit, decode_cursor(cursor) if cursor else None)


PageParams = Annotated[PageQuery, Depends(_page_query)]
