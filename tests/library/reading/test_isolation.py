"""A child that has been taken over: what it cannot do, and what it cannot make us believe."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from elenchus.library.reading import process
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import ReadingUnavailable, UnreadableFile
from elenchus.library.reading.process import Child
from elenchus.library.reading.sandbox import Reader
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import files
from tests.library.reading.support import lives
from tests.support import until

LIMITS = ReadingLimits(pages=20, characters=20_000, wall_seconds=10)


@pytest.fixture
async def taken_over(monkeypatch):
    """A reader whose children are hostile; each plays the act that the document's name says."""
    monkeypatch.setattr(process, "CHILD_MODULE", "tests.fixtures.hostile_child")
    reader = Reader()
    yield reader
    await reader.close()


@pytest.fixture
async def prisoner(monkeypatch, tmp_path):
    """What a sealed and confined process could do, by the names of the doors it tried."""
    monkeypatch.setattr(process, "CHILD_MODULE", "tests.fixtures.prisoner")
    names = {"held": tmp_path / "held", "other": tmp_path / "other", "new": tmp_path / "new"}
    for name in ("held", "other"):
        names[name].write_text(name)
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = {name: str(path) for name, path in names.items()} | {"port": server.getsockname()[1]}
        document = files.saved(tmp_path, json.dumps(target).encode())
        reader = Reader()
        async with reader.open(document, Kind.TEXT) as reading:
            pages = [page async for page in reading]
        await reader.close()
    return json.loads(pages[0].text), reading.guards, names


class TestPrison:
    async def test_it_reads_its_document(self, prisoner):
        found, _, _ = prisoner
        assert found["the document"] == "done: {"

    async def test_it_has_no_memory_beyond_its_limit_and_few_descriptors(self, prisoner):
        found, guards, _ = prisoner
        assert found["100 files"] == "OSError"
        if "memory" not in guards:
            pytest.skip("this system does not limit memory")
        assert found["2 GB"] == "MemoryError"

    async def test_it_cannot_write_even_to_an_open_file(self, prisoner):
        found, _, names = prisoner
        assert found["writing to an open file"] == "OSError"
        assert names["held"].read_text() == "held"

    async def test_it_opens_makes_and_removes_no_other_file(self, prisoner):
        found, guards, names = prisoner
        if "documents" not in guards:
            pytest.skip("this system has no Landlock")
        assert [found[door] for door in ("another file", "a new file", "unlinking")] == ["PermissionError"] * 3
        assert names["other"].exists()
        assert not names["new"].exists()

    async def test_it_reaches_no_network_not_even_loopback(self, prisoner):
        found, guards, _ = prisoner
        if not _may_leave_network():
            pytest.skip("this system allows no network namespace")
        assert "network" in guards
        assert not found["loopback"].startswith("done")
        assert not found["datagram"].startswith("done")

    async def test_it_starts_no_process(self, prisoner):
        found, guards, _ = prisoner
        if "processes" not in guards or os.getuid() == 0:
            pytest.skip("the limit on processes does not bind root")
        assert found["fork"] == "BlockingIOError"

    async def test_it_inherits_no_environment(self, prisoner):
        found, _, _ = prisoner
        assert set(found["environment"]) <= {"PYTHONPATH", "LC_CTYPE"}  # the interpreter itself sets the second

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has every guard")
    async def test_every_guard_is_reported(self, prisoner):
        _, guards, _ = prisoner
        assert {"core", "files", "writing", "processes", "capabilities", "privileges", "orphans", "processor"} <= guards

    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
    async def test_the_real_child_sees_no_secret_of_ours(self, reader, monkeypatch):
        monkeypatch.setenv("MONGODB_URL", "mongodb://canary:secret@db")
        child = await Child.started()
        try:
            assert b"canary" not in Path(f"/proc/{child.pid}/environ").read_bytes()
            assert os.readlink(f"/proc/{child.pid}/cwd") == "/"
            assert os.getpgid(child.pid) == child.pid
            status = dict(line.split(":\t", 1) for line in Path(f"/proc/{child.pid}/status").read_text().splitlines())
            assert status["NoNewPrivs"] == "1"
            assert int(status["CapEff"], 16) == 0
        finally:
            await child.end()


