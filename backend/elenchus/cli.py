"""The command line: what each command does is its docstring, which `--help` prints.

Imports are inside the commands: `elenchus version` must not load a web framework.
"""

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from elenchus import __version__
from elenchus.core import logs
from elenchus.core.settings import Settings, settings

app = typer.Typer(
    name="elenchus",
    help="Legal research in which every quote and citation is cross-examined against its source.",
    epilog="Settings come from the environment and .env; .env.example lists them with their defaults.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
ReloadOption = Annotated[bool, typer.Option(help="Restart when the code changes; for work on Elenchus itself.")]


@app.command()
def up() -> None:
    """Start everything on this machine: database, queue, API and worker, on one port.

    MONGODB_URL or REDIS_URL replace the embedded database or queue by your own. Ctrl-C stops it all.
    """
    from elenchus.up import up as run_up

    _run(run_up(_configured()))


@app.command()
def api(reload: ReloadOption = False) -> None:
    """Run one API process; needs MONGODB_URL and REDIS_URL. Start as many as you like."""
    import uvicorn

    from elenchus.core.http import BoundedHttp

    config = _configured()
    server = config.server
    if config.mongo.url is None or config.redis.url is None:
        _stop("MONGODB_URL and REDIS_URL are not set; `elenchus up` starts embedded ones.")
    uvicorn.run(
        "elenchus.main:create_app",
        factory=True,
        host=server.host,
        port=server.port,
        reload=reload,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=server.shutdown_grace_seconds,
        http=BoundedHttp,
    )


@app.command()
def worker() -> None:
    """Run one worker for the background jobs; needs MONGODB_URL and REDIS_URL. Start as many as you like."""
    from elenchus.worker import run_worker

    _run(run_worker(_configured(), handle_signals=True))


@app.command()
def demo() -> None:
    """Upload four sample documents, ask about them, print the cited answers and the jobs, and clean up."""
    from elenchus.demo import DemoFailed
    from elenchus.demo import demo as run_demo

    try:
        _run(run_demo(_configured()))
    except DemoFailed as error:
        _stop(f"the demo failed. {error}")


@app.command()
def migrate() -> None:
    """Bring the database to this version: indexes and data. Safe to repeat; run it before starting a new version."""
    from elenchus.migrations import migrate as run_migrations

    for line in _run(run_migrations(_configured())):
        print(line)


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from elenchus.main import create_app

    json.dump(create_app(_configured()).openapi(), sys.stdout, indent=2, sort_keys=True)
    print()


@app.command()
def version() -> None:
    """Print the version."""
    print(f"elenchus {__version__}")


def _configured() -> Settings:
    """The settings, or an end that names the wrong ones."""
    try:
        config = settings()
    except ValidationError as error:
        rows = (f"  {'.'.join(map(str, row['loc'])) or 'settings'}: {row['msg']}" for row in error.errors())
        _stop("These settings are wrong:\n" + "\n".join(rows))
    logs.configure(config.log.level, config.log.format)
    return config


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; what we know how to explain is one sentence, not a traceback."""
    from pymongo.errors import PyMongoError

    from elenchus.core.resources import NotOpen
    from elenchus.embedded import EmbeddedError

    try:
        return asyncio.run(work)
    except (EmbeddedError, NotOpen) as error:
        _stop(str(error))
    except PyMongoError as error:
        _stop(f"MongoDB does not answer or refuses us ({str(error)[:200]}). Check MONGODB_URL and that it runs.")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _stop(sentence: str) -> NoReturn:
    print(f"elenchus: {sentence}", file=sys.stderr)
    raise SystemExit(1)


def main() -> None:
    app()
