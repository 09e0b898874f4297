"""How the API process begins and ends, however it was started."""

import asyncio
import gc
import logging
import secrets
import sys

import pytest
import structlog
import uvicorn

from elenchus import cli, main, registry, worker
from elenchus.core import logs


@pytest.fixture
def own_logs():
    """Named before `capsys`, so that the logs go back to an error stream that outlives the test."""
    yield
    logs.configure("WARNING", "json")


@pytest.fixture
def no_drains(monkeypatch):
    """The running API of other tests is in this process too, and goes on."""
    monkeypatch.setattr(registry, "API_DRAINS", ())


async def test_no_traceback_tells_with_what_whoever_started_it(own_logs, capsys, settings_, resources_, no_drains):
    """`uvicorn --factory elenchus.main:create_app` and the child of `--reload` never run our command."""
    structlog.reset_defaults()
    app = main.create_app(settings_)

    def fails(password: str) -> None:
        raise RuntimeError("broke")

    secret = secrets.token_hex(8)
    async with app.router.lifespan_context(app):
        try:
            fails(secret)
        except RuntimeError as error:
            logs.get("ours").error("it broke", exc_info=error)
    told = "".join(capsys.readouterr())
    assert "fails" in told
    assert secret not in told


async def test_our_commands_way_of_logging_stays(own_logs, capsys, settings_, resources_, no_drains):
    logs.configure("ERROR", "json")
    app = main.create_app(settings_)
    async with app.router.lifespan_context(app):
        logs.get("ours").warning("not told")
    assert "not told" not in "".join(capsys.readouterr())
    assert not logging.getLogger("uvicorn.access").isEnabledFor(logging.INFO)  # its lines hold queries


async def test_each_room_is_brought_to_its_end_whatever_becomes_of_another(monkeypatch, settings_, resources_):
    ended: list[str] = []

    async def fails(_seconds: float) -> None:
        ended.append("first")
        raise RuntimeError("broke")

    async def well(_seconds: float) -> None:
        ended.append("second")

    monkeypatch.setattr(registry, "API_DRAINS", (fails, well))
    app = main.create_app(settings_)
    async with app.router.lifespan_context(app):
        pass
    assert ended == ["first", "second"]


@pytest.mark.parametrize("command", ["api", "worker"])
def test_garbage_is_looked_for_again_when_all_is_loaded(command, monkeypatch, settings_):
    seen: list[bool] = []

    async def works(_config, **_options) -> None:
        seen.append(gc.isenabled())
        await asyncio.sleep(0)

    monkeypatch.setattr(cli, "_configured", lambda: settings_)
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: seen.append(gc.isenabled()))
    monkeypatch.setattr(worker, "run_worker", works)
    monkeypatch.setattr(asyncio, "run", lambda work: work.send(None))  # the set loop is that of other tests
    monkeypatch.setattr(sys, "argv", ["elenchus", command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, seen) == (0, [True])
