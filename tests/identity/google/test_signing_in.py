"""There and back: whom the provider names gets the account that is theirs, linked or new, and nobody else's."""

import asyncio
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pymongo.errors import DuplicateKeyError

from elenchus.audit import service as audit
from elenchus.core.clock import now
from elenchus.core.ids import Id, new_id
from elenchus.identity import signing_in, store, tokens
from elenchus.identity.google import accounts
from elenchus.identity.google import store as google_store
from elenchus.identity.google.errors import LinkedElsewhere
from elenchus.identity.google.models import GoogleState
from elenchus.identity.google.schemas import Person
from elenchus.identity.models import Tenant, User
from elenchus.identity.registering import register
from elenchus.identity.schemas import email_key
from tests.fixtures.oidc import a_person
from tests.identity.conftest import PASSWORD, a_wish, an_email, log_in, me
from tests.identity.google.conftest import GOOGLE, slug
from tests.support import http_client


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Id, dict[str, object]]]:
    """What was told to the record, and of whom."""
    rows = []

    async def record(_actor: object, action: audit.Action, _kind: str, object_id: Id, **details: object) -> None:
        rows.append((action, object_id, details))

    def note(_actor: object, action: audit.Action, _kind: str, object_id: Id, **details: object) -> None:
        rows.append((action, object_id, details))

    monkeypatch.setattr(audit, "record", record)
    monkeypatch.setattr(audit, "note", note)
    return rows


async def accounts_of(email: str) -> list[User]:
    return await User.find({"email_key": email_key(email)}).to_list()


class TestNewPerson:
    async def test_gets_an_account_a_tenant_and_a_session(self, provider, browser):
        answer = await browser.sign_in()
        body = answer.json()
        assert answer.status_code == 200
        assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
        user = body["user"]
        assert (user["email"], user["full_name"]) == (provider.person["email"], "Grace Counsel")
        assert (user["is_verified"], user["login_count"], user["mfa_enabled"]) == (True, 1, False)
        assert [held["role"] for held in user["memberships"]] == ["owner"]
        assert (await me(browser.http, body["access_token"])).json()["id"] == user["id"]

    async def test_has_no_password_that_anyone_could_guess(self, provider, browser):
        email = (await browser.sign_in()).json()["user"]["email"]
        [stored] = await accounts_of(email)
        assert stored.password_hash is None
        assert (await log_in(browser.http, email)).status_code == 401

    async def test_the_subject_is_not_answered(self, provider, browser):
        assert provider.person["sub"] not in (await browser.sign_in()).text.replace(provider.person["email"], "")

    async def test_is_never_cached(self, provider, browser):
        assert "no-store" in (await browser.sign_in()).headers["cache-control"]

    @pytest.mark.parametrize("name", [None, "", "  ", 7, "x" * 201, "a\0b", ["Grace"]])
    async def test_without_a_usable_name_is_called_by_the_address(self, provider, browser, name):
        provider.person["name"] = name
        user = (await browser.sign_in()).json()["user"]
        assert user["full_name"] == provider.person["email"].partition("@")[0]

    async def test_fifty_callbacks_at_once_make_one_account(self, provider, live):
        async with http_client(base_url=live, timeout=60) as http:

            async def once() -> httpx.Response:
                """In a browser of its own: what leaves with one cookie jar would come back with the last cookie."""
                away = await http.get(f"{GOOGLE}/login")
                cookie = {"cookie": away.headers["set-cookie"].partition(";")[0]}
                there = await http.get(away.headers["location"])
                return await http.get(there.headers["location"], headers=cookie)

            http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            answers = await asyncio.gather(*(once() for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["user"]["id"] for answer in answers}) == 1
        assert len(await accounts_of(provider.person["email"])) == 1
        assert len({answer.json()["user"]["memberships"][0]["tenant_id"] for answer in answers}) == 1

    async def test_whoever_opens_the_account_first_is_entered_by_the_others(self, resources_, monkeypatch):
        """Both have looked before either had an account."""
        person = Person(str(new_id()), an_email(), "Grace")
        real, looked = accounts._existing, asyncio.Barrier(2)

        async def together(who: Person) -> User | None:
            found = await real(who)
            if found is None:
                await looked.wait()
            return found

        monkeypatch.setattr(accounts, "_existing", together)
        one, other = await asyncio.gather(accounts.account_of(person), accounts.account_of(person))
        assert one.id == other.id
        assert await Tenant.find({"_id": one.memberships[0].tenant_id}).count() == 1


