"""A message to people of the firm, or to another program: posted once, delivered by a job of its own."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, SecretStr, model_validator

from elenchus.identity.tenants import members
from elenchus.jobs.errors import Fatal
from elenchus.outbox import service as outbox
from elenchus.outbox.schemas import Channel, Message
from elenchus.workflows.kinds.base import Desk, Given, Kind


class NotifyGiven(Given):
    """An e-mail goes to a member of the firm; a webhook is sent `data`, or subject and text."""

    channel: Literal["email", "webhook"]
    to: Annotated[str, Field(max_length=320)] | None = None
    url: Annotated[str, Field(max_length=2_000)] | None = None
    subject: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=100_000)] = ""
    data: JsonValue = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.channel == "email" and not (self.to and self.subject and self.text):
            raise ValueError("an e-mail has `to`, `subject` and `text`")
        if self.channel == "webhook" and not self.url:
            raise ValueError("a webhook has a `url`")
        return self


async def run(desk: Desk, given: NotifyGiven) -> JsonValue:
    if given.channel == "email" and not await members.has_address(desk.principal, given.to or ""):
        raise Fatal("not_a_member", "An e-mail goes to members of your organization only; invite them first.")
    message_id = await outbox.post(desk.principal, _message(given), key=f"workflow {desk.effect_id('message')}")
    return {"message_id": str(message_id)}


def _message(given: NotifyGiven) -> Message:
    if given.channel == "email":
        return Message(channel=Channel.EMAIL, to=given.to, subject=given.subject, text=given.text)
    return Message(
        channel=Channel.WEBHOOK,
        url=SecretStr(given.url or ""),
        subject=given.subject,
        text=given.text,
        type="workflow.step",
        data=given.data,
    )


KIND = Kind("notify", NotifyGiven, run, inner=False)
