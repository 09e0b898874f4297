"""What crosses the border of keys."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from elenchus.core import scopes
from elenchus.core.clock import Instant, now
from elenchus.core.ids import IdField
from elenchus.core.principal import API_KEY_PREFIX
from elenchus.identity.keys.models import ApiKey
from elenchus.identity.schemas import Line

DEFAULT_WINDOW_SECONDS = 60
LONGEST_WINDOW_SECONDS = 86_400
MOST_REQUESTS = 1_000_000


def _known_scope(name: str) -> str:
    if name not in scopes.KNOWN:
        raise ValueError(f"The scopes are {', '.join(sorted(scopes.KNOWN))}.")
    return name


def _in_future(at: datetime) -> datetime:
    try:
        instant = at.astimezone(UTC)
    except OverflowError as error:  # the last hours of the year 9999, seen from the west
        raise ValueError("This is past the end of the calendar.") from error
    if instant <= now():
        raise ValueError("This is in the past; leave it out for a key that does not expire.")
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _sorted_once(names: list[str]) -> list[str]:
    return sorted(set(names))


Scope = Annotated[
    str,
    Field(max_length=64, json_schema_extra={"enum": sorted(scopes.KNOWN)}),
    AfterValidator(_known_scope),
]
Future = Annotated[Instant, AfterValidator(_in_future)]


class ApiKeyIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=2 * len(scopes.KNOWN)), AfterValidator(_sorted_once)]
    expires_at: Future | None = None
    rate_limit_requests: int | None = Field(
        None, ge=1, le=MOST_REQUESTS, strict=True, description="where that is less than the tier allows"
    )
    rate_limit_window: int | None = Field(
        None, ge=1, le=LONGEST_WINDOW_SECONDS, strict=True, description="seconds; a minute when left out"
    )

    @model_validator(mode="after")
    def _refuse_window_alone(self) -> Self:
        if self.rate_limit_window is not None and self.rate_limit_requests is None:
            raise ValueError("rate_limit_window needs rate_limit_requests.")
        return self

    @property
    def window(self) -> int | None:
        return self.rate_limit_requests and (self.rate_limit_window or DEFAULT_WINDOW_SECONDS)


class ApiKeyOut(BaseModel):
    """Everything of a key but what opens: neither it nor its digest is named here."""

    id: IdField
    name: str
    prefix: str = Field(description="the beginning of the key, by which its owner knows it again")
    scopes: list[str]
    expires_at: datetime | None
    rate_limit_requests: int | None
    rate_limit_window: int | None
    created_by: IdField
    last_used_at: datetime | None
    usage_count: int
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls.model_validate(_shown(key))


class ApiKeyMade(ApiKeyOut):
    key: str = Field(description="shown this once; only its digest is kept")

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> Self:
        return cls.model_validate({**_shown(key), "key": secret})


def _shown(key: ApiKey) -> dict[str, object]:
    stored = key.model_dump(include=set(ApiKeyOut.model_fields))
    return {**stored, "prefix": API_KEY_PREFIX + key.public_id, "created_by": key.user_id}
