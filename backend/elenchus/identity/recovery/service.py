"""The door of recovery: mailed links, what they do, and mails for the rooms beside it."""

from collections.abc import Awaitable
from functools import lru_cache

from pymongo.errors import PyMongoError

from elenchus.audit import service as audit
from elenchus.core import logs, ratelimit
from elenchus.core import mail as postbox
from elenchus.core.errors import TooManyRequests
from elenchus.core.ids import Id
from elenchus.core.mail import MailNotConfigured, UnsafeMail
from elenchus.core.principal import Allowance, Principal
from elenchus.core.settings import settings
from elenchus.identity import store as accounts
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import User
from elenchus.identity.recovery import changing, one_time, posting, store
from elenchus.identity.recovery.errors import InvalidOneTimeToken
from elenchus.identity.recovery.models import Purpose
from elenchus.identity.recovery.posting import addressee, post
from elenchus.identity.schemas import email_key

__all__ = [
    "addressee", "change_password", "forget_user", "forgot", "post", "request_verification", "reset", "verify",
    "verify_again",
]  # fmt: skip

log = logs.get(__name__)


async def forgot(address: str) -> None:
    """Asks for a mail with a link. Known or not, the address costs the same commands; past the limit of mails to one
    address nothing is sent, and that is not told either."""
    postbox.require()
    try:
        await _count_mail("reset", email_key(address))
    except TooManyRequests:
        log.info("no mail to reset a password: its address has had enough of them")
        return
    await posting.post_reset(address)


async def reset(token: str, new_password: str) -> None:
    """Every session and API key of the account ends."""
    user = await changing.reset(token, new_password)
    await _if_possible(posting.post_notice(user))  # before the record, which may not answer
    await audit.record(changing.as_actor(user), audit.Action.PASSWORD_RESET, "user", user.id)


async def change_password(principal: Principal, *, current: str, new: str) -> None:
    """Every session of the account ends but this one."""
    user = await changing.change(principal, current=current, new=new)
    await _if_possible(posting.post_notice(user))
    await audit.record(principal, audit.Action.PASSWORD_CHANGED, "user", user.id)


async def request_verification(user: User) -> None:
    """Asks for a mail to a new account. Neither fails nor waits: an account is one whether its mail goes out or not."""
    await _if_possible(posting.post_verification(user))


async def verify_again(principal: Principal) -> None:
    """The same for somebody who is signed in, and told when it cannot be. Nothing is sent to a verified address."""
    postbox.require()
    user = await accounts.user_by_id(principal.user_id)
    if user is None:
        raise InvalidToken
    if not user.is_verified:
        await _count_mail("verify", user.email_key)
        await posting.post_verification(user)


async def verify(token: str) -> None:
    found, user = await one_time.holder(token, Purpose.VERIFY)
    await one_time.spend(found)
    if not await store.set_verified(user):
        raise InvalidOneTimeToken
    await audit.record(changing.as_actor(user), audit.Action.USER_VERIFIED, "user", user.id)


async def forget_user(user_id: Id) -> None:
    """No link that was mailed to this account works any more."""
    await store.forget_tokens_of(user_id, *Purpose)


async def _count_mail(kind: str, key: str) -> None:
    """Each kind for itself: mails that others cause must not use up the one that lets somebody in again."""
    most = Allowance(settings().limits.mails_per_hour, ratelimit.HOUR)
    await ratelimit.admit_address(f"mail:{kind}", key, most)


async def _if_possible(posting_it: Awaitable[object]) -> None:
    """For mails that go with something that has happened already, and must not be undone for want of a mail."""
    try:
        await posting_it
    except MailNotConfigured:
        _warn_once()
    except UnsafeMail:
        log.warning("a mail was not queued: it cannot be written to this address")
    except PyMongoError as error:
        log.warning("a mail was not queued: the database does not answer", error=type(error).__name__)


@lru_cache(maxsize=1)
def _warn_once() -> None:
    log.warning("SMTP_HOST is not set: nobody is mailed a verification or told of a changed password")
