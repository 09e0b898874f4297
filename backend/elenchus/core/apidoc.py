"""The API document: FastAPI's own, made true for what every operation has in common."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import compile_path

from elenchus.core.principal import document_scopes

REF = "#/components/schemas/{model}"


class WrongValue(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class Problem(BaseModel):
    """RFC 9457; `errors` says for 422 which values are meant. Some kinds add fields."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="stable for a kind of problem", json_schema_extra={"format": "uri"})
    title: str
    status: int
    detail: str = Field(description="what to do")
    instance: str = Field(description="the path")
    request_id: str
    errors: list[WrongValue] = []


MEDIA_TYPE = "application/problem+json"
_REFUSED = {
    "description": "Refused, and why",
    "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
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
            _unmix(operation["responses"])
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _NOT_OURS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=REF, mode="serialization")
    schemas |= problem.pop("$defs") | {"Problem": problem}


def _unmix(responses: dict[str, dict[str, Any]]) -> None:
    """FastAPI says of a type other than JSON that it is text, beside the model that says what the text holds."""
    for response in responses.values():
        for content in response.get("content", {}).values():
            if "$ref" in content.get("schema", {}):
                content["schema"] = {"$ref": content["schema"]["$ref"]}