class TestKnownPerson:
    async def test_enters_the_same_account_again(self, provider, browser):
        first, second = [(await browser.sign_in()).json()["user"] for _ in range(2)]
        assert (first["id"], second["login_count"]) == (second["id"], 2)

    async def test_by_the_subject_whatever_address_the_provider_has_now(self, provider, browser):
        first = (await browser.sign_in()).json()["user"]
        provider.person["email"] = an_email()
        again = (await browser.sign_in()).json()["user"]
        assert (again["id"], again["email"]) == (first["id"], first["email"])

    async def test_a_suspended_one_is_refused(self, provider, browser):
        user = (await browser.sign_in()).json()["user"]
        await store.change_user(Id(user["id"]), {"is_active": False})
        assert slug(await browser.sign_in()) == "account-suspended"

    async def test_a_deleted_one_is_neither_entered_nor_made_again(self, provider, browser):
        user = (await browser.sign_in()).json()["user"]
        await store.change_user(Id(user["id"]), {"deleted_at": now()})
        assert slug(await browser.sign_in()) == "account-deleted"
        provider.person["sub"] = "another subject of the same address" + str(new_id())
        assert slug(await browser.sign_in()) == "account-deleted"
        assert len(await accounts_of(user["email"])) == 1

    async def test_a_tenant_that_was_deleted_is_not_entered(self, provider, browser):
        user = (await browser.sign_in()).json()["user"]
        tenant = await Tenant.find_one({"_id": Id(user["memberships"][0]["tenant_id"])})
        await tenant.set({"deleted_at": now()})
        again = (await browser.sign_in()).json()
        assert tokens.read_access_token(again["access_token"]).tenant_id != tenant.id


class TestAccountWithAPassword:
    async def test_is_linked_when_both_sides_have_verified_the_address(self, provider, browser, account, recorded):
        await store.change_user(account["id"], {"is_verified": True})
        provider.person = a_person(email=account["email"].upper())
        answer = await browser.sign_in()
        assert answer.json()["user"]["id"] == str(account["id"])
        assert (audit.Action.USER_LINKED, account["id"], {}) in recorded
        assert (await log_in(browser.http, account["email"])).status_code == 200

    async def test_is_not_when_only_the_provider_has(self, provider, browser, account, recorded):
        """Or whoever registers your address first owns what you bring to it by Google later."""
        provider.person = a_person(email=account["email"])
        refused = await browser.sign_in()
        assert (refused.status_code, slug(refused)) == (409, "verify-email-first")
        assert (await store.user_by_id(account["id"])).google_subject is None
        assert (audit.Action.USER_REFUSED, account["id"], {"reason": "unverified e-mail"}) in recorded

    async def test_is_not_when_only_we_have(self, provider, browser, account):
        await store.change_user(account["id"], {"is_verified": True})
        provider.person = a_person(email=account["email"], email_verified=False)
        refused = await browser.sign_in()
        assert (refused.status_code, slug(refused)) == (403, "google-email-not-verified")
        assert (await store.user_by_id(account["id"])).google_subject is None

    async def test_is_not_taken_over_by_a_second_subject_of_the_same_address(self, provider, browser, account):
        await store.change_user(account["id"], {"is_verified": True})
        provider.person = a_person(email=account["email"])
        assert (await browser.sign_in()).status_code == 200
        provider.person = a_person(email=account["email"])
        assert slug(await browser.sign_in()) == "google-linked-elsewhere"

    async def test_a_subject_belongs_to_one_account(self, provider, browser, account, firm):
        await browser.sign_in()
        await store.change_user(account["id"], {"is_verified": True})
        assert not await google_store.link(account["id"], f"{provider.url} {provider.person['sub']}")

    async def test_another_providers_subject_is_somebody_else(self, provider, browser, account):
        await store.change_user(account["id"], {"google_subject": f"https://other.example {provider.person['sub']}"})
        assert (await browser.sign_in()).json()["user"]["id"] != str(account["id"])

    async def test_is_not_entered_by_who_has_another_address_of_the_same_key(self, provider, browser, client):
        """`straße@` and `strasse@` are one account here, and two mailboxes there."""
        name = new_id()
        user = await register(a_wish(f"straße{name}@firm.example"))
        await store.change_user(user.id, {"is_verified": True})
        provider.person = a_person(email=f"strasse{name}@firm.example")
        refused = await browser.sign_in()
        assert (refused.status_code, slug(refused)) == (409, "google-linked-elsewhere")
        assert (await store.user_by_id(user.id)).google_subject is None

    @pytest.mark.parametrize("change", [{"is_verified": False}, {"deleted_at": now()}, {"google_subject": "another"}])
    async def test_is_not_linked_when_it_changed_meanwhile(self, resources_, account, change):
        await store.change_user(account["id"], {"is_verified": True})
        if "google_subject" in change:
            change = {"google_subject": str(new_id())}
        seen = await store.user_by_id(account["id"])
        await store.change_user(account["id"], change)
        person = Person(str(new_id()), account["email"], "Grace")
        with pytest.raises(LinkedElsewhere):
            await accounts._linked(seen, person)
        assert (await store.user_by_id(account["id"])).google_subject != person.subject

    async def test_linked_twice_at_once_is_linked(self, resources_, account):
        await store.change_user(account["id"], {"is_verified": True})
        seen = await store.user_by_id(account["id"])
        person = Person(str(new_id()), account["email"], "Grace")
        linked = await asyncio.gather(*(accounts._linked(seen.model_copy(), person) for _ in range(50)))
        assert {user.id for user in linked} == {account["id"]}

    async def test_wrong_passwords_do_not_keep_its_owner_out(self, provider, browser, account, settings_):
        await store.change_user(account["id"], {"is_verified": True})
        for _ in range(settings_.auth.max_failed_logins):
            await log_in(browser.http, account["email"], "not the password")
        provider.person = a_person(email=account["email"])
        assert (await browser.sign_in()).status_code == 200
        assert (await log_in(browser.http, account["email"], PASSWORD)).status_code == 200


