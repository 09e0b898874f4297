"""The first start, which is the only moment at which the database asks for no password."""

import asyncio
import json
import os
from pathlib import Path
from typing import ClassVar

import pytest
from pymongo import AsyncMongoClient
from tests.embedded.conftest import alive, processes, until

from elenchus.embedded import EmbeddedError, Server, database_server
from elenchus.embedded.claim import _Unclaimed
from elenchus.embedded.datadir import DataDir
from elenchus.embedded.errors import CredentialsRefused
from elenchus.embedded.ports import knock
from elenchus.embedded.programs import Database


class TestTheFirstStart:
    async def test_a_wrong_password_is_said(self, database, settled):
        await database.stop()
        credentials = json.loads((settled / "credentials.json").read_text())
        (settled / "credentials.json").write_text(json.dumps(credentials | {"database": "wrong"}))
        with pytest.raises(CredentialsRefused, match=r"refuses the password in .*credentials.json"):
            await database.start()
        assert not alive(database.pid)

    async def test_a_stranger_who_connects_while_no_password_is_asked_spoils_it(self, data_dir):
        class Watched(Database):
            """Somebody tries every moment to get in."""

            def _open(self, store: Path, port: int) -> list[str]:
                self.ports.append(port)
                return super()._open(store, port)

            ports: ClassVar[list[int]] = []

        async def stranger() -> None:
            while True:
                for port in Watched.ports:
                    await knock(port)
                await asyncio.sleep(0)

        data, trying = DataDir.at(data_dir), asyncio.create_task(stranger())
        with pytest.raises(EmbeddedError, match="Another process of this machine connected"):
            await Server(Watched(data), data).start()
        trying.cancel()
        assert not (data_dir / "database/store").exists()

    async def test_one_that_was_cut_short_is_made_again(self, data_dir):
        server = database_server(data_dir)
        first = asyncio.create_task(server.start())
        await until(lambda: (data_dir / "database/new/WiredTiger").exists())
        first.cancel()
        await asyncio.wait({first})
        assert not (data_dir / "database/store").exists()
        await server.start()
        await server.stop()

    async def test_it_is_asked_for_no_password_only_until_it_is_claimed(self, data_dir):
        server = database_server(data_dir)
        await server.start()
        assert "--auth" in processes("-p", str(server.pid))
        assert not (data_dir / "database/new").exists()
        await server.stop()

    async def test_another_open_server_on_our_port_gets_no_account(self, data_dir):
        data = DataDir.at(data_dir)
        theirs, ours = ({"createUser": name, "pwd": "x", "roles": ["root"]} for name in ("theirs", "ours"))
        (data_dir / "database/secantusd.toml").write_text("")
        neighbour = Server(_Unclaimed(theirs, data_dir / "new", Database(data)._open), data)
        async with AsyncMongoClient(await neighbour.start()) as mongo:
            assert not await _Unclaimed(ours, data_dir, lambda _new, _port: []).serves(neighbour._port, os.getpid())
            assert (await mongo.admin.command("usersInfo", "ours"))["users"] == []
            assert (await mongo.admin.command("usersInfo", "theirs"))["users"] != []
        await neighbour.stop()
