"""What `elenchus up` relies on: both servers there, closed to others, kept alive, and gone afterwards."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError
from tests.embedded.conftest import alive, noted_pid, processes

from elenchus.embedded import DataDirInUse, EmbeddedError, Endpoints, embedded_servers

THEIR_MONGODB, THEIR_REDIS = "mongodb://db.example:27017", "redis://cache.example:6379/0"
ACKNOWLEDGED = {"w": "majority", "journal": True, "serverSelectionTimeoutMS": 2000}


class Both:
    """One pair of servers for the tests that only look at them."""

    def __init__(self, folder: Path, endpoints: Endpoints, sentences: list[str]) -> None:
        self.folder, self.endpoints, self.sentences = folder, endpoints, sentences
        self.pids = [noted_pid(folder, name) for name in ("database", "valkey")]
        self.mongo: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(endpoints.mongodb_url, **ACKNOWLEDGED)
        self.redis = Redis.from_url(endpoints.redis_url)

    @property
    def secrets(self) -> list[str]:
        return [
            self.endpoints.mongodb_url.split(":")[2].split("@")[0],
            self.endpoints.redis_url.split(":")[2].split("@")[0],
        ]

    @property
    def ports(self) -> list[int]:
        return [
            int(url.rsplit(":", 1)[1].split("/")[0]) for url in (self.endpoints.mongodb_url, self.endpoints.redis_url)
        ]


@pytest.fixture(scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    folder, sentences = tmp_path_factory.mktemp("up") / "data", list[str]()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LLM_API_KEY", "canary-of-ours")
        async with embedded_servers(folder, on_event=sentences.append) as endpoints:
            servers = Both(folder, endpoints, sentences)
            yield servers
            await servers.mongo.close()
            await servers.redis.aclose()


class TestTheServers:
    async def test_both_answer(self, both):
        assert (await both.mongo.admin.command("hello"))["isWritablePrimary"]
        assert await both.redis.ping()

    async def test_writes_are_acknowledged_as_the_application_wants_them(self, both):
        assert (await both.mongo.x.things.insert_one({"_id": 1})).acknowledged

    async def test_the_database_keeps_no_log_of_operations_that_every_write_would_pay_for(self, both):
        await both.mongo.x.things.insert_one({"_id": "logged nowhere"})
        assert await both.mongo.local["oplog.rs"].count_documents({}) == 0

    async def test_transactions_work(self, both):
        async with both.mongo.start_session() as session:
            async with await session.start_transaction():
                await both.mongo.x.things.insert_one({"_id": "in a transaction"}, session=session)
        assert await both.mongo.x.things.count_documents({"_id": "in a transaction"}) == 1

    async def test_the_database_syncs_every_commit(self, both):
        assert "--sync-on-commit" in processes("-p", str(both.pids[0]))

    async def test_valkey_keeps_every_write_and_evicts_none(self, both):
        settings = await both.redis.config_get("append*") | await both.redis.config_get("maxmemory-policy")
        assert settings["appendonly"] == "yes"
        assert settings["appendfsync"] == "everysec"
        assert settings["maxmemory-policy"] == "noeviction"

    async def test_it_tells_where_they_are(self, both):
        assert sorted(sentence.split(" after ")[0] for sentence in both.sentences) == [
            f"The bundled Valkey serves on 127.0.0.1:{both.ports[1]}",
            f"The bundled database serves on 127.0.0.1:{both.ports[0]}",
        ]


class TestTheyAreClosedToOthers:
    async def test_the_database_asks_for_the_password(self, both):
        async with AsyncMongoClient("127.0.0.1", both.ports[0]) as stranger:
            with pytest.raises(OperationFailure, match="requires authentication"):
                await stranger.x.things.find_one({})

    async def test_valkey_asks_for_the_password(self, both):
        async with Redis(port=both.ports[1]) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()

    async def test_no_command_line_shows_a_password(self, both):
        shown = processes("-p", ",".join(map(str, both.pids)))
        assert not [secret for secret in both.secrets if secret in shown]

    async def test_no_event_and_no_representation_shows_a_password(self, both):
        shown = " ".join([*both.sentences, repr(both.endpoints)])
        assert not [secret for secret in both.secrets if secret in shown]

    async def test_only_the_owner_reads_the_files(self, both):
        private = [both.folder, both.folder / "database", both.folder / "valkey", both.folder / "logs"]
        private += [both.folder / "credentials.json", both.folder / "valkey/valkey.conf"]
        assert [path.name for path in private if path.stat().st_mode & 0o077] == []

    @pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
    async def test_they_inherit_nothing_of_our_environment(self, both):
        for pid in both.pids:
            assert b"canary-of-ours" not in Path(f"/proc/{pid}/environ").read_bytes()

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems have only one loopback address")
    async def test_they_listen_on_one_loopback_address_only(self, both):
        for port in both.ports:
            socket.create_connection(("127.0.0.1", port), 1).close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.2", port), 1)


class TestStartingAgain:
    async def test_what_was_written_is_there(self, settled):
        async with embedded_servers(settled) as first:
            async with (
                AsyncMongoClient(first.mongodb_url, **ACKNOWLEDGED) as mongo,
                Redis.from_url(first.redis_url) as redis,
            ):
                await mongo.x.things.insert_one({"_id": "kept"})
                await redis.set("kept", 1)
        async with embedded_servers(settled) as second:
            async with AsyncMongoClient(second.mongodb_url) as mongo, Redis.from_url(second.redis_url) as redis:
                assert await mongo.x.things.count_documents({}) == 1
                assert await redis.get("kept") == b"1"

    async def test_a_directory_in_use_is_refused_and_names_the_process(self, data_dir):
        async with embedded_servers(data_dir, mongodb_url=THEIR_MONGODB):
            with pytest.raises(DataDirInUse, match=f"in use by process {os.getpid()}, started 2") as refusal:
                async with embedded_servers(data_dir, mongodb_url=THEIR_MONGODB):
                    pass
        assert refusal.value.pid == os.getpid()
        async with embedded_servers(data_dir, mongodb_url=THEIR_MONGODB):
            pass


class TestReplacedByAUrl:
    async def test_a_database_of_ones_own(self, data_dir):
        async with embedded_servers(data_dir, mongodb_url=THEIR_MONGODB) as endpoints:
            assert endpoints.mongodb_url == THEIR_MONGODB
            assert [note.stem for note in (data_dir / "run").iterdir()] == ["valkey"]

    async def test_a_redis_of_ones_own(self, settled):
        async with embedded_servers(settled, redis_url=THEIR_REDIS) as endpoints:
            assert endpoints.redis_url == THEIR_REDIS
            assert [note.stem for note in (settled / "run").iterdir()] == ["database"]

    async def test_with_both_the_directory_is_neither_made_nor_locked(self, data_dir):
        replaced = {"mongodb_url": THEIR_MONGODB, "redis_url": THEIR_REDIS}
        async with embedded_servers(data_dir, **replaced), embedded_servers(data_dir, **replaced) as endpoints:
            assert (endpoints.mongodb_url, endpoints.redis_url) == (THEIR_MONGODB, THEIR_REDIS)
        assert not data_dir.exists()


class TestItSaysWhatIsWrong:
    async def refusal(self, data_dir: Path) -> str:
        with pytest.raises(EmbeddedError) as refused:
            async with embedded_servers(data_dir):
                pytest.fail("it started")
        return str(refused.value)

    async def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").write_text("")
        assert "cannot be used as DATA_DIR: Not a directory. Set DATA_DIR to" in await self.refusal(
            tmp_path / "file/data"
        )

    async def test_a_full_disk(self, data_dir, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=7_900_000))
        assert "has 7 MB left, 100 are needed. Make room" in await self.refusal(data_dir)

    async def test_a_database_that_cannot_open_its_files(self, data_dir):
        (data_dir / "database").mkdir(parents=True)
        (data_dir / "database/store").write_text("not a folder")
        message = await self.refusal(data_dir)
        assert "The bundled database ended at its start (exit code 1)" in message
        assert message.splitlines()[-1].startswith("FileExistsError")
        assert processes("-e").count(str(data_dir)) == 0

    async def test_damaged_credentials(self, data_dir):
        data_dir.mkdir()
        (data_dir / "credentials.json").write_text("{")
        assert "credentials.json is damaged. Restore it" in await self.refusal(data_dir)


class TestAServerThatKeepsDying:
    async def keep_dying(self, data_dir: Path) -> None:
        with (data_dir / "valkey/valkey.conf").open("a") as conf:
            conf.write("\nno-such-setting yes\n")
        os.kill(noted_pid(data_dir, "valkey"), signal.SIGKILL)

    async def test_the_body_is_interrupted_and_the_log_shown(self, data_dir):
        sentences: list[str] = []

        async def body() -> None:
            async with embedded_servers(data_dir, mongodb_url=THEIR_MONGODB, on_event=sentences.append):
                await self.keep_dying(data_dir)
                await asyncio.Event().wait()

        with pytest.raises(EmbeddedError, match=r"Valkey ended 5 times within 60 s \(exit code 1\)") as gave_up:
            await body()
        assert "no-such-setting" in str(gave_up.value)
        assert len([sentence for sentence in sentences if "is started again" in sentence]) == 4
        assert asyncio.current_task().cancelling() == 0

    async def test_a_body_that_is_cancelled_from_outside_stays_cancelled(self, data_dir):
        inside = asyncio.Event()

        async def body() -> None:
            async with embedded_servers(data_dir, mongodb_url=THEIR_MONGODB):
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(body())
        await inside.wait()
        pid = noted_pid(data_dir, "valkey")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not alive(pid)
