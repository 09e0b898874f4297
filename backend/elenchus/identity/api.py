"""`/auth`: registering, signing in and out, one's own profile and sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from elenchus.core.ids import IdField
from elenchus.core.pages import Page, PageParams
from elenchus.core.principal import CurrentPrincipal
from elenchus.core.ratelimit import LoginLimit
from elenchus.identity import service as identity
from elenchus.identity.schemas import (
    FromDevice,
    LoginForm,
    PrincipalOut,
    ProfilePatch,
    RefreshIn,
    RegisterIn,
    SessionOut,
    SignedInOut,
    TokensOut,
    UserOut,
)

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", operation_id="register", status_code=201, dependencies=[LoginLimit])
async def register(wish: RegisterIn, request: Request, response: Response) -> UserOut:
    """An account, and the tenant it owns. An address is registered once, however it is spelled: 409."""
    user = await identity.register(wish)
    response.headers["Location"] = str(request.app.url_path_for("read_me"))
    return user


@router.post("/login", operation_id="login", dependencies=[LoginLimit])
async def log_in(form: Annotated[LoginForm, Form()], device: FromDevice) -> SignedInOut:
    """Five wrong passwords in a row lock the address for a while: 423 with `Retry-After`."""
    return await identity.log_in(form, device=device)


@router.post("/refresh", operation_id="refresh_tokens")
async def refresh(body: RefreshIn) -> TokensOut:
    """Each refresh token works once; using one twice ends the session for both who had it."""
    return await identity.sessions.refresh(body.refresh_token)


@router.post("/logout", operation_id="logout", status_code=204)
async def log_out(principal: CurrentPrincipal) -> None:
    """This session ends, and its access token with it."""
    await identity.sessions.end_current(principal)


@router.post("/logout-all", operation_id="logout_all", status_code=204)
async def log_out_everywhere(principal: CurrentPrincipal) -> None:
    """Every session of yours ends, this one too."""
    await identity.sessions.end_all(principal)


@router.get("/me", operation_id="read_me", name="read_me", openapi_extra={"x-scope": "any"})
async def me(principal: CurrentPrincipal) -> UserOut:
    return await identity.profile(principal)


@router.patch("/me", operation_id="change_me")
async def change_me(principal: CurrentPrincipal, patch: ProfilePatch) -> UserOut:
    return await identity.change_profile(principal, patch)


@router.get("/session", operation_id="read_session", openapi_extra={"x-scope": "any"})
async def current_session(principal: CurrentPrincipal) -> PrincipalOut:
    """For whom this token speaks now. Costs no database command while the session was seen in the last second."""
    return PrincipalOut.of(principal)


@router.get("/sessions", operation_id="list_sessions")
async def list_sessions(principal: CurrentPrincipal, page: PageParams) -> Page[SessionOut]:
    return await identity.sessions.page(principal, page)


@router.delete("/sessions/{session_id}", operation_id="end_session", status_code=204)
async def end_session(principal: CurrentPrincipal, session_id: IdField) -> None:
    await identity.sessions.end_one(principal, session_id)
