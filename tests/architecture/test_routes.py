"""Every way in is declared: who may use it, what it is called, how it refuses."""

import re
from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from elenchus import registry
from elenchus.core import health, scopes
from elenchus.core.principal import _SignedIn, document_scopes
from elenchus.main import create_app

#: Open to everyone, each for a reason.
PUBLIC = {
    "health", "root_health", "readiness", "database_health", "metrics",  # probes carry no tenant's data
    "register", "login", "refresh_tokens",  # how one gets a principal
    "google_login", "google_callback", "google_second_factor",  # the provider says who it is
    "browser_login", "browser_token", "browser_logout", "browser_google_login", "browser_google_second_factor",  # too
    "browser_google",  # tells anybody whether to offer it
    "read_shared_conversation",  # the link stands for whoever has it
    "forgot_password", "reset_password", "verify_email",  # a mailed token stands for the one who is not signed in
}  # fmt: skip


def routes() -> Iterator[APIRoute]:
    for router in (health.router, health.root_router, *registry.ROUTERS):
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def is_guarded(dependant) -> bool:
    return isinstance(dependant.call, _SignedIn) or any(map(is_guarded, dependant.dependencies))


def plain_functions(dependant) -> Iterator[str]:
    call = dependant.call
    runs_async = iscoroutinefunction(call) or isasyncgenfunction(call) or iscoroutinefunction(type(call).__call__)
    if not runs_async:
        yield repr(call)
    for child in dependant.dependencies:
        yield from plain_functions(child)


ALL = list(routes())


def test_every_way_in_is_one_that_is_asked_here():
    """A WebSocket, a mounted app and a plain route have no guard that could be looked for."""
    documentation = {"/docs", "/docs/oauth2-redirect", "/redoc", "/api/v1/openapi.json"}
    documentation |= {"/api/v1/chat/ws/{conversation_id}"}  # asked in tests/research/sockets
    ways = list(iter_route_contexts(create_app().routes))
    assert {way.path for way in ways if not isinstance(way.original_route, APIRoute)} == documentation
    asked = {id(route) for route in ALL}
    assert {way.path for way in ways if id(way.original_route) not in asked} == documentation | {"/"}


def test_there_are_routes():
    assert len(ALL) > 20


@pytest.mark.parametrize("route", ALL, ids=lambda r: f"{min(r.methods)} {r.path}")
class TestEveryRoute:
    def test_asks_who_it_is_or_is_listed_as_public(self, route):
        assert is_guarded(route.dependant) != (route.operation_id in PUBLIC)

    def test_never_leaves_the_event_loop(self, route):
        """FastAPI runs a plain function in a thread: 90 µs of CPU for each, and a pool of 40 for all."""
        assert list(plain_functions(route.dependant)) == []

    def test_names_its_operation(self, route):
        assert route.operation_id

    def test_writing_needs_more_than_a_viewer(self, route):
        """A viewer reads; what it may post is listed with the reason."""
        own_account = {"enroll_second_factor", "confirm_second_factor", "disable_second_factor"}
        own_account |= {"change_password", "request_verification", "logout", "logout_all", "change_me", "end_session"}
        own_account |= {"accept_invitation"}  # whatever they are where they come from, and so is the next
        own_account |= {"switch_tenant", "browser_switch_tenant"}
        own_account |= {"remove_member"}  # a viewer may leave; whom else one may remove, the service says
        own_account |= {"delete_user"}  # oneself; anybody, for a superuser
        reading_by_post = {"search_documents", "verify_quotes"}
        if route.methods <= {"GET", "HEAD"} or route.operation_id in PUBLIC | own_account | reading_by_post:
            return
        assert strictest(route.dependant) != "viewer" or any(guard.superuser for guard in guards(route.dependant))


def guards(dependant) -> Iterator[_SignedIn]:
    if isinstance(dependant.call, _SignedIn):
        yield dependant.call
    for child in dependant.dependencies:
        yield from guards(child)


