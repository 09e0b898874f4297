"""POST /auth/login: a pair of tokens for who knows the password; one face for everybody else."""

import asyncio
import threading
from datetime import timedelta

import bcrypt
import pytest

from elenchus.core.clock import now
from elenchus.identity import passwords, store
from elenchus.identity.schemas import email_key
from tests.identity.conftest import AUTH, PASSWORD, an_email, log_in, me
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

    async def test_a_user_without_a_tenant_cannot_act(self, client, account):
        await store.change_user(account["id"], {"memberships": []})
        answer = await log_in(client, account["email"])
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "no-membership")


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
