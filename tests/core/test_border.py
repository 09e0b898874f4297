"""Every answer, the broken ones too, leaves in one shape."""

import json
import logging
import secrets

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict
from pymongo.errors import NetworkTimeout, OperationFailure, ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as RedisConnectionError

from elenchus.core import logs, metrics, problems, web
from elenchus.core.errors import Conflict, TooManyRequests, Unauthenticated
from elenchus.core.pages import PageParams
from elenchus.core.web import Border

LIMIT = 2_000


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


class InTrial(Conflict):
    title = "The case is in trial"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    raised = {
        "conflict": InTrial("Wait for the verdict.", case_id="c1"),
        "limited": TooManyRequests("Slower, please.", retry_after_seconds=7),
        "anonymous": Unauthenticated("Sign in."),
        "database": ServerSelectionTimeoutError("10.0.0.7:27017: refused"),
        "frozen": NetworkTimeout("10.0.0.7:27017: timed out"),
        "redis": RedisConnectionError("10.0.0.8:6379"),
        "bug": RuntimeError("secret internals at 10.0.0.9"),
        "mongo-bug": OperationFailure("bad operator at 10.0.0.9", 2),
    }

    @app.get("/raise/{name}")
    async def raise_it(name: str) -> None:
        raise raised[name]

    @app.post("/body")
    async def take(body: Body) -> Body:
        return body

    @app.get("/page")
    async def page(query: PageParams) -> int:
        return query.limit

    room, version = APIRouter(prefix="/room"), APIRouter(prefix="/v1")

    @room.get("/{id}")
    async def in_a_room(id: str) -> str:
        return id

    version.include_router(room)
    app.include_router(version)
    app.add_middleware(Border, max_body_bytes=LIMIT, other_limits={"/upload": None})
    problems.install(app)
    return app


@pytest.fixture
async def http(app: FastAPI):
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://elenchus.test") as client:
        yield client


