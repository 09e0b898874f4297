"""Every answer, the broken ones too, leaves in one shape."""

import base64
import hashlib
import json
import logging
import re
import secrets

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel, ConfigDict
from pymongo.errors import NetworkTimeout, OperationFailure, ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as RedisConnectionError

from elenchus.core import logs, metrics, problems
from elenchus.core.errors import Conflict, TooManyRequests, Unauthenticated
from elenchus.core.pages import PageParams
from elenchus.core.web import Border
from elenchus.main import create_app
from tests.support import http_client

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

    @app.get("/file")
    async def file() -> Response:
        return Response(b"x", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "private"})

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
    async with http_client(transport=transport, base_url="http://elenchus.test") as client:
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
        assert check_problem(answer, 413)["limit_bytes"] == LIMIT

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


class TestSecurityHeaders:
    @pytest.mark.parametrize("path", ["/page", "/nowhere", "/raise/bug", "/raise/limited"])
    async def test_every_answer_has_them(self, http, path):
        headers = (await http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["content-security-policy"] == (
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        )

    async def test_what_an_answer_says_itself_stays(self, http):
        headers = (await http.get("/file")).headers
        assert headers.get_list("content-security-policy") == ["sandbox"]
        assert headers.get_list("cache-control") == ["private"]
        assert headers["x-content-type-options"] == "nosniff"

    async def test_nobody_is_bound_to_https_who_did_not_come_by_it(self, http):
        assert "strict-transport-security" not in (await http.get("/page")).headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
async def test_the_documentation_may_load_its_program_and_nothing_else(client, path):
    page = await client.get(path)
    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; ") if " " in rule)
    inline = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline]
    sources = re.findall(r'<script src="([^"]+)"', page.text)
    assert inline or sources
    assert policy["script-src"].split() == [*sources, *hashes]
    for href in re.findall(r'href="([^"?]+)[^"]*"[^>]*rel="stylesheet"|rel="stylesheet" href="([^"?]+)', page.text):
        assert "".join(href) in policy["style-src"].split()
    assert (policy["default-src"], policy["connect-src"], policy["base-uri"]) == ("'none'", "'self'", "'none'")
    assert page.headers["x-frame-options"] == "DENY"


class TestDepth:
    @staticmethod
    async def post(http: httpx.AsyncClient, body: bytes, *types: str) -> httpx.Response:
        headers = [("Content-Type", sent) for sent in types or ("application/json",)]
        return await http.post("/body", content=body, headers=headers)

    @pytest.mark.parametrize("kind", ["application/json", "application/merge-patch+json; charset=utf-8", "Text/JSON"])
    async def test_a_deep_body_is_malformed(self, http, kind):
        body = check_problem(await self.post(http, b"[" * 1_000, kind), 400)
        assert "32" in body["detail"]
        assert body["deepest"] == 32

    async def test_a_hundred_thousand_brackets(self, client):
        """No recursion of a parser, and no fault of ours."""
        answer = await client.post("/api/v1/auth/register", content=b"[" * 16_000, headers=JSON)
        check_problem(answer, 400)
        answer = await client.post("/api/v1/auth/me/password", content=b"[" * 100_000, headers=JSON)
        check_problem(answer, 400)

    async def test_a_second_content_type_hides_nothing(self, http):
        body = check_problem(await self.post(http, b"[" * 1_000, "application/json", "text/plain"), 400)
        assert "32" in body["detail"]

    async def test_brackets_in_text_are_text(self, http):
        name = '"[{' * 100
        answer = await self.post(http, json.dumps({"name": name}).encode())
        assert answer.json() == {"name": name}

    async def test_utf_16_is_refused(self, http):
        check_problem(await self.post(http, '{"name": "x"}'.encode("utf-16")), 400)


JSON = {"Content-Type": "application/json"}


class TestOtherWebsites:
    @pytest.fixture
    async def browser(self, settings_, resources_):
        server = settings_.server.model_copy(update={"cors_origins": ["https://desk.firm.example"]})
        app = create_app(settings_.model_copy(update={"server": server}))
        transport = httpx.ASGITransport(app)
        async with http_client(transport=transport, base_url="http://elenchus.test") as client:
            yield client

    async def test_a_named_one_may_read_what_it_needs(self, browser):
        answer = await browser.get("/api/v1/health", headers={"Origin": "https://desk.firm.example"})
        assert answer.headers["access-control-allow-origin"] == "https://desk.firm.example"
        exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
        limits = {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}
        assert exposed >= {"x-request-id", "retry-after", "www-authenticate", "idempotency-replayed"} | limits

    async def test_the_borders_own_refusals_can_be_read_too(self, browser):
        headers = {"Origin": "https://desk.firm.example", "Cookie": "a=1"}
        assert (await browser.post("/api/v1/auth/logout", headers=headers)).status_code == 401
        deep = await browser.post("/api/v1/auth/refresh", content=b"[" * 100, headers=headers | JSON)
        assert (deep.status_code, deep.headers["access-control-allow-origin"]) == (400, "https://desk.firm.example")

    async def test_another_one_may_not(self, browser):
        headers = {"Origin": "https://evil.example", "Cookie": "a=1"}
        answer = await browser.post("/api/v1/auth/logout", headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers

    @pytest.mark.parametrize(("origin", "status"), [("https://desk.firm.example", 200), ("https://evil.example", 400)])
    async def test_asking_beforehand_is_an_answer_like_any_other(self, browser, origin, status):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "X-Request-ID": "request-4711"}
        answer = await browser.options("/api/v1/auth/login", headers=headers)
        assert answer.status_code == status
        assert answer.headers["x-request-id"] == "request-4711"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "ratelimit-limit" not in answer.headers

    async def test_other_options_are_counted(self, browser):
        answer = await browser.options("/api/v1/auth/login", headers={"Origin": "https://desk.firm.example"})
        assert (answer.status_code, "ratelimit-limit" in answer.headers) == (405, True)

    async def test_who_names_no_website_answers_none(self, client):
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = await client.options("/api/v1/auth/login", headers=headers)
        assert (answer.status_code, "ratelimit-limit" in answer.headers) == (405, True)


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
def own_logs():
    """Named before `capsys`, so that the logs go back to an error stream that outlives the test."""
    yield
    logs.configure("WARNING", "json")


def test_libraries_log_in_our_form(own_logs, capsys):
    logs.configure("INFO", "json")
    logging.getLogger("some.library").warning("a warning of %s", "theirs")
    logs.get("ours").info("signed in", password="hunter2", pages=3)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines[0]["event"] == "a warning of theirs"
    assert lines[1]["pages"] == 3
    assert lines[1]["password"] == "[withheld]"


@pytest.mark.parametrize(
    "name",
    "password new_password current_password otp code token refresh_token mfa_token secret_key cookie content".split(),
)
def test_what_is_secret_by_its_name_is_withheld(own_logs, capsys, name):
    logs.configure("INFO", "json")
    logs.get("ours").info("signed in", **{name: "hunter2"})
    logging.getLogger("theirs").warning("signed in", extra={name: "hunter2"})
    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_tells_where_and_not_with_what(own_logs, capsys, form):
    def fails(password: str) -> None:
        raise RuntimeError("broke")

    canary = secrets.token_hex(8)
    logs.configure("INFO", form)
    for logger in (logs.get("ours"), logging.getLogger("theirs")):
        try:
            fails(canary)
        except RuntimeError as error:
            logger.error("it broke", exc_info=error)
    out = capsys.readouterr().err
    assert out.count("fails") >= 2
    assert canary not in out
