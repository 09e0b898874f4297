"""A POST sent twice under one key is done once, whoever else uses the key, whatever breaks in between."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pymongo.errors import NetworkTimeout
from starlette.types import Message, Scope, Send

from elenchus.core import answers, idempotency, problems
from elenchus.core.answers import KeptAnswer
from elenchus.core.clock import now
from elenchus.core.errors import Conflict, Forbidden, TooManyRequests, Unauthenticated
from elenchus.core.idempotency import Idempotency
from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Allowance, CurrentPrincipal, Principal, Role
from elenchus.core.web import Border
from tests.support import http_client, until

pytestmark = pytest.mark.usefixtures("resources_")
SECRET = "elk_the-only-time-it-is-shown"


@dataclass
class Shop:
    """What the requests of a test did, and who may send them."""

    done: list[Any] = field(default_factory=list)
    people: dict[str, Principal] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: list[Exception | Response] = field(default_factory=list)

    async def resolve(self, credential: str) -> Principal:
        if credential not in self.people:
            raise Unauthenticated("Who are you?")
        return self.people[credential]

    def hire(self, **more: Any) -> str:
        credential = secrets.token_hex(8)
        self.people[credential] = Principal(new_id(), new_id(), Role.OWNER, **more)
        return credential


@pytest.fixture
def shop() -> Shop:
    made = Shop()
    made.gate.set()
    return made


@pytest.fixture
def app(shop: Shop) -> FastAPI:  # noqa: C901 - one route of each kind
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    app.state.resolve_principal = shop.resolve

    async def work(request: Request) -> None:
        shop.done.append(await request.body())
        await shop.gate.wait()
        if shop.trouble:
            trouble = shop.trouble.pop()
            raise trouble

    @app.post("/api/orders")
    async def order(request: Request, principal: CurrentPrincipal) -> Response:
        await work(request)
        body = {"number": len(shop.done), "key": SECRET}
        return JSONResponse(body, 201, {"Location": f"/api/orders/{len(shop.done)}", "ETag": '"1"', "X-Other": "x"})

    @app.post("/api/public")
    async def public(request: Request) -> dict[str, int]:
        await work(request)
        return {"number": len(shop.done)}

    @app.post("/api/empty", status_code=204)
    async def empty(request: Request) -> None:
        await work(request)

    @app.post("/api/own", response_class=Response)
    async def own(request: Request) -> Response:
        await work(request)
        return Response(f"{len(shop.done)}")

    @app.post("/api/large")
    async def large(request: Request) -> Response:
        await work(request)
        return Response(b"x" * (idempotency.MOST_ANSWER_BYTES + 1))

    @app.post("/api/stream")
    async def stream(request: Request) -> Response:
        await work(request)

        async def lines() -> AsyncIterator[bytes]:
            for number in range(3):
                yield f"data: {number}\n\n".encode()
            if shop.trouble:
                raise shop.trouble.pop()

        return StreamingResponse(lines(), media_type="text/event-stream")

    app.add_middleware(Idempotency, below="/api/", except_paths={"/api/own"})
    app.add_middleware(Border, max_body_bytes=2_000, counted="/api/")
    problems.install(app)
    return app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with http_client(transport=transport, base_url="http://elenchus.test") as client:
        yield client


@pytest.fixture
def key() -> dict[str, str]:
    return {"Idempotency-Key": f"order-{secrets.token_hex(8)}"}


@pytest.fixture
def mine(shop: Shop, key: dict[str, str]) -> dict[str, str]:
    return key | bearer(shop.hire())


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


def kind(answer: httpx.Response) -> str:
    title: str = answer.json()["title"]
    return title


class TestAgain:
    async def test_the_first_answer_comes_again_whole(self, http, shop, mine):
        first = await http.post("/api/orders", json={"item": 1}, headers=mine)
        again = await http.post("/api/orders", json={"item": 1}, headers=mine)
        assert len(shop.done) == 1
        assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
        for name in ("content-type", "location", "etag", "content-length"):
            assert again.headers[name] == first.headers[name]
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers

    async def test_it_has_the_borders_own_headers(self, http, mine):
        for _ in range(2):
            answer = await http.post("/api/orders", json={}, headers=mine)
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers.get_list("x-request-id")) == 1

    async def test_the_app_reads_the_body_as_it_was_sent(self, http, shop, mine):
        await http.post("/api/orders", content=b'{"item": 1}', headers=mine)
        assert shop.done == [b'{"item": 1}']

    async def test_an_empty_answer(self, http, shop, key):
        for _ in range(2):
            answer = await http.post("/api/empty", headers=key)
            assert (answer.status_code, answer.content) == (204, b"")
            assert "content-length" not in answer.headers
        assert len(shop.done) == 1

    async def test_a_refusal_is_an_answer_too(self, http, shop, key):
        shop.trouble = [Conflict("It is sold out.")]
        first = await http.post("/api/public", json={}, headers=key)
        again = await http.post("/api/public", json={}, headers=key)
        assert (first.status_code, again.status_code, len(shop.done)) == (409, 409, 1)
        assert again.json()["detail"] == "It is sold out."
        assert again.headers["content-type"] == "application/problem+json"

    async def test_when_to_come_back_is_part_of_it(self, http, shop, key):
        shop.trouble = [Conflict("It is being filled.", retry_after_seconds=7)]
        for _ in range(2):
            assert (await http.post("/api/public", json={}, headers=key)).headers["retry-after"] == "7"
        assert len(shop.done) == 1

    async def test_without_a_key_each_is_done(self, http, shop):
        for _ in range(2):
            await http.post("/api/public", json={})
        assert len(shop.done) == 2

    @pytest.mark.parametrize(
        "change",
        [
            {"json": {"item": 2}},
            {"content": b'{"item":1} ', "headers": {"Content-Type": "application/json"}},
            {"json": {"item": 1}, "params": {"dry": "1"}},
        ],
    )
    async def test_another_request_under_the_key_is_a_mistake(self, http, shop, key, change):
        await http.post("/api/public", json={"item": 1}, headers=key)
        answer = await http.post("/api/public", **{**change, "headers": key | change.get("headers", {})})
        assert answer.status_code == 409
        assert kind(answer) == answers.KeyReused.title
        assert len(shop.done) == 1

    async def test_another_path_is_another_key(self, http, shop, key):
        for path in ("/api/public", "/api/empty"):
            assert (await http.post(path, json={}, headers=key)).is_success
        assert len(shop.done) == 2

    @pytest.mark.parametrize("bad", ["", "x" * 201, "with space", "ümlaut", "tab\there"])
    async def test_a_key_that_is_none(self, http, shop, bad):
        answer = await http.post("/api/public", json={}, headers={"Idempotency-Key": bad.encode("latin-1")})
        assert (answer.status_code, shop.done) == (400, [])

    async def test_two_keys_are_none(self, http, shop, key):
        twice = [*key.items(), ("Idempotency-Key", "other")]
        assert (await http.post("/api/public", json={}, headers=twice)).status_code == 400
        assert shop.done == []

    async def test_the_longest_key(self, http, shop):
        for _ in range(2):
            answer = await http.post("/api/public", json={}, headers={"Idempotency-Key": secrets.token_hex(100)})
            assert answer.status_code == 200
        assert len(shop.done) == 2

    async def test_uploads_forms_and_listed_paths_go_their_own_way(self, http, shop, key):
        for _ in range(2):
            await http.post("/api/public", files={"f": b"x"}, headers=key)
            await http.post("/api/public", data={"f": "x"}, headers=key)
            await http.post("/api/own", json={}, headers=key)
        assert len(shop.done) == 6

    async def test_the_borders_limits_hold(self, http, shop, key):
        assert (await http.post("/api/public", json="x" * 2_000, headers=key)).status_code == 413
        deep = {**key, "Content-Type": "application/json"}
        assert (await http.post("/api/public", content=b"[" * 100, headers=deep)).status_code == 400
        assert shop.done == []


class TestWhose:
    async def test_another_users_key_is_another_key(self, http, shop, key):
        for _ in range(2):
            answer = await http.post("/api/orders", json={}, headers=key | bearer(shop.hire()))
            assert "idempotency-replayed" not in answer.headers
        assert len(shop.done) == 2

    async def test_a_users_other_tenant_and_api_keys_are_others_too(self, http, shop, key):
        credential = shop.hire()
        me = shop.people[credential]
        for who in (
            me,
            Principal(new_id(), me.user_id, Role.OWNER),
            Principal(me.tenant_id, me.user_id, Role.OWNER, api_key_id=new_id()),
            Principal(me.tenant_id, me.user_id, Role.OWNER, api_key_id=new_id()),
        ):
            shop.people[credential] = who
            answer = await http.post("/api/public", json={}, headers=key | bearer(credential))
            assert "idempotency-replayed" not in answer.headers
        assert len(shop.done) == 4

    async def test_another_session_of_the_user_is_the_same_user(self, http, shop, key):
        first = shop.hire(session_id=new_id())
        me = shop.people[first]
        shop.people["second"] = Principal(me.tenant_id, me.user_id, Role.OWNER, new_id())
        for credential in (first, "second"):
            await http.post("/api/orders", json={}, headers=key | bearer(credential))
        assert len(shop.done) == 1

    async def test_a_revoked_credential_sees_nothing_of_before(self, http, shop, mine):
        await http.post("/api/orders", json={}, headers=mine)
        shop.people.clear()
        answer = await http.post("/api/orders", json={}, headers=mine)
        assert answer.status_code == 401
        assert SECRET not in answer.text

    async def test_nobody_gets_what_a_user_got(self, http, mine, key):
        await http.post("/api/orders", json={}, headers=mine)
        assert (await http.post("/api/orders", json={}, headers=key)).status_code == 401

    async def test_who_may_less_now_does_not_get_the_answer_of_then(self, http, shop, key):
        credential = shop.hire()
        me = shop.people[credential]
        await http.post("/api/orders", json={}, headers=key | bearer(credential))
        shop.people[credential] = Principal(me.tenant_id, me.user_id, Role.VIEWER)
        answer = await http.post("/api/orders", json={}, headers=key | bearer(credential))
        assert (answer.status_code, SECRET in answer.text) == (409, False)

    async def test_neither_does_who_is_no_superuser_any_more(self, http, shop, key):
        credential = shop.hire(is_superuser=True)
        me = shop.people[credential]
        await http.post("/api/orders", json={}, headers=key | bearer(credential))
        shop.people[credential] = Principal(me.tenant_id, me.user_id, Role.OWNER)
        assert (await http.post("/api/orders", json={}, headers=key | bearer(credential))).status_code == 409

    async def test_strangers_are_told_apart_by_their_address(self, app, shop, key):
        for address, number in (("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.1", 1)):
            transport = httpx.ASGITransport(app, client=(address, 1))
            async with http_client(transport=transport, base_url="http://elenchus.test") as stranger:
                assert (await stranger.post("/api/public", json={}, headers=key)).json() == {"number": number}

    async def test_being_refused_for_the_credential_uses_up_no_key(self, http, shop, key):
        shop.people["later"] = shop.people[shop.hire()]
        assert (await http.post("/api/orders", json={}, headers=key | bearer("unknown"))).status_code == 401
        assert (await http.post("/api/orders", json={}, headers=key)).status_code == 401
        assert (await http.post("/api/orders", json={}, headers=key | bearer("later"))).status_code == 201

    async def test_each_request_counts_once_replayed_or_not(self, http, shop, key):
        headers = key | bearer(shop.hire(allowance=Allowance(3, 60)))
        left = []
        for _ in range(3):
            left.append((await http.post("/api/orders", json={}, headers=headers)).headers["ratelimit-remaining"])
        assert left == ["2", "1", "0"]
        assert (await http.post("/api/orders", json={}, headers=headers)).status_code == 429
        assert len(shop.done) == 1


class TestRaces:
    async def test_fifty_at_once_are_done_once(self, http, shop, mine):
        sent = await asyncio.gather(*(http.post("/api/orders", json={}, headers=mine) for _ in range(50)))
        assert len(shop.done) == 1
        assert {answer.status_code for answer in sent} <= {201, 409}
        assert len({answer.content for answer in sent if answer.status_code == 201}) == 1

    async def test_while_the_first_runs_the_others_are_told_to_wait(self, http, shop, mine):
        shop.gate.clear()
        first = asyncio.create_task(http.post("/api/orders", json={}, headers=mine))
        await until(lambda: shop.done)
        waiting = await http.post("/api/orders", json={}, headers=mine)
        shop.gate.set()
        assert (await first).status_code == 201
        assert (waiting.status_code, kind(waiting)) == (409, answers.StillRunning.title)
        assert int(waiting.headers["retry-after"]) >= 1
        assert (await http.post("/api/orders", json={}, headers=mine)).content == first.result().content

    async def test_the_answer_is_kept_before_it_is_told(self, http, shop, mine):
        """Who has the first answer in hand is never told that it is under way."""
        for number in range(20):
            key = {**mine, "Idempotency-Key": f"{mine['Idempotency-Key']}-{number}"}
            await http.post("/api/orders", json={}, headers=key)
            assert (await http.post("/api/orders", json={}, headers=key)).status_code == 201
        assert len(shop.done) == 20


class TestCrashes:
    @staticmethod
    async def abandoned(http: httpx.AsyncClient, shop: Shop, headers: dict[str, str]) -> Id:
        """A request whose process dies in the middle of it; its row."""
        shop.gate.clear()
        task = asyncio.create_task(http.post("/api/orders", json={}, headers=headers))
        await until(lambda: shop.done)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        shop.gate.set()
        row = await KeptAnswer.find({}).sort("-expires_at").first_or_none()
        assert row is not None
        return row.id

    @staticmethod
    async def end_lease(id_: Id) -> None:
        await KeptAnswer.find_one({"_id": id_}).update({"$set": {"lease_until": now() - timedelta(seconds=1)}})

    async def test_the_next_one_takes_over_when_the_lease_is_over(self, http, shop, mine):
        id_ = await self.abandoned(http, shop, mine)
        assert (await http.post("/api/orders", json={}, headers=mine)).status_code == 409
        await self.end_lease(id_)
        sent = await asyncio.gather(*(http.post("/api/orders", json={}, headers=mine) for _ in range(30)))
        assert len(shop.done) == 2
        assert 201 in {answer.status_code for answer in sent} <= {201, 409}

    async def test_but_only_with_the_same_request(self, http, shop, mine):
        await self.end_lease(await self.abandoned(http, shop, mine))
        answer = await http.post("/api/orders", json={"other": 1}, headers=mine)
        assert (answer.status_code, kind(answer)) == (409, answers.KeyReused.title)

    async def test_who_comes_back_to_life_overwrites_nothing(self, http, shop, mine):
        shop.gate.clear()
        slow = asyncio.create_task(http.post("/api/orders", json={}, headers=mine))
        await until(lambda: shop.done)
        row = await KeptAnswer.find({}).sort("-expires_at").first_or_none()
        await self.end_lease(row.id)
        taker = new_id()
        assert await answers.claim(row.id, row.fingerprint, holder=taker) is None
        shop.gate.set()
        await slow
        assert (await KeptAnswer.find_one({"_id": row.id})).holder == taker
        assert (await KeptAnswer.find_one({"_id": row.id})).status is None

    async def test_a_long_request_keeps_its_lease(self, http, shop, mine, monkeypatch):
        monkeypatch.setattr(idempotency, "RENEW_SECONDS", 0.05)
        shop.gate.clear()
        slow = asyncio.create_task(http.post("/api/orders", json={}, headers=mine))
        await until(lambda: shop.done)
        row = await KeptAnswer.find({}).sort("-expires_at").first_or_none()
        await self.end_lease(row.id)

        async def renewed() -> bool:
            return (await KeptAnswer.find_one({"_id": row.id})).lease_until > now()

        await until(renewed)
        shop.gate.set()
        assert (await slow).status_code == 201

    @pytest.mark.parametrize(
        ("trouble", "status"),
        [
            (RuntimeError("a bug"), 500),
            (NetworkTimeout("away"), 503),
            (TooManyRequests("Slower."), 429),
            (Forbidden("Not yet."), 403),
        ],
    )
    async def test_what_may_pass_is_not_kept(self, http, shop, key, trouble, status):
        shop.trouble = [trouble]
        assert (await http.post("/api/public", json={}, headers=key)).status_code == status
        assert (await http.post("/api/public", json={}, headers=key)).json() == {"number": 2}
        assert (await http.post("/api/public", json={}, headers=key)).json() == {"number": 2}

    @pytest.mark.parametrize(
        ("trouble", "order"),
        [
            ([NetworkTimeout("away")], ["http.response.start", "http.response.body", "database"]),
            ([], ["http.response.start", "database", "http.response.body"]),
        ],
    )
    async def test_only_what_is_kept_waits_for_the_database(self, app, shop, key, monkeypatch, trouble, order):
        seen: list[str] = []

        async def asked(*_: object, **__: object) -> bool:
            seen.append("database")
            return True

        async def send(message: Message) -> None:
            seen.append(message["type"])

        monkeypatch.setattr(answers, "give_back", asked)
        monkeypatch.setattr(answers, "keep", asked)
        shop.trouble = trouble
        await post(app, "/api/public", key, send)
        assert seen == order

    async def test_an_answer_the_database_did_not_take_is_told_all_the_same(self, http, shop, key, monkeypatch):
        async def fails(*_: object, **__: object) -> bool:
            raise NetworkTimeout("away")

        monkeypatch.setattr(answers, "keep", fails)
        assert (await http.post("/api/public", json={}, headers=key)).json() == {"number": 1}

    async def test_without_the_database_nothing_is_begun(self, http, shop, key, monkeypatch):
        async def fails(*_: object) -> bool:
            raise NetworkTimeout("away")

        monkeypatch.setattr(answers, "_insert", fails)
        answer = await http.post("/api/public", json={}, headers=key)
        assert (answer.status_code, shop.done) == (503, [])


class TestWhatIsKept:
    async def test_nothing_of_it_can_be_read_in_the_database(self, http, resources_, mine):
        await http.post("/api/orders", json={"text": "a client's words"}, headers=mine)
        await until(lambda: KeptAnswer.find_all().count())
        stored = str(await resources_.database["kept_answers"].find({}).to_list())
        assert SECRET not in stored
        assert "client's words" not in stored
        assert mine["Idempotency-Key"] not in stored

    async def test_an_answer_moved_to_another_row_does_not_open(self, http, shop, key):
        from elenchus.core import crypto

        await http.post("/api/public", json={}, headers=key)
        row = await KeptAnswer.find({}).sort("-expires_at").first_or_none()
        other = row.model_copy(update={"id": new_id()})
        with pytest.raises(crypto.Unsealable):
            await idempotency._replay(other, lambda message: None)

    async def test_a_day_later_the_key_is_new(self, http, shop, key):
        await http.post("/api/public", json={}, headers=key)
        row = await KeptAnswer.find({}).sort("-expires_at").first_or_none()
        assert timedelta(hours=23) < row.expires_at - now() <= timedelta(hours=24)
        await KeptAnswer.find_one({"_id": row.id}).update({"$set": {"expires_at": now()}})
        assert (await http.post("/api/public", json={"other": 1}, headers=key)).json() == {"number": 2}

    async def test_a_very_long_answer_is_told_once(self, http, shop, key):
        assert (await http.post("/api/large", json={}, headers=key)).status_code == 200
        again = await http.post("/api/large", json={}, headers=key)
        assert (again.status_code, kind(again)) == (409, answers.AnswerNotKept.title)
        assert len(shop.done) == 1

    async def test_a_stream_is_replayed_in_one_piece(self, http, shop, key):
        first = await http.post("/api/stream", json={}, headers=key)
        again = await http.post("/api/stream", json={}, headers=key)
        assert first.content == again.content == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
        assert again.headers["content-type"].startswith("text/event-stream")
        assert len(shop.done) == 1

    async def test_a_stream_that_broke_is_not_begun_again(self, http, app, shop, key):
        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                shop.trouble = [RuntimeError("broke")]

        await post(app, "/api/stream", key, send)
        again = await http.post("/api/stream", json={}, headers=key)
        assert (again.status_code, kind(again)) == (409, answers.AnswerNotKept.title)
        assert len(shop.done) == 1


async def post(app: FastAPI, path: str, headers: dict[str, str], send: Send) -> None:
    """An empty JSON object, to see each message of the answer as it leaves."""
    body = b"{}"

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [*raw, (b"content-type", b"application/json")], "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("elenchus.test", 80), "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, send)


class TestForReal:
    @pytest.mark.parametrize("path", ["/api/v1/auth/logout", "/api/v1/auth/logout-all"])
    async def test_signing_out_ends_the_session_that_asks_for_it(self, firm, client, path):
        ours = await firm()
        form = {"username": ours.email, "password": ours.password}
        later = (await client.post("/api/v1/auth/login", data=form)).json()["access_token"]
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        for session in (bearer(ours.access_token), bearer(later)):
            if (await client.get("/api/v1/auth/me", headers=session)).status_code == 200:
                assert (await client.post(path, headers=headers | session)).status_code == 204
            assert (await client.get("/api/v1/auth/me", headers=session)).status_code == 401

    async def test_one_conversation_however_often_it_is_asked_for(self, firm):
        ours = await firm()
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        wanted = {"title": "Lease of the harbour"}
        made = [await ours.client.post("/api/v1/chat/conversations", json=wanted, headers=headers) for _ in range(3)]
        assert {answer.status_code for answer in made} == {201}
        assert len({answer.json()["id"] for answer in made}) == 1
        listed = (await ours.client.get("/api/v1/chat/conversations")).json()["items"]
        assert len(listed) == 1

    async def test_registering_twice_is_registering_once(self, client):
        wish = {"email": f"{secrets.token_hex(6)}@firm.example", "password": "quiet harbour lantern", "full_name": "R"}
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        first, again = [await client.post("/api/v1/auth/register", json=wish, headers=headers) for _ in range(2)]
        assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())

    async def test_signing_in_again_is_a_session_of_its_own(self, firm):
        ours = await firm()
        form = {"username": ours.email, "password": ours.password}
        headers = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/x-www-form-urlencoded"}
        pairs = [await ours.client.post("/api/v1/auth/login", data=form, headers=headers) for _ in range(2)]
        assert len({pair.json()["access_token"] for pair in pairs}) == 2
