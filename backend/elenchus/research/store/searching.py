"""Conversations by the words that their person remembers.

Words are looked for here and not in the database: no index knows parts of words, and the bundled database reads every
tenant's rows as soon as one condition of a query is in no index.
"""

import asyncio
import unicodedata
from collections.abc import Sequence

from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.pages import NEWEST_FIRST, PageQuery
from elenchus.core.principal import Principal
from elenchus.research.models import Answer, Conversation
from elenchus.research.store.conversations import OUTLINE_FIELDS

CONVERSATIONS_AT_ONCE = 100
CHARACTERS_AT_ONCE = 50_000  # that are looked through before others have their turn: at worst some 20 ms
Words = frozenset[str]


async def outlines(principal: Principal, *, query: str | None, archived: bool, page: PageQuery) -> list[Row]:
    """Newest first, without messages, one more than the page shows. Each word of the query stands in the title, the
    summary or a question, wherever that has moved: in any order, as a part of a word too, in small or capital letters.
    Reads what is this person's own, from the newest on, until the page is full."""
    words = frozenset(_folded(query or "").split())
    if not words:
        return await _newest(principal, page.after, archived=archived, limit=page.fetch)
    found: list[Row] = []
    before, more = page.after, True
    while more and len(found) < page.fetch:
        rows = await _newest(principal, before, archived=archived, limit=CONVERSATIONS_AT_ONCE)
        found += await _with(words, principal, rows)
        more = len(rows) == CONVERSATIONS_AT_ONCE
        before = rows[-1]["_id"] if rows else None
    return found[: page.fetch]


async def _newest(principal: Principal, before: Id | None, *, archived: bool, limit: int) -> list[Row]:
    place = PageQuery(limit, before).filter()
    wanted = {"user_id": principal.user_id, "is_archived": archived, **place}
    return await Conversation.owned_by(principal).rows(wanted, fields=OUTLINE_FIELDS, sort=NEWEST_FIRST, limit=limit)


async def _with(words: Words, principal: Principal, rows: Sequence[Row]) -> list[Row]:
    """Those in which no word is missing once their questions have been read too."""
    missing = {row["_id"]: _without(words, row["title"], row["context_summary"] or "") for row in rows}
    if unclear := sorted(id_ for id_, left in missing.items() if left):
        place = {"user_id": principal.user_id, "conversation_id": {"$gte": unclear[0], "$lte": unclear[-1]}}
        fields = {"_id": 0, "conversation_id": 1, "question": 1}
        seen = 0
        async for asked in Answer.owned_by(principal).each(place, fields=fields):
            if left := missing.get(asked["conversation_id"]):
                missing[asked["conversation_id"]] = _without(left, asked["question"])
                seen += len(asked["question"])
            if seen > CHARACTERS_AT_ONCE:
                seen = 0
                await asyncio.sleep(0)
    return [row for row in rows if not missing[row["_id"]]]


def _without(words: Words, *texts: str) -> Words:
    """The words that stand in none of these."""
    if not words:
        return words
    folded = list(map(_folded, texts))
    return frozenset(word for word in words if not any(word in text for text in folded))


def _folded(text: str) -> str:
    """An accent typed as one sign or as two is the same."""
    return unicodedata.normalize("NFKC", text).casefold()
