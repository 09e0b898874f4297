"""What webhooks are signed with: the tenant's own secret, shown to its administrators, and changed without a gap."""

import asyncio
import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.principal import Principal
from elenchus.outbox import signing, store
from elenchus.outbox.models import WebhookSecret
from tests.support import Firm

SECRET = "/api/v1/webhooks/secret"
VECTOR = {
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "at": 1614265330,
    "body": b'{"test": 2432232314}', "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}  # fmt: skip


def standard(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As a receiver of Standard Webhooks computes it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def ours(secret: str, headers: dict[str, str], body: bytes) -> str:
    stamp = headers["x-elenchus-signature"].partition(",")[0].removeprefix("t=")
    return "v1=" + hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def test_it_is_the_standards_own():
    told = signing.headers([VECTOR["secret"]], VECTOR["id"], VECTOR["body"], at=VECTOR["at"])
    assert told["webhook-signature"] == VECTOR["signature"]


class TestSigned:
    async def test_with_the_tenants_secret_and_again_under_the_same_id(self, me: Principal, hooks, post, attend):
        hooks.will_answer(503)
        message_id = await post(secret=None)
        await attend(message_id)
        await attend(message_id)
        (secret,) = await signing.secrets_of(me)
        assert len(hooks.requests) == 2
        for headers, body in hooks.requests:
            assert headers["webhook-id"] == str(message_id)
            assert headers["webhook-signature"] == standard(secret, headers, body)
            assert headers["x-elenchus-signature"].partition(",")[2] == ours(secret, headers, body)

    async def test_another_tenants_is_another(self, me: Principal, new_principal):
        assert await signing.secrets_of(me) != await signing.secrets_of(new_principal())

    async def test_after_a_rotation_both_sign_for_a_day(self, me: Principal, hooks, post, attend):
        (before,) = await signing.secrets_of(me)
        queued = await post(secret=None)
        after = (await signing.rotate(me)).secret
        await attend(queued)
        ((headers, body),) = hooks.requests
        assert headers["webhook-signature"] == f"{standard(after, headers, body)} {standard(before, headers, body)}"
        assert headers["x-elenchus-signature"].split(",")[1:] == [ours(s, headers, body) for s in (after, before)]
        long_ago = {"$set": {"rotated_at": now() - timedelta(days=1)}}
        await WebhookSecret.owned_by(me).update({"_id": WebhookSecret.first_of(me.tenant_id).id}, long_ago)
        assert await signing.secrets_of(me) == [after]

    async def test_of_two_that_rotate_at_once_one_does(self, me: Principal, monkeypatch):
        (before,) = await signing.secrets_of(me)
        real, both = store.webhook_secret, asyncio.Barrier(2)

        async def together(owner):
            found = await real(owner)
            await both.wait()
            return found

        with monkeypatch.context() as slow:
            slow.setattr(store, "webhook_secret", together)
            told = await asyncio.gather(signing.rotate(me), signing.rotate(me))
        after, other = await signing.secrets_of(me)
        assert (other, {each.secret for each in told}) == (before, {after})

    @pytest.mark.parametrize("own", ["whsec_a", "whsec_no base64 at all"])
    async def test_an_own_secret_of_another_making_signs_as_it_is(self, own, hooks, post, attend):
        await attend(await post(secret=own))
        ((headers, body),) = hooks.requests
        assert headers["x-elenchus-signature"].partition(",")[2] == ours(own, headers, body)


class TestHttp:
    async def test_it_is_shown_changed_and_noted(self, firm):
        f: Firm = await firm()
        first = (await f.client.get(SECRET)).json()
        assert (first["rotated_at"], first["previous_signs_until"]) == (None, None)
        assert len(base64.b64decode(first["secret"].removeprefix("whsec_"))) == 32
        second = (await f.client.post(f"{SECRET}/rotate")).json()
        assert second["secret"] != first["secret"]
        assert second["previous_signs_until"] > second["rotated_at"]
        assert (await f.client.get(SECRET)).json() == second
        noted = [row["action"] for row in (await f.client.get("/api/v1/audit")).json()["items"]]
        assert noted.count(audit.Action.WEBHOOK_SECRET_READ) == 2
        assert noted.count(audit.Action.WEBHOOK_SECRET_ROTATED) == 1
