"""Whether those may still be here to whom something is open in this process, such as a stream or a socket: looked up
for all of them together, so that many who wait in silence cost one command and not one each.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pymongo.errors import PyMongoError

from elenchus.core import logs
from elenchus.core.principal import Principal
from elenchus.identity import store
from elenchus.identity.keys import secret
from elenchus.identity.keys import store as key_store

LOOK_SECONDS = 0.4  # a stream sees the outcome half a second later: less than a second after the end, in any process
AT_ONCE = 100  # sessions or keys of one command; 32 ms on the bundled database, and five times as many are 280
log = logs.get(__name__)


@dataclass(slots=True, eq=False)
class Watch:
    """`ended` is set when the session or key has ended, or speaks no longer for this person in this tenant."""

    principal: Principal
    key: secret.Claim | None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def stands_as(self, current: Principal | None) -> bool:
        mine = self.principal
        return current is not None and (current.user_id, current.tenant_id) == (mine.user_id, mine.tenant_id)


_watches: set[Watch] = set()
_looking: asyncio.Task[None] | None = None


@contextmanager
def watched(credential: str, principal: Principal) -> Iterator[Watch]:
    """For as long as the block lasts. A token that expires ends nothing: it is the session or the key that counts."""
    global _looking
    watch = Watch(principal, secret.read(credential) if principal.session_id is None else None)
    _watches.add(watch)
    if _looking is None or _looking.done():
        _looking = asyncio.create_task(_keep_looking())
    try:
        yield watch
    finally:
        _watches.discard(watch)


async def _keep_looking() -> None:
    while _watches:
        await asyncio.sleep(LOOK_SECONDS)
        watches = list(_watches)
        for start in range(0, len(watches), AT_ONCE):
            await _try_to_look(watches[start : start + AT_ONCE])


async def _try_to_look(watches: Sequence[Watch]) -> None:
    try:
        await _look(watches)
    except PyMongoError as error:  # while the database is away nothing can have been ended
        log.info("open streams were not looked after", error=type(error).__name__, streams=len(watches))
    except Exception as error:  # a row that cannot be read must not let everybody else go on
        log.error("open streams could not be looked after", exc_info=error, streams=len(watches))


async def _look(watches: Sequence[Watch]) -> None:
    sessions = {watch.principal.session_id for watch in watches if watch.principal.session_id is not None}
    keys = {watch.key.public_id for watch in watches if watch.key}
    by_session = await store.standings(sessions)
    by_key = await key_store.standings(keys)
    for watch in watches:
        if watch.key:
            found = by_key.get(watch.key.public_id)
            current = found.principal if found and found.digest == watch.key.digest else None
        else:
            current = by_session.get(watch.principal.session_id) if watch.principal.session_id else None
        if not watch.stands_as(current):
            watch.ended.set()