WORKER = """
import asyncio, sys
from pathlib import Path
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.sandbox import Reader

async def main():
    async with Reader().open(Path(sys.argv[1]), Kind.PDF) as reading:
        print(reading.pid, flush=True)
        [page async for page in reading]

asyncio.run(main())
"""


class TestOrphans:
    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
    async def test_a_killed_worker_leaves_no_busy_child(self, tmp_path):
        bomb = files.saved(tmp_path, files.time_bomb())
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORKER, str(bomb)),
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert worker.stdout
        child = int(await worker.stdout.readline())
        await until(lambda: _seconds_of_work(child) > 0.5)  # well into the document
        worker.kill()
        await worker.communicate()
        await until(lambda: not lives(child) or _is_zombie(child))


class TestLies:
    @pytest.mark.parametrize(
        ("act", "code"),
        [
            ("garbage", "corrupt"),
            ("deep", "corrupt"),
            ("stranger", "corrupt"),
            ("surrogate", "corrupt"),
            ("form_feed", "corrupt"),
            ("nul", "corrupt"),
            ("number_for_text", "corrupt"),
            ("infinite", "corrupt"),
            ("unknown_outcome", "corrupt"),
            ("flood", "corrupt"),
            ("many_pages", "too_large"),
            ("much_text", "too_large"),
            ("quit", "corrupt"),
            ("crash", "corrupt"),
            ("killed", "too_large"),
            ("no_processor_left", "timeout"),
            ("out_of_memory", "too_large"),
            ("endless_label", "corrupt"),
            ("too_sure", "corrupt"),
            ("recognising", "timeout"),
        ],
    )
    async def test_each_ends_in_a_verdict_and_without_a_process(self, taken_over, act, code):
        with pytest.raises(UnreadableFile) as refused:
            async with taken_over.open(Path(act), Kind.PDF, limits=LIMITS) as reading:
                [page async for page in reading]
        assert refused.value.code == code
        assert "{" not in refused.value.detail
        assert not lives(reading.pid)

    @pytest.mark.parametrize("act", ["silence", "drip"])
    async def test_neither_silence_nor_a_trickle_outlasts_the_wall_time(self, taken_over, act):
        with pytest.raises(UnreadableFile) as refused:
            async with taken_over.open(Path(act), Kind.PDF, limits=ReadingLimits(wall_seconds=0.3)) as reading:
                [page async for page in reading]
        assert refused.value.code == "timeout"

    async def test_complaints_neither_block_it_nor_pile_up(self, taken_over):
        async with taken_over.open(Path("complain_at_length"), Kind.PDF, limits=LIMITS) as reading:
            assert len([page async for page in reading]) == 1
            assert len(reading._child.complaints) <= process.STDERR_PIECES * process.STDERR_BYTES

    async def test_what_it_has_started_dies_with_it(self, taken_over):
        async with taken_over.open(Path("breed"), Kind.PDF, limits=LIMITS) as reading:
            grandchild = int((await anext(aiter(reading))).text)
            assert lives(grandchild)
        await until(lambda: not lives(grandchild) or _is_zombie(grandchild))

    async def test_a_child_that_cannot_start_says_nothing_about_the_file(self, monkeypatch, tmp_path):
        monkeypatch.setattr(process, "CHILD_MODULE", "elenchus.no_such_module")
        with pytest.raises(ReadingUnavailable):
            async with Reader().open(tmp_path, Kind.PDF):
                pass


def _seconds_of_work(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _may_leave_network() -> bool:
    """Asked of the system itself, by another process."""
    probe = (
        "import ctypes, sys; libc = ctypes.CDLL(None); sys.exit(libc.unshare(0x50000000) and libc.unshare(0x40000000))"
    )
    return subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def _is_zombie(pid: int) -> bool:
    """Dead, and waiting for whoever adopted it."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"
