"""Who gets through which door: every operation of the API document against everybody who might try it.

A refusal tells nothing and changes nothing, and the same request by whoever may make it gets through: a door that is
locked for all would pass every other test here.
"""

from typing import Any

import httpx
import pytest

from tests.access.operations import ID, ROWS, Operation, Row, operations, puts
from tests.access.world import World, snapshot

OPERATIONS = operations()
GUARDED = [each for each in OPERATIONS if each.id not in ROWS or ROWS[each.id].who != "everyone"]
NOBODY_ANY_MORE = ("anonymous", "expired", "left", "suspended", "removed", "revoked key")
RANK = ("viewer", "member", "admin", "owner", "superuser")
INSIDE = {"viewer": "viewer", "colleague": "member", "admin": "admin", "owner": "owner"}
KEYS = {"documents key": {"documents:read", "documents:write"}, "chat key": {"chat:read", "chat:write"}}
#: What a colleague of the author may name too.
SHARED = {"document_id", "analysis_id", "tenant_id", "template_id"}


def test_every_operation_has_its_row():
    """A new route is decided on here before it can be merged."""
    assert {each.id for each in OPERATIONS} == set(ROWS)


def test_the_api_document_says_which_scope_each_guarded_operation_needs():
    without = {each.id for each in GUARDED if each.scope is None and not ROWS[each.id].session_only}
    assert without == set()


def test_ids_are_found_however_deep_a_body_has_them():
    one = {"type": "string", "pattern": ID}
    schemas = {
        "Inner": {"properties": {"ids": {"items": one, "type": "array"}, "again": {"$ref": "#/x/Inner"}}},
        "Outer": {"properties": {"a": {"anyOf": [one, {"type": "null"}]}, "b": {"items": {"$ref": "#/x/Inner"}}}},
    }
    assert [put("1") for put in puts({"$ref": "#/x/Outer"}, schemas)] == [{"a": "1"}, {"b": [{"ids": ["1"]}]}]


def ids(value: Any) -> str:
    return value.id if isinstance(value, Operation) else str(value)


async def ask(world: World, who: str, operation: Operation, **instead: Any) -> httpx.Response:
    sent = {**ROWS[operation.id].sends(world), **instead}
    return await world.send(who, operation.method, operation.path(world, **world.own.get(who, {})), **sent)


async def ask_for_the_authors(world: World, who: str, operation: Operation) -> httpx.Response:
    return await world.send(who, operation.method, operation.path(world), **ROWS[operation.id].sends(world))


def refused_roles(row: Row) -> list[str]:
    return [who for who, role in INSIDE.items() if RANK.index(role) < RANK.index(row.who)]


def refused_keys(operation: Operation) -> list[str]:
    if ROWS[operation.id].session_only:
        return [*KEYS, "reading key", "key"]
    refused = [name for name, scopes in KEYS.items() if operation.scope not in {*scopes, "any"}]
    return refused + ["reading key"] * str(operation.scope).endswith(":write")


def expected_refusals(operation: Operation) -> dict[str, int]:
    row = ROWS[operation.id]
    expected = dict.fromkeys(NOBODY_ANY_MORE, 401) | dict.fromkeys(refused_roles(row), 403)
    expected |= dict.fromkeys(refused_keys(operation), 403)
    outside = {"stranger"} if row.superusers_too else {"stranger", "superuser"}
    if row.who == "superuser":
        expected["stranger"] = 403
    elif row.whose != "nobody":
        expected |= dict.fromkeys(outside, 404)
    if row.whose == "author" and operation.method != "GET":
        expected["colleague"] = 403
    if row.whose == "own":
        expected = dict.fromkeys(("colleague", "viewer"), 404) | expected
    if row.whose == "person":
        expected = dict.fromkeys(("colleague", "owner", "key"), 404) | expected
    return expected


