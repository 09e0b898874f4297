"""The one door for HTTP to addresses that users name: where it leads, what goes through, and how long it stays open."""

import asyncio
import gzip
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from elenchus.core import egress
from elenchus.core import settings as settings_module
from elenchus.core.egress import ForbiddenAddress, Unreachable, check, post
from elenchus.core.settings import EgressSettings, Settings, use
from tests.fixtures.smtp import make_certificate

NAME = "hooks.test"
OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
    b"Set-Cookie: a=b\r\nX-Inside: 10.2.3.4\r\n\r\nthere"
)
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Receiver:
    """Whatever listens there: it keeps what it was sent, and answers as it likes."""

    def __init__(self, answer: Answer | bytes) -> None:
        self.answer = answer
        self.port = 0
        self.requests: list[str] = []
        self.connections = 0
        self.asked_for: list[str | None] = []

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
            self.requests.append(head + (await reader.readexactly(length)).decode())
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(writer)
        writer.close()


@asynccontextmanager
async def receiver(
    answer: Answer | bytes = OK, *, host: str = "127.0.0.1", port: int = 0, certificate: Path | None = None
) -> AsyncIterator[Receiver]:
    made, context = Receiver(answer), None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: made.asked_for.append(name)
    server = await asyncio.start_server(made.attend, host, port, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@pytest.fixture
def allow() -> Iterator[Callable[..., None]]:
    """Settings of nothing but egress, until the test ends."""
    before = settings_module._current

    def make(*hosts: str, **values: Any) -> None:
        wanted = {"allow_hosts": list(hosts), "allow_http": True, "timeout_seconds": 5, **values}
        use(Settings.model_construct(egress=EgressSettings(_env_file=None, **wanted)))

    make()
    yield make
    settings_module._current = before


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What each question about a name is answered in turn, and the last one for ever; returns the names asked for. In
    the place of the system's own, so that nobody asks around it."""

    def answer(*turns: list[str]) -> list[str]:
        asked: list[str] = []

        def getaddrinfo(host: Any, port: Any, *_args: Any, **_kwargs: Any) -> list[Any]:
            found = turns[min(len(asked), len(turns) - 1)]
            asked.append(host if isinstance(host, str) else host.decode())
            if not found:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            family = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in found]
            rows = zip(family, found, strict=True)
            return [(kind, socket.SOCK_STREAM, 6, "", (address, port)) for kind, address in rows]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return answer


async def send(port: int, path: str = "/", *, host: str = NAME, scheme: str = "http", **headers: str) -> egress.Reply:
    return await post(f"{scheme}://{host}:{port}{path}", content=b'{"a":1}', headers=headers)


