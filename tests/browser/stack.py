"""A whole Elenchus for the browser's tests, with a model that plays parts and a mail server that keeps what it gets.

`python -m tests.browser.stack` prints one line of JSON with its URLs when everything answers, and ends, leaving nothing
behind, on SIGTERM or when its standard input is closed.
"""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.browser.model import Model, Part
from tests.conftest import MEMORY, free_port, has_room
from tests.fixtures.files import pdf
from tests.fixtures.gemini import gemini_stub
from tests.fixtures.serving import served
from tests.fixtures.smtp import HOST, SmtpStub, smtp_server
from tests.journeys.test_commands import ROOT, environment, going_up

OFTEN = "1000000"  # all tests are one address
UI = ROOT / "frontend" / "out"


@dataclass
class Control:
    """What the browser's tests tell the stubs, and ask of them, over HTTP."""

    model: Model
    mails: SmtpStub
    folder: Path

    async def play(self, request: Request) -> Response:
        told = await request.json()
        self.model.will_play(Part(**told | {"pieces": tuple(told.get("pieces", ()))}))
        return Response(status_code=204)

    async def go_on(self, request: Request) -> Response:
        self.model.go_on((await request.json())["about"])
        return Response(status_code=204)

    async def mails_to(self, request: Request) -> Response:
        found = self.mails.to(request.query_params["to"])
        return JSONResponse([{"subject": mail.message["Subject"], "text": mail.text} for mail in found])

    async def paper(self, request: Request) -> Response:
        """A PDF of these pages."""
        return Response(pdf(*(await request.json())["pages"]), media_type="application/pdf")

    async def samples(self, _request: Request) -> Response:
        """Where the sample documents are that Elenchus brings, printed."""
        command = [sys.executable, "-m", "elenchus.seeds.render", str(self.folder / "samples")]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        lines, _ = await process.communicate()
        return JSONResponse(lines.decode().splitlines())

    def app(self) -> Starlette:
        routes = [
            Route("/play", self.play, methods=["POST"]),
            Route("/go-on", self.go_on, methods=["POST"]),
            Route("/mails", self.mails_to),
            Route("/paper", self.paper, methods=["POST"]),
            Route("/samples", self.samples),
        ]
        return Starlette(routes=routes)


@asynccontextmanager
async def stack(folder: Path) -> AsyncIterator[dict[str, str]]:
    model = Model()
    async with gemini_stub() as gemini, smtp_server() as mails, served(Control(model, mails, folder).app()) as control:
        gemini.will_answer(model.speak)
        gemini.will_fill(model.fill)
        env = environment(folder, free_port(), **_settings(gemini.url, mails.port))
        async with going_up(env, folder) as (_, url):
            yield {"url": url, "control": control.url, "log": str(folder / "up.log")}
            model.release()


def _settings(gemini_url: str, smtp_port: int) -> dict[str, str]:
    return {
        "UI_DIR": str(UI),
        "LOG_LEVEL": "WARNING",
        "SHUTDOWN_GRACE_SECONDS": "1",
        "JOBS_DRAIN_SECONDS": "1",
        "JOBS_HEARTBEAT_SECONDS": "0.5",  # so soon does a running job hear that it is cancelled
        "AUTH_BCRYPT_ROUNDS": "4",
        "AUTH_FIRST_USER_IS_SUPERUSER": "false",
        "LIMIT_ANONYMOUS_PER_MINUTE": OFTEN,
        "LIMIT_LOGINS_PER_MINUTE": OFTEN,
        "LIMIT_MAILS_PER_HOUR": OFTEN,
        "TIER_FREE_REQUESTS_PER_MINUTE": OFTEN,
        "GOOGLE_API_KEY": "k",
        "GOOGLE_GEMINI_BASE_URL": gemini_url,
        "LLM_TIMEOUT_SECONDS": "600",  # a part that waits is not away
        "LLM_BREAKER_FAILURES": OFTEN,
        "EMBEDDING_MODEL": "none",
        "SMTP_HOST": HOST,
        "SMTP_PORT": str(smtp_port),
        "SMTP_SECURITY": "none",
    }


async def main() -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    reading = asyncio.create_task(_until_closed(over))
    where = MEMORY if has_room(MEMORY) else None
    with tempfile.TemporaryDirectory(prefix="elenchus-browser-", dir=where, ignore_cleanup_errors=True) as folder:
        async with stack(Path(folder)) as told:
            print(json.dumps(told), flush=True)
            await over.wait()
    reading.cancel()


async def _until_closed(over: asyncio.Event) -> None:
    """Whoever started this holds our standard input open; it closes when they end, however they do."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while await reader.read(1024):
        pass
    over.set()


if __name__ == "__main__":
    asyncio.run(main())