@pytest.mark.parametrize("operation", GUARDED, ids=ids)
async def test_nobody_gets_past_who_should_not(operation: Operation, world: World):
    expected = expected_refusals(operation)
    before = await snapshot(world)
    answers = {who: await ask_for_the_authors(world, who, operation) for who in expected}
    assert {who: answer.status_code for who, answer in answers.items()} == expected
    assert not [who for who, answer in answers.items() if world.canary in answer.text]
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers.values())
    assert await snapshot(world) == before


def let_in(operation: Operation) -> list[str]:
    """Who gets through: whoever has just the role, a key with the scope, and for reading all whom it belongs to."""
    row = ROWS[operation.id]
    found = [{"viewer": "author", "member": "author"}.get(row.who, row.who)]
    if not row.session_only and row.whose != "person":
        found.append("key")
    if operation.method == "GET" and row.whose in ("tenant", "author") and row.who == "viewer":
        found += ["viewer", "colleague"]
    if operation.method == "GET" and row.superusers_too:
        found.append("superuser")
    return found


def doors(*, reads: bool, ends: bool) -> list[tuple[Operation, str]]:
    wanted = [each for each in GUARDED if (each.method == "GET") is reads and ROWS[each.id].ends is ends]
    return [(operation, who) for operation in wanted for who in let_in(operation)]


async def require_through(world: World, who: str, operation: Operation) -> None:
    answer = await ask_for_the_authors(world, who, operation)
    assert answer.status_code < 400 or answer.status_code in ROWS[operation.id].may_answer, answer.text


@pytest.mark.parametrize(("operation", "who"), doors(reads=True, ends=False), ids=ids)
async def test_who_may_read_gets_through(operation: Operation, who: str, world: World):
    await require_through(world, who, operation)


@pytest.mark.parametrize(("operation", "who"), doors(reads=False, ends=False), ids=ids)
async def test_who_may_change_gets_through(operation: Operation, who: str, changing_world: World):
    await require_through(changing_world, who, operation)


@pytest.mark.parametrize(("operation", "who"), doors(reads=False, ends=True), ids=ids)
async def test_who_may_end_something_gets_through(operation: Operation, who: str, own_world: World):
    await require_through(own_world, who, operation)


@pytest.mark.parametrize("who", ["stranger", "colleague"])
@pytest.mark.parametrize("operation", [each for each in GUARDED if each.puts], ids=ids)
async def test_an_id_of_somebody_else_in_the_body_is_an_id_of_nothing(operation: Operation, who: str, world: World):
    """Each id of the author's and of the firm's wherever the body takes an id, in a request that is else good and about
    something of one's own."""
    before = await snapshot(world)
    for put in operation.puts:
        for id_ in {id_ for name, id_ in world.ids.items() if who == "stranger" or name not in SHARED}:
            body = ROWS[operation.id].sends(world).get("json", {}) | put(id_)
            answer = await ask(world, who, operation, json=body)
            assert world.canary not in answer.text, body
            if not (ROWS[operation.id].finds and answer.is_success and answer.json()["matched"] == 0):
                assert answer.status_code in (404, 422), (body, answer.text)
    assert await snapshot(world) == before


@pytest.mark.parametrize("operation", [each for each in GUARDED if each.queries], ids=ids)
async def test_an_id_of_another_firm_in_the_query_finds_nothing(operation: Operation, world: World):
    for name in operation.queries:
        for id_ in set(world.ids.values()):
            answer = await ask(world, "stranger", operation, params={name: id_})
            assert answer.status_code < 500, answer.text
            assert_tells_nothing(world, answer, asked=operation.path(world) + id_)


@pytest.mark.parametrize("operation", [each for each in GUARDED if each.method == "GET"], ids=ids)
async def test_no_answer_to_a_stranger_holds_a_word_of_the_firm(operation: Operation, world: World):
    answer = await ask_for_the_authors(world, "stranger", operation)
    assert_tells_nothing(world, answer, asked=operation.path(world))


def assert_tells_nothing(world: World, answer: httpx.Response, *, asked: str) -> None:
    """But what was asked for, which may be named."""
    assert world.canary not in answer.text
    assert not [id_ for id_ in (world.tenant_id, *world.ids.values()) if id_ in answer.text and id_ not in asked]
