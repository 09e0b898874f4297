"""POST /auth/me/password: who knows the current one may choose another, and keeps this session alone."""

import asyncio

import httpx
import pytest

from elenchus.audit import service as audit
from elenchus.core.ids import Id, new_id
from elenchus.identity import principals, signing_in, store
from elenchus.identity.recovery import one_time, posting
from elenchus.identity.recovery import store as recovery_store
from elenchus.identity.recovery.models import Purpose
from elenchus.identity.schemas import Device
from tests.identity.conftest import AUTH, PASSWORD, bearer, log_in, me
from tests.identity.recovery.conftest import NEW_PASSWORD, a_token, an_api_key, refusal, reset, user_of


async def change(
    client: httpx.AsyncClient, account: dict[str, object], current: object = PASSWORD, new: object = NEW_PASSWORD
) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await client.post(f"{AUTH}/me/password", json=body, headers=bearer(str(account["access_token"])))


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition("/")[2])


class TestWhatTheWriteAloneEnds:
    """A process that dies behind the write of the password leaves no session of the old one alive."""

    @pytest.fixture
    def dies_behind_the_write(self, monkeypatch):
        async def dies(*_args: object, **_more: object) -> None:
            raise RuntimeError("killed")

        monkeypatch.setattr(recovery_store, "end_other_sessions", dies)

    @pytest.mark.usefixtures("dies_behind_the_write")
    async def test_sessions_of_before(self, client, account, sign_in_again):
        other = await sign_in_again()
        assert (await change(client, account)).status_code == 500
        refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": other["refresh_token"]})
        assert refreshed.status_code == 401
        principals.forget_user(account["id"])  # as any other process
        assert (await me(client, account["access_token"])).status_code == 200
        assert (await log_in(client, account["email"], NEW_PASSWORD)).status_code == 200

    @pytest.mark.usefixtures("dies_behind_the_write")
    async def test_links_that_were_mailed_before(self, client, account):
        token = await a_token(account)
        assert (await change(client, account)).status_code == 500
        assert (await reset(client, token)).status_code == 422

    async def test_also_one_that_is_written_for_who_was_read_before(self, client, account):
        seen = await user_of(account)
        assert (await change(client, account)).status_code == 204
        assert (await reset(client, await one_time.issue(seen, Purpose.RESET, token_id=new_id()))).status_code == 422

    async def test_sent_again_by_the_driver_it_is_still_the_winners(self, account):
        user = await user_of(account)
        for _ in range(2):
            assert await recovery_store.set_password(user, "its own", kept_session=None)
        assert not await recovery_store.set_password(user, "another's", kept_session=None)
        assert (await user_of(account)).password_epoch == user.password_epoch + 1

    async def test_a_sign_in_that_had_compared_the_old_password(self, client, account):
        """Its session is stored only after the others were ended."""
        seen = await user_of(account)
        assert (await change(client, account)).status_code == 204
        signed_in = await signing_in.admit(seen, device=Device("a browser", "192.0.2.1"))
        assert (await me(client, signed_in.access_token)).status_code == 401


