"""Every error leaves as RFC 9457 problem+json: what happened, what to do, and the request's id; no internals."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from beanie.exceptions import CollectionWasNotInitialized
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_jsonable_python
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError, WaitQueueTimeoutError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from elenchus.core import apidoc, dialects, errors, logs
from elenchus.core.apidoc import MEDIA_TYPE
from elenchus.core.errors import Invalid, Refusal, Unavailable

TYPE_PREFIX = "https://elenchus.example/problems/"
ERRORS_SHOWN = 20  # a body of 1 MB can have 100,000 wrong values, and its answer would be 10 MB
JSON_TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
log = logs.get(__name__)

_BY_STATUS: dict[int, type[Refusal]] = {
    kind.status: kind
    for kind in (
        errors.Malformed, errors.Unauthenticated, errors.Forbidden, errors.NotFound, errors.MethodNotAllowed,
        errors.Conflict, errors.TooLarge, errors.UnsupportedType, errors.Invalid, errors.TooManyRequests,
    )
}  # fmt: skip
_ADVICE = {
    404: "Nothing lives at this path; /docs lists what does.",
    405: "The path exists, this method does not; the Allow header lists what does.",
}


def problem(refusal: Refusal, *, instance: str, request_id: str) -> dict[str, object]:
    """The members of RFC 9457 plus ours."""
    body: dict[str, object] = {
        "type": TYPE_PREFIX + refusal.slug,
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": instance,
        "request_id": request_id,
    }
    fields: dict[str, object] = to_jsonable_python(refusal.fields, fallback=str)
    told = fields | body
    return told | {"error": dialects.openai_error(told)} if _is_for_openai(instance) else told


def _is_for_openai(path: str) -> bool:
    return path.startswith(dialects.OPENAI_PATHS)


def response(refusal: Refusal, *, instance: str, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    all_headers = {**refusal.headers, **(headers or {})}
    if refusal.retry_after_seconds is not None:
        all_headers["Retry-After"] = str(refusal.retry_after_seconds)
    elif refusal.status == HTTPStatus.CONFLICT and _is_for_openai(instance):
        all_headers |= dialects.NOT_AGAIN
    body = problem(refusal, instance=instance, request_id=request_id)
    return Response(json.dumps(body), refusal.status, all_headers, MEDIA_TYPE)


def fault(*, instance: str, request_id: str) -> Response:
    """The answer to a bug of ours: nothing of it but the id under which the log has it."""
    refusal = Refusal("This is our fault. Try again; if it happens again, tell your administrator the request_id.")
    refusal_body = problem(refusal, instance=instance, request_id=request_id)
    refusal_body |= {"type": TYPE_PREFIX + "internal-error", "title": "Something broke on our side"}
    return Response(json.dumps(refusal_body), 500, media_type=MEDIA_TYPE)


def away(error: Exception) -> Unavailable | None:
    """The refusal for an error that means that MongoDB or Redis does not answer; None for any other."""
    if isinstance(error, (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError, CollectionWasNotInitialized)):
        return Unavailable("The database does not answer; nothing was lost. Try again shortly.", service="mongodb")
    if isinstance(error, PyMongoError) and error.timeout:
        return Unavailable("The database does not answer; nothing was lost. Try again shortly.", service="mongodb")
    if isinstance(error, (RedisConnectionError, RedisTimeoutError)):
        return Unavailable("The queue does not answer; nothing was lost. Try again shortly.", service="redis")
    return None


class UnfitBody(HTTPException):
    """Carries a refusal through FastAPI, which calls any other error while it reads a body 400."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status, refusal.detail)
        self.refusal = refusal


def _as_refusal(error: Exception) -> Refusal:
    """The refusal that tells this error; the error itself when nothing of the caller's doing explains it."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, UnfitBody):
        return error.refusal
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _from_starlette(error)
    if unavailable := away(error):
        log.warning("a service is away", service=unavailable.fields["service"], error=type(error).__name__)
        return unavailable
    raise error


def _wrong_type(request: Request, error: Exception) -> Refusal | None:
    """FastAPI finds a body of another type to be no object; what is wrong is its type."""
    if not isinstance(error, RequestValidationError) or any(tuple(row["loc"]) != ("body",) for row in error.errors()):
        return None
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent in JSON_TYPES or sent.endswith("+json"):
        return None
    return errors.UnsupportedType("Send JSON, with the header Content-Type: application/json.", content_type=sent)


def _invalid(error: RequestValidationError) -> Refusal:
    found = error.errors()
    rows = [{"loc": list(row["loc"]), "msg": row["msg"], "type": row["type"]} for row in found[:ERRORS_SHOWN]]
    if rows and all(row["type"] == "json_invalid" for row in rows):
        return errors.Malformed("The body is not valid JSON.", errors=rows)
    where = ", ".join(".".join(map(str, row["loc"])) for row in rows[:5])
    more = {} if len(found) <= ERRORS_SHOWN else {"errors_total": len(found)}
    return Invalid(f"Correct these values and send it again: {where}.", errors=rows, **more)


def _from_starlette(error: HTTPException) -> Refusal:
    status = HTTPStatus(error.status_code)
    kind = _BY_STATUS.get(status, Refusal)
    refusal = kind(_ADVICE.get(status) or (error.detail if error.detail != status.phrase else status.description))
    if kind is Refusal:
        refusal.status = status  # type: ignore[misc]  # a status Starlette chose and we have no class for
        refusal.title, refusal.slug = status.phrase, status.phrase.lower().replace(" ", "-")  # type: ignore[misc]
    return refusal


def _headers(request: Request, error: Exception) -> Mapping[str, str] | None:
    """A 405 lists the methods of the path (RFC 9110, 15.5.6), of which the route that raised it knows only its own."""
    if not isinstance(error, HTTPException):
        return None
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (found := apidoc.methods(request.app, request.url.path)):
        return {**(error.headers or {}), "Allow": ", ".join(found)}
    return error.headers


async def _answer(request: Request, error: Exception) -> Response:
    extra = _headers(request, error)
    refusal = _wrong_type(request, error) or _as_refusal(error)
    return response(refusal, instance=request.url.path, request_id=request.state.request_id, headers=extra)


def install(app: FastAPI) -> None:
    """Faults (anything not listed here) pass through to `core.web.Border`, which answers 500."""
    handler: Callable[[Request, Exception], Awaitable[Response]] = _answer
    for kind in (
        Refusal, RequestValidationError, HTTPException, PyMongoError, CollectionWasNotInitialized,
        RedisConnectionError, RedisTimeoutError,
    ):  # fmt: skip
        app.add_exception_handler(kind, handler)
