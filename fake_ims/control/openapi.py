"""Generates the OpenAPI description of the control API from its routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..documents.schemas import table
from ..version import __version__
from .route import NO_BODY, PREFIX, Route

_ERROR = table({
    "error": table({
        "message": {"type": "string"},
        "problems": {"type": "array", "items": table(
            {"path": {"type": "string"}, "text": {"type": "string"}})},
    }, required=("message",)),
}, required=("error",))
_MEANINGS = {400: "the request is invalid; the fake is unchanged",
             401: "the control token is missing or wrong",
             403: "a page of another site, or a Host that is not allowed",
             404: "it does not exist", 413: "the body is too large",
             415: "the header Content-Type: application/json is missing"}


def description(routes: Iterable[Route]) -> dict[str, object]:
    """Return the OpenAPI 3.1 document of the routes."""
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control API of fake_ims", "version": __version__},
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR},
            "securitySchemes": {"token": {"type": "apiKey", "in": "header",
                                          "name": "X-Fake-Ims-Control"}},
        },
    }


def _operation(route: Route) -> dict[str, object]:
    found: dict[str, Any] = {"operationId": route.id, "summary": route.says}
    parameters: list[object] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    parameters += [{"name": name, "in": "query", "required": False, "schema": dict(schema)}
                   for name, schema in route.query.items()]
    if parameters:
        found["parameters"] = parameters
    if route.body is not NO_BODY:
        found["requestBody"] = {"content": {"application/json": {"schema": dict(route.body)}}}
        if "anyOf" in route.body or route.body.get("required"):
            found["requestBody"]["required"] = True
    if route.answer:
        content: dict[str, object] = {"application/json": {"schema": {"type": "object"}}}
        answers: dict[str, object] = {"200": {"description": route.answer, "content": content}}
    else:
        answers = {"204": {"description": "success"}}
    general = (400, 401, 403) if route.method == "GET" else (400, 401, 403, 413, 415)
    for status in sorted({*general, *route.errors}):
        answers[str(status)] = {
            "description": _MEANINGS[status],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    found["responses"] = answers
    return found