class TestChanging:
    async def test_other_sessions_end_and_this_one_stays(self, client, account, sign_in_again):
        others = [await sign_in_again(), await sign_in_again()]
        for other in others:
            assert (await me(client, other["access_token"])).status_code == 200  # now they are in the cache
        answer = await change(client, account)
        assert (answer.status_code, answer.content) == (204, b"")
        for other in others:
            assert (await me(client, other["access_token"])).status_code == 401
            refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": other["refresh_token"]})
            assert refreshed.status_code == 401
        assert (await me(client, account["access_token"])).status_code == 200
        refreshed = await client.post(f"{AUTH}/refresh", json={"refresh_token": account["refresh_token"]})
        assert refreshed.status_code == 200
        assert (await log_in(client, account["email"], PASSWORD)).status_code == 401
        assert (await log_in(client, account["email"], NEW_PASSWORD)).status_code == 200

    async def test_api_keys_go_on(self, client, account):
        key = await an_api_key(client, account)
        assert (await change(client, account)).status_code == 204
        assert (await me(client, key)).status_code == 200

    async def test_an_address_that_no_mail_can_be_written_to_keeps_nothing_off_the_record(
        self, client, account, monkeypatch
    ):
        """Accounts of before such addresses were refused."""
        recorded = []

        async def record(_actor, action, *_object, **_details):
            recorded.append(action)

        monkeypatch.setattr(audit, "record", record)
        await store.change_user(account["id"], {"email": "x=?y@firm.example"})
        assert (await change(client, account)).status_code == 204
        assert recorded == [audit.Action.PASSWORD_CHANGED]

    async def test_nobody_elses_session_ends(self, client, account, firm):
        other = await firm()
        assert (await change(client, account)).status_code == 204
        assert (await me(client, other.access_token)).status_code == 200

    async def test_a_link_mailed_before_works_no_more(self, client, account):
        token = await a_token(account)
        assert (await change(client, account)).status_code == 204
        assert (await reset(client, token)).status_code == 422

    async def test_forgets_wrong_guesses_made_before(self, client, account, settings_):
        for _ in range(settings_.auth.max_failed_logins - 1):
            await log_in(client, account["email"], "not the password")
        assert (await change(client, account)).status_code == 204
        assert await store.failures((await user_of(account)).email_key) is None

    async def test_is_recorded_and_told(self, client, account, monkeypatch):
        recorded, told = [], []

        async def record(actor, action, kind, object_id, **details):
            recorded.append((actor.user_id, actor.tenant_id, action, kind, object_id, details))

        async def post_notice(user):
            told.append(user.email)

        monkeypatch.setattr(audit, "record", record)
        monkeypatch.setattr(posting, "post_notice", post_notice)
        assert (await change(client, account)).status_code == 204
        tenant = Id(account["user"]["memberships"][0]["tenant_id"])
        assert recorded == [(account["id"], tenant, audit.Action.PASSWORD_CHANGED, "user", account["id"], {})]
        assert told == [account["email"]]

    async def test_one_of_fifty_wins(self, client, account):
        words = [f"{NEW_PASSWORD} number {n}" for n in range(50)]
        answers = await asyncio.gather(*(change(client, account, new=word) for word in words))
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(204) == 1
        assert set(statuses) <= {204, 422, 423}
        await store.forget_failures((await user_of(account)).email_key)  # late ones were wrong guesses by then
        assert (await log_in(client, account["email"], words[statuses.index(204)])).status_code == 200

    async def test_a_viewer_may(self, client, account):
        membership = account["user"]["memberships"][0]
        viewer = {**membership, "tenant_id": Id(membership["tenant_id"]), "role": "viewer"}
        await store.change_user(account["id"], {"memberships": [viewer]})
        assert (await change(client, account)).status_code == 204