def check_problem(answer: httpx.Response, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= body.keys()
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["instance"] == answer.request.url.path
    assert "10.0.0." not in answer.text
    return body


class TestProblems:
    async def test_a_refusal_keeps_its_words_and_fields(self, http):
        body = check_problem(await http.get("/raise/conflict"), 409)
        assert (body["title"], body["detail"], body["case_id"]) == (
            "The case is in trial",
            "Wait for the verdict.",
            "c1",
        )
        assert body["type"].endswith("/conflict")

    async def test_retry_after_is_sent(self, http):
        answer = await http.get("/raise/limited")
        check_problem(answer, 429)
        assert answer.headers["retry-after"] == "7"

    async def test_401_says_how_to_sign_in(self, http):
        answer = await http.get("/raise/anonymous")
        check_problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(("name", "service"), [("database", "mongodb"), ("frozen", "mongodb"), ("redis", "redis")])
    async def test_a_service_that_is_away_is_503(self, http, name, service):
        answer = await http.get(f"/raise/{name}")
        assert check_problem(answer, 503)["service"] == service
        assert int(answer.headers["retry-after"]) >= 1

    @pytest.mark.parametrize("name", ["bug", "mongo-bug"])
    async def test_a_fault_of_ours_tells_nothing_but_its_id(self, http, name):
        body = check_problem(await http.get(f"/raise/{name}"), 500)
        assert body["type"].endswith("/internal-error")
        assert "RuntimeError" not in json.dumps(body)

    async def test_unknown_path(self, http):
        check_problem(await http.get("/nowhere"), 404)

    async def test_wrong_method(self, http):
        answer = await http.put("/body")
        check_problem(answer, 405)
        assert answer.headers["allow"] == "POST"

    async def test_invalid_values_are_named(self, http):
        body = check_problem(await http.post("/body", json={"name": 3, "role": "owner"}), 422)
        assert {tuple(row["loc"]) for row in body["errors"]} == {("body", "name"), ("body", "role")}
        assert all(row.keys() == {"loc", "msg", "type"} for row in body["errors"])

    async def test_broken_json_is_malformed(self, http):
        answer = await http.post("/body", content=b'{"name": ', headers={"content-type": "application/json"})
        check_problem(answer, 400)

    @pytest.mark.parametrize("sent", ["text/plain", "application/xml", ""])
    async def test_another_type_than_json_is_named(self, http, sent):
        headers = {"content-type": sent} if sent else {}
        body = check_problem(await http.post("/body", content=b'{"name": "x"}', headers=headers), 415)
        assert "application/json" in body["detail"]

    async def test_of_many_wrong_values_some_are_shown(self, http):
        body = check_problem(await http.post("/body", json={f"x{n}": 1 for n in range(100)}), 422)
        assert (len(body["errors"]), body["errors_total"]) == (20, 101)

    async def test_what_was_sent_is_not_sent_back(self, http):
        answer = await http.post("/body", json={"name": {"password": "hunter2hunter2"}})
        check_problem(answer, 422)
        assert "hunter2" not in answer.text

    @pytest.mark.parametrize("cursor", ["!", "AAAA", "x" * 18, "é"])
    async def test_a_broken_cursor_is_invalid(self, http, cursor):
        check_problem(await http.get("/page", params={"cursor": cursor}), 422)

    @pytest.mark.parametrize("limit", [0, 201, "many"])
    async def test_limits_of_a_page(self, http, limit):
        check_problem(await http.get("/page", params={"limit": limit}), 422)


class TestSize:
    async def test_an_announced_large_body_is_refused_before_it_is_read(self, http):
        check_problem(await http.post("/body", json={"name": "x" * LIMIT}), 413)

    async def test_an_unannounced_large_body_is_refused_while_it_is_read(self, http):
        async def chunks():
            yield b'{"name": "'
            for _ in range(50):
                yield b"x" * 100

        answer = await http.post("/body", content=chunks(), headers={"content-type": "application/json"})
        check_problem(answer, 413)

    async def test_just_below_the_limit_passes(self, http):
        answer = await http.post("/body", json={"name": "x" * (LIMIT - 20)})
        assert answer.status_code == 200

    async def test_an_upload_path_counts_for_itself(self, http):
        check_problem(await http.post("/upload", content=b"x" * (LIMIT + 1)), 404)


class TestRequestId:
    async def test_a_sane_one_is_kept(self, http):
        answer = await http.get("/page", headers={"x-request-id": "client-4711.abc"})
        assert answer.headers["x-request-id"] == "client-4711.abc"

    @pytest.mark.parametrize("bad", ["short", "x" * 129, "with space in it", 'quote"quote"', "-leading-dash"])
    async def test_an_odd_one_is_replaced(self, http, bad):
        answer = await http.get("/page", headers={"x-request-id": bad})
        assert len(answer.headers["x-request-id"]) == 32

    async def test_headers_that_browsers_need(self, http):
        answer = await http.get("/page")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"


class TestFigures:
    async def test_requests_are_counted_by_route_template_not_by_path(self, http):
        for name in ("conflict", "limited"):
            await http.get(f"/raise/{name}")
        await http.get("/nowhere/at/all/4711")
        await http.get("/v1/room/some-id")
        text = metrics.exposition().decode()
        assert 'route="/v1/room/{id}",status="200"' in text
        assert 'route="/raise/{name}",status="409"' in text
        assert 'route="unmatched",status="404"' in text
        assert "/nowhere" not in text
        assert "some-id" not in text

    async def test_a_line_for_each_request_with_its_id(self, http, lines):
        await http.get("/raise/conflict", headers={"x-request-id": "request-4711"})
        line = next(row for row in lines if row["event"] == "request")
        assert (line["request_id"], line["status"], line["route"]) == ("request-4711", 409, "/raise/{name}")

    async def test_a_fault_is_logged_with_its_cause(self, http, lines):
        await http.get("/raise/bug")
        assert [row for row in lines if row["event"] == "request broke" and isinstance(row["exc_info"], RuntimeError)]


@pytest.fixture
def lines(monkeypatch) -> list[structlog.types.EventDict]:
    """What the border logs; loggers keep their processors from their first line on, so this one gets its own."""
    capture = structlog.testing.LogCapture()
    processors = [structlog.contextvars.merge_contextvars, capture]
    monkeypatch.setattr(web, "log", structlog.wrap_logger(None, processors=processors))
    return capture.entries


def test_libraries_log_in_our_form(capsys):
    logs.configure("INFO", "json")
    try:
        logging.getLogger("some.library").warning("a warning of %s", "theirs")
        logs.get("ours").info("signed in", password="hunter2", pages=3)
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        logs.configure("WARNING", "json")
    assert lines[0]["event"] == "a warning of theirs"
    assert lines[1]["pages"] == 3
    assert lines[1]["password"] == "[withheld]"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_tells_where_and_not_with_what(capsys, form):
    def fails(password: str) -> None:
        raise RuntimeError("broke")

    canary = secrets.token_hex(8)
    logs.configure("INFO", form)
    try:
        for logger in (logs.get("ours"), logging.getLogger("theirs")):
            try:
                fails(canary)
            except RuntimeError as error:
                logger.error("it broke", exc_info=error)
        out = capsys.readouterr().err
    finally:
        logs.configure("WARNING", "json")
    assert out.count("fails") >= 2
    assert canary not in out
