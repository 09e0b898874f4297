"""`elenchus admin`, as somebody types it on the machine."""

import json

import pyotp
import pytest

from elenchus.audit.models import AuditRow
from elenchus.core.ids import new_id
from elenchus.core.resources import Resources
from elenchus.core.settings import Settings
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.models import User
from elenchus.identity.people import administering
from tests.audit.support import Command, commands_here
from tests.conftest import free_port
from tests.identity.people.conftest import ME, audited, delete_me, delete_tenant, sign_in, sign_in_again, stored
from tests.journeys.test_commands import elenchus, environment, going_up
from tests.support import http_client, until

MFA = "/api/v1/auth/mfa"


@pytest.fixture
async def admin(settings_: Settings, resources_: Resources, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Whoever runs the deployment of these tests."""
    run = commands_here(settings_, monkeypatch)
    return lambda *words: run("admin", *words)


async def recorded(action: str, object_id: str) -> bool:
    """By the deployment."""
    wanted = {"action": action, "object.id": object_id}
    return await AuditRow.owned_by(DEPLOYMENT).row(wanted) is not None


async def test_makes_a_superuser_and_takes_it_away(admin, somebody):
    code, out, err = await admin("superuser", somebody.email.upper())
    assert (code, err) == (0, "")
    assert "is a superuser" in out
    await until(lambda: _is_superuser(somebody, True))
    assert (await somebody.client.get("/api/v1/users")).status_code == 200
    assert (await admin("superuser", somebody.email, "--revoke"))[0] == 0
    await until(lambda: _is_superuser(somebody, False))
    assert (await somebody.client.get("/api/v1/users")).status_code == 403
    for action in ("superuser.granted", "superuser.revoked"):
        assert await recorded(action, somebody.user["id"])


async def _is_superuser(firm, expected: bool) -> bool:
    return (await firm.client.get("/api/v1/auth/session")).json()["is_superuser"] is expected


async def test_unlocks(admin, somebody):
    right, somebody.password = somebody.password, "not the one it is 12"
    while (await sign_in(somebody)).status_code == 401:
        pass
    somebody.password = right
    assert (await sign_in(somebody)).status_code == 423
    assert (await admin("unlock", somebody.email))[0] == 0
    assert (await sign_in(somebody)).status_code == 200
    assert await recorded("user.unlocked", somebody.user["id"])


async def test_removes_a_lost_second_factor(admin, somebody):
    secret = (await somebody.client.post(f"{MFA}/enroll", json={"current_password": somebody.password})).json()[
        "secret"
    ]
    otp = pyotp.TOTP(secret).now()
    assert (await somebody.client.post(f"{MFA}/confirm", json={"otp": otp})).status_code == 200
    assert (await sign_in(somebody)).status_code == 401
    assert (await admin("remove-second-factor", somebody.email))[0] == 0
    assert (await sign_in(somebody)).status_code == 200
    assert await recorded("second_factor.disabled", somebody.user["id"])
    assert await audited(somebody, "second_factor.disabled")
    code, _, err = await admin("remove-second-factor", somebody.email)
    assert (code, err.startswith("elenchus: ")) == (1, True)


async def test_restores_a_user(admin, somebody):
    await delete_me(somebody)
    code, out, _ = await admin("restore-user", somebody.email)
    assert code == 0
    assert somebody.email in out
    await sign_in_again(somebody)
    assert (await somebody.client.get(ME)).status_code == 200
    assert await recorded("user.restored", somebody.user["id"])


async def test_restores_a_tenant(admin, somebody):
    await delete_tenant(somebody)
    assert (await admin("restore-tenant", str(somebody.principal.tenant_id)))[0] == 0
    await sign_in_again(somebody)
    assert len((await somebody.client.get(ME)).json()["memberships"]) == 1
    assert await recorded("tenant.restored", str(somebody.principal.tenant_id))


@pytest.mark.parametrize(
    "words",
    [
        ("superuser", "nobody@firm.example"),
        ("unlock", "nobody@firm.example"),
        ("restore-user", "nobody@firm.example"),
        ("restore-tenant", str(new_id())),
        ("restore-tenant", "$where"),
    ],
)
async def test_says_in_a_sentence_what_it_cannot_do(admin, words):
    code, out, err = await admin(*words)
    assert (code, out) == (1, "")
    assert err.startswith("elenchus: ")
    assert "Traceback" not in err


async def test_somebody_who_is_there_is_not_restored(admin, somebody):
    assert (await admin("restore-user", somebody.email))[0] == 1
    assert (await stored(somebody.principal.user_id)).deleted_at is None


async def test_reaches_the_bundled_database_beside_up_and_without_it(tmp_path):
    env = environment(tmp_path, free_port())
    account = {"email": "ada@firm.example", "password": "quiet harbour lantern 47", "full_name": "Ada"}
    form = {"username": account["email"], "password": account["password"]}

    async def is_superuser(url: str) -> bool:
        async with http_client(base_url=url, timeout=10) as http:
            signed_in = await http.post("/api/v1/auth/login", data=form)
            return signed_in.json()["user"]["is_superuser"]

    async def run(*words: str) -> str:
        code, out, err = await elenchus(*words, env=env, cwd=tmp_path)
        assert code == 0, err
        return out

    async with going_up(env, tmp_path) as (_, url):
        async with http_client(base_url=url, timeout=10) as http:
            assert (await http.post("/api/v1/auth/register", json=account)).status_code == 201
        await run("admin", "superuser", account["email"], "--revoke")
        assert not await is_superuser(url)
        assert await run("audit", "verify")
    await run("admin", "superuser", account["email"])
    done = [json.loads(line)["action"] for line in (await run("audit", "show")).splitlines()]
    assert done == ["superuser.granted", "superuser.revoked"]


async def test_taking_it_from_the_last_one_is_warned_of(somebody, monkeypatch):
    warned: list[str] = []
    monkeypatch.setattr(administering.log, "warning", warned.append)
    await User.find({}).update({"$set": {"is_superuser": False}})
    await administering.set_superuser(somebody.email, True)
    assert warned == []
    await administering.set_superuser(somebody.email, False)
    assert len(warned) == 1
