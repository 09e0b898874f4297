"""The API document: FastAPI's own, made true for what every operation has in common."""

from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from elenchus.core.principal import document_scopes

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457; `errors` says for 422 which values are meant. Some kinds add fields.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "stable for a kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what to do"},
        "instance": {"type": "string", "description": "the path"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        },
    },
}
MEDIA_TYPE = "application/problem+json"
_REFUSED = {
    "description": "Refused, and why",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
#: FastAPI's shape of a 422, which never leaves this house.
_NOT_OURS = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Every way of refusing is one response, `default`: which codes there are is the contract's, not a route's."""

    own = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = own()
            _amend(document)
            document_scopes(document, app.routes)
        return own()

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def methods(app: FastAPI, path: str) -> list[str]:
    """Of all operations that the document has at this path. Routers know only their own."""
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    if path in paths:
        return sorted(map(str.upper, paths[path]))
    matching = [operations for template, operations in paths.items() if compile_path(template)[0].match(path)]
    return sorted({method.upper() for operations in matching for method in operations})


def _amend(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _REFUSED
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _NOT_OURS:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