class TestRefusal:
    async def test_a_wrong_current_password_is_no_matter_of_the_session(self, client, account):
        answer = await change(client, account, "not the password")
        assert (answer.status_code, slug(answer)) == (422, "wrong-current-password")
        assert [row["loc"] for row in answer.json()["errors"]] == [["body", "current_password"]]
        assert (await me(client, account["access_token"])).status_code == 200
        assert (await log_in(client, account["email"])).status_code == 200

    async def test_guessing_locks_the_account(self, client, account, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            assert (await change(client, account, "not the password")).status_code == 422
        locked = await change(client, account)
        assert (locked.status_code, slug(locked)) == (423, "account-locked")
        assert 0 < int(locked.headers["retry-after"]) <= settings_.auth.lockout_seconds
        assert (await log_in(client, account["email"])).status_code == 423

    async def test_wrong_sign_ins_count_too(self, client, account, settings_):
        for _ in range(settings_.auth.max_failed_logins):
            await log_in(client, account["email"], "not the password")
        assert (await change(client, account)).status_code == 423

    async def test_guessing_side_by_side_locks_too(self, client, account):
        guesses = [f"guess number {n}" for n in range(20)]
        await asyncio.gather(*(change(client, account, guess) for guess in guesses))
        assert (await change(client, account)).status_code == 423

    async def test_a_right_guess_among_many_wrong_ones_is_not_told(self, client, account, monkeypatch, settings_):
        """It was made before the account was locked, and compared after."""
        from elenchus.identity import passwords

        real, user = passwords.matches, await user_of(account)

        async def matches_late(password, stored):
            for _ in range(settings_.auth.max_failed_logins):
                await store.count_failure(user.email_key, until=user.created_at.replace(year=2999))
            return await real(password, stored)

        monkeypatch.setattr(passwords, "matches", matches_late)
        assert (await change(client, account)).status_code == 423
        assert (await user_of(account)).password_hash == user.password_hash

    async def test_a_guess_is_noted(self, client, account, monkeypatch):
        noted = []
        monkeypatch.setattr(
            audit, "note", lambda actor, action, kind, object_id, **more: noted.append((actor.user_id, action, more))
        )
        await change(client, account, "not the password")
        assert noted == [(account["id"], audit.Action.USER_REFUSED, {"reason": "password"})]

    async def test_the_same_password_is_no_new_one(self, client, account):
        answer = await change(client, account, new=PASSWORD)
        assert (answer.status_code, slug(answer)) == (422, "same-password")
        assert [row["loc"] for row in answer.json()["errors"]] == [["body", "new_password"]]

    async def test_the_new_password_is_no_way_to_guess_the_current_one(self, client, account):
        """It would be one that nobody counts."""
        right, wrong = [await change(client, account, "not the password", new) for new in (PASSWORD, NEW_PASSWORD)]
        assert refusal(right) == refusal(wrong)

    @pytest.mark.parametrize("new", ["short", "password1234", "rosa barrister", "a" * 129])
    async def test_a_weak_one_is_refused_and_counts_for_nothing(self, client, account, new):
        answer = await change(client, account, new=new)
        assert (answer.status_code, slug(answer)) == (422, "weak-password")
        assert [row["loc"] for row in answer.json()["errors"]] == [["body", "new_password"]]
        assert await store.failures((await user_of(account)).email_key) is None

    async def test_an_account_without_a_password_is_shown_the_way(self, client, account):
        await store.change_user(account["id"], {"password_hash": None})
        answer = await change(client, account)
        assert (answer.status_code, slug(answer)) == (409, "no-password")
        assert "/auth/password/forgot" in answer.json()["detail"]

    async def test_who_was_erased_meanwhile_is_signed_out(self, client, account, monkeypatch):
        async def nobody(_user_id):
            return None

        monkeypatch.setattr(store, "user_by_id", nobody)
        assert (await change(client, account)).status_code == 401

    async def test_nobody_is_anonymous(self, client):
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert (await client.post(f"{AUTH}/me/password", json=body)).status_code == 401

    @pytest.mark.parametrize("field", ["current_password", "new_password"])
    async def test_what_is_no_password(self, client, account, field):
        for value in (None, 7, [], {"$ne": None}, "\x00" * 15, "x" * 513):
            body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, field: value}
            answer = await client.post(f"{AUTH}/me/password", json=body, headers=bearer(account["access_token"]))
            assert answer.status_code == 422
            assert [row["loc"] for row in answer.json()["errors"]] == [["body", field]]
        assert (await user_of(account)).updated_at == (await user_of(account)).created_at

    @pytest.mark.parametrize("more", [{"user_id": "6" * 24}, {"password_hash": "x"}, {"is_verified": True}])
    async def test_nothing_else_is_taken(self, client, account, more):
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, **more}
        answer = await client.post(f"{AUTH}/me/password", json=body, headers=bearer(account["access_token"]))
        assert answer.status_code == 422
