"""Errors as clients of another API look for them. A problem may have further members (RFC 9457, 3.2), so it is both."""

from collections.abc import Mapping
from typing import Any

OPENAI_PATHS = "/api/v1/openai/"
#: OpenAI's clients send a request again on any 409, which here means that the answer would be the same.
NOT_AGAIN = {"x-should-retry": "false"}
_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def openai_error(problem: Mapping[str, Any]) -> dict[str, Any]:
    """The member `error` of an answer to OpenAI's clients."""
    status = int(problem["status"])
    rows = problem.get("errors") or [{}]
    where = [str(part) for part in rows[0].get("loc", ()) if part != "body"]
    return {
        "message": problem["detail"],
        "type": _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error"),
        "param": ".".join(where) or None,
        "code": str(problem.get("code") or str(problem["type"]).rpartition("/")[2]),
    }