class TestWhereItLeads:
    async def test_a_public_name_is_fine_to_store(self, allow, resolver):
        resolver(["8.8.8.8", "2001:4860:4860::8888"])
        assert (await check("https://good.example/hook?token=x")).origin == "https://good.example"

    @pytest.mark.parametrize(
        "said",
        [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["fe80::1%eth0"], ["169.254.169.254"], ["::ffff:8.8.8.8"]],
    )
    @pytest.mark.parametrize("call", [check, lambda url: post(url, content=b"", headers={})])
    async def test_a_name_with_one_address_inside_is_not_called(self, allow, resolver, said, call):
        resolver(said)
        with pytest.raises(ForbiddenAddress) as refused:
            await call("https://good.example/hook")
        assert not [address for address in said if address in refused.value.detail]

    @pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"])
    async def test_an_address_inside_is_not_called(self, allow, resolver, host):
        resolver([])
        for call in (check(f"https://{host}/"), post(f"https://{host}/", content=b"", headers={})):
            with pytest.raises(ForbiddenAddress):
                await call

    async def test_loopback_is_not_called_whatever_it_is_called(self, allow):
        """By the system's own resolver."""
        for name in ("localhost", "LOCALHOST"):
            with pytest.raises(ForbiddenAddress):
                await check(f"https://{name}/")

    async def test_it_listens_and_nothing_comes(self, allow, resolver):
        """What the others only say."""
        async with receiver() as inside:
            allow(f"other.test:{inside.port}")
            resolver(["127.0.0.1"])
            with pytest.raises(ForbiddenAddress):
                await send(inside.port)
            with pytest.raises(ForbiddenAddress):
                await send(inside.port, host="127.0.0.1")
            assert inside.connections == 0
            allow(f"{NAME}:{inside.port}")
            assert (await send(inside.port)).status == 200

    async def test_a_name_that_changes_its_mind_is_held_to_its_word(self, allow, resolver):
        async with receiver() as outside, receiver(host="127.0.0.2", port=outside.port) as inside:
            allow(f"127.0.0.1:{outside.port}")
            asked = resolver(["127.0.0.1"], ["127.0.0.2"])
            assert (await send(outside.port)).status == 200
            assert (outside.connections, inside.connections, asked) == (1, 0, [NAME])
            with pytest.raises(ForbiddenAddress):
                await send(outside.port)
            assert inside.connections == 0

    async def test_what_was_stored_is_asked_for_again(self, allow, resolver):
        async with receiver(host="127.0.0.2") as inside:
            allow(f"127.0.0.1:{inside.port}")
            resolver(["127.0.0.1"], ["127.0.0.2"])
            await check(f"http://{NAME}:{inside.port}/")
            with pytest.raises(ForbiddenAddress):
                await send(inside.port)
            assert inside.connections == 0

    async def test_the_next_address_when_one_is_down(self, allow, resolver):
        async with receiver() as up:
            allow(f"{NAME}:{up.port}")
            for addresses in (["127.0.0.9", "127.0.0.1"], ["127.0.0.1", "127.0.0.9"]):
                resolver(addresses)
                assert (await send(up.port)).status == 200

    async def test_a_redirect_is_an_answer_and_not_followed(self, allow, resolver):
        async with receiver() as inside:
            for status in (301, 302, 303, 307, 308):
                to = f"http://127.0.0.1:{inside.port}/".encode()
                moved = b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, to)
                async with receiver(moved) as outside:
                    allow(f"{NAME}:{outside.port}", f"127.0.0.1:{inside.port}")
                    resolver(["127.0.0.1"])
                    reply = await send(outside.port)
                    assert (reply.status, reply.headers) == (status, {})
            assert inside.connections == 0

    async def test_no_proxy_of_the_environment(self, allow, resolver, monkeypatch):
        async with receiver() as outside, receiver() as proxy:
            for name in ("http_proxy", "https_proxy", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
                monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
            allow(f"{NAME}:{outside.port}")
            resolver(["127.0.0.1"])
            assert (await send(outside.port)).status == 200
            assert proxy.connections == 0


class TestWhatGoesThrough:
    async def test_the_request_is_ours(self, allow, resolver):
        async with receiver() as there:
            allow(f"{NAME}:{there.port}")
            resolver(["127.0.0.1"])
            for _ in range(2):
                reply = await send(there.port, "/a/../b?c=d%20e", **{"Content-Type": "application/json"})
            assert (reply.status, reply.body, reply.is_whole) == (200, b"there", True)
            assert reply.headers == {"content-type": "text/plain"}
            assert there.requests[0] == there.requests[1], "no cookie was kept"
            head, _, body = there.requests[0].partition("\r\n\r\n")
            line, *headers = head.split("\r\n")
            assert (line, body) == ("POST /a/../b?c=d%20e HTTP/1.1", '{"a":1}')
            assert sorted(headers) == [
                "Accept-Encoding: identity",
                "Connection: close",
                "Content-Length: 7",
                "Content-Type: application/json",
                f"Host: {NAME}:{there.port}",
            ]

    @pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Cookie", "Connection"])
    async def test_what_leads_it_elsewhere_is_not_the_callers_to_say(self, allow, resolver, name):
        resolver(["8.8.8.8"])
        with pytest.raises(ValueError, match="not the caller's"):
            await post("https://good.example/", content=b"", headers={name: "10.0.0.1"})

    async def test_a_certificate_is_for_the_name(self, allow, resolver, monkeypatch, tmp_path):
        certificate = make_certificate(tmp_path)  # of localhost and 127.0.0.1
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        egress._trust.cache_clear()
        try:
            async with receiver(certificate=certificate) as there:
                allow(f"127.0.0.1:{there.port}", allow_http=False)
                resolver(["127.0.0.1"])
                assert (await send(there.port, scheme="https", host="localhost")).status == 200
                assert (await send(there.port, scheme="https", host="127.0.0.1")).status == 200
                assert there.asked_for == ["localhost", None]
                assert f"Host: localhost:{there.port}" in there.requests[0]
                with pytest.raises(Unreachable, match="certificate"):
                    await send(there.port, scheme="https")
        finally:
            egress._trust.cache_clear()

    async def test_a_certificate_is_of_an_authority_that_is_trusted(self, allow, resolver, tmp_path):
        async with receiver(certificate=make_certificate(tmp_path)) as there:
            allow(f"127.0.0.1:{there.port}")
            resolver(["127.0.0.1"])
            with pytest.raises(Unreachable, match="certificate"):
                await send(there.port, scheme="https", host="localhost")
            assert there.requests == []


async def trickle(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.02)


class TestHowLong:
    @pytest.fixture
    def against(self, allow, resolver) -> Callable[..., Awaitable[egress.Reply]]:
        async def make(answer: Answer | bytes, **values: Any) -> egress.Reply:
            async with receiver(answer) as there:
                allow(f"{NAME}:{there.port}", **{"timeout_seconds": 0.5, **values})
                resolver(["127.0.0.1"])
                began = time.monotonic()
                try:
                    return await send(there.port)
                finally:
                    assert time.monotonic() - began < 3

        return make

    async def test_a_body_without_an_end_is_cut(self, against):
        async def endless(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()

        reply = await against(endless, timeout_seconds=30)
        assert (reply.status, len(reply.body), reply.is_whole) == (200, egress.MOST_BODY_BYTES, False)

    async def test_a_body_that_trickles_is_cut(self, against):
        async def slow(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100000\r\n\r\n")
            await trickle(writer, b"x")

        reply = await against(slow)
        assert (reply.status, reply.is_whole) == (202, False)
        assert 0 < len(reply.body) < 1000

    async def test_a_body_that_breaks_off_is_no_failure(self, against):
        reply = await against(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        assert (reply.status, reply.body, reply.is_whole) == (200, b"half", False)

    async def test_what_is_packed_stays_packed(self, against):
        packed = gzip.compress(b"0" * 10_000_000)
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        assert (await against(head + packed, timeout_seconds=10)).body == packed

    @pytest.mark.parametrize(
        ("before", "piece"),
        [
            (b"", b""),
            (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
            (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        ],
    )
    async def test_an_answer_that_does_not_begin_is_given_up(self, against, before, piece):
        async def slow(writer: asyncio.StreamWriter) -> None:
            writer.write(before)
            await trickle(writer, piece)

        with pytest.raises(Unreachable, match="in time"):
            await against(slow)

    async def test_a_head_without_an_end_is_refused(self, against):
        async def endless(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                writer.write(b"X-Y: " + b"z" * 65_536)
                await writer.drain()

        with pytest.raises(Unreachable):
            await against(endless, timeout_seconds=30)

    async def test_a_receiver_that_reads_nothing_is_given_up(self, allow, resolver):
        async def deaf(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(30)

        server = await asyncio.start_server(deaf, "127.0.0.1", 0, limit=1024)
        port = server.sockets[0].getsockname()[1]
        allow(f"{NAME}:{port}", timeout_seconds=0.5)
        resolver(["127.0.0.1"])
        with pytest.raises(Unreachable, match="in time"):
            await post(f"http://{NAME}:{port}/", content=b"x" * 50_000_000, headers={})
        server.close()

    async def test_a_name_server_that_keeps_silent_is_given_up(self, allow, monkeypatch):
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def silent(_host: str, _port: int) -> list[str]:
            asyncio.run_coroutine_threadsafe(ended.wait(), loop).result(20)
            return []

        monkeypatch.setattr(egress, "lookup", silent)
        allow(timeout_seconds=0.2)
        try:
            tries = [check("https://good.example/") for _ in range(8)]
            found = await asyncio.gather(*tries, return_exceptions=True)
            assert {type(error) for error in found} == {Unreachable}
            assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 2) == 7, "other work has its threads"
        finally:
            ended.set()

    async def test_a_handshake_that_does_not_end_is_given_up_and_closed(self, allow, resolver):
        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(1000):
                pass
            writer.close()
            gone.set()

        gone = asyncio.Event()
        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        allow(f"{NAME}:{port}", timeout_seconds=0.5)
        resolver(["127.0.0.1"])
        with pytest.raises(Unreachable, match="in time"):
            await send(port, scheme="https")
        await asyncio.wait_for(gone.wait(), 5)
        server.close()


class TestWhatIsTold:
    async def trouble(self, port: int) -> str:
        with pytest.raises(Unreachable) as missed:
            await send(port)
        assert missed.value.retry_after_seconds
        detail = missed.value.detail
        assert "127." not in detail
        assert NAME in detail
        return detail

    async def test_a_banner_is_not(self, allow, resolver):
        async def ssh(writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-OpenSSH_9.9 secret-host\r\n")

        async with receiver(ssh) as there:
            allow(f"{NAME}:{there.port}")
            resolver(["127.0.0.1"])
            assert "SSH" not in await self.trouble(there.port)

    async def test_nobody_there(self, allow, resolver):
        async with receiver() as there:
            port = there.port
        allow(f"{NAME}:{port}")
        resolver(["127.0.0.1"])
        assert "could not be reached" in await self.trouble(port)

    async def test_somebody_who_hangs_up(self, allow, resolver):
        async with receiver(b"") as there:
            allow(f"{NAME}:{there.port}")
            resolver(["127.0.0.1"])
            await self.trouble(there.port)

    async def test_a_name_that_nobody_knows(self, allow, resolver):
        allow()
        resolver([])
        with pytest.raises(Unreachable, match="no address"):
            await check(f"https://{NAME}/")
