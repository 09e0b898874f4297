"""One resolver for every request: cheap while nothing changed, and not a second behind when it did."""

import time
from datetime import timedelta
from typing import Any

import jwt
import pytest

from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Allowance, Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import principals, store, tokens
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import Membership, Session, Tenant, Tier, User
from elenchus.identity.principals import Known, resolve
from elenchus.identity.tokens import Claims
from tests.identity.conftest import AUTH, bearer, log_in, me
from tests.support import COMMANDS, until


@pytest.fixture
def session_id(account) -> Id:
    return tokens.read_refresh_token(account["refresh_token"]).session_id


def resigned(token: str, **changes: Any) -> str:
    """The token with other claims, under our own key."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims | changes, tokens._access_key(), algorithm="HS256")


async def is_refused(token: str) -> bool:
    try:
        await resolve(token)
    except InvalidToken:
        return True
    return False


class TestResolve:
    async def test_names_user_tenant_role_and_session(self, account, session_id):
        principal = await resolve(account["access_token"])
        tenant_id = Id(account["user"]["memberships"][0]["tenant_id"])
        allowance = Allowance(settings().tier_free.requests_per_minute, 60)
        first = account["user"]["is_superuser"]  # whoever opened this deployment
        assert principal == Principal(tenant_id, account["id"], Role.OWNER, session_id, first, allowance=allowance)
        assert type(principal.tenant_id) is Id

    async def test_costs_one_command_at_first_and_then_none(self, account):
        with COMMANDS.record() as sent:
            await resolve(account["access_token"])
            assert sent == ["aggregate"]
            for _ in range(20):
                await resolve(account["access_token"])
        assert sent == ["aggregate"]

    async def test_two_tokens_of_one_session_share_what_is_known(self, account):
        await resolve(account["access_token"])
        with COMMANDS.record() as sent:
            await resolve(resigned(account["access_token"], iat=1))
        assert sent == []

    async def test_junk_asks_the_database_nothing(self, resources_):
        with COMMANDS.record() as sent:
            for junk in ("", "x", "a.b.c", "é", tokens._HEADER + "x.y"):
                assert await is_refused(junk)
        assert sent == []

    @pytest.mark.parametrize("claim", ["sub", "tid"])
    async def test_a_session_speaks_only_for_its_own_user_in_its_own_tenant(self, account, claim):
        await resolve(account["access_token"])
        assert await is_refused(resigned(account["access_token"], **{claim: str(new_id())}))

    async def test_a_session_that_never_was(self, account):
        assert await is_refused(resigned(account["access_token"], sid=str(new_id())))

    async def test_a_remembered_token_still_expires(self, account):
        token = resigned(account["access_token"], exp=int(now().timestamp()) + 2)
        await resolve(token)
        await until(lambda: is_refused(token))
        assert not await is_refused(account["access_token"])

    async def test_over_http_a_refusal_is_a_problem(self, client, account):
        answer = await me(client, resigned(account["access_token"], exp=1))
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    @pytest.mark.parametrize(
        "header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eA=="}, {"Authorization": "x"}]
    )
    async def test_without_a_bearer_token_nobody_enters(self, client, header):
        answer = await client.get(f"{AUTH}/me", headers=header)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


class TestWithinASecond:
    """Changes made elsewhere: stored, and this process not told."""

    @pytest.fixture(autouse=True)
    def _a_short_second(self, change_settings, settings_) -> None:
        assert settings_.auth.session_cache_seconds == 1
        change_settings("auth", session_cache_seconds=0.1)

    async def refused_soon(self, token: str, change: Any) -> None:
        await resolve(token)
        await change
        began = time.monotonic()
        await until(lambda: is_refused(token))
        assert time.monotonic() - began < 0.6  # a tenth of trust, the rest for the machine

    async def test_a_session_ended_elsewhere(self, account, session_id):
        await self.refused_soon(account["access_token"], store.end_session(session_id))

    async def test_a_suspended_user(self, account):
        await self.refused_soon(account["access_token"], store.change_user(account["id"], {"is_active": False}))

    async def test_a_lost_membership(self, account):
        await self.refused_soon(account["access_token"], store.change_user(account["id"], {"memberships": []}))

    async def test_a_removed_user(self, account):
        await self.refused_soon(account["access_token"], User.find_one({"_id": account["id"]}).delete())

    async def test_a_deleted_user(self, account):
        await self.refused_soon(account["access_token"], store.change_user(account["id"], {"deleted_at": now()}))

    @pytest.mark.parametrize(
        "change", [lambda found: found.update({"$set": {"deleted_at": now()}}), lambda f: f.delete()]
    )
    async def test_a_tenant_that_is_deleted_or_gone(self, account, change):
        tenant_id = Id(account["user"]["memberships"][0]["tenant_id"])
        await self.refused_soon(account["access_token"], change(Tenant.find_one({"_id": tenant_id})))

    async def test_an_expired_session(self, account, session_id):
        past = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
        await self.refused_soon(account["access_token"], Session.find_one({"_id": session_id}).update(past))

    async def test_a_changed_role(self, account):
        token = account["access_token"]
        tenant_id = (await resolve(token)).tenant_id
        viewer = Membership(tenant_id=tenant_id, tenant_name="x", role=Role.VIEWER)
        await store.change_user(account["id"], {"memberships": [viewer.model_dump()]})

        async def is_viewer() -> bool:
            return (await resolve(token)).role is Role.VIEWER

        began = time.monotonic()
        await until(is_viewer)
        assert time.monotonic() - began < 0.6

    async def test_a_membership_elsewhere_does_not_help(self, account):
        other = Membership(tenant_id=new_id(), tenant_name="Other", role=Role.OWNER)
        change = store.change_user(account["id"], {"memberships": [other.model_dump()]})
        await self.refused_soon(account["access_token"], change)

    async def test_someone_suspended_while_signing_in_is_refused(self, client, account):
        """A session carries no copy of the user's state that a race could leave stale."""
        pair = (await log_in(client, account["email"])).json()
        await store.change_user(account["id"], {"is_active": False})
        assert await is_refused(pair["access_token"])


