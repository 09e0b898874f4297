"""The events of jobs, for the API document."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from elenchus.core.telling import ErrorEvent, SentEvent
from elenchus.jobs.schemas import JobOut


class JobChanged(SentEvent):
    """The job as it stands now."""

    event: Literal["job"]
    data: JobOut


class JobEvent(RootModel[Annotated[JobChanged | ErrorEvent, Field(discriminator="event")]]):
    """One event of the stream of jobs."""
