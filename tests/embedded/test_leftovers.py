"""Servers that outlived their supervisor, as they do where the kernel does not end them for us."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.embedded.conftest import alive, until

from elenchus.embedded import valkey_server
from elenchus.embedded.datadir import DataDir
from elenchus.embedded.leftovers import end_leftover, remember, runs
from elenchus.embedded.ports import free_port, knock
from elenchus.embedded.programs import Valkey


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "300"]) as process:
        yield process
        process.kill()


def gone(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


class TestEndLeftover:
    async def test_a_server_left_running_is_ended_before_the_next_starts(self, data_dir):
        data = DataDir.at(data_dir)
        program = Valkey(data)
        await program.prepare()
        port = free_port()
        command = program.command(port)
        with subprocess.Popen(command, cwd=data_dir, stdout=subprocess.DEVNULL) as left:
            remember(data.note("valkey"), left.pid, command)
            await until(lambda: knock(port))
            assert runs(left.pid, command)
            server = valkey_server(data_dir)
            await server.start()
            assert gone(left)
            assert alive(server.pid)
            await server.stop()

    async def test_one_run_through_an_interpreter_is_known(self, note, tmp_path):
        script = tmp_path / "served"
        script.write_text("#!/bin/sh\nsleep 300 & wait\n")
        script.chmod(0o700)
        with subprocess.Popen([script, "--port", "1"], start_new_session=True) as left:
            remember(note, left.pid, [str(script), "--port", "1"])
            await until(lambda: runs(left.pid, [str(script), "--port", "1"]))
            await end_leftover(note)
            os.killpg(left.pid, signal.SIGKILL)
            await until(lambda: gone(left))

    async def test_one_that_does_not_listen_is_killed(self, note):
        command = ["/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as deaf:
            assert deaf.stdout.readline() == b"deaf\n"
            remember(note, deaf.pid, command)
            await end_leftover(note, patience_seconds=0.3)
            assert deaf.wait() == -signal.SIGKILL
        assert not note.exists()

    async def test_a_stranger_with_its_number_is_spared(self, note, sleeper):
        remember(note, sleeper.pid, ["valkey-server", "/data/valkey.conf"])
        await end_leftover(note)
        assert not gone(sleeper)
        assert not note.exists()

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", "{}", '{"pid": "x", "command": []}', '{"pid": 1, "command": []}']
    )
    async def test_a_damaged_note_ends_nobody(self, note, content):
        note.write_text(content)
        await end_leftover(note)
        assert not note.exists()

    async def test_no_note_is_no_leftover(self, note):
        await end_leftover(note)

    def test_the_dead_run_nothing(self):
        with subprocess.Popen(["/bin/sleep", "0"]) as process:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie until `with` ends
            assert not runs(process.pid, ["/bin/sleep", "0"])
        assert not runs(process.pid, ["/bin/sleep", "0"])

    async def test_the_note_names_the_whole_command(self, note):
        remember(note, 7, ["a", "b c"])
        assert json.loads(note.read_text()) == {"pid": 7, "command": ["a", "b c"]}
