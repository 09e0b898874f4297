"""POST /auth/login of an account with a second factor: each code once, and few guesses at it."""

import asyncio

import pytest
from pydantic import SecretStr

from elenchus.identity import signing_in, store
from elenchus.identity.errors import AccountLocked
from elenchus.identity.mfa import checking
from elenchus.identity.models import Session
from elenchus.identity.schemas import email_key
from tests.identity.conftest import AUTH, PASSWORD, an_email, bearer, log_in
from tests.identity.mfa.conftest import enable, slug
from tests.support import COMMANDS


class TestLogin:
    async def test_with_the_code_gives_a_session(self, enrolled, log_in_with):
        answer = await log_in_with(enrolled.email, enrolled.fresh_code())
        assert answer.json()["user"]["mfa_enabled"] is True

    async def test_without_it_asks_for_it(self, enrolled, log_in_with):
        for otp in (None, ""):
            answer = await log_in_with(enrolled.email, otp)
            assert (answer.status_code, slug(answer)) == (401, "otp-required")
            assert answer.headers["www-authenticate"] == "Bearer"

    async def test_but_tells_nobody_without_the_password(self, enrolled, log_in_with):
        for otp in (None, "000000", enrolled.fresh_code()):
            wrong = await log_in_with(enrolled.email, otp, password="not the password")
            unknown = await log_in_with(an_email(), otp, password="not the password")
            assert slug(wrong) == slug(unknown) == "wrong-credentials"
            await store.forget_failures(email_key(enrolled.email))

    async def test_a_code_beside_a_wrong_password_is_not_used_up(self, enrolled, log_in_with):
        code = enrolled.fresh_code()
        await log_in_with(enrolled.email, code, password="not the password")
        assert (await log_in_with(enrolled.email, code)).status_code == 200

    async def test_an_account_without_one_does_not_mind_a_code(self, account, log_in_with):
        assert (await log_in_with(account["email"], "123456")).status_code == 200

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    async def test_a_clock_may_be_a_step_aside(self, enrolled, log_in_with, steps):
        for _ in range(3):
            enrolled.clock.next_step()
        assert (await log_in_with(enrolled.email, enrolled.code(steps=steps))).status_code == 200

    @pytest.mark.parametrize("steps", [-2, 2])
    async def test_but_not_two(self, enrolled, log_in_with, steps):
        for _ in range(3):
            enrolled.clock.next_step()
        assert slug(await log_in_with(enrolled.email, enrolled.code(steps=steps))) == "wrong-otp"

    async def test_as_it_is_shown_with_spaces(self, enrolled, log_in_with):
        code = enrolled.fresh_code()
        assert (await log_in_with(enrolled.email, f" {code[:3]} {code[3:]} ")).status_code == 200

    @pytest.mark.parametrize("otp", ["00000", "0000000", "١٢٣٤٥٦", "-", "null", "$ne", "{}"])
    async def test_what_is_no_code_is_wrong(self, enrolled, log_in_with, otp):
        assert slug(await log_in_with(enrolled.email, otp)) == "wrong-otp"

    @pytest.mark.parametrize("otp", ["1" * 65, "1\0"])
    async def test_what_cannot_be_one_is_422(self, enrolled, log_in_with, otp):
        assert (await log_in_with(enrolled.email, otp)).status_code == 422

    async def test_anothers_codes_are_wrong(self, client, enrolled, firm, clock, log_in_with):
        neighbour = await firm()
        owner = {"id": neighbour.principal.user_id, "access_token": neighbour.access_token, "email": neighbour.email}
        await enable(client, owner, clock, password=neighbour.password)
        for otp in (enrolled.fresh_code(), enrolled.recovery_codes[0]):
            assert slug(await log_in_with(neighbour.email, otp, password=neighbour.password)) == "wrong-otp"


class TestOnce:
    async def test_a_code_does_not_work_again(self, enrolled, log_in_with):
        code = enrolled.fresh_code()
        assert (await log_in_with(enrolled.email, code)).status_code == 200
        answer = await log_in_with(enrolled.email, code)
        assert (answer.status_code, slug(answer)) == (401, "wrong-otp")

    async def test_nor_an_earlier_one_after_it(self, enrolled, log_in_with):
        for _ in range(3):
            enrolled.clock.next_step()
        assert (await log_in_with(enrolled.email, enrolled.code())).status_code == 200
        assert slug(await log_in_with(enrolled.email, enrolled.code(steps=-1))) == "wrong-otp"

    @pytest.mark.parametrize("kind", ["totp", "recovery"])
    async def test_of_fifty_at_once_one_enters(self, enrolled, log_in_with, uncounted, kind):
        otp = enrolled.fresh_code() if kind == "totp" else enrolled.recovery_codes[0]
        before = await Session.find({"user_id": enrolled.account["id"]}).count()
        answers = await asyncio.gather(*(log_in_with(enrolled.email, otp) for _ in range(50)))
        assert [answer.status_code for answer in answers].count(200) == 1
        assert await Session.find({"user_id": enrolled.account["id"]}).count() == before + 1

    async def test_also_where_five_failures_lock(self, enrolled, log_in_with):
        otp = enrolled.fresh_code()
        answers = await asyncio.gather(*(log_in_with(enrolled.email, otp) for _ in range(50)))
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(200) == 1
        assert set(statuses) <= {200, 401, 423}

    async def test_each_recovery_code_works_once(self, enrolled, log_in_with):
        for code in enrolled.recovery_codes[:3]:
            assert (await log_in_with(enrolled.email, code)).status_code == 200
        for code in enrolled.recovery_codes[:2]:
            assert slug(await log_in_with(enrolled.email, code)) == "wrong-otp"

    async def test_however_it_is_typed(self, enrolled, log_in_with):
        typed = enrolled.recovery_codes[0].replace("-", " ").upper()
        assert (await log_in_with(enrolled.email, typed)).status_code == 200
        assert slug(await log_in_with(enrolled.email, enrolled.recovery_codes[0])) == "wrong-otp"


