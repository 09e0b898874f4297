"""Who really calls behind proxies, and which websites may make a browser act with its cookies."""

import httpx
import pytest
from fastapi import FastAPI, WebSocket

from elenchus.core import problems
from elenchus.core.context import caller
from elenchus.core.origin import Proxies
from elenchus.core.web import Border
from tests.support import http_client

PEER, PROXY, INNER, CLIENT = "198.51.100.9", "10.0.0.1", "10.7.7.7", "203.0.113.5"
OURS, FRIEND, FOE = "https://law.firm.example", "https://desk.firm.example", "https://evil.example"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.api_route("/who", methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
    async def who() -> dict[str, str]:
        known = caller()
        return {"ip": known.ip_address, "agent": known.user_agent, "request_id": known.request_id}

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(f"{caller().ip_address} {socket.url.scheme}")
        await socket.close()

    app.add_middleware(
        Border,
        max_body_bytes=2_000,
        trusted_proxies=[PROXY, "10.7.0.0/16", "fd00::/8"],
        public_url=f"{OURS.upper()}:443/",
        cors_origins=[FRIEND],
    )
    problems.install(app)
    return app


def calling(app: FastAPI, peer: str, *, scheme: str = "http") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    return http_client(transport=transport, base_url=f"{scheme}://elenchus.test")


async def address(app: FastAPI, peer: str, *forwarded: str) -> str:
    async with calling(app, peer) as http:
        headers = [("X-Forwarded-For", line) for line in forwarded]
        ip: str = (await http.get("/who", headers=headers)).json()["ip"]
        return ip


class TestCaller:
    async def test_what_is_known_of_a_request(self, app):
        async with calling(app, PEER) as http:
            headers = {"User-Agent": "x" * 300, "X-Request-ID": "request-4711"}
            answer = await http.get("/who", headers=headers)
        assert answer.json() == {"ip": PEER, "agent": "x" * 200, "request_id": "request-4711"}

    async def test_ipv4_on_a_socket_for_both_kinds(self, app):
        assert await address(app, f"::ffff:{PEER}") == PEER


class TestProxies:
    async def test_a_stranger_cannot_choose_an_address(self, app):
        assert await address(app, PEER, CLIENT) == PEER

    @pytest.mark.parametrize(
        "forwarded",
        [
            (CLIENT,),
            (f"1.2.3.4, {CLIENT}",),
            (f"1.2.3.4, {CLIENT}, {INNER}",),
            ("1.2.3.4", f"{CLIENT},{INNER}"),
            (f"{CLIENT}:51234",),
            (f"not-an-address, {CLIENT}",),
            ("10.0.0.1, " * 40 + CLIENT,),
        ],
    )
    async def test_the_right_most_entry_that_is_no_proxy_of_ours(self, app, forwarded):
        assert await address(app, PROXY, *forwarded) == CLIENT

    @pytest.mark.parametrize("forwarded", ["2001:db8::5", "[2001:db8::5]:443", "[2001:db8::5]"])
    async def test_ipv6(self, app, forwarded):
        assert await address(app, "fd00::1", forwarded) == "2001:db8::5"

    async def test_a_proxy_on_a_socket_for_both_kinds_is_trusted_too(self, app):
        assert await address(app, f"::ffff:{PROXY}", CLIENT) == CLIENT

    @pytest.mark.parametrize(
        "forwarded", ["", "unknown", "1.2.3.4.5", f"{CLIENT}, <script>", ",,,", "999.1.1.1", "_hidden, for=1.2.3.4"]
    )
    async def test_what_makes_no_sense_is_the_proxys_own(self, app, forwarded):
        assert await address(app, PROXY, forwarded) == PROXY

    async def test_from_proxy_to_proxy_the_farthest_counts(self, app):
        assert await address(app, PROXY, f"{INNER}, {PROXY}") == INNER

    @pytest.mark.parametrize("wrong", ["nginx", "10.0.0.0/33", ""])
    def test_a_wrong_setting_is_named_at_the_start(self, wrong):
        with pytest.raises(ValueError, match="TRUSTED_PROXIES"):
            Proxies([wrong])

    @pytest.mark.parametrize(
        ("peer", "said", "secure"),
        [
            (PROXY, "https", True), (PROXY, "HTTPS", True), (PROXY, "http, https", True),
            (PROXY, "http", False), (PROXY, "https, http", False), (PROXY, "ftp", False), (PEER, "https", False),
        ],
    )  # fmt: skip
    async def test_https_is_believed_of_a_proxy_only(self, app, peer, said, secure):
        async with calling(app, peer) as http:
            answer = await http.get("/who", headers={"X-Forwarded-Proto": said})
        assert ("strict-transport-security" in answer.headers) == secure

    async def test_https_itself(self, app):
        async with calling(app, PEER, scheme="https") as http:
            answer = await http.get("/who")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


class TestCookies:
    """There is no cookie that signs anybody in; when there is one, this holds already."""

    @pytest.fixture
    async def http(self, app):
        async with calling(app, PEER) as client:
            yield client

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("origin", [FOE, "null", "", f"{OURS}.evil.example", "http://law.firm.example"])
    async def test_another_website_cannot_write_with_them(self, http, method, origin):
        answer = await http.request(method, "/who", headers={"Cookie": "session=1", "Origin": origin})
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "foreign-origin")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": OURS},
            {"Origin": FRIEND},
            {"Origin": "http://elenchus.test"},
            {"Origin": "https://elenchus.test"},
            {"Sec-Fetch-Site": "same-origin"},
        ],
    )
    async def test_our_own_and_the_named_ones_can(self, http, headers):
        assert (await http.post("/who", headers={"Cookie": "session=1", **headers})).status_code == 200

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
    @pytest.mark.parametrize("origin", [{"Origin": FOE}, {}])
    async def test_only_the_same_origin_is_the_same(self, http, site, origin):
        headers = {"Cookie": "session=1", "Sec-Fetch-Site": site, **origin}
        assert (await http.post("/who", headers=headers)).status_code == 403

    async def test_a_program_may_bring_the_cookies_of_a_load_balancer(self, http):
        assert (await http.post("/who", headers={"Cookie": "AWSALB=1"})).status_code == 200

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    async def test_reading_is_no_business_of_this_rule(self, http, method):
        assert (await http.request(method, "/who", headers={"Cookie": "a=1", "Origin": FOE})).status_code == 200

    @pytest.mark.parametrize("credential", [{"Authorization": "Bearer x"}, {"X-API-Key": "elk_x"}, {}])
    async def test_a_token_no_website_has_unless_given(self, http, credential):
        cookie = {"Cookie": "a=1"} if credential else {}
        assert (await http.post("/who", headers={"Origin": FOE, **cookie, **credential})).status_code == 200

    async def test_over_https_a_page_of_http_is_another_website(self, app):
        async with calling(app, PEER, scheme="https") as http:
            headers = {"Cookie": "a=1", "Origin": "http://elenchus.test"}
            assert (await http.post("/who", headers=headers)).status_code == 403


