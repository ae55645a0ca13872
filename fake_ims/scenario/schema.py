"""The JSON schema of scenario files; ``fake-ims schema`` prints it."""

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
    "operation": says(_OPERATION, "requests of this operation; by default of any"),
    "status": says({"anyOf": [*_ONE_STATUS["anyOf"], {"type": "array", "items": _ONE_STATUS}],
                    "title": "a status, a class such as 5xx, or a list of these"},
                   "requests whose response has this status; 0 means no response"),
    "attempt": says(COUNT, "the Nth time that the same request arrived"),
    "fault": says({"type": "boolean"}, "whether a fault affected the request"),
}
# The other filters of the journal are the matches of faults.
REQUESTS: dict[str, Schema] = {
    **_OWN,
    **{name: says(SETTINGS[name].schema, SETTINGS[name].says.replace("only requests", "requests"))
       for name in names() if name in SETTINGS and name not in _OWN},
}


def when() -> dict[str, Any]:
    """Return the schema of the condition of a step: requests since the previous step."""
    return table({**REQUESTS, "times": says(COUNT, "number of requests (default: 1)")})


def expectation() -> dict[str, Any]:
    """Return the schema of an expectation about requests."""
    count = {"type": "integer", "minimum": 0}
    return table({
        **REQUESTS,
        "times": says(count, "exact number of requests"),
        "at_least": says(count, "smallest number of requests (default: 1 if no number is given)"),
        "at_most": says(count, "largest number of requests"),
        "because": says(NAME, "explanation for the report if the expectation is not met"),
    })


def _actions() -> dict[str, Schema]:
    """Return the keys that a step and the top level share."""
    about: Schema = says(NAME, "id or name of the image")
    return {
        "tenants": says(_list("tenant"),
                        "tenants to add; fake.scenario.tenants contains their tokens"),
        "images": says(_list("image"), "images to add"),
        "world": says(_ref("world"), "servers, disks, buckets, quota and more"),
        "put": says({"type": "array", "items": {
            **schemas.stored_object(), "required": ["bucket", "name"],
            "properties": {**schemas.stored_object()["properties"],
                           "bucket": says(schemas.bucket()["properties"]["name"],
                                          "name of the bucket")}}},
            "objects to put into buckets"),
        "kill_next": says(_list("kill_next"), "end the next uploads with the status killed"),
        "kill_nth": says(_list("kill_nth"), "end the Nth upload from now with the status killed"),
        "kill_named": says(_list("kill_named"),
                           "end uploads to images of a name with the status killed"),
        "job_failures": says(_list("job_failure"), "make future jobs end with FAIL"),
        "faults": says(_list("fault"), "faults to add"),
        "weather": says({"type": "array", "items": schemas.weather()["properties"]["name"]},
                        "names of weathers to add; a weather is a named set of faults"),
        "advance": says(DURATION, "duration to move the fake's clock forward by"),
        "change": says({"type": "array", "items": {
            **schemas.image(new=False), "required": ["image"],
            "properties": {**schemas.image(new=False)["properties"], "image": about}}},
            "images to change, without permission checks"),
        "kill": says({"type": "array", "items": table(
            {"image": about, "reason": NAME}, required=("image",))},
            "images to set to the status killed"),
        "activate": says(TEXTS, "ids or names of images to set to the status active"),
        "delete": says(TEXTS, "ids or names of images to delete"),
    }


def step() -> dict[str, Any]:
    """Return the schema of a step: its conditions, expectations and actions."""
    return table({
        "name": says(NAME, "name of the step, for reports"),
        "after": says(DURATION,
                      "take the step when this time of the fake's clock has passed since the "
                      "previous step"),
        "when": says(_ref("when"),
                     "take the step when these requests have arrived since the previous step"),
        "expect": says(_list("expectation"),
                       "expectations about the requests since the previous step"),
        "clear": says({"anyOf": [{"type": "boolean"}, TEXTS],
                       "title": "true, or a list of names of faults"},
                      "faults to remove; true removes all"),
        "job": says(table({
            "start": says({"type": "number", "minimum": 0, "maximum": 99},
                          "set it to RUNNING, with this progress in percent"),
            "succeed": says({"type": "boolean"}, "true ends it with SUCCESS"),
            "fail": says(ERROR, "end it with FAIL and this error code"),
            "reason": says(NAME, "fail_reason of the job"),
        }), "control the newest job"),
        "revoke": says(TEXTS, "project ids of tenants whose tokens to revoke"),
        "lifecycle": says(table({name: schemas.DUE for name in ("saving", "deleting", "jobs")}),
                          "how long future uploads, deletions and jobs take"),
        **_actions(),
    })


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of scenario files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of fake_ims",
        **table({
            "$schema": {"type": "string"},
            "name": says(NAME, "name of the scenario, for reports"),
            "description": says(NAME, "what the scenario shows"),
            "settings": says(table(schemas.SETTINGS_OF_A_FAKE), "settings of the fake"),
            **_actions(),
            "steps": says(_list("step"), "steps, taken one after another"),
            "expect": says(_list("expectation"), "expectations about all requests, at the end"),
        }),
        "$defs": {
            "tenant": schemas.tenant(), "image": schemas.image(), "world": schemas.world(),
            **schemas.KILLS, "job_failure": schemas.job_failure(),
            "fault": _named_fault(), "when": when(), "expectation": expectation(), "step": step(),
        },
    }


def _named_fault() -> dict[str, Any]:
    fault = schemas.fault()
    fault["properties"]["name"] = says(NAME, "name of the fault, for steps that remove it")
    return fault


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}
