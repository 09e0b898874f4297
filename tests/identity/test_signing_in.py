"""POST /auth/login: a pair of tokens for who knows the password; one face for everybody else."""

import asyncio
import threading
from datetime import timedelta

import bcrypt
import pytest

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.identity import passwords, store, tokens
from elenchus.identity.models import Membership, Tenant
from elenchus.identity.schemas import email_key
from tests.identity.conftest import AUTH, PASSWORD, an_email, bearer, log_in, me
from tests.support import COMMANDS, until


def without_request(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name != "request_id"}


class TestSigningIn:
    async def test_gives_a_pair_and_the_user(self, client, account, settings_):
        assert account["token_type"] == "bearer"
        assert account["expires_in"] == settings_.auth.access_token_seconds
        assert account["access_token"] != account["refresh_token"]
        user = account["user"]
        assert (user["id"], user["login_count"]) == (str(account["id"]), 1)
        assert user["last_login_at"].endswith("Z")
        assert (await me(client, account["access_token"])).json() == user

    async def test_counts(self, client, account):
        assert (await log_in(client, account["email"])).json()["user"]["login_count"] == 2

    async def test_is_never_cached(self, client, account):
        assert (await log_in(client, account["email"])).headers["cache-control"] == "no-store"

    async def test_any_spelling_of_the_address_will_do(self, client, account):
        assert (await log_in(client, account["email"].upper())).status_code == 200
        assert (await log_in(client, f" {account['email']} ")).status_code == 200

    async def test_the_clients_own_fields_of_oauth_are_taken(self, client, account):
        form = {
            "grant_type": "password",
            "username": account["email"],
            "password": PASSWORD,
            "scope": "",
            "client_id": "x",
            "client_secret": "y",
        }
        assert (await client.post(f"{AUTH}/login", data=form)).status_code == 200

    async def test_multipart_is_a_form_too(self, client, account):
        parts = {"username": (None, account["email"]), "password": (None, PASSWORD)}
        assert (await client.post(f"{AUTH}/login", files=parts)).status_code == 200

    async def test_the_same_password_typed_in_other_code_points(self, client):
        email, composed = an_email(), "caf\u00e9 corner window"
        wish = {"email": email, "password": composed, "full_name": "Zoë"}
        assert (await client.post(f"{AUTH}/register", json=wish)).status_code == 201
        assert (await log_in(client, email, "cafe\u0301 corner window")).status_code == 200
        assert (await log_in(client, email, "cafe corner window")).status_code == 401

    async def test_no_hash_token_digest_or_counter_is_answered(self, client, account):
        text = (await log_in(client, account["email"])).text
        for name in ("hash", "digest", "failed", "failures", "email_key", "$2b$", PASSWORD):
            assert name not in text

    async def test_fifty_at_once_all_enter(self, client, account):
        answers = await asyncio.gather(*(log_in(client, account["email"]) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 50
        stored = await store.user_by_id(account["id"])
        assert stored.login_count == 51

    async def test_a_hash_of_an_old_cost_is_renewed(self, client, account, change_settings):
        change_settings("auth", bcrypt_rounds=5)
        assert (await log_in(client, account["email"])).status_code == 200
        stored = await store.user_by_id(account["id"])
        assert stored.password_hash.startswith("$2b$05$")
        assert (await log_in(client, account["email"])).status_code == 200


class TestRefusal:
    async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(self, client, account):
        wrong = await log_in(client, account["email"], "not the password")
        unknown = await log_in(client, an_email(), "not the password")
        assert wrong.status_code == unknown.status_code == 401
        assert without_request(wrong.json()) == without_request(unknown.json())
        assert wrong.headers["www-authenticate"] == unknown.headers["www-authenticate"] == "Bearer"

    async def test_and_take_alike_long(self, client, account, monkeypatch):
        """By what takes the time, counted: one comparison at one cost, and the same commands."""
        real, costs = bcrypt.checkpw, []

        def counting(password: bytes, stored: bytes) -> bool:
            costs.append(stored[:7])
            return real(password, stored)

        monkeypatch.setattr(bcrypt, "checkpw", counting)
        with COMMANDS.record() as for_wrong:
            await log_in(client, account["email"], "not the password")
        with COMMANDS.record() as for_unknown:
            await log_in(client, an_email(), "not the password")
        assert len(costs) == 2
        assert len(set(costs)) == 1
        assert for_wrong == for_unknown

    @pytest.mark.parametrize("username", ["no address", "a@b", "$ne", "x@firm.example' || '1'=='1", "ſ", "a" * 254])
    async def test_what_is_no_address_is_just_unknown(self, client, username):
        assert (await log_in(client, username)).status_code == 401

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"username": "a@firm.example"},
            {"password": "x"},
            {"username": "a" * 255, "password": "x"},
            {"username": "a\0", "password": "x"},
            {"username": "a", "password": "x" * 513},
            {"username": "a", "password": "\0"},
            {"username": "a", "password": "x", "is_superuser": "1"},
            {"username[$ne]": "a", "password": "x"},
            {"username": "a", "password": "x", "grant_type": "client_credentials"},
        ],
    )
    async def test_a_broken_form_is_refused(self, client, form):
        answer = await client.post(f"{AUTH}/login", data=form)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_file_is_no_password(self, client, account):
        parts = {"username": (None, account["email"]), "password": ("p.txt", PASSWORD.encode())}
        assert (await client.post(f"{AUTH}/login", files=parts)).status_code == 422

    async def test_json_is_no_form(self, client, account):
        answer = await client.post(f"{AUTH}/login", json={"username": account["email"], "password": PASSWORD})
        assert answer.status_code == 422

    async def test_a_suspended_user_is_told_only_with_the_right_password(self, client, account):
        await store.change_user(account["id"], {"is_active": False})
        right = await log_in(client, account["email"])
        assert (right.status_code, right.json()["type"].rpartition("/")[2]) == (403, "account-suspended")
        assert (await log_in(client, account["email"], "not the password")).status_code == 401


