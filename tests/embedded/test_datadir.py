"""The folder, its lock, its secrets and its logs."""

import fcntl
import json
import os
import socket
from pathlib import Path

import pytest

from elenchus.embedded import DataDirInUse, EmbeddedError, Server
from elenchus.embedded.datadir import LOG_LIMIT_BYTES, TAIL_BYTES, DataDir, Log
from elenchus.embedded.ports import HOST, PORTS, free_port, knock


@pytest.fixture
def data(data_dir: Path) -> DataDir:
    return DataDir.at(data_dir)


class TestLock:
    def test_it_tells_people_who_holds_it_and_is_silent_afterwards(self, data):
        with data.locked():
            held = json.loads((data.root / "elenchus.lock").read_text())
            assert held["pid"] == os.getpid()
        assert (data.root / "elenchus.lock").read_text() == ""

    def test_the_refused_do_not_disturb_the_holder(self, data):
        with data.locked():
            before = (data.root / "elenchus.lock").read_text()
            with pytest.raises(DataDirInUse), data.locked():
                pass
            assert (data.root / "elenchus.lock").read_text() == before

    def test_a_holder_that_has_not_yet_written_its_name(self, data):
        with (data.root / "elenchus.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with pytest.raises(DataDirInUse, match="in use by another process") as refused, data.locked():
                pass
        assert refused.value.pid is None

    def test_what_a_killed_holder_wrote_does_not_lock(self, data):
        (data.root / "elenchus.lock").write_text(json.dumps({"pid": 1, "started": "yesterday"}))
        with data.locked():
            assert json.loads((data.root / "elenchus.lock").read_text())["pid"] == os.getpid()

    def test_an_error_of_the_body_is_not_blamed_on_the_folder(self, data):
        with pytest.raises(FileNotFoundError), data.locked():
            raise FileNotFoundError("of the body")
        with data.locked():
            pass


class TestFolder:
    def test_a_relative_one_is_made_absolute(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert DataDir.at(Path("data")).root == tmp_path / "data"

    def test_a_file_in_its_place_is_said(self, tmp_path):
        (tmp_path / "data").write_text("")
        with pytest.raises(EmbeddedError, match="cannot be used as DATA_DIR: File exists"):
            DataDir.at(tmp_path / "data")

    def test_the_contents_of_an_existing_one_are_left_alone(self, tmp_path):
        (tmp_path / "notes.txt").write_text("mine")
        DataDir.at(tmp_path)
        assert (tmp_path / "notes.txt").read_text() == "mine"


class TestCredentials:
    def test_they_are_made_once_and_differ(self, data):
        first = data.credentials()
        assert data.credentials() == first
        assert first.database != first.valkey
        assert len(first.database) >= 32

    def test_no_two_directories_share_them(self, data, tmp_path):
        assert DataDir.at(tmp_path / "another").credentials() != data.credentials()

    def test_they_do_not_show(self, data):
        shown = repr(data.credentials())
        assert data.credentials().database not in shown
        assert data.credentials().valkey not in shown

    def test_a_private_file_is_replaced_as_a_whole(self, data):
        path = data.root / "secret"
        path.write_text("old and readable")
        path.chmod(0o644)
        data.write_private(path, "new")
        assert path.read_text() == "new"
        assert path.stat().st_mode & 0o777 == 0o600
        assert [file.name for file in data.root.iterdir() if file.is_file()] == ["secret"]


class TestLog:
    def test_the_tail_is_of_the_latest_start_only(self, tmp_path):
        log = Log(tmp_path / "server.log")
        assert log.tail() == ""
        log.path.write_text("an old error\n")
        log.begin()
        assert log.tail() == ""
        with log.path.open("a") as file:
            file.write("a new error\n")
        assert log.tail() == "a new error"

    def test_the_tail_is_short_and_readable_whatever_was_written(self, tmp_path):
        log = Log(tmp_path / "server.log")
        log.path.write_bytes(b"\xff" * 10 * TAIL_BYTES + b"the end")
        assert len(log.tail()) <= TAIL_BYTES
        assert log.tail().endswith("the end")

    def test_a_short_one_stays(self, tmp_path):
        log = Log(tmp_path / "server.log")
        log.path.write_text("kept")
        log.begin()
        assert log.path.read_text() == "kept"

    async def test_a_long_one_is_moved_aside_at_the_next_start(self, valkey: Server, data_dir):
        await valkey.stop()
        log = data_dir / "logs/valkey.log"
        log.write_bytes(b"x" * (LOG_LIMIT_BYTES + 1))
        await valkey.start()
        assert log.stat().st_size < LOG_LIMIT_BYTES
        assert log.with_suffix(".log.1").stat().st_size > LOG_LIMIT_BYTES


class TestPorts:
    def test_they_lie_below_what_outgoing_connections_get(self):
        ephemeral = Path("/proc/sys/net/ipv4/ip_local_port_range")
        lowest = int(ephemeral.read_text().split()[0]) if ephemeral.exists() else 49_152
        assert max(PORTS) < lowest
        assert free_port() in PORTS

    def test_one_that_is_taken_is_never_given(self):
        free = free_port()
        with socket.socket() as taken:
            taken.bind((HOST, free_port([port for port in PORTS if port != free])))
            assert {free_port([taken.getsockname()[1], free]) for _ in range(20)} == {free}

    async def test_knocking_tells_whether_anything_listens(self):
        port = free_port()
        assert not await knock(port)
        with socket.socket() as listener:
            listener.bind((HOST, port))
            assert not await knock(port)
            listener.listen()
            assert await knock(port)