class TestWebSocket:
    @staticmethod
    async def handshake(app: FastAPI, peer: str = PEER, **headers: str) -> list[dict]:
        sent: list[dict] = []
        raw = [(b"host", b"elenchus.test")] + [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        scope = {
            "type": "websocket", "path": "/ws", "raw_path": b"/ws", "query_string": b"", "root_path": "",
            "headers": raw, "scheme": "ws", "client": (peer, 1), "server": ("elenchus.test", 80), "subprotocols": [],
        }  # fmt: skip

        async def receive() -> dict:
            return {"type": "websocket.connect"}

        async def send(message: dict) -> None:
            sent.append(message)

        await app(scope, receive, send)
        return sent

    @pytest.mark.parametrize("origin", [FOE, "null", "", "http://law.firm.example"])
    async def test_another_website_is_refused_before_it_is_accepted(self, app, origin):
        assert await self.handshake(app, origin=origin) == [{"type": "websocket.close", "code": 1008}]

    @pytest.mark.parametrize("headers", [{}, {"origin": OURS}, {"origin": FRIEND}, {"origin": "http://elenchus.test"}])
    async def test_our_own_and_programs_are_let_in(self, app, headers):
        sent = await self.handshake(app, **headers)
        assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send", "websocket.close"]

    async def test_the_caller_is_known_behind_proxies(self, app):
        sent = await self.handshake(app, PROXY, x_forwarded_for=CLIENT, x_forwarded_proto="https")
        assert sent[1]["text"] == f"{CLIENT} wss"