class TestAllowance:
    @pytest.mark.parametrize("tier", list(Tier))
    async def test_is_the_tiers(self, account, change_settings, tier):
        change_settings(f"tier_{tier}", requests_per_minute=1234)
        tenant_id = Id(account["user"]["memberships"][0]["tenant_id"])
        await Tenant.find_one({"_id": tenant_id}).update({"$set": {"tier": tier}})
        assert (await resolve(account["access_token"])).allowance == Allowance(1234, 60)

    async def test_zero_means_as_many_as_one_likes(self, account, change_settings):
        change_settings("tier_free", requests_per_minute=0)
        assert (await resolve(account["access_token"])).allowance is None

    async def test_another_tier_is_known_at_once_where_it_was_changed(self, account, change_settings):
        change_settings("tier_pro", requests_per_minute=4321)
        tenant_id = (await resolve(account["access_token"])).tenant_id
        await Tenant.find_one({"_id": tenant_id}).update({"$set": {"tier": Tier.PRO}})
        principals.forget_tenant(tenant_id)
        assert (await resolve(account["access_token"])).allowance == Allowance(4321, 60)


class TestAtOnce:
    """Changes made here: this process is told."""

    async def test_a_forgotten_session_is_asked_for_again(self, account, session_id):
        await resolve(account["access_token"])
        await store.end_session(session_id)
        assert not await is_refused(account["access_token"])  # still trusted, or the next line proves nothing
        principals.forget_session(session_id)
        assert await is_refused(account["access_token"])

    async def test_so_are_all_of_a_forgotten_user(self, account, sign_in_again):
        pairs = [account, await sign_in_again()]
        for pair in pairs:
            await resolve(pair["access_token"])
        await store.end_sessions_of(account["id"])
        principals.forget_user(account["id"])
        for pair in pairs:
            assert await is_refused(pair["access_token"])

    async def test_with_no_seconds_of_trust_every_request_asks(self, account, change_settings):
        change_settings("auth", session_cache_seconds=0.0)
        with COMMANDS.record() as sent:
            for _ in range(3):
                await resolve(account["access_token"])
        assert sent == ["aggregate"] * 3


def a_principal() -> Principal:
    return Principal(new_id(), new_id(), Role.MEMBER, new_id())


class TestKnown:
    def keep(self, known: Known, principal: Principal, *, seconds: float = 60) -> None:
        assert principal.session_id
        known.keep_principal(principal, principal.session_id, until=time.monotonic() + seconds, mark=known.mark)

    def test_keeps_until_its_end_and_not_after(self):
        known, kept, past = Known(), a_principal(), a_principal()
        self.keep(known, kept)
        self.keep(known, past, seconds=-0.001)
        assert known.principal(kept.session_id) is kept
        assert known.principal(past.session_id) is None
        assert known.principal(new_id()) is None

    def test_an_answer_read_before_a_forgetting_is_not_kept_after_it(self):
        """Else a logout would be undone by a request that was on its way to the database."""
        known, principal = Known(), a_principal()
        mark = known.mark
        known.forget_bearer(principal.session_id)
        known.keep_principal(principal, principal.session_id, until=time.monotonic() + 60, mark=mark)
        assert known.principal(principal.session_id) is None
        mark = known.mark
        known.forget(lambda held: held.user_id == principal.user_id)
        known.keep_principal(principal, principal.session_id, until=time.monotonic() + 60, mark=mark)
        assert known.principal(principal.session_id) is None

    def test_is_bounded_and_the_oldest_goes_first(self):
        known, many = Known(capacity=3), [a_principal() for _ in range(5)]
        for principal in many:
            self.keep(known, principal)
            known.keep_claims(str(principal.session_id), Claims(new_id(), new_id(), new_id(), now()))
        assert [known.principal(p.session_id) is None for p in many] == [True, True, False, False, False]
        assert [known.claims(str(p.session_id)) is None for p in many] == [True, True, False, False, False]

    def test_keeping_again_makes_it_the_newest(self):
        known, (first, second, third) = Known(capacity=2), [a_principal() for _ in range(3)]
        for principal in (first, second, first, third):
            self.keep(known, principal)
        assert known.principal(first.session_id) is first
        assert known.principal(second.session_id) is None

    def test_forgetting_some_leaves_the_others(self):
        known, gone, left = Known(), a_principal(), a_principal()
        self.keep(known, gone)
        self.keep(known, left)
        known.forget(lambda held: held.user_id == gone.user_id)
        assert known.principal(gone.session_id) is None
        assert known.principal(left.session_id) is left


async def test_a_bad_token_says_nothing_about_why(client, account):
    broken = [resigned(account["access_token"], exp=1), resigned(account["access_token"], sid=str(new_id())), "x.y.z"]
    answers = [await client.get(f"{AUTH}/me", headers=bearer(token)) for token in broken]
    assert len({answer.json()["detail"] for answer in answers}) == 1