class TestLock:
    async def fail(self, client, email: str, times: int) -> None:
        for _ in range(times):
            assert (await log_in(client, email, "not the password")).status_code == 401

    async def test_five_failures_lock_even_the_right_password_out(self, client, account, settings_):
        await self.fail(client, account["email"], settings_.auth.max_failed_logins)
        locked = await log_in(client, account["email"])
        assert locked.status_code == 423
        assert 0 < int(locked.headers["retry-after"]) <= settings_.auth.lockout_seconds
        assert (await log_in(client, account["email"].upper())).status_code == 423

    async def test_while_locked_no_password_is_compared(self, client, account, settings_, monkeypatch):
        """Or the lock would still let a guesser keep the processor busy."""
        await self.fail(client, account["email"], settings_.auth.max_failed_logins)
        compared: list[bytes] = []
        monkeypatch.setattr(bcrypt, "checkpw", lambda password, _stored: compared.append(password))
        assert (await log_in(client, account["email"])).status_code == 423
        assert not compared

    async def test_an_unknown_address_is_locked_alike(self, client, account, settings_):
        unknown = an_email()
        answers = []
        for email in (account["email"], unknown):
            await self.fail(client, email, settings_.auth.max_failed_logins)
            answers.append(await log_in(client, email, "not the password"))
        assert [answer.status_code for answer in answers] == [423, 423]
        assert without_request(answers[0].json()) == without_request(answers[1].json())

    async def test_a_success_forgets_the_failures_before_it(self, client, account, settings_):
        for _ in range(3):
            await self.fail(client, account["email"], settings_.auth.max_failed_logins - 1)
            assert (await log_in(client, account["email"])).status_code == 200

    async def test_the_lock_ends(self, client, account, settings_, change_settings):
        change_settings("auth", lockout_seconds=1)
        await self.fail(client, account["email"], settings_.auth.max_failed_logins)
        assert (await log_in(client, account["email"])).status_code == 423

        async def entered() -> bool:
            return (await log_in(client, account["email"])).status_code == 200

        await until(entered)

    async def test_a_refused_try_does_not_lengthen_it(self, client, account, settings_):
        await self.fail(client, account["email"], settings_.auth.max_failed_logins)
        before = await store.failures(email_key(account["email"]))
        await log_in(client, account["email"], "not the password")
        assert await store.failures(email_key(account["email"])) == before

    async def test_others_and_open_sessions_are_not_touched(self, client, account, settings_, firm):
        neighbour = await firm()
        await self.fail(client, account["email"], settings_.auth.max_failed_logins)
        assert (await me(client, account["access_token"])).status_code == 200
        assert (await log_in(client, neighbour.email, neighbour.password)).status_code == 200

    async def test_whoever_failed_before_registering_can_enter_after(self, client, settings_):
        email = an_email()
        await self.fail(client, email, settings_.auth.max_failed_logins)
        wish = {"email": email, "password": PASSWORD, "full_name": "Rosa"}
        assert (await client.post(f"{AUTH}/register", json=wish)).status_code == 201
        assert (await log_in(client, email)).status_code == 200

    async def test_guesses_side_by_side_count_together(self, client, account, settings_, monkeypatch):
        """The right one among them, begun before the lock and compared after it, does not enter."""
        real, compare, begun = bcrypt.checkpw, threading.Event(), threading.Event()

        def held(password: bytes, stored: bytes) -> bool:
            begun.set()
            assert compare.wait(20)
            return real(password, stored)

        monkeypatch.setattr(bcrypt, "checkpw", held)
        right = asyncio.create_task(log_in(client, account["email"]))
        await until(begun.is_set)
        for _ in range(settings_.auth.max_failed_logins):
            await store.count_failure(email_key(account["email"]), until=now() + timedelta(minutes=1))
        compare.set()
        assert (await right).status_code == 423

    async def test_no_failure_is_lost_when_fifty_come_at_once(self, resources_):
        key = email_key(an_email())
        later = now() + timedelta(minutes=1)
        await asyncio.gather(*(store.count_failure(key, until=later) for _ in range(50)))
        assert (await store.failures(key)).number == 50

    async def test_old_failures_do_not_count_however_late_they_are_removed(self, resources_):
        key = email_key(an_email())
        await store.count_failure(key, until=now() - timedelta(seconds=1))
        assert await store.failures(key) is None
        await store.count_failure(key, until=now() + timedelta(minutes=1))
        assert (await store.failures(key)).number == 1


