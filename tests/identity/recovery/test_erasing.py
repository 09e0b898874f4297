"""After an erasure no job holds a mail to the person, though SECRET_KEY would still open it."""

from datetime import datetime, timedelta

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.mail import Mail
from elenchus.identity import store
from elenchus.identity.people import erasing
from elenchus.identity.recovery import posting
from elenchus.jobs.models import Job
from elenchus.jobs.schemas import Subject
from tests.identity.conftest import an_email
from tests.identity.recovery.conftest import user_of

pytestmark = pytest.mark.usefixtures("empty_ledger")  # it goes through all jobs


class _Run:
    """Takes no steps but those that erase jobs."""

    def __init__(self, user_id: Id) -> None:
        self.subject, self.job_id = Subject(erasing.USER, user_id), new_id()

    async def step(self, name, work) -> None:
        if name in {"mails", "mails to them", "part jobs"}:
            await work()


async def mails_to(email: str, *, since: datetime) -> list[str]:
    """The types of all jobs that hold one, unsealed. No earlier one can, and some were sealed with another key."""
    found = []
    for job in await Job.across_tenants().find({"queued_at": {"$gte": since}}):
        sealed = job.params.get("sealed")
        opened = str(posting._opened(sealed)) if sealed else ""
        if email in opened.lower():
            found.append(job.type)
    return found


async def erase(user_id: Id) -> None:
    await store.change_user(user_id, {"deleted_at": now(), "erase_at": now() - timedelta(seconds=1)})
    await erasing.erase(_Run(user_id))


async def test_no_mail_of_any_kind_is_left(account, firm):
    email, neighbour, inviting, since = account["email"], an_email(), (await firm()).principal, now()
    await posting.post_notice(await user_of(account))
    await posting.post_reset(email.upper().replace("FIRM.EXAMPLE", "firm.example"))
    for address in (email, neighbour):
        await posting.post_reset(address)
        await posting.post(inviting, Mail(address, "You are invited", "text", f"invitation {new_id()}"))
    assert len(await mails_to(email, since=since)) == 4
    await erase(account["id"])
    assert await mails_to(email, since=since) == []
    assert sorted(await mails_to(neighbour, since=since)) == [posting.SEND, posting.SEND_RESET]


async def test_nobody_without_the_key_finds_out_whom_a_mail_is_for(account, change_settings):
    from pydantic import SecretStr

    user = await user_of(account)
    ours = posting.addressee(user.email_key)
    assert ours == posting.addressee(user.email_key) != posting.addressee("another@firm.example")
    change_settings("server", secret_key=SecretStr("another key of at least 32 bytes, 0123456789"))
    assert posting.addressee(user.email_key) != ours
