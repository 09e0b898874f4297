"""The process that sets Word files and PDFs: whatever becomes of it, no half of a file is given out, nothing stays."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import orjson
import pytest

from elenchus.research.exporting import typesetting
from elenchus.research.exporting.child import typeset
from elenchus.research.exporting.errors import NotTypeset
from elenchus.research.exporting.schemas import DONE, Format
from elenchus.research.models import MessageRole as Role
from tests.research.support import CONVERSATIONS
from tests.research.test_exporting import exported, kept, said
from tests.support import until

HEAD = {"title": "t", "exported_at": "2026-11-20T12:00:00Z", "messages": 1}
SET = ["docx", "pdf"]

STRAY = """
from elenchus.research.exporting import script
from elenchus.research.exporting.child import typeset
talk = script.talk
script.talk = lambda **about: print("stray", flush=True) or talk(**about)
typeset.main("docx")
"""

GREEDY = """
from elenchus.research.exporting.child import typeset
typeset._bound()
held = bytearray(typeset.MOST_MEMORY)
"""
BUSY = """
from elenchus.research.exporting.child import typeset
typeset.MOST_SECONDS = 1
typeset._bound()
while True:
    pass
"""
REFUSED = """
import resource
from elenchus.research.exporting.child import typeset
def refuse(*_):
    raise ValueError("current limit exceeds maximum limit")
resource.setrlimit = refuse
typeset.main("docx")
"""


async def lines(*more):
    for line in (HEAD, *more):
        yield line


async def endless(under_way: asyncio.Event):
    yield HEAD
    under_way.set()
    await asyncio.Event().wait()


def children() -> set[int]:
    """The typesetting processes of this one."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = status.with_name("cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid() and b"exporting.child.typeset" in command:
            found.add(int(status.parent.name))
    return found


async def only_child() -> int:
    """A process that has just begun has no command line for a moment."""
    await until(lambda: len(children()) == 1)
    [child] = children()
    return child


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


class TestEnds:
    @pytest.mark.parametrize("wanted", SET)
    async def test_it_leaves_nothing_on_the_disk(self, firm, folder, wanted):
        f = await firm()
        await exported(f, await kept(f, said(Role.USER, "What is due?")), wanted)
        assert list(folder.iterdir()) == []

    async def test_one_that_fails_is_told(self, firm, monkeypatch):
        f = await firm()
        conversation_id = await kept(f, said(Role.USER, "What is due?"))
        monkeypatch.setattr(typesetting, "MODULE", "elenchus.research.exporting.nowhere")
        got = await f.client.get(f"{CONVERSATIONS}/{conversation_id}/export", params={"format": "docx"})
        assert (got.status_code, got.json()["title"]) == (503, "The file could not be made")

    async def test_one_that_takes_too_long_is_ended(self, monkeypatch):
        monkeypatch.setattr(typesetting, "SECONDS", 0.0)
        with pytest.raises(NotTypeset):
            await typesetting.typeset(Format.PDF, lines())
        assert not children()

    async def test_one_that_is_killed_gives_no_file(self, folder):
        under_way = asyncio.Event()
        work = asyncio.create_task(typesetting.typeset(Format.WORD, endless(under_way)))
        await under_way.wait()
        child = await only_child()
        os.kill(child, 9)
        work.get_loop().call_later(0, work.cancel)  # it waits for a line; the next write would find the pipe broken
        with pytest.raises((NotTypeset, asyncio.CancelledError)):
            await work
        assert not children()
        assert list(folder.iterdir()) == []

    async def test_one_that_is_killed_between_two_lines_is_told(self):
        async def killing():
            yield HEAD
            child = await only_child()
            os.kill(child, 9)
            yield {"id": "m", "role": "user", "content": "x" * 1_000_000, "created_at": "2026-11-20T12:00:00Z"}

        with pytest.raises(NotTypeset):
            await typesetting.typeset(Format.WORD, killing())

    async def test_a_client_that_leaves_ends_it(self, firm, folder, monkeypatch):
        f = await firm()
        conversation_id = await kept(f, said(Role.USER, "What is due?"))
        under_way = asyncio.Event()
        monkeypatch.setattr("elenchus.research.exporting.service._lines", lambda *_: endless(under_way))
        asking = asyncio.create_task(
            f.client.get(f"{CONVERSATIONS}/{conversation_id}/export", params={"format": "pdf"})
        )
        await under_way.wait()
        await only_child()
        asking.cancel()
        with pytest.raises((asyncio.CancelledError, httpx.TransportError)):
            await asking

        async def gone():
            return not children()

        await until(gone)
        assert list(folder.iterdir()) == []


class TestTheProcess:
    @pytest.mark.parametrize("wanted", SET)
    def test_lines_that_end_too_early_make_no_file(self, wanted):
        file = io.BytesIO()
        with pytest.raises(typeset.Cut):
            typeset.write(typeset.WRITERS[wanted](file), [orjson.dumps(HEAD)])
        assert file.getvalue() == b""

    @pytest.mark.parametrize("wanted", SET)
    def test_a_full_disk_is_a_failure(self, wanted):
        with open("/dev/full", "wb") as full:
            ended = run(wanted, stdout=full)
        assert ended.returncode
        assert b"No space left" in ended.stderr

    def test_its_memory_is_bounded(self):
        ended = run("docx", code=GREEDY)
        assert b"MemoryError" in ended.stderr

    def test_it_ends_by_itself_when_it_computes_without_end(self):
        assert run("docx", code=BUSY).returncode == -signal.SIGXCPU

    def test_a_system_that_bounds_none_gets_its_file(self):
        assert run("docx", code=REFUSED).stdout.startswith(b"PK")

    def test_what_a_library_prints_is_not_in_the_file(self):
        ended = run("docx", code=STRAY)
        assert ended.stdout.startswith(b"PK")
        assert b"stray" in ended.stderr

    async def test_more_than_two_wait_for_their_turn(self, monkeypatch):
        monkeypatch.setattr(typesetting, "_turn", asyncio.Semaphore(1))
        under_way = asyncio.Event()
        first = asyncio.create_task(typesetting.typeset(Format.WORD, endless(under_way)))
        await under_way.wait()
        second = asyncio.create_task(typesetting.typeset(Format.WORD, lines()))
        await until(lambda: typesetting._turn._waiters)
        await only_child()
        first.cancel()
        (await second).close()


def run(wanted: str, *, code: str = "", stdout: object = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    command = ["-c", code] if code else ["-m", typesetting.MODULE, wanted]
    return subprocess.run(
        [sys.executable, *command], input=b"\n".join([orjson.dumps(HEAD), DONE]), stdout=stdout,
        stderr=subprocess.PIPE, env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
    )  # fmt: skip
