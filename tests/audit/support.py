"""Chains of these tests: made as processes make them, looked at and tampered with as only the database's owner can."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from typer.testing import CliRunner

from elenchus import admin, cli
from elenchus.audit import chain, store, verifying
from elenchus.audit.chain import Entry, Head, Keys, Link
from elenchus.audit.models import AuditHead, AuditRow, head_id, row_id
from elenchus.audit.schemas import Action, ChainVerification
from elenchus.audit.writing import Writer
from elenchus.core.clock import now
from elenchus.core.context import Caller
from elenchus.core.ids import Id, new_id
from elenchus.core.settings import Settings

Raw = dict[str, Any]
Command = Callable[..., Awaitable[tuple[int, str, str]]]
ADDRESS = Caller("request-1", "203.0.113.7", "Browser/1.0")


def rows() -> AsyncCollection[Raw]:
    """The collection itself, around every wall."""
    return AuditRow.get_pymongo_collection()


def heads() -> AsyncCollection[Raw]:
    return AuditHead.get_pymongo_collection()


def entry(tenant_id: Id, number: int = 0, *, user_id: Id | None = None, **changes: Any) -> Entry:
    values: Raw = {
        "tenant_id": tenant_id,
        "user_id": user_id or new_id(),
        "api_key_id": None,
        "action": Action.DOCUMENT_READ,
        "kind": "document",
        "object_id": str(new_id()),
        "details": {"number": number},
        "at": now(),
        "caller": ADDRESS,
    }
    return Entry(**{**values, **changes})


async def written(count: int, *, tenant_id: Id | None = None, **changes: Any) -> Id:
    """A chain of so many rows, its head moved to the last."""
    tenant_id = tenant_id or new_id()
    writer = Writer()
    for number in range(count):
        await writer.record(entry(tenant_id, number, **changes))
    await writer.drain(5)
    return tenant_id


def forget_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes through all tenants finds those made from here on: hundreds of others cost seconds."""
    began, known = new_id(), {name: getattr(store, name) for name in ("tenants", "tenants_with_rows")}

    def own(name: str) -> Callable[[], Awaitable[list[Id]]]:
        async def found() -> list[Id]:
            return [tenant_id for tenant_id in await known[name]() if tenant_id > began]

        return found

    for name in known:
        monkeypatch.setattr(store, name, own(name))


def commands_here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`elenchus` without a process, which takes a second to start: only the database is opened already."""
    loop = asyncio.get_running_loop()

    async def here(_config: Settings, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), loop))

    async def run(*words: str) -> tuple[int, str, str]:
        told = await asyncio.to_thread(CliRunner().invoke, cli.app, words)
        return told.exit_code, told.stdout, told.stderr

    monkeypatch.setattr(cli, "_configured", lambda: settings)
    monkeypatch.setattr(admin, "on_database", here)
    return run


async def stored(tenant_id: Id) -> list[Raw]:
    return await rows().find({"tenant_id": tenant_id}).sort("seq", 1).to_list()


async def stored_row(tenant_id: Id, seq: int) -> Raw:
    found = await rows().find_one({"_id": row_id(tenant_id, seq)})
    assert found is not None
    return found


async def stored_head(tenant_id: Id) -> Raw:
    found = await heads().find_one({"_id": head_id(tenant_id)})
    assert found is not None
    return found


async def change_row(tenant_id: Id, seq: int, /, **values: Any) -> None:
    found = await rows().update_one({"_id": row_id(tenant_id, seq)}, {"$set": values})
    assert found.modified_count == 1


async def put_head(tenant_id: Id, **values: Any) -> None:
    """With a seal of ours: as the system itself would have put it."""
    head = Head.of(tenant_id, {**await stored_head(tenant_id), **values}).sealed(Keys.ours())
    await heads().update_one({"_id": head_id(tenant_id)}, {"$set": head.row()})


async def rechain(tenant_id: Id, *, keys: Keys) -> None:
    """Compute every hash anew from the first row on, as somebody would who knows how but has not our keys."""
    before = chain.genesis(tenant_id)
    for row in await stored(tenant_id):
        content = {
            name: value for name, value in row.items() if name not in {"_id", "seq", "prev_hash", "hash", "seal"}
        }
        linked = chain.link(content, before, keys)
        await rows().replace_one({"_id": row["_id"]}, linked)
        before = Link(linked["seq"], linked["hash"])


async def verified(tenant_id: Id) -> ChainVerification:
    return await verifying.verify(tenant_id)


async def first_bad(tenant_id: Id) -> tuple[int, str]:
    found = await verified(tenant_id)
    assert not found.verified
    assert found.first_bad is not None
    return found.first_bad.seq, found.first_bad.reason


async def is_whole(tenant_id: Id, count: int) -> bool:
    found = await verified(tenant_id)
    assert found.verified, found
    return found.rows_checked == count
