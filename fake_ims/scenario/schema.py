"""What may stand in a scenario file, as a JSON schema: ``fake-ims schema`` prints it."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..contract.operations import OPERATIONS
from ..documents import schemas
from ..documents.check import Schema
from ..documents.schemas import COUNT, DURATION, ERROR, NAME, TEXTS, says, table
from ..faults.registry import SETTINGS
from ..journal.filters import names

_OPERATION: Schema = {
    "title": "an operation such as images.create, or a glob such as images.*",
    "type": "string", "minLength": 1,
    "examples": [row.id for row in OPERATIONS],
}
_ONE_STATUS: Schema = {"anyOf": [
    {"type": "integer", "minimum": 0, "maximum": 999},
    {"type": "string", "pattern": r"^[1-5]xx$"},
], "title": "a status, or a class such as 5xx"}
_OWN: dict[str, Schema] = {
    "operation": says(_OPERATION, "which operations; all if left out"),
    "status": says({"anyOf": [*_ONE_STATUS["anyOf"], {"type": "array", "items": _ONE_STATUS}],
                    "title": "a status, a class such as 5xx, or a list of these"},
                   "answered with this status; 0 for no answer"),
    "attempt": says(COUNT, "the Nth time that the same request came"),
    "fault": says({"type": "boolean"}, "whether a fault touched it"),
}
# What the journal chooses by beside that is what faults match by.
REQUESTS: dict[str, Schema] = {
    **_OWN,
    **{name: says(SETTINGS[name].schema, SETTINGS[name].says.replace("only requests", "requests"))
       for name in names() if name in SETTINGS and name not in _OWN},
}


def when() -> dict[str, Any]:
    """The condition of a step: so many requests since the step before."""
    return table({**REQUESTS, "times": says(COUNT, "so many of them; by default one")})


def expectation() -> dict[str, Any]:
    """What is expected of the requests that came in."""
    count = {"type": "integer", "minimum": 0}
    return table({
        **REQUESTS,
        "times": says(count, "just so many"),
        "at_least": says(count, "so many or more; 1 if no number is given"),
        "at_most": says(count, "so many or fewer"),
        "because": says(NAME, "what it means if it is not so"),
    })


def _actions() -> dict[str, Schema]:
    """What a step can do, and what a scenario begins with."""
    about: Schema = says(NAME, "id or name of the image")
    return {
        "tenants": says(_list("tenant"), "callers; their tokens are in fake.scenario.tenants"),
        "images": says(_list("image"), "images to put there"),
        "world": says(_ref("world"), "servers, disks, buckets, quota, ..."),
        "put": says({"type": "array", "items": {
            **schemas.stored_object(), "required": ["bucket", "name"],
            "properties": {**schemas.stored_object()["properties"],
                           "bucket": says(schemas.bucket()["properties"]["name"],
                                          "name of the bucket")}}},
            "objects to put into buckets"),
        "kill_next": says(_list("kill_next"), "the next uploads end killed"),
        "kill_nth": says(_list("kill_nth"), "the Nth upload from now ends killed"),
        "kill_named": says(_list("kill_named"), "uploads to images of a name end killed"),
        "job_failures": says(_list("job_failure"), "jobs that end FAIL"),
        "faults": says(_list("fault"), "faults to set"),
        "weather": says({"type": "array", "items": schemas.weather()["properties"]["name"]},
                        "faults to set, by the name of a weather"),
        "advance": says(DURATION, "move the fake's clock"),
        "change": says({"type": "array", "items": {
            **schemas.image(new=False), "required": ["image"],
            "properties": {**schemas.image(new=False)["properties"], "image": about}}},
            "images to change, as nobody's client"),
        "kill": says({"type": "array", "items": table(
            {"image": about, "reason": NAME}, required=("image",))}, "images to kill"),
        "activate": says(TEXTS, "images to make active, by id or name"),
        "delete": says(TEXTS, "images to delete, by id or name"),
    }


def step() -> dict[str, Any]:
    """One step: its conditions, what is expected by then, and what it does."""
    return table({
        "name": says(NAME, "for reports"),
        "after": says(DURATION, "when so much of the fake's time has passed since the step before"),
        "when": says(_ref("when"), "when such requests have come in since the step before"),
        "expect": says(_list("expectation"), "of the requests since the step before"),
        "clear": says({"anyOf": [{"type": "boolean"}, TEXTS], "title": "true, or names of faults"},
                      "faults to remove"),
        "job": says(table({
            "start": says({"type": "number", "minimum": 0, "maximum": 99},
                          "let it run, and stay at so many percent"),
            "succeed": {"type": "boolean"}, "fail": ERROR, "reason": NAME,
        }), "drive the last job"),
        "revoke": says(TEXTS, "project ids of tenants whose tokens become bad"),
        "lifecycle": says(table({name: schemas.DUE for name in ("saving", "deleting", "jobs")}),
                          "how long things take from now on"),
        **_actions(),
    })


@cache
def schema() -> dict[str, Any]:
    """The whole schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of fake_ims",
        **table({
            "$schema": {"type": "string"},
            "name": says(NAME, "for reports"),
            "description": says(NAME, "what it shows"),
            "settings": says(table(schemas.SETTINGS_OF_A_FAKE), "settings of the fake"),
            **_actions(),
            "steps": says(_list("step"), "what happens, one after another"),
            "expect": says(_list("expectation"), "of all requests, at the end"),
        }),
        "$defs": {
            "tenant": schemas.tenant(), "image": schemas.image(), "world": schemas.world(),
            **schemas.KILLS, "job_failure": schemas.job_failure(),
            "fault": _named_fault(), "when": when(), "expectation": expectation(), "step": step(),
        },
    }


def _named_fault() -> dict[str, Any]:
    fault = schemas.fault()
    fault["properties"]["name"] = says(NAME, "for steps that remove it")
    return fault


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}
