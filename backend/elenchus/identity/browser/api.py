"""HTTP: signing in and out of the web interface, whose browser keeps the refresh token in a cookie."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Form, Request, Response

from elenchus.core.origin import Origins
from elenchus.core.principal import CurrentPrincipal
from elenchus.core.ratelimit import LoginLimit
from elenchus.core.settings import settings
from elenchus.identity.browser import cookies, service
from elenchus.identity.browser.schemas import BrowserSession, Kept
from elenchus.identity.schemas import TOKEN_CHARACTERS, FromDevice, LoginForm
from elenchus.identity.tenants.schemas import SwitchIn


async def _require_own_page(request: Request) -> None:
    headers = dict(reversed(request.scope["headers"]))
    Origins(settings().server.public_url, ()).require_own(request.scope, headers)


#: A cookie goes along whoever makes the browser send a request, so it must be a page of ours.
OwnPage = Depends(_require_own_page)
RefreshCookie = Annotated[str, Cookie(alias=cookies.SESSION, max_length=TOKEN_CHARACTERS)]

router = APIRouter(prefix="/auth/browser", tags=["auth"], dependencies=[OwnPage])


@router.post("/login", operation_id="browser_login", name="browser_login", dependencies=[LoginLimit])
async def log_in(
    form: Annotated[LoginForm, Form()], device: FromDevice, request: Request, response: Response
) -> BrowserSession:
    """As `/auth/login`; the refresh token comes as a cookie, and in the body there is none."""
    return kept(await service.log_in(form, device=device), request, response)


@router.post(
    "/token",
    operation_id="browser_token",
    response_model=BrowserSession,
    responses={204: {"description": "There is no cookie, so nobody is signed in here."}},
)
async def next_token(
    request: Request, response: Response, refresh_token: RefreshCookie = ""
) -> BrowserSession | Response:
    """The next access token, for the cookie, which is exchanged too. Tabs that ask together all get one; a cookie that
    was exchanged more than a moment ago ends the session."""
    if not refresh_token:  # a page asks before it knows: no error, which browsers would write into their logs
        return Response(status_code=204)
    return kept(await service.go_on(refresh_token), request, response)


@router.post("/switch-tenant", operation_id="browser_switch_tenant")
async def switch_tenant(
    principal: CurrentPrincipal, body: SwitchIn, request: Request, response: Response, refresh_token: RefreshCookie = ""
) -> BrowserSession:
    """As `/auth/switch-tenant`; other tabs come along with their next token."""
    return kept(await service.switch(principal, body.tenant_id, refresh_token), request, response)


@router.post("/logout", operation_id="browser_logout", status_code=204)
async def log_out(request: Request, response: Response, refresh_token: RefreshCookie = "") -> None:
    """The session ends, and the cookie goes; without one nothing happens."""
    await service.log_out(refresh_token)
    cookies.forget(request, response, cookies.SESSION)


def kept(session: Kept, request: Request, response: Response) -> BrowserSession:
    cookies.keep(request, response, session.refresh_token)
    return session.shown
