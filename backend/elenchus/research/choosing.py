"""What is found in the documents that were chosen, of which some may be gone by now."""

from collections.abc import Awaitable, Callable, Sequence

from elenchus.core.errors import NotFound
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.library.schemas import Retrieved

Retrieve = Callable[[Principal, str, Sequence[Id]], Awaitable[Retrieved]]


async def found_in_what_is_left(
    retrieve: Retrieve, principal: Principal, query: str, chosen: Sequence[Id]
) -> tuple[Retrieved | None, list[str]]:
    """A chosen document that is gone leaves the choice smaller; it never widens to the whole library. With None when
    nothing is left, and the ids of those that are gone."""
    wanted, gone = list(chosen), list[str]()
    while True:
        try:
            return await retrieve(principal, query, wanted), gone
        except NotFound as missing:
            lost = str(missing.fields.get("document_id"))
            left = [id_ for id_ in wanted if str(id_) != lost]
            if len(left) == len(wanted):
                raise
            gone.append(lost)
            wanted = left
            if not wanted:
                return None, gone
