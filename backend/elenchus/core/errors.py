"""The one tree of refusals. The class is the kind, the message speaks to the user, the fields are values.

Refusal
├── Malformed 400          ├── PreconditionFailed 412
├── Unauthenticated 401    ├── TooLarge 413
├── Forbidden 403          ├── UnsupportedType 415
├── NotFound 404           ├── Invalid 422
├── MethodNotAllowed 405   ├── Locked 423
├── Conflict 409           ├── TooManyRequests 429
└── Gone 410               └── Unavailable 503
"""

from typing import ClassVar


class Refusal(Exception):
    """Something the caller can understand and act on; `core.problems` turns it into problem+json."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str, *, retry_after_seconds: int | None = None, **fields: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds
        self.fields = fields


class Malformed(Refusal):
    status, slug, title = 400, "malformed", "The request could not be read"


class Unauthenticated(Refusal):
    status, slug, title = 401, "unauthenticated", "Sign in first"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Refusal):
    status, slug, title = 403, "forbidden", "Your role does not allow this"


class NotFound(Refusal):
    status, slug, title = 404, "not-found", "Not found"


class MethodNotAllowed(Refusal):
    status, slug, title = 405, "method-not-allowed", "This path has no such method"


class Conflict(Refusal):
    status, slug, title = 409, "conflict", "It is in another state"


class Gone(Refusal):
    status, slug, title = 410, "gone", "It no longer exists"


class PreconditionFailed(Refusal):
    status, slug, title = 412, "precondition-failed", "It was changed meanwhile"


class TooLarge(Refusal):
    status, slug, title = 413, "too-large", "The body is too large"


class UnsupportedType(Refusal):
    status, slug, title = 415, "unsupported-type", "This type is not supported"


class Invalid(Refusal):
    """`errors` are rows of {loc, msg, type}, as FastAPI gives them."""

    status, slug, title = 422, "invalid", "Some values are not valid"


class Locked(Refusal):
    status, slug, title = 423, "locked", "The account is locked"


class TooManyRequests(Refusal):
    status, slug, title = 429, "too-many-requests", "Too many requests"


class Unavailable(Refusal):
    """Something we depend on is away; the caller may try again after `retry_after_seconds`."""

    status, slug, title = 503, "unavailable", "A service we depend on is away"

    def __init__(self, detail: str, *, retry_after_seconds: int = 2, **fields: object) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds, **fields)
