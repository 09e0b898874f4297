"""What crosses people's border."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from elenchus.core.plain import PlainText
from elenchus.identity.schemas import EMAIL_CHARACTERS, UserOut

Prefix = Annotated[str, StringConstraints(strip_whitespace=True, max_length=EMAIL_CHARACTERS), PlainText]
TenantName = Annotated[str, StringConstraints(max_length=200), PlainText]


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """`q` begins the e-mail address or the name."""

    q: str | None = None
    is_active: bool | None = None
    deleted: bool = False


class PersonOut(UserOut):
    """A user as they and the deployment's superusers see them. `erase_at`: until then a deletion can be undone."""

    deleted_at: datetime | None
    erase_at: datetime | None


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonPatch(_Input):
    """What is left out stays. `unlock` forgets the wrong passwords that have locked the account."""

    is_active: bool | None = None
    unlock: Literal[True] | None = None


class TenantDeletion(_Input):
    name: TenantName
