"""Enrolling an authenticator, confirming it, and taking it away: each by its owner alone, and each once."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from pydantic import SecretStr

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.identity import store, tokens
from elenchus.identity.mfa import checking
from elenchus.identity.mfa import store as second_factors
from elenchus.identity.models import Session, User
from tests.identity.conftest import AUTH, PASSWORD, log_in, me
from tests.identity.mfa.conftest import MFA, code_at, enable, enroll, post, slug


async def factor_of(account):
    return (await store.user_by_id(account["id"])).second_factor


async def make_older(account, minutes: int) -> None:
    id_ = tokens.read_refresh_token(account["refresh_token"]).session_id
    await Session.find_one({"_id": id_}).update({"$set": {"created_at": now() - timedelta(minutes=minutes)}})


@pytest.fixture
async def without_password(account):
    await store.change_user(account["id"], {"password_hash": None, "google_subject": str(account["id"])})
    return account


class TestEnroll:
    async def test_gives_a_secret_as_authenticators_read_it(self, client, account):
        answer = await post(client, account, "enroll", current_password=PASSWORD)
        body = answer.json()
        assert set(body) == {"secret", "otpauth_uri"}
        assert len(body["secret"]) == 32  # 160 bits, as RFC 4226 recommends
        uri = urlsplit(body["otpauth_uri"])
        assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", f"/Elenchus:{account['email']}")
        assert parse_qs(uri.query)["secret"] == [body["secret"]]
        assert "no-store" in answer.headers["cache-control"]

    async def test_asks_for_nothing_until_it_is_confirmed(self, client, account):
        await enroll(client, account)
        assert (await log_in(client, account["email"])).status_code == 200
        assert (await me(client, account["access_token"])).json()["mfa_enabled"] is False

    async def test_again_replaces_the_one_before(self, client, account, clock):
        first, second = [await enroll(client, account) for _ in range(2)]
        assert first != second
        assert slug(await post(client, account, "confirm", otp=code_at(first, clock))) == "wrong-otp"
        assert (await post(client, account, "confirm", otp=code_at(second, clock))).status_code == 200

    async def test_is_refused_when_one_is_confirmed(self, client, enrolled):
        answer = await post(client, enrolled.account, "enroll", current_password=PASSWORD)
        assert (answer.status_code, slug(answer)) == (409, "second-factor-enabled")
        assert (await log_in(client, enrolled.email)).status_code == 401

    async def test_the_secret_does_not_lie_in_the_database_readably(self, client, account):
        secret = await enroll(client, account)
        assert secret.encode() not in repr(await factor_of(account)).encode()

    async def test_the_profile_shows_that_there_is_one_and_nothing_of_it(self, client, enrolled):
        shown = await me(client, enrolled.account["access_token"])
        assert shown.json()["mfa_enabled"] is True
        for name in ("secret", "sealed", "digest", "last_step", "second_factor"):
            assert name not in shown.text

    async def test_needs_the_password(self, client, account):
        missing, wrong = (
            await post(client, account, "enroll"),
            await post(client, account, "enroll", current_password="not the password"),
        )
        assert (missing.status_code, slug(missing)) == (422, "password-needed")
        assert (wrong.status_code, slug(wrong)) == (422, "wrong-current-password")
        assert await factor_of(account) is None

    async def test_wrong_passwords_lock(self, client, account, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            await post(client, account, "enroll", current_password="not the password")
        assert slug(await post(client, account, "enroll", current_password=PASSWORD)) == "account-locked"
        assert (await log_in(client, account["email"])).status_code == 423

    async def test_a_right_one_forgets_the_wrong_ones_before(self, client, account, settings_):
        for _ in range(3):
            for _ in range(settings_.auth.max_failed_logins - 1):
                await post(client, account, "enroll", current_password="not the password")
            await enroll(client, account)

    @pytest.mark.parametrize(
        "body", [{"current_password": 7}, {"current_password": "x" * 513}, {"secret": "A"}, {"current_password": "\0"}]
    )
    async def test_a_broken_body_is_refused(self, client, account, body):
        assert (await post(client, account, "enroll", **body)).status_code == 422

    @pytest.mark.parametrize("verb", ["enroll", "confirm", "disable"])
    async def test_is_for_who_is_signed_in(self, client, verb):
        assert (await client.post(f"{MFA}/{verb}", json={"otp": "123456"})).status_code == 401


class TestWithoutAPassword:
    async def test_a_recent_sign_in_will_do(self, client, without_password, clock):
        answer = await post(client, without_password, "enroll")
        assert answer.status_code == 200
        confirmed = await post(client, without_password, "confirm", otp=code_at(answer.json()["secret"], clock))
        assert confirmed.status_code == 200
        clock.next_step()
        code = code_at(answer.json()["secret"], clock)
        assert (await post(client, without_password, "disable", otp=code)).status_code == 204

    async def test_an_old_one_will_not(self, client, without_password):
        await make_older(without_password, 11)
        answer = await post(client, without_password, "enroll")
        assert (answer.status_code, slug(answer)) == (403, "sign-in-again")
        assert await factor_of(without_password) is None

    async def test_nor_to_disable_it(self, client, without_password, clock):
        secret = (await post(client, without_password, "enroll")).json()["secret"]
        await post(client, without_password, "confirm", otp=code_at(secret, clock))
        await make_older(without_password, 11)
        clock.next_step()
        answer = await post(client, without_password, "disable", otp=code_at(secret, clock))
        assert slug(answer) == "sign-in-again"
        assert await factor_of(without_password)

    async def test_a_password_does_not_stand_for_the_sign_in(self, client, without_password):
        await make_older(without_password, 11)
        assert slug(await post(client, without_password, "enroll", current_password=PASSWORD)) == "sign-in-again"

    async def test_refreshing_does_not_make_a_sign_in_recent(self, client, without_password):
        await make_older(without_password, 11)
        pair = (await client.post(f"{AUTH}/refresh", json={"refresh_token": without_password["refresh_token"]})).json()
        assert slug(await post(client, {**without_password, **pair}, "enroll")) == "sign-in-again"


class TestConfirm:
    async def test_sent_again_by_the_driver_it_is_still_the_winners(self, client, account):
        await enroll(client, account)
        factor = await factor_of(account)
        for _ in range(2):
            assert await second_factors.confirm(account["id"], factor, step=1, recovery_digests=["its", "own"])
        assert not await second_factors.confirm(account["id"], factor, step=1, recovery_digests=["another's"])

    async def test_shows_ten_recovery_codes_once(self, client, enrolled):
        assert len(set(enrolled.recovery_codes)) == 10
        for code in enrolled.recovery_codes:
            assert len(code.replace("-", "")) * 4.95 > 60  # bits, of 31 letters
        again = await post(client, enrolled.account, "confirm", otp=enrolled.fresh_code())
        assert (again.status_code, slug(again)) == (409, "second-factor-enabled")

    async def test_keeps_their_digests_alone(self, enrolled):
        text = repr(await User.find_one({"_id": enrolled.account["id"]}))
        for code in enrolled.recovery_codes:
            assert code not in text
            assert code.replace("-", "") not in text

    async def test_without_an_enrolment_is_refused(self, client, account):
        answer = await post(client, account, "confirm", otp="123456")
        assert (answer.status_code, slug(answer)) == (409, "second-factor-not-enrolled")

    async def test_a_wrong_code_enables_nothing_and_counts(self, client, account, clock, settings_):
        secret = await enroll(client, account)
        for _ in range(settings_.auth.max_failed_logins):
            answer = await post(client, account, "confirm", otp=code_at(secret, clock, steps=5))
            assert (answer.status_code, slug(answer)) == (422, "wrong-otp")
        assert slug(await post(client, account, "confirm", otp=code_at(secret, clock))) == "account-locked"
        assert (await factor_of(account)).confirmed_at is None

    async def test_a_right_code_forgets_the_wrong_ones_before(self, client, account, clock):
        secret = await enroll(client, account)
        await post(client, account, "confirm", otp="000000")
        await post(client, account, "confirm", otp=code_at(secret, clock))
        assert await store.failures(account["email"]) is None

    async def test_of_fifty_at_once_one_wins_and_its_codes_work(self, client, account, clock, uncounted):
        secret = await enroll(client, account)
        code = code_at(secret, clock)
        answers = await asyncio.gather(*(post(client, account, "confirm", otp=code) for _ in range(50)))
        winners = [answer for answer in answers if answer.status_code == 200]
        assert len(winners) == 1
        assert {slug(answer) for answer in answers if answer.status_code != 200} <= {"second-factor-enabled"}
        otp = winners[0].json()["recovery_codes"][0]
        form = {"username": account["email"], "password": PASSWORD, "otp": otp}
        assert (await client.post(f"{AUTH}/login", data=form)).status_code == 200

    async def test_the_code_that_confirmed_does_not_sign_in(self, client, enrolled, log_in_with):
        assert slug(await log_in_with(enrolled.email, enrolled.code())) == "wrong-otp"

    async def test_open_sessions_stay(self, client, enrolled):
        assert (await me(client, enrolled.account["access_token"])).status_code == 200

    async def test_one_that_was_replaced_meanwhile_is_not_confirmed(self, client, account, clock, monkeypatch):
        secret = await enroll(client, account)
        real = checking.step_of
        replaced = checking.sealed("A" * 32)

        def replacing(factor, code):
            task.append(asyncio.ensure_future(second_factors.enroll(account["id"], replaced)))
            return real(factor, code)

        task: list[asyncio.Future[bool]] = []
        confirm = second_factors.confirm

        async def after_it(*args, **kwargs):
            await task[0]
            return await confirm(*args, **kwargs)

        monkeypatch.setattr(checking, "step_of", replacing)
        monkeypatch.setattr(second_factors, "confirm", after_it)
        assert (await post(client, account, "confirm", otp=code_at(secret, clock))).status_code == 409
        assert (await factor_of(account)).confirmed_at is None


class TestDisable:
    async def test_needs_both_factors_and_takes_it_away(self, client, enrolled):
        otp = enrolled.fresh_code()
        answer = await post(client, enrolled.account, "disable", current_password=PASSWORD, otp=otp)
        assert (answer.status_code, answer.content) == (204, b"")
        assert await factor_of(enrolled.account) is None
        assert (await log_in(client, enrolled.email)).status_code == 200

    async def test_a_recovery_code_will_do(self, client, enrolled):
        body = {"current_password": PASSWORD, "otp": enrolled.recovery_codes[3]}
        assert (await post(client, enrolled.account, "disable", **body)).status_code == 204

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"current_password": "not the password"}, "wrong-current-password"),
            ({"current_password": None}, "password-needed"),
            ({"otp": "000000"}, "wrong-otp"),
            ({"otp": ""}, "wrong-otp"),
        ],
    )
    async def test_with_one_of_them_wrong_it_stays(self, client, enrolled, changes, refusal):
        body = {"current_password": PASSWORD, "otp": enrolled.fresh_code(), **changes}
        answer = await post(client, enrolled.account, "disable", **body)
        assert (answer.status_code, slug(answer)) == (422, refusal)
        assert (await factor_of(enrolled.account)).confirmed_at

    async def test_guesses_lock(self, client, enrolled, settings_):
        body = {"current_password": PASSWORD, "otp": "000000"}
        for _ in range(settings_.auth.max_failed_logins):
            assert slug(await post(client, enrolled.account, "disable", **body)) == "wrong-otp"
        body["otp"] = enrolled.fresh_code()
        assert slug(await post(client, enrolled.account, "disable", **body)) == "account-locked"

    @pytest.mark.parametrize("begun", [False, True])
    async def test_without_a_confirmed_one_there_is_nothing_to_disable(self, client, account, begun):
        if begun:
            await enroll(client, account)
        answer = await post(client, account, "disable", current_password=PASSWORD, otp="123456")
        assert (answer.status_code, slug(answer)) == (409, "second-factor-not-enrolled")

    async def test_after_it_another_can_be_enrolled(self, client, enrolled):
        body = {"current_password": PASSWORD, "otp": enrolled.fresh_code()}
        await post(client, enrolled.account, "disable", **body)
        enrolled.clock.next_step()
        assert (await enable(client, enrolled.account, enrolled.clock)).secret != enrolled.secret


async def test_what_changes_is_recorded(client, account, clock, monkeypatch):
    rows: list[tuple[str, Id, dict[str, object]]] = []

    async def record(actor, action, _kind, object_id, **details):
        assert actor.tenant_id
        rows.append((action, object_id, details))

    monkeypatch.setattr(audit, "record", record)
    enrolled = await enable(client, account, clock)
    await post(client, account, "disable", current_password=PASSWORD, otp=enrolled.recovery_codes[0])
    assert rows == [
        (audit.Action.SECOND_FACTOR_ENABLED, account["id"], {}),
        (audit.Action.SECOND_FACTOR_DISABLED, account["id"], {"second_factor": "recovery_code"}),
    ]


async def test_after_a_changed_secret_key_a_recovery_code_still_helps(client, enrolled, log_in_with, change_settings):
    change_settings("server", secret_key=SecretStr("another secret key of this deployment, 47"))
    assert slug(await log_in_with(enrolled.email, enrolled.fresh_code())) == "wrong-otp"
    assert (await log_in_with(enrolled.email, enrolled.recovery_codes[0])).status_code == 200
