"""What a call of the embedding model takes of the tenant's month, as every other model's call does."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from elenchus.core.ids import Id
from elenchus.core.llm.base import ModelFailed
from elenchus.core.llm.providers import ModelNotReady
from elenchus.core.mongo import HasTenant
from elenchus.identity import service as identity

T = TypeVar("T")


async def spend(owner: HasTenant, call_id: Id, tokens: int, ask: Callable[[], Awaitable[T]]) -> T:
    """They count before the model is asked, and no longer when it refused. Raises `QuotaExceeded`.

    A process that is killed meanwhile leaves them counted: the same `call_id` asked again is counted once, and one that
    turns out to have been answered is `settled`.
    """
    month = await identity.usage.month(owner)
    await identity.usage.hold_tokens(owner, call_id, tokens, month=month)
    used = tokens
    try:
        return await ask()
    except (ModelFailed, ModelNotReady):
        used = 0
        raise
    finally:
        await identity.usage.settle_tokens(owner, call_id, used, month=month)


async def settled(owner: HasTenant, call_id: Id, tokens: int) -> None:
    """The call was answered, whoever was there to see it. Safe to repeat."""
    await identity.usage.settle_tokens(owner, call_id, tokens, month=await identity.usage.month(owner))
