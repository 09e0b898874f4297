"""HTTP: signing in with Google, or any OpenID Connect provider that verifies e-mail addresses."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from elenchus.core.ratelimit import LoginLimit
from elenchus.identity.google import client
from elenchus.identity.google import service as google
from elenchus.identity.google.schemas import Return, SecondFactorIn, SecondFactorNeeded
from elenchus.identity.schemas import FromDevice, SignedInOut

COOKIE = "elenchus_google"

router = APIRouter(prefix="/auth/google", tags=["auth"], lifespan=client.closing)


async def _redirect_uri(request: Request) -> str:
    return google.public_url(str(request.app.url_path_for("google_callback")))


RedirectUri = Annotated[str, Depends(_redirect_uri)]


@router.get(
    "/login",
    operation_id="google_login",
    status_code=302,
    response_class=RedirectResponse,
    dependencies=[LoginLimit],
)
async def log_in(redirect_uri: RedirectUri) -> RedirectResponse:
    """Sends the browser to the provider, with a cookie that it must bring back within ten minutes."""
    departure = await google.begin(redirect_uri)
    answer = RedirectResponse(departure.url, 302)
    _set_cookie(answer, departure.browser, redirect_uri, seconds=departure.valid_seconds)
    return answer


@router.get("/callback", operation_id="google_callback", name="google_callback")
async def call_back(
    back: Annotated[Return, Query()],
    redirect_uri: RedirectUri,
    device: FromDevice,
    response: Response,
    browser: Annotated[str, Cookie(alias=COOKIE, max_length=128)] = "",
) -> SignedInOut | SecondFactorNeeded:
    """Where the provider sends the browser. An account with a second factor gets a token for `/auth/google/mfa`."""
    signed_in = await google.finish(back, browser=browser, redirect_uri=redirect_uri, device=device)
    return _arrived(signed_in, response, redirect_uri)


@router.post("/mfa", operation_id="google_second_factor", dependencies=[LoginLimit])
async def show_second_factor(wish: SecondFactorIn, device: FromDevice) -> SignedInOut:
    """The code of an authenticator, or a recovery code, after the provider has said who it is."""
    return await google.finish_with_otp(wish, device=device)


def _arrived(
    signed_in: SignedInOut | SecondFactorNeeded, response: Response, redirect_uri: str
) -> SignedInOut | SecondFactorNeeded:
    """The one place that decides where a browser goes from here: nowhere yet, the answer itself is for API clients."""
    _set_cookie(response, "", redirect_uri, seconds=0)
    return signed_in


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
