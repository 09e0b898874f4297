"""Mails as jobs. A job's row holds neither an address nor a token that anybody without SECRET_KEY could read.

Those about accounts are the deployment's: they begin before anybody is signed in, and a tenant's administrators may
neither see that a member forgot a password nor stop the mail that warns of a change.
"""

import base64
import hmac
import json
from dataclasses import asdict
from functools import partial

from pydantic import JsonValue

from elenchus.core import crypto
from elenchus.core import mail as postbox
from elenchus.core.clock import now
from elenchus.core.ids import Id, derived_id, new_id
from elenchus.core.mail import Mail
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity import store as accounts
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.models import User
from elenchus.identity.recovery import letters, one_time
from elenchus.identity.recovery.models import Purpose
from elenchus.identity.schemas import email_key
from elenchus.jobs import service as jobs
from elenchus.jobs.errors import Fatal
from elenchus.jobs.run import Run
from elenchus.jobs.schemas import Subject

SEND, SEND_RESET, SEND_VERIFICATION = "identity.mail", "identity.mail_reset", "identity.mail_verification"
_PURPOSE, _ADDRESSEE = "mail", "mail addressee"


async def post(actor: Principal, mail: Mail) -> Id:
    """The job that sends it; the same key twice is one. Raises `MailNotConfigured` where it would go nowhere."""
    postbox.require()
    return await _post(actor, mail, about=Subject("mail", addressee(email_key(mail.to))))


async def _post(actor: Principal, mail: Mail, *, about: Subject) -> Id:
    params: dict[str, JsonValue] = {"sealed": _sealed(asdict(mail))}
    return await jobs.submit(SEND, actor, subject=about, params=params, job_id=derived_id(SEND, mail.key))


def addressee(address_key: str) -> Id:
    """Whom a mail is for, so that it can be found and erased. Nobody without SECRET_KEY could find out the address."""
    secret = crypto.key_for(settings().server, _ADDRESSEE)
    return derived_id(hmac.digest(secret, address_key.encode(), "sha256").hex())


async def post_reset(address: str) -> None:
    """Whether anybody has this address is found out by the worker: here it would show in the time it takes."""
    postbox.require()
    params: dict[str, JsonValue] = {"sealed": _sealed({"address": address})}
    about = Subject("mail", addressee(email_key(address)))
    await jobs.submit(SEND_RESET, DEPLOYMENT, subject=about, params=params)


async def post_verification(user: User) -> None:
    postbox.require()
    await jobs.submit(SEND_VERIFICATION, DEPLOYMENT, subject=Subject("user", user.id))


async def post_notice(user: User) -> None:
    notice = letters.password_changed(user, now(), key=f"password changed {new_id()}")
    postbox.require()
    await _post(DEPLOYMENT, notice, about=Subject("user", user.id))


async def send(run: Run) -> None:
    await postbox.send(Mail(**_opened(run.params["sealed"])))


async def send_reset(run: Run) -> None:
    """To the address of the account, not the one that was typed: they may differ in spelling, and so in owner."""
    user = await accounts.user_by_email(email_key(_opened(run.params["sealed"])["address"]))
    if user is not None and one_time.may_recover(user):
        await _send_token(run, user, Purpose.RESET)


async def send_verification(run: Run) -> None:
    user = await accounts.user_by_id(run.subject.id)
    if user is not None and one_time.may_recover(user) and not user.is_verified:
        await _send_token(run, user, Purpose.VERIFY)


async def _send_token(run: Run, user: User, purpose: Purpose) -> None:
    """Every attempt sends the same mail: the one that seemed to be lost may have arrived."""
    sealed = await run.step("write", partial(_write, run, user, purpose))
    await postbox.send(Mail(**_opened(sealed)))


async def _write(run: Run, user: User, purpose: Purpose) -> JsonValue:
    token = await one_time.issue(user, purpose, token_id=run.effect_id("token"))
    letter = letters.reset if purpose is Purpose.RESET else letters.verification
    return _sealed(asdict(letter(user, token, valid_seconds=one_time.seconds(purpose), key=f"{purpose} {run.job_id}")))


def _sealed(secret: dict[str, str]) -> str:
    return base64.b64encode(crypto.seal(settings().server, _PURPOSE, json.dumps(secret).encode())).decode()


def _opened(sealed: JsonValue) -> dict[str, str]:
    try:
        opened: dict[str, str] = json.loads(
            crypto.unseal(settings().server, _PURPOSE, base64.b64decode(str(sealed), validate=True))
        )
    except (crypto.Unsealable, ValueError) as error:
        raise Fatal("unsealable", "The mail was written under another SECRET_KEY; ask for it again.") from error
    return opened
