"""The room's routes on an app of their own; who asks is told by the credential itself."""

from fastapi import FastAPI

from elenchus.core import problems
from elenchus.core.errors import Unauthenticated
from elenchus.core.ids import Id
from elenchus.core.principal import Principal, Role
from elenchus.core.web import Border
from elenchus.jobs import api
from elenchus.jobs.bulk import api as bulk_api

SUPERUSER = "superuser"


def app() -> FastAPI:
    made = FastAPI()
    made.state.resolve_principal = resolve
    made.include_router(bulk_api.router)
    made.include_router(api.router)
    made.add_middleware(Border, max_body_bytes=1_000_000)
    problems.install(made)
    return made


async def resolve(credential: str) -> Principal:
    try:
        tenant, user, role, *more = credential.split(".")
        return Principal(Id(tenant), Id(user), Role(role), is_superuser=more == [SUPERUSER])
    except ValueError as error:
        raise Unauthenticated("No such credential.") from error


def as_(principal: Principal) -> dict[str, str]:
    words = [principal.tenant_id, principal.user_id, principal.role, *([SUPERUSER] if principal.is_superuser else [])]
    return {"Authorization": f"Bearer {'.'.join(map(str, words))}"}
