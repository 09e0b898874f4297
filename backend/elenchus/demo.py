"""The main job in one command, as a client would do it over HTTP: upload, wait, ask, read the cited answers."""

import asyncio
import secrets
import socket
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import httpx

from elenchus.core import logs
from elenchus.core.settings import Settings
from elenchus.seeds.questions import Question, demo_questions
from elenchus.up import running

WIDTH = 100
READ_WITHIN_SECONDS = 120.0


class DemoFailed(Exception):
    """The sentence says which step did not do what it must."""


async def demo(config: Settings) -> None:
    """Everything on a temporary directory, gone at the end. Raises `DemoFailed` when a step is not as it must be."""
    with tempfile.TemporaryDirectory(prefix="elenchus-demo-") as folder:
        config = _on(config, Path(folder))
        logs.configure(config.log.level, config.log.format)
        _say("Starting the database, the queue, the API and a worker …")
        async with running(config) as started, httpx.AsyncClient(base_url=started.url, timeout=60) as http:
            await _sign_up(http)
            _say("Printing four sample documents and uploading them …")
            documents = await _upload(http, await _printed(Path(folder) / "samples"))
            await _until_read(http, documents)
            cited = [await _ask(http, question) for question in demo_questions()]
            await _show_jobs(http)
            _say(f"\n{sum(cited)} of {len(cited)} answers cite their sources. Try your own: `make run`.")


def _on(config: Settings, folder: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = config.server.model_copy(update={"data_dir": folder / "data", "port": port, "host": "127.0.0.1"})
    log = config.log.model_copy(update={"level": "WARNING"})  # the lines of four processes would drown the answers
    return config.model_copy(update={"server": server, "log": log})


async def _sign_up(http: httpx.AsyncClient) -> None:
    email, password = f"demo-{secrets.token_hex(4)}@elenchus.example", secrets.token_urlsafe(18)
    body = {"email": email, "password": password, "full_name": "Demo", "organization": "Demo LLP"}
    await _done(http.post("/api/v1/auth/register", json=body))
    signed_in = await _done(http.post("/api/v1/auth/login", data={"username": email, "password": password}))
    http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"


async def _printed(into: Path) -> list[Path]:
    """In a process of its own, so that PyMuPDF stays out of this one."""
    command = [sys.executable, "-m", "elenchus.seeds.render", str(into)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    lines, _ = await process.communicate()
    if process.returncode:
        raise DemoFailed("The sample documents could not be printed; the lines above say why.")
    return [Path(line) for line in lines.decode().splitlines()]


async def _upload(http: httpx.AsyncClient, paths: list[Path]) -> list[dict[str, Any]]:
    files = [("files", (path.name, path.read_bytes(), "application/pdf")) for path in paths]
    documents: list[dict[str, Any]] = (await _done(http.post("/api/v1/documents", files=files)))["items"]
    return documents


async def _until_read(http: httpx.AsyncClient, documents: list[dict[str, Any]]) -> None:
    try:
        async with asyncio.timeout(READ_WITHIN_SECONDS):
            for document in documents:
                await _read(http, document["id"])
    except TimeoutError as error:
        raise DemoFailed(f"The documents were not read within {READ_WITHIN_SECONDS:.0f} s.") from error


async def _read(http: httpx.AsyncClient, document_id: str) -> None:
    while True:
        document = await _done(http.get(f"/api/v1/documents/{document_id}"))
        state = document["processing"]
        if state["status"] == "failed":
            raise DemoFailed(f"{document['original_filename']}: {state['error']['detail']}")
        if state["status"] == "completed":
            name, pages, chunks = document["original_filename"], document["page_count"], document["chunk_count"]
            return _say(f"  {name:<26} {pages:>3} pages, {chunks:>3} passages")
        await asyncio.sleep(0.05)


async def _ask(http: httpx.AsyncClient, question: Question) -> bool:
    """Print the answer; True when it cites what it must. A question without an answer must be answered so."""
    answer = await _done(http.post("/api/v1/chat", json={"content": question.text}))
    message = answer["message"]
    citations = message["citations"]
    _say(f"\nQ  {question.text}")
    _say(_indented(message["content"], "A  "))
    for citation in citations:
        page = citation["page_start"]
        _say(
            _indented(f"[{citation['n']}] {citation['document_title']}, page {page}: “{_one_line(citation['quote'])}”")
        )
    if not question.answers and citations:
        raise DemoFailed("A question that no document answers was answered.")
    return bool(citations)


async def _show_jobs(http: httpx.AsyncClient) -> None:
    jobs = (await _done(http.get("/api/v1/jobs")))["items"]
    _say("\nJobs")
    for job in jobs:
        _say(f"  {job['type']:<18} {job['status']:<10} attempts {job['attempts']}  {job['id']}")
    if unfinished := [job for job in jobs if job["status"] != "completed"]:
        raise DemoFailed(f"{len(unfinished)} of {len(jobs)} jobs did not complete.")


async def _done(request: Any) -> Any:
    """The answer's JSON, or the end of the demo with the server's own words."""
    answer: httpx.Response = await request
    if answer.is_error:
        raise DemoFailed(f"{answer.request.method} {answer.request.url.path} → {answer.status_code}: {answer.text}")
    return answer.json()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _indented(text: str, first: str = "   ") -> str:
    return textwrap.fill(_one_line(text), WIDTH, initial_indent=first, subsequent_indent="   ")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a conversation with a person at a terminal
