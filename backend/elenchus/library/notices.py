"""Who must know when a document's text was replaced or is gone. The library lies below the rooms that stand on its
texts, so they hand their wish up here: once, at import, and the registry's table names it."""

from collections.abc import Awaitable, Callable

from elenchus.core.ids import Id
from elenchus.core.mongo import HasTenant

#: Called by a job once nothing of the text before is left, and again when that job is: it must bear repetition.
Listener = Callable[[HasTenant, Id], Awaitable[None]]

_listeners: dict[str, Listener] = {}


def when_text_changes(name: str, listener: Listener) -> Listener:
    if name in _listeners:
        raise ValueError(f"Two listeners are called {name!r}.")
    _listeners[name] = listener
    return listener


async def tell(owner: HasTenant, document_id: Id) -> None:
    for listener in _listeners.values():
        await listener(owner, document_id)
