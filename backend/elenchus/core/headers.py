"""What every answer tells a browser: take nothing for something else, show it in no frame, keep it in no cache."""

import base64
import hashlib
import re
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html

from elenchus.core.ratelimit import Standing

Row = tuple[bytes, bytes]
Rows = tuple[Row, ...]
CSP = b"content-security-policy"
#: One year (RFC 6797). Not for sub-domains: they may be somebody else's.
HSTS: Row = (b"strict-transport-security", b"max-age=31536000")
ROWS: Rows = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),  # answers are one person's; what may be kept says so itself (RFC 6749, 5.1)
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (CSP, b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
_NAMES = frozenset(name for name, _ in (*ROWS, HSTS))
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SOURCE = re.compile(r"""<script src="([^"?]+)""")
_STYLE = re.compile(r"""<link [^>]*href="([^"?]+)[^>]*rel="stylesheet"|<link [^>]*rel="stylesheet" href="([^"?]+)""")
_ICON = re.compile(r"""rel="shortcut icon" href="([^"?]+)""")


def complete(headers: list[Row], rows: Rows, *, is_https: bool) -> None:
    """Add ours. What an answer says itself stays."""
    if is_https:
        rows = (*rows, HSTS)
    if _NAMES.isdisjoint([name for name, _ in headers]):
        headers += rows
    else:
        present = {name for name, _ in headers}
        headers += [row for row in rows if row[0] not in present]


def of_limit(standing: Standing) -> Rows:
    return (
        (b"ratelimit-limit", b"%d" % standing.limit),
        (b"ratelimit-remaining", b"%d" % standing.remaining),
        (b"ratelimit-reset", b"%d" % standing.reset_seconds),
    )


def of_pages(app: FastAPI) -> dict[str, Rows]:
    """By path, for the API's documentation: it loads its program from a CDN, and this lets in exactly that."""
    url, redirect = app.openapi_url or "", app.swagger_ui_oauth2_redirect_url
    swagger = get_swagger_ui_html(
        openapi_url=url,
        title=f"{app.title} - Swagger UI",
        oauth2_redirect_url=redirect,
        init_oauth=app.swagger_ui_init_oauth,
        swagger_ui_parameters=app.swagger_ui_parameters,
    )
    redoc = get_redoc_html(openapi_url=url, title=f"{app.title} - ReDoc")
    pages = {app.docs_url: swagger, redirect: get_swagger_ui_oauth2_redirect_html(), app.redoc_url: redoc}
    return {path: _with_policy(bytes(page.body).decode()) for path, page in pages.items() if path}


def _with_policy(html: str) -> Rows:
    scripts = [*_SOURCE.findall(html), *(hash_of(script) for script in _SCRIPT.findall(html))]
    styles = [first or second for first, second in _STYLE.findall(html)]
    policy = "; ".join(
        (
            "default-src 'none'",
            _directive("script-src", scripts),
            _directive("style-src", ["'unsafe-inline'", *styles]),  # both programs write style attributes
            _directive("img-src", ["'self'", "data:", *_ICON.findall(html)]),
            "font-src https://fonts.gstatic.com",  # what the stylesheet of Google Fonts names
            "connect-src 'self'",
            "worker-src blob:",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return (*(row for row in ROWS if row[0] != CSP), (CSP, policy.encode()))


def _directive(name: str, sources: Iterable[str]) -> str:
    return " ".join((name, *sources))


def hash_of(script: str) -> str:
    """What lets in exactly this inline script (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