def strictest(dependant) -> str:
    found = [dependant.call.needed] if isinstance(dependant.call, _SignedIn) else []
    found += [role for child in dependant.dependencies if (role := strictest(child))]
    return max(found, key=lambda role: list(type(role)).index(role), default="")


@pytest.fixture(scope="module")
def operations() -> dict[str, dict]:
    app = create_app()
    document = app.openapi()
    document_scopes(document, app.routes)
    return {o["operationId"]: o for path in document["paths"].values() for o in path.values()}


class TestScopes:
    """What opens each operation to an API key."""

    def test_every_guarded_operation_names_one_and_no_other_does(self, operations):
        assert {name for name, said in operations.items() if "x-scope" in said} == {
            route.operation_id for route in ALL if is_guarded(route.dependant)
        }

    def test_each_is_one_that_a_key_can_have_or_says_that_none_can(self, operations):
        named = {said["x-scope"] for said in operations.values() if "x-scope" in said}
        assert named - {scopes.SESSION_ONLY, scopes.ANY_KEY} <= scopes.KNOWN

    def test_each_that_a_key_can_have_opens_something(self, operations):
        assert {said.get("x-scope") for said in operations.values()} >= scopes.KNOWN

    def test_only_who_one_is_needs_no_scope(self, operations):
        anyone = {name for name, said in operations.items() if said.get("x-scope") == scopes.ANY_KEY}
        assert anyone == {"read_me", "read_session"}

    @pytest.mark.parametrize("route", ALL, ids=lambda r: f"{min(r.methods)} {r.path}")
    def test_accounts_keys_and_superusers_are_for_people(self, route, operations):
        said = operations[route.operation_id].get("x-scope")
        is_personal = any(guard.superuser for guard in guards(route.dependant)) or (
            route.path.startswith(("/auth", "/api-keys"))
            or (route.path.startswith(("/tenants", "/users")) and not route.methods <= {"GET", "HEAD"})
        )
        if is_personal and route.operation_id not in PUBLIC | {"read_me", "read_session"}:
            assert said == scopes.SESSION_ONLY


def test_operation_ids_are_unique():
    names = [route.operation_id for route in ALL]
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def document() -> dict[str, dict]:
    return create_app().openapi()


def test_the_document_can_be_made(document):
    assert document["info"]["title"] == "Elenchus"
    assert all(path.startswith(("/api/v1/", "/health", "/metrics")) or path == "/" for path in document["paths"])


class TestApiDocument:
    def test_every_operation_documents_how_it_refuses(self, document):
        for operations in document["paths"].values():
            for operation in operations.values():
                content = operation["responses"]["default"]["content"]
                assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

    def test_it_names_no_shape_that_never_leaves_us(self, document):
        assert "HTTPValidationError" not in str(document)

    def test_every_shape_has_a_short_name_of_its_own(self, document):
        """Of two models of one name FastAPI writes out where each lives, for whoever generates a client to read."""
        names = document["components"]["schemas"]
        assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]*|Page_[A-Z][A-Za-z]*_", name)] == []

    @pytest.mark.parametrize(
        ("operation_id", "events"),
        [
            ("ask", "AnswerEvent"), ("regenerate_answer", "AnswerEvent"), ("follow_answer", "AnswerEvent"),
            ("follow_execution", "ExecutionEvent"), ("follow_jobs", "JobEvent"),
        ],
    )  # fmt: skip
    def test_a_stream_names_the_union_of_its_events(self, document, operation_id, events):
        [operation] = [
            o for path in document["paths"].values() for o in path.values() if o["operationId"] == operation_id
        ]
        schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]
        assert schema == {"$ref": f"#/components/schemas/{events}"}
        told = document["components"]["schemas"][events]
        assert told["discriminator"]["propertyName"] == "event"
        assert "error" in told["discriminator"]["mapping"]
        assert len(told["oneOf"]) == len({*told["discriminator"]["mapping"].values()})
