"""A conversation as a file. It is read while it is written: its length is in no process' memory at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson

from elenchus.audit import service as audit
from elenchus.audit.service import Action
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.mongo import Row
from elenchus.core.principal import Principal
from elenchus.research.exporting import markdown, script, store, typesetting
from elenchus.research.exporting.names import filename
from elenchus.research.exporting.schemas import Format
from elenchus.research.models import wire_time

FORMAT = "elenchus conversation 1"


@dataclass(frozen=True, slots=True)
class Exported:
    filename: str
    media_type: str
    blocks: AsyncIterator[bytes]


async def export(principal: Principal, conversation_id: Id, wanted: Format) -> Exported:
    """Raises `ConversationNotFound`, `NotTypeset`. What breaks later breaks the answer off, which a client sees."""
    row = await store.conversation(principal, conversation_id)
    details = {"format": wanted.value, "messages": row["message_count"]}
    await audit.record(principal, Action.CONVERSATION_EXPORTED, "conversation", conversation_id, **details)
    blocks = await _blocks(principal, row, wanted)
    return Exported(filename(row["title"], wanted), wanted.media_type, blocks)


async def _blocks(principal: Principal, row: Row, wanted: Format) -> AsyncIterator[bytes]:
    if wanted is Format.JSON:
        return _json(principal, row)
    if wanted is Format.MARKDOWN:
        return _markdown(principal, row)
    return typesetting.blocks(await typesetting.typeset(wanted, _lines(principal, row)))


def _about(row: Row) -> Row:
    return {"title": row["title"], "exported_at": wire_time(now()), "messages": row["message_count"]}


async def _lines(principal: Principal, row: Row) -> AsyncIterator[object]:
    yield _about(row)
    async for message in store.messages(principal, row):
        yield message


async def _json(principal: Principal, row: Row) -> AsyncIterator[bytes]:
    """It ends with `"complete": true`: a file that was cut off does not look whole."""
    about = {"format": FORMAT, "exported_at": wire_time(now()), "conversation": store.outline(row)}
    yield _dumped(about)[:-1] + b',"messages":['
    separator = b""
    async for message in store.messages(principal, row):
        yield separator + _dumped(message)
        separator = b","
    yield b'],"complete":true}'


def _dumped(value: Row) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


async def _markdown(principal: Principal, row: Row) -> AsyncIterator[bytes]:
    yield markdown.head(script.talk(**_about(row))).encode()
    said = script.Script()
    async for message in store.messages(principal, row):
        yield markdown.turn(await asyncio.to_thread(said.turn, message)).encode()