async def test_a_password_changed_meanwhile_is_not_put_back(resources_, account):
    stored = await store.user_by_id(account["id"])
    fresh = await passwords.hashed("another harbour lantern")
    await store.change_user(account["id"], {"password_hash": fresh})
    await store.replace_password_hash(account["id"], old=stored.password_hash, new="renewed")
    assert (await store.user_by_id(account["id"])).password_hash == fresh


@pytest.fixture
def recorded(monkeypatch) -> list[dict[str, object]]:
    """What the record was told, as it was told."""
    rows: list[dict[str, object]] = []

    def told(actor, action, kind, object_id, *, waits: bool, **details: object) -> None:
        who = {"tenant_id": actor.tenant_id, "user_id": actor.user_id}
        rows.append({**who, "action": action, "object": (kind, object_id), "waits": waits, "details": details})

    async def record(*args: object, **details: object) -> None:
        told(*args, waits=True, **details)

    monkeypatch.setattr(audit, "record", record)
    monkeypatch.setattr(audit, "note", lambda *args, **details: told(*args, waits=False, **details))
    return rows


class TestRecord:
    """Who came in, who did not, and who left."""

    def row(self, account, action: audit.Action, *, waits: bool, **details: object) -> dict[str, object]:
        tenant_id = Id(account["user"]["memberships"][0]["tenant_id"])
        who = {"tenant_id": tenant_id, "user_id": account["id"], "object": ("user", account["id"])}
        return {**who, "action": action, "waits": waits, "details": details}

    async def test_a_sign_in(self, client, account, recorded):
        await log_in(client, account["email"])
        how = {"method": "password", "second_factor": None}
        assert recorded == [self.row(account, audit.Action.USER_SIGNED_IN, waits=True, **how)]

    async def test_a_wrong_password_without_waiting_for_it(self, client, account, recorded):
        await log_in(client, account["email"], "not the password")
        assert recorded == [self.row(account, audit.Action.USER_REFUSED, waits=False, reason="password")]

    async def test_a_locked_account(self, client, account, recorded, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            await log_in(client, account["email"], "not the password")
        recorded.clear()
        await log_in(client, account["email"])
        assert recorded == [self.row(account, audit.Action.USER_REFUSED, waits=False, reason="locked")]

    async def test_a_suspended_account(self, client, account, recorded):
        await store.change_user(account["id"], {"is_active": False})
        assert (await log_in(client, account["email"])).status_code == 403
        assert recorded == [self.row(account, audit.Action.USER_REFUSED, waits=False, reason="suspended")]

    async def test_nothing_of_an_address_that_nobody_has(self, client, account, recorded, settings_):
        unknown = an_email()
        for _ in range(settings_.auth.max_failed_logins + 1):
            await log_in(client, unknown, "not the password")
        assert recorded == []

    async def test_no_password_in_it(self, client, account, recorded):
        await log_in(client, account["email"], "a wrong password to be found")
        await log_in(client, account["email"])
        assert "a wrong password" not in str(recorded)
        assert PASSWORD not in str(recorded)

    async def test_a_sign_out(self, client, account, recorded):
        session = tokens.read_refresh_token(account["refresh_token"]).session_id
        await client.post(f"{AUTH}/logout", headers=bearer(account["access_token"]))
        [row] = recorded
        assert (row["action"], row["object"]) == (audit.Action.USER_SIGNED_OUT, ("session", session))

    async def test_a_sign_out_everywhere(self, client, account, recorded):
        await client.post(f"{AUTH}/logout-all", headers=bearer(account["access_token"]))
        assert recorded == [self.row(account, audit.Action.USER_SIGNED_OUT, waits=True, everywhere=True)]

    async def test_a_session_ended_from_another(self, client, account, recorded):
        other = tokens.read_refresh_token((await log_in(client, account["email"])).json()["refresh_token"]).session_id
        recorded.clear()
        await client.delete(f"{AUTH}/sessions/{other}", headers=bearer(account["access_token"]))
        assert [(row["action"], row["object"]) for row in recorded] == [
            (audit.Action.SESSION_ENDED, ("session", other))
        ]

    async def test_nothing_when_there_was_none_to_end(self, client, account, recorded):
        await client.delete(f"{AUTH}/sessions/{new_id()}", headers=bearer(account["access_token"]))
        assert recorded == []

    async def test_a_session_ended_by_misuse(self, client, account, recorded):
        session = tokens.read_refresh_token(account["refresh_token"]).session_id
        for _ in range(3):
            await client.post(f"{AUTH}/refresh", json={"refresh_token": account["refresh_token"]})
        [row] = recorded
        assert (row["action"], row["object"]) == (audit.Action.SESSION_ENDED, ("session", session))
        assert row["details"] == {"reason": "token used twice"}


class TestDeletedUser:
    @pytest.fixture
    async def deleted(self, account):
        await store.change_user(account["id"], {"deleted_at": now()})
        return account

    async def test_is_answered_as_if_there_were_none(self, client, deleted):
        for password in (PASSWORD, "not the password"):
            answer = await log_in(client, deleted["email"], password)
            unknown = await log_in(client, an_email(), password)
            assert answer.status_code == unknown.status_code == 401
            assert without_request(answer.json()) == without_request(unknown.json())

    async def test_and_as_late(self, client, deleted, monkeypatch):
        real, compared = bcrypt.checkpw, []

        def counting(password: bytes, stored: bytes) -> bool:
            compared.append(stored[:7])
            return real(password, stored)

        monkeypatch.setattr(bcrypt, "checkpw", counting)
        with COMMANDS.record() as for_deleted:
            await log_in(client, deleted["email"])
        with COMMANDS.record() as for_unknown:
            await log_in(client, an_email())
        assert for_deleted == for_unknown
        assert len(compared) == 2
        assert len(set(compared)) == 1

    async def test_is_locked_alike_and_leaves_no_trace(self, client, deleted, recorded, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            await log_in(client, deleted["email"])
        assert (await log_in(client, deleted["email"])).status_code == 423
        assert recorded == []

    async def test_enters_again_when_restored(self, client, deleted):
        await store.change_user(deleted["id"], {"deleted_at": None})
        assert (await log_in(client, deleted["email"])).status_code == 200


class TestTenant:
    """A sign-in is to one: the first of the memberships that is alive; whoever enters another makes it the first."""

    async def a_tenant(self, *, deleted: bool) -> Membership:
        tenant = Tenant(name="Another", deleted_at=now() if deleted else None)
        await tenant.insert()
        return Membership(tenant_id=tenant.id, tenant_name=tenant.name, role=Role.VIEWER)

    async def entered(self, client, account) -> Id:
        answer = await log_in(client, account["email"])
        assert answer.status_code == 200, answer.text
        claims = tokens.read_access_token(answer.json()["access_token"])
        assert (await me(client, answer.json()["access_token"])).status_code == 200
        return claims.tenant_id

    @pytest.mark.parametrize("deleted", [True, False])
    async def test_a_deleted_one_is_passed_over(self, client, account, deleted):
        own = (await store.user_by_id(account["id"])).memberships[0]
        other = await self.a_tenant(deleted=deleted)
        await store.change_user(account["id"], {"memberships": [other.model_dump(), own.model_dump()]})
        assert await self.entered(client, account) == (own.tenant_id if deleted else other.tenant_id)

    async def test_one_that_is_erased_too(self, client, account):
        own = (await store.user_by_id(account["id"])).memberships[0]
        gone = Membership(tenant_id=new_id(), tenant_name="Gone", role=Role.OWNER)
        await store.change_user(account["id"], {"memberships": [gone.model_dump(), own.model_dump()]})
        assert await self.entered(client, account) == own.tenant_id


async def test_the_record_can_be_read_by_the_tenant(client, account):
    """What is told to it is what it can keep."""
    await log_in(client, account["email"], "not the password")
    headers = bearer(account["access_token"])

    async def shown() -> list[tuple[str, dict[str, object]]]:
        rows = (await client.get("/api/v1/audit", headers=headers)).json()["items"]
        found = [(row["action"], row["details"]) for row in rows if row["object"]["id"] == str(account["id"])]
        return found if ("user.refused", {"reason": "password"}) in found else []

    assert ("user.signed_in", {"method": "password", "second_factor": None}) in await until(shown)
