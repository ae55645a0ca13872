"""The routes of the control API."""

from __future__ import annotations

from . import faults, images, jobs, requests, state, world
from .openapi import description
from .route import Control, Route


def _describe(control: Control) -> dict[str, object]:
    return description(ROUTES)


def _index(control: Control) -> dict[str, object]:
    return {"operations": [{"id": route.id, "method": route.method, "path": route.path,
                            "says": route.says} for route in ROUTES]}


ROUTES: tuple[Route, ...] = (
    Route("index", "GET", "/", "List the operations of this API.", _index,
          answer="the operations"),
    Route("openapi", "GET", "/openapi.json", "Return the OpenAPI document of this API.", _describe,
          answer="an OpenAPI document"),
    *state.ROUTES,
    *faults.ROUTES,
    *images.ROUTES,
    *jobs.ROUTES,
    *world.ROUTES,
    *requests.ROUTES,
)

BY_ID: dict[str, Route] = {route.id: route for route in ROUTES}
