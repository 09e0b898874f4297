"""The end of `elenchus up`, however it comes: nothing is left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient
from tests.embedded.conftest import alive, noted_pid, until

from elenchus.embedded import embedded_servers
from elenchus.embedded.server import LAUNCH

SUPERVISOR = """
import asyncio, signal, sys
from pathlib import Path
from elenchus.embedded import embedded_servers

async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    async with embedded_servers(Path(sys.argv[1]), on_event=lambda sentence: print(sentence, flush=True)):
        print("READY", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


class Supervisor:
    """`elenchus up` in small, in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.pids = [noted_pid(folder, name) for name in ("database", "valkey")]

    async def ended(self) -> str:
        """What it has said, once all is gone."""
        said, _ = await asyncio.wait_for(self.process.communicate(), 15)
        await until(lambda: not any(map(alive, self.pids)), 5)
        return said.decode()


@pytest.fixture
async def supervisor(settled: Path) -> AsyncIterator[Supervisor]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SUPERVISOR, str(settled)),
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    async with asyncio.timeout(20):
        while await process.stdout.readline() != b"READY\n":
            assert not process.stdout.at_eof()
    yield Supervisor(process, settled)
    if process.returncode is None:
        process.kill()
        await process.communicate()


class TestTheEnd:
    async def test_sigterm_stops_both_cleanly(self, supervisor, settled):
        supervisor.process.terminate()
        assert "killed" not in await supervisor.ended()
        assert "ready to exit, bye bye" in (settled / "logs/valkey.log").read_text()
        assert list((settled / "run").iterdir()) == []

    async def test_ctrl_c_reaches_the_supervisor_alone_which_stops_both(self, supervisor, settled):
        os.killpg(supervisor.process.pid, signal.SIGINT)
        said = await supervisor.ended()
        assert "started again" not in said
        assert "did not end when asked to" not in said
        assert "Received SIGTERM scheduling shutdown" in (settled / "logs/valkey.log").read_text()

    async def test_a_second_ctrl_c_does_not_wait_for_a_frozen_server(self, supervisor):
        os.kill(supervisor.pids[0], signal.SIGSTOP)
        supervisor.process.send_signal(signal.SIGINT)
        await until(lambda: not alive(supervisor.pids[1]))
        supervisor.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(5):  # the grace is 8 s
            await supervisor.ended()

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends them")
    async def test_a_supervisor_killed_outright_takes_them_along(self, supervisor):
        supervisor.process.kill()
        await supervisor.ended()

    async def test_one_killed_outright_leaves_a_directory_that_starts_again(self, supervisor, settled):
        supervisor.process.kill()
        await supervisor.process.communicate()
        async with embedded_servers(settled) as endpoints:  # at once: the dying hold their files for a moment
            async with AsyncMongoClient(endpoints.mongodb_url) as mongo:
                assert (await mongo.admin.command("ping"))["ok"] == 1

    async def test_a_server_whose_parent_is_gone_does_not_begin(self, tmp_path):
        command = ["/bin/sh", "-c", f"touch '{tmp_path}/begun'"]
        late = await asyncio.create_subprocess_exec(sys.executable, "-I", "-S", str(LAUNCH), "1", *command, stderr=-3)
        assert await late.wait() == 1
        assert not (tmp_path / "begun").exists()
