"""POST /auth/register: an account with its tenant, once per address, and nothing a client may not set."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from elenchus import registry
from elenchus.audit import service as audit
from elenchus.core import indexes, mongo
from elenchus.core.ids import Id, derived_id
from elenchus.core.principal import Role
from elenchus.core.settings import Environment
from elenchus.identity import service as identity
from elenchus.identity import store
from elenchus.identity.deployment import DEPLOYMENT
from elenchus.identity.errors import EmailTaken
from elenchus.identity.models import Membership, Tenant, User
from elenchus.identity.recovery import service as recovery
from elenchus.identity.schemas import email_key
from elenchus.identity.tenants import store as tenant_store
from tests.identity.conftest import AUTH, PASSWORD, a_wish, an_email, bearer, log_in, me

USER_FIELDS = {
    "id",
    "email",
    "full_name",
    "organization",
    "role",
    "avatar_url",
    "preferences",
    "timezone",
    "language",
    "is_active",
    "is_verified",
    "is_superuser",
    "mfa_enabled",
    "memberships",
    "last_login_at",
    "login_count",
    "created_at",
    "updated_at",
}


@pytest.fixture(autouse=True)
def _nobody_is_first(change_settings) -> None:
    """Whoever registers in these tests is not the first on an empty deployment, unless a test says so."""
    change_settings("auth", first_user_is_superuser=False)


def body(**changes: Any) -> dict[str, Any]:
    return {"email": an_email(), "password": PASSWORD, "full_name": "Rosa Barrister"} | changes


async def register(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await client.post(f"{AUTH}/register", json=body(**changes))


async def tenants_named(name: str) -> int:
    return await Tenant.find({"name": name}).count()


class TestRegister:
    async def test_the_answer_is_the_user_and_where_to_find_it(self, client):
        answer = await register(client, organization="Barrister LLP", role="associate")
        user = answer.json()
        assert answer.status_code == 201
        assert set(user) == USER_FIELDS
        assert (user["full_name"], user["organization"], user["role"]) == (
            "Rosa Barrister",
            "Barrister LLP",
            "associate",
        )
        assert (user["is_active"], user["is_verified"], user["is_superuser"]) == (True, False, False)
        assert (user["login_count"], user["last_login_at"]) == (0, None)
        assert user["created_at"].endswith("Z")
        assert answer.headers["cache-control"] == "no-store"
        token = (await log_in(client, user["email"])).json()["access_token"]
        found = await client.get(answer.headers["location"], headers=bearer(token))
        assert found.json()["id"] == user["id"]

    async def test_they_own_a_tenant_of_their_own(self, client):
        one, other = [(await register(client, organization="Same Name")).json() for _ in range(2)]
        [membership] = one["memberships"]
        assert (membership["tenant_name"], membership["role"]) == ("Same Name", "owner")
        assert membership["tenant_id"] != other["memberships"][0]["tenant_id"]
        tenant = await Tenant.find_one({"_id": Id(membership["tenant_id"])})
        assert tenant is not None

    async def test_without_an_organization_the_tenant_has_their_name(self, client):
        user = (await register(client, full_name="Solo Practitioner")).json()
        assert user["memberships"][0]["tenant_name"] == "Solo Practitioner"

    async def test_nothing_secret_is_answered_or_stored_readably(self, client):
        answer = await register(client)
        stored = await store.user_by_id(Id(answer.json()["id"]))
        for text in (answer.text, stored.model_dump_json()):
            assert PASSWORD not in text
        assert stored.password_hash not in answer.text
        assert "$2b$" not in answer.text

    async def test_the_job_role_grants_nothing(self, client):
        user = (await register(client, role="superuser")).json()
        assert not user["is_superuser"]


class TestAddress:
    @pytest.mark.parametrize("spelled", ["same", "domain", "upper", "spaced"])
    async def test_an_address_is_registered_once_however_spelled(self, client, spelled):
        email = an_email()
        assert (await register(client, email=email)).status_code == 201
        local = email.partition("@")[0]
        again = {"same": email, "domain": f"{local}@FIRM.Example", "upper": email.upper(), "spaced": f"  {email}  "}
        refused = await register(client, email=again[spelled])
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/email-taken")

    async def test_the_domain_is_kept_in_lower_case_and_the_name_as_written(self, client):
        local = an_email().partition("@")[0].title()
        user = (await register(client, email=f"{local}@FIRM.example")).json()
        assert user["email"] == f"{local}@firm.example"

    @pytest.mark.parametrize(
        "email",
        [
            "",
            "nobody",
            "a@b",
            "@firm.example",
            "a b@firm.example",
            "a@firm..example",
            "a@[127.0.0.1]",
            "a@firm.example\n.x",
            "Rosa <rosa@firm.example>",
            "a@firm.example,b@firm.example",
            "x=?y@firm.example",
            "x" * 300 + "@firm.example",
            "a\0@firm.example",
            "\ud800@firm.example",
            None,
            7,
            ["a@firm.example"],
            {"$ne": ""},
        ],
    )
    async def test_what_is_no_address_is_refused(self, client, email):
        answer = await client.post(
            f"{AUTH}/register", content=json.dumps(body(email=email)), headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["loc"][:2] == ["body", "email"]

    def test_keys_of_different_addresses_differ(self):
        keys = {email_key(text) for text in ("a@firm.example", "b@firm.example", "a@firm2.example", "a+b@firm.example")}
        assert len(keys) == 4
        assert email_key("eve@faß.example") != email_key("eve@fass.example")  # IDNA 2008: two domains, two owners
        assert email_key("eve@FASS.example") == email_key("EVE@fass.example")
        assert email_key("STRASSE@bücher.example") == email_key("strasse@xn--bcher-kva.example")


class TestRefusals:
    @pytest.mark.parametrize(
        "field",
        [
            "is_superuser",
            "is_active",
            "is_verified",
            "tenant_id",
            "id",
            "_id",
            "memberships",
            "password_hash",
            "email_key",
            "created_at",
            "login_count",
            "job_role",
            "$set",
            "__proto__",
            "a.b",
        ],
    )
    async def test_nothing_else_can_be_set(self, client, field):
        sent = body(**{field: True})
        answer = await client.post(f"{AUTH}/register", json=sent)
        assert answer.status_code == 422
        assert await store.user_by_email(email_key(sent["email"])) is None

    @pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaa", "Rosa Barrister", "x" * 200])
    async def test_a_weak_password_is_refused_with_what_to_do(self, client, password):
        answer = await register(client, password=password)
        [row] = answer.json()["errors"]
        assert answer.status_code == 422
        assert row["loc"] == ["body", "password"]
        assert row["type"] == "weak_password"
        assert password not in answer.text

    @pytest.mark.parametrize("field", ["full_name", "organization", "role", "password"])
    @pytest.mark.parametrize(
        "value", ["with\0zero byte in it", "x" * 10_000, 7, [], {"$gt": ""}, "half \ud800 pair here"]
    )
    async def test_hostile_values_are_refused(self, client, field, value):
        sent = json.dumps(body(**{field: value}))
        answer = await client.post(f"{AUTH}/register", content=sent, headers={"content-type": "application/json"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_missing_field_is_named(self, client):
        answer = await client.post(f"{AUTH}/register", json={"email": an_email(), "password": PASSWORD})
        assert [row["loc"] for row in answer.json()["errors"]] == [["body", "full_name"]]

    async def test_a_refused_password_is_not_repeated(self, client):
        answer = await register(client, password={"nested": "quiet secret words"})
        assert answer.status_code == 422
        assert "quiet secret" not in answer.text


class TestRaces:
    async def test_of_fifty_for_one_address_one_wins_and_one_tenant_is_left(self, client):
        email, firm = an_email(), f"Firm {an_email()}"
        answers = await asyncio.gather(*(register(client, email=email, organization=firm) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
        assert await User.find({"email_key": email_key(email)}).count() == 1
        assert await tenants_named(firm) == 1
        winner = next(answer.json() for answer in answers if answer.status_code == 201)
        signed_in = (await log_in(client, email)).json()
        assert signed_in["user"]["id"] == winner["id"]
        assert (await me(client, signed_in["access_token"])).status_code == 200

    async def test_the_index_decides_not_the_look_before(self, resources_, monkeypatch):
        """As when another process registers the address between our look and our insert."""
        email = an_email()
        await identity.register(a_wish(email))

        async def nobody(_key: str) -> None:
            return None

        monkeypatch.setattr(store, "user_by_email", nobody)
        firm = f"Firm {an_email()}"
        with pytest.raises(EmailTaken):
            await identity.register(a_wish(email, organization=firm))
        assert await tenants_named(firm) == 0

    async def test_an_insert_that_was_sent_twice_is_a_success(self, resources_):
        """A driver that lost the answer sends the insert again; that must not take the tenant from its owner."""
        user, tenant = an_owner()
        await tenant.insert()
        await user.insert()
        assert await store.add_tenant_with_owner(tenant, user)
        assert await Tenant.find_one({"_id": tenant.id}) is not None

    async def test_a_crash_between_the_writes_leaves_the_address_free(self, resources_, monkeypatch):
        email, firm = an_email(), f"Firm {an_email()}"

        async def crash(_self: User, **_: object) -> None:
            raise ConnectionError("the process died here")

        with monkeypatch.context() as patched:
            patched.setattr(User, "insert", crash)
            with pytest.raises(ConnectionError):
                await identity.register(a_wish(email, organization=firm))
        assert await tenants_named(firm) == 1  # nobody can enter it
        made = await identity.register(a_wish(email, organization=firm))
        assert made.memberships[0].role is Role.OWNER


def an_owner() -> tuple[User, Tenant]:
    email, tenant = an_email(), Tenant(name="Doubled LLP")
    membership = Membership(tenant_id=tenant.id, tenant_name=tenant.name, role=Role.OWNER)
    id_ = derived_id("twice", email)
    user = User(
        id=id_, email=email, email_key=email_key(email), password_hash="-", full_name="Rosa", memberships=[membership]
    )
    return user, tenant


class TestAfterwards:
    async def test_it_is_recorded_and_a_verification_asked_for(self, client, monkeypatch):
        recorded, asked = [], []

        async def record(actor: Any, action: Any, kind: str, object_id: Any, **details: Any) -> None:
            recorded.append((actor.tenant_id, actor.user_id, str(action), kind, object_id, details))

        async def request_verification(user: User) -> None:
            asked.append(user.id)

        monkeypatch.setattr(audit, "record", record)
        monkeypatch.setattr(recovery, "request_verification", request_verification)
        user = (await register(client)).json()
        tenant_id, user_id = Id(user["memberships"][0]["tenant_id"]), Id(user["id"])
        assert recorded == [(tenant_id, user_id, "user.registered", "user", user_id, {})]
        assert asked == [user_id]

    async def test_what_was_refused_is_neither(self, client, monkeypatch):
        seen = []

        async def note(*given: Any, **_: Any) -> None:
            seen.append(given)

        email = an_email()
        await register(client, email=email)
        monkeypatch.setattr(audit, "record", note)
        monkeypatch.setattr(recovery, "request_verification", note)
        await register(client, email=email)
        await register(client, password="short")
        assert seen == []


class TestFirstUser:
    """On a deployment of their own, since any other has users."""

    @pytest.fixture
    async def empty(self, resources_, change_settings) -> AsyncIterator[None]:
        change_settings("auth", first_user_is_superuser=None)
        database = resources_.client[f"empty_{secrets.token_hex(4)}"]
        await mongo.bind_models(database, registry.MODELS)
        await indexes.build(database, registry.MODELS)
        yield
        await resources_.client.drop_database(database.name)
        await mongo.bind_models(resources_.database, registry.MODELS)

    @staticmethod
    async def superusers() -> int:
        return await User.find({"is_superuser": True}).count()

    async def test_whoever_registers_first_runs_it_and_nobody_after(self, empty):
        first, second = [await identity.register(a_wish(an_email())) for _ in range(2)]
        assert (first.is_superuser, second.is_superuser) == (True, False)
        assert await self.superusers() == 1

    async def test_of_fifty_at_once_one_does(self, empty):
        users = await asyncio.gather(*(identity.register(a_wish(an_email())) for _ in range(50)))
        assert [user.is_superuser for user in users].count(True) == 1
        assert await self.superusers() == 1

    async def test_one_that_has_users_grants_nothing(self, empty):
        user, _ = an_owner()
        await user.insert()
        assert not (await identity.register(a_wish(an_email()))).is_superuser
        assert await self.superusers() == 0

    async def test_when_the_first_is_gone_nobody_follows(self, empty):
        first = await identity.register(a_wish(an_email()))
        await User.find_one({"_id": first.id}).delete()
        assert not (await identity.register(a_wish(an_email()))).is_superuser

    @pytest.mark.parametrize(
        ("setting", "environment", "grants"),
        [
            (None, Environment.DEVELOPMENT, True), (None, Environment.PRODUCTION, False),
            (False, Environment.DEVELOPMENT, False), (True, Environment.PRODUCTION, True),
        ],
    )  # fmt: skip
    async def test_the_settings_decide(self, empty, change_settings, setting, environment, grants):
        change_settings("auth", first_user_is_superuser=setting)
        change_settings("server", environment=environment)
        assert (await identity.register(a_wish(an_email()))).is_superuser is grants

    async def test_a_record_that_does_not_answer_leaves_the_deployment_to_its_first(self, empty, monkeypatch):
        async def away(*_args: object, **_details: object) -> None:
            raise ConnectionError("not recorded")

        with monkeypatch.context() as patched:
            patched.setattr(audit, "record", away)
            with pytest.raises(ConnectionError):
                await identity.register(a_wish(email := an_email()))
        assert (await store.user_by_email(email_key(email))).is_superuser
        assert not (await identity.register(a_wish(an_email()))).is_superuser

    async def test_what_a_crash_left_undone_is_done_at_the_next(self, empty, monkeypatch):
        async def crash(_user_id: Id) -> None:
            raise ConnectionError("the process died here")

        email = an_email()
        with monkeypatch.context() as patched:
            patched.setattr(tenant_store, "grant_superuser", crash)
            with pytest.raises(ConnectionError):
                await identity.register(a_wish(email))
        assert await self.superusers() == 0
        recorded = []

        async def record(actor: object, action: str, _kind: str, object_id: Id, **_: Any) -> None:
            recorded.append((actor, action, object_id))

        monkeypatch.setattr(audit, "record", record)
        assert not (await identity.register(a_wish(an_email()))).is_superuser
        first = await store.user_by_email(email_key(email))
        assert first is not None
        assert first.is_superuser
        assert (DEPLOYMENT, "superuser.granted", first.id) in recorded
        assert await self.superusers() == 1
