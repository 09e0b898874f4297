"""What may be asked of the ledger, and what is found."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from elenchus.core.clock import Instant
from elenchus.core.ids import IdField
from elenchus.jobs.reach import Scope
from elenchus.jobs.schemas import JobStatus

Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class JobFilter(BaseModel):
    """Jobs with all of these values. Without `scope` all that the reader may see: their own, as an administrator the
    tenant's, as a superuser all tenants'."""

    model_config = ConfigDict(frozen=True)

    scope: Scope | None = None
    tenant_id: IdField | None = Field(None, description="another tenant than the reader's: for superusers only")
    type: Word | None = None
    status: JobStatus | None = None
    queue: Word | None = None
    q: Word | None = Field(
        None, description="an id of a job or of what one is about; or a part of a type or of what it is at"
    )
    id: IdField | None = None
    subject_type: Word | None = None
    subject_id: IdField | None = None
    document_id: IdField | None = Field(None, description="about the document, or about what is made of it")
    error_code: Word | None = None
    worker: Word | None = None
    since: Instant | None = Field(None, description="queued then or later")
    until: Instant | None = Field(None, description="queued then or earlier")
    never_started: bool | None = Field(
        None, description="whether it ended, or has been waiting for a minute, without having begun"
    )
