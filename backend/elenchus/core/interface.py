"""The web interface beside the API, on the same port: whatever path no route of the API has."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from elenchus.core.interface_files import INDEX, File, Folder

NOT_FOUND = "404.html"


@dataclass(frozen=True, slots=True)
class _Moved:
    """To the same path with a slash, where the pages are."""


class Interface:
    """The folder is looked at for each request: it may be built, or built anew, while we run. It holds nothing secret;
    what a page shows it asks the API for."""

    path_format = "/{page}"  # in the figures: one name for all

    def __init__(self, folder: Path, *, api: str, otherwise: ASGIApp) -> None:
        self._folder = Folder(folder)
        self._api = api
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.answer(scope) if scope["type"] == "http" else None
        await (answer or self._otherwise)(scope, receive, send)

    async def answer(self, scope: Scope) -> Response | None:
        """None for what is not its own: the API's paths, writing, and everything while there is no interface."""
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD") or f"{path}/".startswith(self._api):
            return None
        found, status = await asyncio.to_thread(self._found, path)
        if found is None:
            return None
        scope["route"] = self
        if isinstance(found, _Moved):
            return _to_the_slash(scope)
        return _sent(found, status, Headers(scope=scope))

    def _found(self, path: str) -> tuple[File | _Moved | None, int]:
        name = path.removeprefix("/")
        if not name or name.endswith("/"):
            name += INDEX
        elif self._folder.has(f"{name}/{INDEX}"):
            return _Moved(), 307
        if file := self._folder.file(name):
            return file, 200
        return (self._folder.file(NOT_FOUND) if self._folder.has(INDEX) else None), 404


def _to_the_slash(scope: Scope) -> Response:
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(quote(scope["path"]) + "/" + (f"?{query}" if query else ""))


def _sent(file: File, status: int, asked: Headers) -> Response:
    body, said = file.body, {**file.headers, "Vary": "Accept-Encoding"}
    if file.packed is not None and _takes_gzip(asked):
        body, said["Content-Encoding"] = file.packed, "gzip"
    if status == 200:
        said["ETag"] = f'"{file.tag}-gzip"' if body is file.packed else f'"{file.tag}"'
        if _has_it(asked, said["ETag"]):
            return Response(status_code=304, headers=_without_body(said))
    return Response(body, status, said)


def _takes_gzip(asked: Headers) -> bool:
    offers = (each.replace(" ", "").lower() for each in asked.get("accept-encoding", "").split(","))
    return any(offer.partition(";")[0] == "gzip" and not offer.endswith((";q=0", ";q=0.0")) for offer in offers)


def _has_it(asked: Headers, tag: str) -> bool:
    """Compared weakly (RFC 9110, 13.1.2): proxies that pack weaken what they pass on."""
    known = [each.strip().removeprefix("W/") for each in asked.get("if-none-match", "").split(",")]
    return tag in known or known == ["*"]


def _without_body(said: Mapping[str, str]) -> dict[str, str]:
    """The policy stays: what a 304 says replaces what the browser has kept."""
    return {name: value for name, value in said.items() if name not in ("Content-Type", "Content-Encoding")}
