"""The cookies of a browser's session: for its own endpoints alone, and for no script."""

from fastapi import Request, Response

from elenchus.core.settings import settings

SESSION = "elenchus_session"
SECOND_FACTOR = "elenchus_second_factor"
DAY_SECONDS = 86_400


def keep(request: Request, response: Response, refresh_token: str) -> None:
    """For as long as the session lives without being used; each exchange begins that anew."""
    _set(request, response, SESSION, refresh_token, seconds=settings().auth.refresh_token_days * DAY_SECONDS)


def lend(request: Request, response: Response, mfa_token: str, *, seconds: int) -> None:
    """Until the second factor is shown."""
    _set(request, response, SECOND_FACTOR, mfa_token, seconds=seconds)


def forget(request: Request, response: Response, name: str) -> None:
    _set(request, response, name, "", seconds=0)


def _set(request: Request, response: Response, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=request.app.url_path_for("browser_login").rpartition("/")[0],
        secure=_is_https(request),
        httponly=True,
        samesite="strict",
    )


def _is_https(request: Request) -> bool:
    """As the browser sees it, which a proxy that takes TLS off and is not named in TRUSTED_PROXIES hides from us."""
    said = request.url.scheme, request.headers.get("origin", ""), settings().server.public_url
    return any(each.lower().startswith("https") for each in said)
