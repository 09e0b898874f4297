"""What a key may do: no more than its scopes, never what is a person's own."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx import ASGITransport

from elenchus.core import problems, scopes
from elenchus.core.ids import new_id
from elenchus.core.principal import AccountPrincipal, CurrentPrincipal, Principal, Role, SuperuserPrincipal
from elenchus.core.scopes import MissingScope, SessionNeeded, needed, require
from elenchus.core.web import Border
from elenchus.identity import principals, store
from tests.identity.keys.conftest import KEYS, make_key, shown
from tests.support import http_client

API = "/api/v1"


class TestNeeded:
    @pytest.mark.parametrize(
        ("method", "path", "scope"),
        [
            ("GET", "/documents", "documents:read"),
            ("HEAD", "/documents/{id}", "documents:read"),
            ("POST", "/documents", "documents:write"),
            ("DELETE", "/documents/{id}", "documents:write"),
            ("PATCH", "/chat/conversations/{id}", "chat:write"),
            ("OPTIONS", "/jobs", "jobs:write"),
            ("GET", "/tenants/current/members", "tenants:read"),
            ("PATCH", "/tenants/current", "session"),
            ("POST", "/tenants/current/invitations", "session"),
            ("GET", "/users/{id}", "users:read"),
            ("DELETE", "/users/{id}", "session"),
            ("GET", "/auth/sessions", "session"),
            ("POST", "/auth/me/password", "session"),
            ("GET", "/api-keys", "session"),
            ("POST", "/api-keys/{id}/rotate", "session"),
        ],
    )
    def test_follows_from_path_and_method(self, method, path, scope):
        assert needed(API + path, method) == scope

    def test_a_route_may_say_otherwise(self):
        assert needed(f"{API}/documents/search", "POST", "documents:read") == "documents:read"

    def test_a_resource_that_no_key_knows_stays_shut(self):
        scope = needed(f"{API}/brand-new", "GET")
        with pytest.raises(MissingScope):
            require(scope, scopes.KNOWN)


class TestRequire:
    @pytest.mark.parametrize("held", [{"documents:read"}, {"documents:write"}, {"documents:write", "chat:read"}])
    def test_writing_includes_reading(self, held):
        require("documents:read", held)

    @pytest.mark.parametrize(
        ("scope", "held"),
        [
            ("documents:write", {"documents:read"}),
            ("documents:read", {"chat:write", "chat:read"}),
            ("documents:read", set()),
            ("chat:write", {"documents:write"}),
        ],
    )
    def test_what_is_missing_is_named(self, scope, held):
        with pytest.raises(MissingScope, match=scope):
            require(scope, held)

    @pytest.mark.parametrize("held", [{"session"}, scopes.KNOWN])
    def test_no_scope_makes_a_person(self, held):
        with pytest.raises(SessionNeeded):
            require(scopes.SESSION_ONLY, held)

    def test_every_key_may_ask_who_it_is(self):
        require(scopes.ANY_KEY, set())


class TestOverHttp:
    async def test_a_reader_reads_and_does_not_write(self, client, mine):
        key = shown(await make_key(mine, "documents:read"))
        assert (await client.get(f"{API}/documents", headers=key)).status_code == 200
        for path in ("/documents", f"/documents/{new_id()}/reprocess"):
            refused = await client.post(API + path, headers=key)
            assert (refused.status_code, refused.json()["scope"]) == (403, "documents:write")
            assert "documents:write" in refused.json()["detail"]

    async def test_a_search_is_a_reading(self, client, mine):
        asked = {"query": "notice"}
        may, may_not = await make_key(mine, "documents:read"), await make_key(mine, "jobs:write")
        assert (await client.post(f"{API}/documents/search", json=asked, headers=shown(may))).status_code == 200
        refused = await client.post(f"{API}/documents/search", json=asked, headers=shown(may_not))
        assert (refused.status_code, refused.json()["scope"]) == (403, "documents:read")

    async def test_a_writer_reads_too_but_only_there(self, client, mine):
        key = shown(await make_key(mine, "chat:write"))
        assert (await client.post(f"{API}/chat/conversations", json={}, headers=key)).status_code == 201
        assert (await client.get(f"{API}/chat/conversations", headers=key)).status_code == 200
        assert (await client.get(f"{API}/documents", headers=key)).status_code == 403
        assert (await client.get(f"{API}/jobs", headers=key)).status_code == 403

    async def test_a_scope_gives_no_role(self, client, mine, colleague):
        """The maker became a viewer: their key may write no more."""
        admin = await colleague(Role.ADMIN)
        key = shown(await make_key(admin, "chat:write", "audit:read"))
        membership = {"tenant_id": mine.principal.tenant_id, "tenant_name": "x", "role": "viewer"}
        await store.change_user(admin.principal.user_id, {"memberships": [membership]})
        principals.forget_user(admin.principal.user_id)
        assert (await client.get(f"{API}/chat/conversations", headers=key)).status_code == 200
        assert (await client.post(f"{API}/chat/conversations", json={}, headers=key)).status_code == 403
        assert (await client.get(f"{API}/audit", headers=key)).status_code == 403

    async def test_who_it_is_needs_no_scope(self, client, mine):
        key = shown(await make_key(mine, "jobs:read"))
        said = (await client.get(f"{API}/auth/session", headers=key)).json()
        assert (said["user_id"], said["role"], said["is_superuser"]) == (mine.user["id"], "admin", False)
        assert (await client.get(f"{API}/auth/me", headers=key)).json()["id"] == mine.user["id"]

    async def test_what_is_a_persons_own_is_closed_whatever_the_scopes(self, client, mine):
        made = await make_key(mine, *sorted(scopes.KNOWN))
        before = (await mine.client.get(f"{API}/auth/me")).json()
        for method, path in (
            ("POST", "/auth/logout"), ("POST", "/auth/logout-all"), ("PATCH", "/auth/me"), ("GET", "/auth/sessions"),
            ("POST", "/auth/me/password"), ("DELETE", f"/auth/sessions/{new_id()}"),
            ("GET", "/api-keys"), ("POST", "/api-keys"), ("GET", f"/api-keys/{made['id']}"),
            ("POST", f"/api-keys/{made['id']}/rotate"), ("DELETE", f"/api-keys/{made['id']}"),
        ):  # fmt: skip
            body = {"full_name": "Mallory", "name": "x", "scopes": ["audit:read"], "current_password": mine.password,
                    "new_password": "another quiet harbour 9"}  # fmt: skip
            refused = await client.request(method, API + path, json=body, headers=shown(made))
            assert refused.status_code == 403, (method, path)
            assert refused.json()["title"] == "An API key cannot do this"
        assert (await mine.client.get(f"{API}/auth/me")).json() == before
        assert [key["id"] for key in (await mine.client.get(KEYS)).json()["items"]] == [made["id"]]

    async def test_tenants_and_users_are_changed_by_people(self, client, mine):
        """From the document, so that a new route is covered on the day it appears."""
        key = shown(await make_key(mine, *sorted(scopes.KNOWN)))
        document = (await client.get(f"{API}/openapi.json")).json()
        tried = 0
        for path, operations in document["paths"].items():
            for method in operations.keys() - {"get"} if path.startswith((f"{API}/tenants", f"{API}/users")) else ():
                url = _filled(path)
                refused = await client.request(method.upper(), url, json={}, headers=key)
                if "security" in operations[method]:
                    assert (refused.status_code, refused.json()["title"]) == (403, "An API key cannot do this"), path
                    tried += 1
        assert tried >= 3


def _filled(path: str) -> str:
    head, _, rest = path.partition("{")
    return _filled(head + str(new_id()) + rest.partition("}")[2]) if rest else path


def person(**more: object) -> Principal:
    return Principal(new_id(), new_id(), Role.OWNER, new_id(), **more)


def program(*held: str) -> Principal:
    return Principal(new_id(), new_id(), Role.ADMIN, api_key_id=new_id(), scopes=frozenset(held))


class TestDependencies:
    """On an app of its own, so that they are seen alone."""

    @pytest.fixture
    async def status(self, settings_):
        """What this principal is answered by that operation."""
        app = FastAPI()

        @app.get("/api/v1/documents/{id}")
        @app.post("/api/v1/documents/{id}")
        async def document(principal: CurrentPrincipal) -> None: ...

        @app.get("/api/v1/documents-of-mine")
        async def account(principal: AccountPrincipal) -> None: ...

        @app.get("/api/v1/everything")
        async def everything(principal: SuperuserPrincipal, also: CurrentPrincipal) -> None:
            assert principal is also

        problems.install(app)
        app.add_middleware(Border, max_body_bytes=1000)

        async def status(who: Principal, method: str, path: str) -> int:
            self.asked = 0

            async def resolve(credential: str) -> Principal:
                self.asked += 1
                return who

            app.state.resolve_principal = resolve
            async with http_client(transport=ASGITransport(app), base_url="http://x", headers=shown("elk_x")) as http:
                return (await http.request(method, API + path)).status_code

        return status

    async def test_one_endpoint_needs_what_its_method_says(self, status):
        reader, writer = program("documents:read"), program("documents:write")
        assert [await status(who, "GET", "/documents/1") for who in (reader, writer)] == [200, 200]
        assert [await status(who, "POST", "/documents/1") for who in (reader, writer)] == [403, 200]
        assert await status(reader, "HEAD", "/documents/1") == 200

    async def test_an_account_is_a_persons(self, status):
        assert await status(person(), "GET", "/documents-of-mine") == 200
        assert await status(program(*scopes.KNOWN), "GET", "/documents-of-mine") == 403

    async def test_only_a_superuser_signed_in_sees_everything(self, status):
        assert await status(person(is_superuser=True), "GET", "/everything") == 200
        assert self.asked == 1  # two dependencies, one resolution, one request counted
        assert await status(person(), "GET", "/everything") == 403
        key = replace(program(*scopes.KNOWN), is_superuser=True)
        assert await status(key, "GET", "/everything") == 403

    async def test_a_key_without_scopes_may_nothing(self, status):
        nobody = Principal(new_id(), new_id(), Role.OWNER, api_key_id=new_id())
        assert await status(nobody, "GET", "/documents/1") == 403