class TestLock:
    async def test_five_wrong_codes_lock(self, client, enrolled, log_in_with, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            assert slug(await log_in_with(enrolled.email, "000000")) == "wrong-otp"
        assert slug(await log_in_with(enrolled.email, enrolled.fresh_code())) == "account-locked"
        assert slug(await log_in_with(enrolled.email, enrolled.recovery_codes[0])) == "account-locked"

    async def test_wrong_passwords_and_wrong_codes_count_together(self, client, enrolled, log_in_with, settings_):
        for _ in range(settings_.auth.max_failed_logins - 1):
            await log_in(client, enrolled.email, "not the password")
        assert slug(await log_in_with(enrolled.email, "000000")) == "wrong-otp"
        assert slug(await log_in_with(enrolled.email, enrolled.fresh_code())) == "account-locked"

    async def test_the_password_alone_forgets_no_failure(self, client, enrolled, log_in_with, settings_):
        """Or whoever knows it has as many guesses as they like."""
        for _ in range(settings_.auth.max_failed_logins):
            assert slug(await log_in_with(enrolled.email)) == "otp-required"
            assert slug(await log_in_with(enrolled.email, "000000")) == "wrong-otp"
        assert slug(await log_in_with(enrolled.email)) == "account-locked"

    async def test_nor_does_a_change_of_the_password(self, client, enrolled, log_in_with, settings_):
        """Or a session and the password would buy as many."""
        current = PASSWORD
        for number in range(settings_.auth.max_failed_logins):
            assert slug(await log_in_with(enrolled.email, "000000", current)) == "wrong-otp"
            body = {"current_password": current, "new_password": (current := f"{PASSWORD} number {number}")}
            changed = await client.post(
                f"{AUTH}/me/password", json=body, headers=bearer(enrolled.account["access_token"])
            )
            assert changed.status_code == (204 if number + 1 < settings_.auth.max_failed_logins else 423)
        assert slug(await log_in_with(enrolled.email, enrolled.fresh_code(), current)) == "account-locked"

    async def test_being_asked_for_the_code_is_no_failure(self, enrolled, log_in_with, settings_):
        for _ in range(settings_.auth.max_failed_logins + 1):
            assert slug(await log_in_with(enrolled.email)) == "otp-required"
        assert (await log_in_with(enrolled.email, enrolled.fresh_code())).status_code == 200

    async def test_a_sign_in_forgets_them(self, enrolled, log_in_with, settings_):
        for _ in range(settings_.auth.max_failed_logins - 1):
            await log_in_with(enrolled.email, "000000")
        assert (await log_in_with(enrolled.email, enrolled.fresh_code())).status_code == 200
        assert await store.failures(email_key(enrolled.email)) is None

    async def test_of_fifty_guesses_side_by_side_five_are_compared(self, enrolled, settings_, monkeypatch):
        """A comparison takes no time, so it must be counted before it is made."""
        compared = []

        async def wrong(*_args: object) -> None:
            compared.append(1)
            await asyncio.sleep(0)

        monkeypatch.setattr(checking, "accept", wrong)
        user = await store.user_by_id(enrolled.account["id"])
        guesses = (signing_in.require_second_factor(user, SecretStr(f"{n:06}")) for n in range(50))
        results = await asyncio.gather(*guesses, return_exceptions=True)
        assert len(compared) == settings_.auth.max_failed_logins
        assert sum(isinstance(result, AccountLocked) for result in results) == 50 - len(compared)

    async def test_guesses_after_a_time_begin_anew(self, enrolled, change_settings, settings_):
        change_settings("auth", lockout_seconds=1)
        user = await store.user_by_id(enrolled.account["id"])
        for _ in range(settings_.auth.max_failed_logins):
            await signing_in.take_turn(user)
        with pytest.raises(AccountLocked):
            await signing_in.take_turn(user)
        later = (await store.failures(user.email_key)).expires_at
        await store.LoginFailures.find_one({"expires_at": later}).update({"$set": {"expires_at": user.created_at}})
        await signing_in.take_turn(user)
        assert (await store.failures(user.email_key)).number == 1


async def test_the_same_commands_with_an_unknown_address(client, enrolled, log_in_with):
    with COMMANDS.record() as for_wrong:
        await log_in_with(enrolled.email, "123456", password="not the password")
    with COMMANDS.record() as for_unknown:
        await log_in_with(an_email(), "123456", password="not the password")
    assert for_wrong == for_unknown
    assert PASSWORD not in str(for_wrong)