class TestDeparture:
    async def test_asks_the_provider_for_a_code_bound_to_this_sign_in(self, provider, browser, live):
        away = await browser.leave()
        assert away.status_code == 302
        url, asked = away.headers["location"], parse_qs(urlsplit(away.headers["location"]).query)
        assert url.startswith(f"{provider.url}/authorize?")
        assert asked["redirect_uri"] == [f"{live}{GOOGLE}/callback"]
        assert asked["code_challenge_method"] == ["S256"]
        assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}

    async def test_every_one_is_another(self, provider, browser):
        urls = [parse_qs(urlsplit((await browser.leave()).headers["location"]).query) for _ in range(2)]
        for name in ("state", "nonce", "code_challenge"):
            assert urls[0][name] != urls[1][name]

    async def test_the_cookie_is_for_the_way_back_alone(self, provider, browser):
        words = {word.strip().lower() for word in (await browser.leave()).headers["set-cookie"].split(";")}
        assert {"httponly", "samesite=lax", f"path={GOOGLE}/callback", "max-age=600"} <= words
        assert "secure" not in words  # plain http, in development

    async def test_and_only_over_tls_where_people_use_it(self, provider, browser, change_settings):
        change_settings("server", public_url="https://research.firm.example/elenchus/")
        away = await browser.leave()
        words = {word.strip().lower() for word in away.headers["set-cookie"].split(";")}
        assert {"secure", f"path=/elenchus{GOOGLE}/callback"} <= words
        asked = parse_qs(urlsplit(away.headers["location"]).query)
        assert asked["redirect_uri"] == [f"https://research.firm.example/elenchus{GOOGLE}/callback"]

    async def test_the_host_header_is_not_believed(self, provider, browser):
        away = await browser.http.get(f"{GOOGLE}/login", headers={"Host": "evil.example", "X-Forwarded-Host": "evil"})
        assert "evil" not in away.headers["location"]

    async def test_without_a_public_address_it_is_the_one_we_listen_on(self, provider, browser, change_settings):
        change_settings("server", public_url="", host="::1", port=8123)
        asked = parse_qs(urlsplit((await browser.leave()).headers["location"]).query)
        assert asked["redirect_uri"] == [f"http://[::1]:8123{GOOGLE}/callback"]

    async def test_kept_again_by_the_driver_it_is_kept_once(self, resources_):
        state = GoogleState(id=new_id(), browser_digest="its own", sealed=b"", expires_at=now())
        for _ in range(2):
            await google_store.keep_state(state)
        with pytest.raises(DuplicateKeyError):
            await google_store.keep_state(state.model_copy(update={"browser_digest": "another's"}))

    async def test_nothing_secret_lies_in_the_database_readably(self, provider, browser):
        away = await browser.leave()
        asked = parse_qs(urlsplit(away.headers["location"]).query)
        row = await google_store.GoogleState.find_one({"_id": google_store.state_id(asked["state"][0])})
        text = repr(row)
        for secret in (asked["state"][0], asked["nonce"][0], browser.http.cookies["elenchus_google"]):
            assert secret not in text


async def test_a_sign_in_is_recorded_with_how(provider, browser, recorded):
    user = (await browser.sign_in()).json()["user"]
    how = {"method": "google", "second_factor": None}
    assert (audit.Action.USER_SIGNED_IN, Id(user["id"]), how) in recorded


async def test_whoever_has_no_tenant_is_refused_without_a_note(account, recorded):
    user = await store.user_by_id(account["id"])
    user.memberships = []
    signing_in.note_refusal(user, "otp")
    assert recorded == []
