"""Mail out: one message to one person, handed to the deployment's own mail server.

MailNotConfigured   nobody has said where mail goes
MailDelayed         another moment may do: the job engine tries again
MailRefused         this message will never be taken: its job ends
UnsafeMail          a line that could carry a header of its own
"""

import asyncio
import hashlib
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE_FORMAT
from email.utils import format_datetime

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from email_validator import EmailNotValidError, validate_email

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.core.errors import Invalid, Unavailable
from elenchus.core.settings import Environment, MailSettings, settings

GREYLIST_SECONDS = 60  # servers that turn a stranger away at first let it in after one to five minutes
OUTAGE_SECONDS = 5
GOODBYE_SECONDS = 2.0  # the mail is theirs by then, whether or not they answer
_ENDS_A_LINE = {"Cc", "Cs", "Zl", "Zp"}  # Python takes more than CR and LF for the end of a header's line
_ENCODED_WORD = "=?"  # Python decodes `=?utf-8?q?=0D=0ABcc:_...?=` when it is set, and 3.11 writes the line break out
log = logs.get(__name__)


class MailNotConfigured(Unavailable):
    slug, title = "mail-not-configured", "This deployment sends no mail"

    def __init__(self) -> None:
        super().__init__("SMTP_HOST is not set; ask whoever runs this deployment to set it.", retry_after_seconds=60)


class MailDelayed(Unavailable):
    slug, title = "mail-delayed", "The mail server did not take the mail"


class MailRefused(Invalid):
    slug, title = "mail-refused", "The mail server refuses the mail"


class UnsafeMail(Invalid):
    slug, title = "unsafe-mail", "The mail cannot be written"

    def __init__(self, part: str) -> None:
        super().__init__(f"The {part} of a mail is one line, not empty, without control characters and without `=?`.")


@dataclass(frozen=True, slots=True)
class Mail:
    """`key` names the occasion, once in the deployment: a repeat of the same mail shows by its Message-ID."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    key: str

    def __post_init__(self) -> None:
        for part in ("to", "subject", "key"):
            line = getattr(self, part)
            if not line or _ENCODED_WORD in line or any(unicodedata.category(char) in _ENDS_A_LINE for char in line):
                raise UnsafeMail(part)


def require() -> None:
    """Raises `MailNotConfigured` where a mail would go nowhere. In development it goes to the log."""
    in_development = settings().server.environment is Environment.DEVELOPMENT
    if settings().mail.host is None and not in_development:
        raise MailNotConfigured


async def send(mail: Mail) -> None:
    """Returns once the mail server has taken it. The caller repeats after `MailDelayed`, and after it alone."""
    require()
    message = compose(mail)
    if settings().mail.host is None:
        # the one line that may hold a mail: how a developer without a mail server gets at the link
        log.info("a mail, written here as SMTP_HOST is not set", to=mail.to, subject=mail.subject, text=mail.text)
        return
    try:
        await _hand_over(message, settings().mail)
    except (SMTPException, OSError, TimeoutError) as error:
        refusal = _refusal(error)
        log.warning("a mail was not taken", reason=refusal.detail, error=type(error).__name__)
        raise refusal from error
    log.info("mail sent", message_id=message["Message-ID"])


def compose(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=WIRE_FORMAT)
    message["From"] = settings().mail.sender
    sender = _sender(message)
    message["To"] = _deliverable(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:40]}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # no holiday reply comes back (RFC 3834)
    message.set_content(mail.text, cte="quoted-printable")  # no server or filter on the way rewrites it
    return message


def _sender(message: EmailMessage) -> Address:
    found = message["From"].addresses
    if len(found) != 1 or not found[0].domain:
        raise MailDelayed("SMTP_SENDER is no e-mail address, such as `Elenchus <elenchus@firm.example>`.")
    sender: Address = found[0]
    return sender


def _deliverable(to: str) -> Address:
    """The address as mail servers know it: an international domain in its ASCII form."""
    try:
        known = validate_email(to, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise MailRefused("This is no e-mail address that mail can be sent to.") from error
    return Address(username=known.local_part, domain=known.ascii_domain)


async def _hand_over(message: EmailMessage, to: MailSettings) -> None:
    """All within one time limit: aiosmtplib's own is for each of a dozen commands."""
    client = _client(to, name=_sender(message).domain)
    try:
        async with asyncio.timeout(to.timeout_seconds):
            await client.connect()
            await client.send_message(message)
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await client.quit()
    finally:
        client.close()


def _client(to: MailSettings, *, name: str) -> SMTP:
    """`name` is what it calls itself; its own choice would be to ask the name server who this machine is."""
    return SMTP(
        hostname=to.host,
        port=to.port,
        username=to.username,
        password=to.password.get_secret_value() if to.password else None,
        use_tls=to.security == "tls",
        start_tls=to.security == "starttls",
        timeout=to.timeout_seconds,
        local_hostname=name,
    )


def _refusal(error: Exception) -> MailDelayed | MailRefused:
    """Final is only what is said of this recipient or this text; the rest is about the server or our settings, which
    somebody can mend while the job waits. The server's own words may quote an address and are not repeated."""
    match error:
        case SMTPRecipientsRefused() if all(500 <= one.code < 600 for one in error.recipients):
            return MailRefused("The mail server refuses this address; check how it is spelled.")
        case SMTPDataError() if 500 <= error.code < 600:
            return MailRefused("The mail server refuses to carry this message.")
        case SMTPNotSupported():
            return MailRefused("The mail server cannot carry mail to an address with letters beyond ASCII.")
        case SMTPAuthenticationError():
            return MailDelayed("The mail server refuses SMTP_USERNAME and SMTP_PASSWORD.", retry_after_seconds=60)
        case SMTPSenderRefused():
            return MailDelayed("The mail server refuses mail from SMTP_SENDER.", retry_after_seconds=GREYLIST_SECONDS)
        case SMTPRecipientsRefused() | SMTPResponseException():
            return MailDelayed("The mail server asks to try later.", retry_after_seconds=GREYLIST_SECONDS)
    return MailDelayed("The mail server did not answer as it should.", retry_after_seconds=OUTAGE_SECONDS)
