"""What crosses the outbox's border."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, SecretStr, model_validator

from elenchus.core.emails import EMAIL_CHARACTERS
from elenchus.core.ids import IdField
from elenchus.core.plain import PlainText
from elenchus.core.urls import LONGEST_URL

SUBJECT_CHARACTERS = 200
TEXT_CHARACTERS = 200_000
DATA_CHARACTERS = 500_000  # as JSON
SECRET_CHARACTERS = 512


class Channel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


def as_json(data: JsonValue) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _bounded(data: JsonValue) -> JsonValue:
    if len(as_json(data)) > DATA_CHARACTERS:
        raise ValueError(f"The data of a message are at most {DATA_CHARACTERS:,} characters of JSON.")
    return data


class Message(BaseModel):
    """An e-mail has `to`, `subject` and `text`, a webhook `url`, `type` and `data`, and `secret` when it is to be
    signed with another than the tenant's. `data` that is not given is made of subject and text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel
    to: Annotated[str, Field(max_length=EMAIL_CHARACTERS)] | None = None
    url: Annotated[SecretStr, Field(max_length=LONGEST_URL)] | None = None
    subject: Annotated[str, Field(max_length=SUBJECT_CHARACTERS), PlainText] = ""
    text: Annotated[str, Field(max_length=TEXT_CHARACTERS), PlainText] = ""
    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,63}$")] = "message"
    data: Annotated[JsonValue, AfterValidator(_bounded)] = None
    secret: Annotated[SecretStr, Field(min_length=1, max_length=SECRET_CHARACTERS)] | None = None

    @model_validator(mode="after")
    def _has_what_its_channel_needs(self) -> Self:
        if self.channel is Channel.EMAIL:
            if not (self.to and self.subject and self.text) or self.url or self.secret or self.data is not None:
                raise ValueError("An e-mail has `to`, `subject` and `text`, and neither `url`, `secret` nor `data`.")
        elif not self.url or self.to:
            raise ValueError("A webhook has a `url`, and no `to`.")
        return self


class WebhookSecretOut(BaseModel):
    secret: str
    rotated_at: datetime | None
    previous_signs_until: datetime | None


class DeliveryError(BaseModel):
    """A stable code and a sentence that a person can read and act on; never what the receiver said."""

    code: str
    detail: str


class MessageOut(BaseModel):
    """How it stands with a message. What it says is not shown: that is its sender's."""

    id: IdField
    channel: Channel
    #: The address, or of a URL the scheme and host alone.
    to: str
    status: MessageStatus
    attempts: int
    error: DeliveryError | None
    created_at: datetime
    sent_at: datetime | None
    response_status: int | None
