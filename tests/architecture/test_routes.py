"""Every way in is declared: who may use it, what it is called, how it refuses."""

from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction

import pytest
from fastapi.routing import APIRoute

from elenchus import registry
from elenchus.core import health
from elenchus.core.principal import _SignedIn
from elenchus.main import create_app

#: Open to everyone, each for a reason.
PUBLIC = {
    "health", "root_health", "readiness", "database_health", "metrics",  # probes carry no tenant's data
    "register", "login", "refresh_tokens",  # how one gets a principal
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
        own_account = {"logout", "logout_all", "change_me", "end_session"}
        reading_by_post = {"search_documents"}
        if route.methods <= {"GET", "HEAD"} or route.operation_id in PUBLIC | own_account | reading_by_post:
            return
        assert strictest(route.dependant) != "viewer"


def strictest(dependant) -> str:
    found = [dependant.call.needed] if isinstance(dependant.call, _SignedIn) else []
    found += [role for child in dependant.dependencies if (role := strictest(child))]
    return max(found, key=lambda role: list(type(role)).index(role), default="")


def test_operation_ids_are_unique():
    names = [route.operation_id for route in ALL]
    assert len(names) == len(set(names))


def test_the_document_can_be_made():
    document = create_app().openapi()
    assert document["info"]["title"] == "Elenchus"
    assert all(path.startswith(("/api/v1/", "/health", "/metrics")) or path == "/" for path in document["paths"])
