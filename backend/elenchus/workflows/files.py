"""The files that executions make: kept under ids of ours, copied to a child that takes them over, gone with theirs."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant
from elenchus.core.resources import resources
from elenchus.workflows.models import Execution


def key(owner: HasTenant, file_id: Id) -> str:
    return f"workflows/{owner.tenant_id}/{file_id}"


async def take(owner: HasTenant, file_id: Id, save: Callable[[Path], Awaitable[None]]) -> None:
    """What `save` writes: whole or not at all, and the last however often."""
    storage = resources().storage
    path = storage.temporary_dir() / f"{file_id}-{os.urandom(6).hex()}"
    try:
        await save(path)
        await storage.put_file(key(owner, file_id), path)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def copy(owner: HasTenant, from_id: Id, file_id: Id) -> None:
    blocks = [block async for block in read(owner, from_id)]

    async def save(path: Path) -> None:
        await asyncio.to_thread(_write, path, blocks)

    await take(owner, file_id, save)


def read(owner: HasTenant, file_id: Id) -> AsyncIterator[bytes]:
    return resources().storage.read(key(owner, file_id))


async def delete_all(execution: Execution) -> None:
    for file in execution.files:
        await delete(execution, file.id)


async def delete(owner: HasTenant, file_id: Id) -> None:
    await resources().storage.delete(key(owner, file_id))


def _write(path: Path, blocks: list[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(blocks)
