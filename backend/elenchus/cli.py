"""The command line: what each command does is its docstring, which `--help` prints.

Imports are inside the commands: `elenchus version` must not load a web framework.
"""

import asyncio
import gc
import json
import re
import sys
from collections.abc import Awaitable, Callable, Coroutine
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
admin = typer.Typer(help="What whoever has the machine may do to accounts.", no_args_is_help=True)
app.add_typer(admin, name="admin")
record = typer.Typer(help="The record of who did what.", no_args_is_help=True)
app.add_typer(record, name="audit")
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
    server = _connected().server
    import uvicorn

    from elenchus.core.http import WEBSOCKETS, BoundedHttp

    if not reload:
        import elenchus.main  # noqa: F401 - what uvicorn would load, before the look for garbage begins
    _settle()
    uvicorn.run(
        "elenchus.main:create_app",
        factory=True,
        host=server.host,
        port=server.port,
        reload=reload,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe about addresses is ours to say: TRUSTED_PROXIES
        timeout_graceful_shutdown=server.shutdown_grace_seconds,
        http=BoundedHttp,
        **WEBSOCKETS,
    )


@app.command()
def worker() -> None:
    """Run one worker for the background jobs; needs MONGODB_URL and REDIS_URL. Start as many as you like."""
    config = _connected()
    from elenchus.worker import run_worker

    _run(run_worker(config, handle_signals=True))


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
    config = _connected()
    from elenchus.migrations import migrate as run_migrations

    for line in _run(run_migrations(config)):
        print(line)


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from elenchus.main import create_app

    json.dump(create_app(_configured()).openapi(), sys.stdout, indent=2, sort_keys=True)
    print()


@admin.command()
def superuser(email: str, revoke: Annotated[bool, typer.Option("--revoke", help="Take it away.")] = False) -> None:
    """Let this user run the deployment: see, suspend, delete and restore all users."""
    from elenchus.identity.people import administering

    _administer(lambda: administering.set_superuser(email, not revoke))
    print(f"{email} is {'no longer a' if revoke else 'a'} superuser.")


@admin.command()
def restore_user(email: str) -> None:
    """Undo the deletion of a user, and of the tenants that were deleted with them."""
    from elenchus.identity.people import administering

    _administer(lambda: administering.restore_user(email))
    print(f"{email} is back.")


@admin.command()
def restore_tenant(tenant_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Undo the deletion of a tenant."""
    from elenchus.core.ids import Id
    from elenchus.identity.people import administering

    _require_id(tenant_id)
    _administer(lambda: administering.restore_tenant(Id(tenant_id)))
    print(f"The tenant {tenant_id} is back.")


@admin.command()
def unlock(email: str) -> None:
    """Forget the wrong passwords that have locked an account."""
    from elenchus.identity.people import administering

    _administer(lambda: administering.unlock(email))
    print(f"{email} may sign in again.")


@admin.command()
def remove_second_factor(email: str) -> None:
    """Let somebody in by their password alone who has lost the device and the recovery codes. Make sure it is them."""
    from elenchus.identity.people import administering

    _administer(lambda: administering.remove_second_factor(email))
    print(f"{email} signs in without a second factor now.")


@record.command()
def show(
    tenant: Annotated[str, typer.Option(metavar="ID", help="Of this tenant, not of the deployment.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
) -> None:
    """Print the newest rows, one JSON object on a line: of what the deployment itself did, which no tenant's record
    has (superusers made, people and tenants erased, commands typed here), or of one tenant."""
    from elenchus.admin import on_database

    if tenant:
        _require_id(tenant)
    for line in _run(on_database(_configured(), lambda: _shown(tenant, limit))):
        print(line)


async def _shown(tenant: str, limit: int) -> list[str]:
    from dataclasses import replace

    from elenchus.audit import service as audit
    from elenchus.audit.schemas import RowFilters
    from elenchus.core.ids import Id
    from elenchus.core.pages import PageQuery
    from elenchus.identity.deployment import DEPLOYMENT

    reader = replace(DEPLOYMENT, tenant_id=Id(tenant)) if tenant else DEPLOYMENT
    page = await audit.look(reader, RowFilters(), PageQuery(limit))
    return [row.model_dump_json() for row in page.items]


@record.command()
def verify(tenant: Annotated[str, typer.Option(metavar="ID", help="Only this one.")] = "") -> None:
    """Look whether the record of every tenant is as it was written; else name the first row that is not, and fail.

    Keep the last number and hash it prints elsewhere: they also show a database put back to an earlier state.
    """
    from elenchus.admin import on_database

    if tenant:
        _require_id(tenant)
    if not _run(on_database(_configured(), lambda: _verified(tenant))):
        raise SystemExit(1)


async def _verified(tenant: str) -> bool:
    from elenchus.audit import service as audit
    from elenchus.core.ids import Id

    strays = 0 if tenant else await audit.strays()
    if strays:
        print(f"-  BAD  {strays} rows or heads of the record belong to no tenant")
    all_good = not strays
    for tenant_id in [Id(tenant)] if tenant else await audit.tenants():
        found = await audit.verify_tenant(tenant_id)
        all_good &= found.verified
        if bad := found.first_bad:
            print(f"{tenant_id}  BAD  row {bad.seq}: {bad.reason}")
        else:
            print(
                f"{tenant_id}  good  {found.rows_checked} rows, sealed up to {found.head_seq} {found.head_hash or ''}"
            )
    return all_good


@app.command()
def version() -> None:
    """Print the version."""
    print(f"elenchus {__version__}")


def _require_id(tenant: str) -> None:
    if not re.fullmatch("[0-9a-f]{24}", tenant):
        _stop("A tenant's id is 24 hexadecimal characters.")


def _configured() -> Settings:
    """The settings, or an end that names the wrong ones."""
    try:
        config = settings()
    except ValidationError as error:
        rows = (f"  {'.'.join(map(str, row['loc'])) or 'settings'}: {row['msg']}" for row in error.errors())
        _stop("These settings are wrong:\n" + "\n".join(rows))
    logs.configure(config.log.level, config.log.format)
    return config


def _connected() -> Settings:
    """Those of a part that starts no servers itself. Asked before its rooms are loaded, which takes seconds."""
    config = _configured()
    if config.mongo.url is None or config.redis.url is None:
        _stop("MONGODB_URL and REDIS_URL are not set; `elenchus up` starts embedded ones.")
    return config


def _administer(work: Callable[[], Awaitable[None]]) -> None:
    """On the deployment's database; a refusal is a sentence, as it is over HTTP."""
    from elenchus.admin import on_database
    from elenchus.core.errors import Refusal

    try:
        _run(on_database(_configured(), work))
    except Refusal as error:
        _stop(error.detail)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; what we know how to explain is one sentence, not a traceback."""
    from pymongo.errors import PyMongoError

    from elenchus.core.resources import NotOpen
    from elenchus.embedded import EmbeddedError

    _settle()
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
    gc.disable()  # while a command loads, all that it makes stays: to look for garbage among it is a tenth of the time
    app()


def _settle() -> None:
    """From here on there is garbage, but none among what was loaded, which is never looked through again."""
    gc.freeze()
    gc.enable()
