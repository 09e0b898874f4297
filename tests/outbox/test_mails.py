"""E-mails out of the outbox."""

import pytest
from pydantic import SecretStr, ValidationError

from elenchus.core.mail import MailNotConfigured, MailRefused, UnsafeMail
from elenchus.core.settings import Environment
from elenchus.jobs.schemas import JobStatus
from elenchus.outbox import service as outbox
from elenchus.outbox.schemas import DATA_CHARACTERS, Channel, Message, MessageStatus


async def test_what_is_sent(me, mails, mail, attend):
    message_id = await mail()
    assert (await attend(message_id)).status is JobStatus.COMPLETED
    (sent,) = mails.to("zoe@firm.example")
    assert (sent.message["Subject"], sent.text) == ("Your brief", "It is filed.\n")
    told = await outbox.get(me, message_id)
    assert (told.status, told.to, told.response_status) == (MessageStatus.SENT, "zoe@firm.example", None)


async def test_a_busy_server_is_asked_again_under_the_same_id(me, mails, mail, attend):
    mails.forgets_to_tell = "zoe@firm.example"
    message_id = await mail()
    assert (await attend(message_id)).status is JobStatus.QUEUED
    assert (await outbox.get(me, message_id)).error.code == "mail-delayed"
    assert (await attend(message_id)).status is JobStatus.COMPLETED
    first, second = mails.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]


async def test_two_messages_are_two(mails, mail, attend):
    for _ in range(2):
        await attend(await mail())
    first, second = mails.mails
    assert first.message["Message-ID"] != second.message["Message-ID"]


async def test_an_address_that_is_refused_is_final(me, mails, mail, attend):
    mails.will_answer("RCPT", "550 5.1.1 no such canary")
    message_id = await mail()
    assert (await attend(message_id)).status is JobStatus.FAILED
    told = await outbox.get(me, message_id)
    assert (told.status, told.error.code) == (MessageStatus.FAILED, "mail-refused")
    assert "canary" not in told.error.detail


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"to": "nobody"}, MailRefused),
        ({"to": "a@firm.example\nBcc: b@firm.example"}, UnsafeMail),
        ({"to": "a@firm.example, b@firm.example"}, MailRefused),
        ({"subject": "a\r\nBcc: b@firm.example"}, UnsafeMail),
        ({"subject": "=?utf-8?q?=0D=0ABcc:_b?="}, UnsafeMail),
    ],
)
async def test_what_cannot_be_mailed_is_refused_at_once(mails, mail, changes, refusal):
    with pytest.raises(refusal):
        await mail(**changes)


async def test_without_a_mail_server_it_is_refused_at_once(mail, change_settings):
    key = SecretStr("a key that this test alone has, of 40 characters")
    change_settings("server", environment=Environment.PRODUCTION, secret_key=key)
    change_settings("mail", host=None)
    with pytest.raises(MailNotConfigured):
        await mail()


WHOLE = {"to": "a@firm.example", "subject": "s", "text": "t"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"channel": Channel.EMAIL},
        *({"channel": Channel.EMAIL, **WHOLE, name: None} for name in WHOLE),
        {"channel": Channel.EMAIL, **WHOLE, "subject": ""},
        {"channel": Channel.EMAIL, **WHOLE, "url": "https://good.example/"},
        {"channel": Channel.EMAIL, **WHOLE, "secret": "x"},
        {"channel": Channel.EMAIL, **WHOLE, "data": {}},
        {"channel": Channel.EMAIL, **WHOLE, "text": "\x00"},
        {"channel": Channel.EMAIL, **WHOLE, "tenant_id": "x"},
        {"channel": Channel.WEBHOOK, "data": {}},
        {"channel": Channel.WEBHOOK, "url": "https://good.example/", "to": "a@firm.example"},
        {"channel": Channel.WEBHOOK, "url": "https://good.example/", "data": "x" * DATA_CHARACTERS},
        {"channel": Channel.WEBHOOK, "url": "https://good.example/", "data": float("nan")},
        {"channel": Channel.WEBHOOK, "url": "https://good.example/", "secret": ""},
        {"channel": Channel.WEBHOOK, "url": "https://good.example/", "type": "A\r\nb"},
        {"channel": "pigeon", "url": "https://good.example/"},
    ],
)
def test_a_message_has_what_its_channel_needs(wanted):
    with pytest.raises(ValidationError):
        Message(**wanted)


def test_neither_url_nor_secret_is_shown_by_accident():
    message = Message(channel=Channel.WEBHOOK, url="https://good.example/canary", secret="canary", data={})
    assert "canary" not in f"{message!r} {message} {message.model_dump_json()}"
