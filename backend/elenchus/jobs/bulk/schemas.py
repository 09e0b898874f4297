"""What is asked and answered."""

from pydantic import BaseModel, ConfigDict, Field

from elenchus.jobs.schemas import JobOut
from elenchus.jobs.searching.schemas import JobFilter


class BulkFilter(JobFilter):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def is_empty(self) -> bool:
        return not self.model_dump(exclude={"scope", "tenant_id"}, exclude_none=True)


class BulkIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    filter: BulkFilter
    dry_run: bool = Field(True, description="only count, and show some")
    expected: int | None = Field(None, ge=0, description="refuse when not so many match now")


class BulkOut(BaseModel):
    """`matched`: so many could be cancelled, or run again; with `is_capped` at least so many. `skipped` by reason:
    `over` or `not_over`, `stopping`, `changed` (it does not match any more) and `gone`. With `more`, call it again."""

    dry_run: bool
    matched: int
    is_capped: bool
    done: int
    skipped: dict[str, int]
    more: bool
    sample: list[JobOut]
