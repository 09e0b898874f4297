"""What an API key may do. A scope is `<resource>:read` or `<resource>:write`, and writing includes reading.

The resource is the first part of the path, and reading is GET; where that is wrong, a route says so itself:
`openapi_extra={"x-scope": "documents:read"}`.
"""

from collections.abc import Collection

from elenchus.core.errors import Forbidden

PREFIX = "/api/v1/"
#: The member of an operation, in the code and in the API document, that names its scope.
FIELD = "x-scope"
#: In place of a scope: no key may, only somebody who signed in.
SESSION_ONLY = "session"
#: In place of a scope: every key may.
ANY_KEY = "any"
#: What keys are made for. A test compares them with the routes.
KNOWN = frozenset(
    {
        "audit:read", "chat:read", "chat:write", "documents:read", "documents:write", "jobs:read", "jobs:write",
        "tenants:read", "users:read", "workflows:read", "workflows:write",
    }
)  # fmt: skip

#: A key that leaks must not sign in, change a password or make itself a better key.
_PERSONAL = frozenset({"auth", "api-keys"})
#: Nor raise its owner's role, or let others in.
_WRITTEN_BY_PEOPLE = frozenset({"tenants", "users"})


class MissingScope(Forbidden):
    slug, title = "missing-scope", "The API key's scopes do not allow this"

    def __init__(self, needed: str) -> None:
        super().__init__(f"This needs the scope {needed}; make a key that has it.", scope=needed)


class SessionNeeded(Forbidden):
    slug, title = "session-needed", "An API key cannot do this"

    def __init__(self) -> None:
        super().__init__("Sign in and use the access token; no scope opens this to an API key.")


def needed(path: str, method: str, said: str | None = None) -> str:
    """The scope for this template of a path; `said` is the route's own word."""
    if said is not None:
        return said
    resource = path.removeprefix(PREFIX).partition("/")[0]
    reads = method in {"GET", "HEAD"}
    if resource in _PERSONAL or (resource in _WRITTEN_BY_PEOPLE and not reads):
        return SESSION_ONLY
    return f"{resource}:{'read' if reads else 'write'}"


def require(scope: str, held: Collection[str]) -> None:
    """Raises `SessionNeeded` or `MissingScope` for a key that holds these."""
    if scope == SESSION_ONLY:
        raise SessionNeeded
    if scope == ANY_KEY or scope in held:
        return
    resource, _, verb = scope.partition(":")
    if verb != "read" or f"{resource}:write" not in held:
        raise MissingScope(scope)
