"""The ledger searched, newest first."""

from elenchus.core.pages import Page
from elenchus.core.principal import Principal
from elenchus.jobs import reach as reaches
from elenchus.jobs.schemas import JobOut
from elenchus.jobs.searching.pages import SearchPage, encoded
from elenchus.jobs.searching.plan import Plan
from elenchus.jobs.searching.schemas import JobFilter
from elenchus.jobs.searching.store import Mark
from elenchus.jobs.searching.walk import MOST_READ, Walk


async def search(principal: Principal, wanted: JobFilter, page: SearchPage) -> Page[JobOut]:
    """A page is shorter than its limit, and followed by another, when so few of the rows read for it are wanted.

    Raises `Forbidden` for a scope beyond the reader's, and `NotFound` for another's tenant.
    """
    plan = Plan(reaches.narrowed(principal, wanted.scope, wanted.tenant_id), wanted)
    walk = Walk(plan, page.before)
    rows = await walk.take(page.limit + 1, read_at_most=MOST_READ)
    shown = rows[: page.limit]
    after = Mark.of(shown[-1]) if len(rows) > page.limit else walk.place
    return Page(
        items=[JobOut.of(row) for row in await walk.whole(shown)], next_cursor=encoded(after) if after else None
    )
