"""HTTP: signing in with Google, or any OpenID Connect provider that verifies e-mail addresses."""

from collections.abc import Coroutine
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from elenchus.core.errors import Refusal
from elenchus.core.ratelimit import LoginLimit
from elenchus.identity.browser import cookies
from elenchus.identity.browser.api import OwnPage, kept
from elenchus.identity.browser.schemas import BrowserSession, OtpIn
from elenchus.identity.browser.service import entered
from elenchus.identity.google import client
from elenchus.identity.google import service as google
from elenchus.identity.google.schemas import Departure, GoogleOffer, Return, SecondFactorIn, SecondFactorNeeded
from elenchus.identity.schemas import TOKEN_CHARACTERS, FromDevice, SignedInOut

COOKIE = "elenchus_google"

#: Pages of the web interface where a sign-in that began there comes out.
ENTERED, SECOND_FACTOR, REFUSED = "/", "/sign-in/?second_factor=google", "/sign-in/?refused="

router = APIRouter(prefix="/auth/google", tags=["auth"], lifespan=client.closing)
browser_router = APIRouter(prefix="/auth/browser/google", tags=["auth"])


async def _redirect_uri(request: Request) -> str:
    return google.public_url(str(request.app.url_path_for("google_callback")))


RedirectUri = Annotated[str, Depends(_redirect_uri)]


@browser_router.get("", operation_id="browser_google")
async def tell_whether_offered() -> GoogleOffer:
    """For a sign-in page: whether it should offer this way in."""
    return GoogleOffer(is_offered=client.is_registered())


@router.get(
    "/login",
    operation_id="google_login",
    status_code=302,
    response_class=RedirectResponse,
    dependencies=[LoginLimit],
)
async def log_in(redirect_uri: RedirectUri) -> RedirectResponse:
    """Sends the browser to the provider, with a cookie that it must bring back within ten minutes."""
    return _leaving(await google.begin(redirect_uri), redirect_uri)


@browser_router.get(
    "/login",
    operation_id="browser_google_login",
    status_code=302,
    response_class=RedirectResponse,
    dependencies=[LoginLimit],
)
async def log_in_from_interface(redirect_uri: RedirectUri) -> RedirectResponse:
    """The same from the web interface, where the browser comes out again: signed in, asked for its second factor or
    told why not."""
    return _leaving(await google.begin(redirect_uri, in_interface=True), redirect_uri)


def _leaving(departure: Departure, redirect_uri: str) -> RedirectResponse:
    answer = RedirectResponse(departure.url, 302)
    _set_cookie(answer, departure.browser, redirect_uri, seconds=departure.valid_seconds)
    return answer


@router.get(
    "/callback",
    operation_id="google_callback",
    name="google_callback",
    response_model=SignedInOut | SecondFactorNeeded,
    responses={303: {"description": "To the web interface, where it began."}},
)
async def call_back(
    back: Annotated[Return, Query()],
    redirect_uri: RedirectUri,
    device: FromDevice,
    request: Request,
    response: Response,
    browser: Annotated[str, Cookie(alias=COOKIE, max_length=128)] = "",
) -> SignedInOut | SecondFactorNeeded | Response:
    """Where the provider sends the browser. An account with a second factor gets a token for `/auth/google/mfa`."""
    finishing = google.finish(back, browser=browser, redirect_uri=redirect_uri, device=device)
    if google.began_in_interface(browser):
        response = await _in_interface(finishing, request)
        _set_cookie(response, "", redirect_uri, seconds=0)
        return response
    signed_in = await finishing
    _set_cookie(response, "", redirect_uri, seconds=0)
    return signed_in


async def _in_interface(
    finishing: Coroutine[None, None, SignedInOut | SecondFactorNeeded], request: Request
) -> RedirectResponse:
    try:
        arrived = await finishing
    except Refusal as refusal:
        return RedirectResponse(REFUSED + refusal.slug, 303)
    if isinstance(arrived, SecondFactorNeeded):
        answer = RedirectResponse(SECOND_FACTOR, 303)
        cookies.lend(request, answer, arrived.mfa_token, seconds=arrived.expires_in)
        return answer
    answer = RedirectResponse(ENTERED, 303)
    cookies.keep(request, answer, arrived.refresh_token)
    return answer


@router.post("/mfa", operation_id="google_second_factor", dependencies=[LoginLimit])
async def show_second_factor(wish: SecondFactorIn, device: FromDevice) -> SignedInOut:
    """The code of an authenticator, or a recovery code, after the provider has said who it is."""
    return await google.finish_with_otp(wish, device=device)


@browser_router.post("/mfa", operation_id="browser_google_second_factor", dependencies=[OwnPage, LoginLimit])
async def show_second_factor_in_interface(
    body: OtpIn,
    device: FromDevice,
    request: Request,
    response: Response,
    mfa_token: Annotated[str, Cookie(alias=cookies.SECOND_FACTOR, max_length=TOKEN_CHARACTERS)] = "",
) -> BrowserSession:
    """The same in the web interface."""
    signed_in = await google.finish_with_otp(SecondFactorIn(mfa_token=mfa_token, otp=body.otp), device=device)
    cookies.forget(request, response, cookies.SECOND_FACTOR)
    return kept(entered(signed_in), request, response)


def _set_cookie(response: Response, value: str, redirect_uri: str, *, seconds: int) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=seconds,
        path=urlsplit(redirect_uri).path,
        secure=google.needs_tls(redirect_uri),
        httponly=True,
        samesite="lax",
    )
