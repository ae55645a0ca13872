"""JSON schemas of what users may write about a fake: settings, images, tenants, the world, faults.

Scenario files and the control API take the same things in the same form; both are held against
these schemas, and editors complete by them. What no schema can say is said by the Python API that
takes the thing in the end.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..contract.errors import ERRORS
from ..contract.jobs import JOB_TYPES
from ..contract.schema import image_properties
from ..domain.callers import AUTH_MODES
from ..domain.image import MEMBER_STATUSES
from ..domain.seeding import SETTABLE, STATUSES
from ..domain.world import SHELVES, Bucket, StoredObject, World, outages
from ..domain.world.rules import Rule, rules
from ..faults.registry import EFFECTS, SETTINGS
from ..faults.weather import WEATHER
from ..profiles import NAMES as PROFILES
from .check import Schema


def table(
    properties: Schema, *, required: tuple[str, ...] = (), others: bool | Schema = False
) -> dict[str, Any]:
    """A table of these keys, and of no others unless ``others`` says so."""
    found: dict[str, Any] = {"type": "object", "properties": dict(properties),
                             "additionalProperties": others}
    if required:
        found["required"] = list(required)
    return found


def says(schema: Schema, text: str) -> dict[str, Any]:
    """The schema, described."""
    return {**schema, "description": text}


DURATION: Schema = {
    "title": "a duration such as 90, '90s', '10m' or '1h30m'", "type": ["number", "string"],
    "minimum": 0, "pattern": r"^\s*((\d+(\.\d+)?(ms|s|m|h|d))+|\d+(\.\d+)?)\s*$",
}
DUE: Schema = {
    "title": "a duration such as '30s', 'polls(3)', or 'by hand'", "type": ["number", "string"],
    "minimum": 0,
    "pattern": r"^\s*((\d+(\.\d+)?(ms|s|m|h|d))+|\d+(\.\d+)?|polls\([1-9]\d*\)|"
    r"by[ _-]hand|manual)\s*$",
}
NAME: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "array", "items": NAME}
#: Bytes that ``{zeros: N}`` may stand for: they are held in memory.
MAX_ZEROS = 2**30
COUNT: Schema = {"type": "integer", "minimum": 1}
DATA: Schema = {
    "title": "a text, {base64: ...} or {zeros: N}",
    "anyOf": [
        {"type": "string"},
        table({"base64": {"type": "string"}}, required=("base64",)),
        table({"zeros": {"type": "integer", "minimum": 0, "maximum": MAX_ZEROS}},
              required=("zeros",)),
    ],
}
ERROR: Schema = {"enum": sorted(ERRORS)}

SETTINGS_OF_A_FAKE: dict[str, Schema] = {
    "profile": says({"enum": list(PROFILES)}, "service that the fake plays"),
    "auth": says({"enum": list(AUTH_MODES)}, "how tokens are read"),
    "saving": says(DUE, "how long an upload takes until the image is active"),
    "deleting": says(DUE, "how long a deletion takes"),
    "jobs": says(DUE, "how long an asynchronous job takes"),
    "region": says(NAME, "name of the region"),
    "strict": says({"type": "boolean"}, "whether a test fails for what no client should send"),
    "seed": says({"type": ["integer", "string"]}, "of the chance that faults have"),
}


def fault() -> dict[str, Any]:
    """What ``faults.add`` takes."""
    properties = {name: says(setting.schema, setting.says)
                  for name, setting in SETTINGS.items()}
    sequence = properties["sequence"]
    item = sequence["items"]
    # What its kind says for itself, knowing no others: a table. Of what is known here.
    branches = [_effects() if branch == {"type": "object"} else branch for branch in item["anyOf"]]
    properties["sequence"] = {**sequence, "items": {**item, "anyOf": branches}}
    return table(properties)


def _effects() -> dict[str, Any]:
    """An item of a sequence that tells effects."""
    return table({setting.name: says(setting.schema, setting.says)
                  for kind in EFFECTS for setting in kind.settings})


def weather() -> dict[str, Any]:
    """What ``faults.weather`` takes."""
    return table({"name": says({"enum": list(WEATHER)}, "which"),
                  "seed": says({"type": ["integer", "string"]}, "of its chance")},
                 required=("name",))


def image(*, new: bool = True) -> dict[str, Any]:
    """What ``images.add`` takes, or what ``image.set`` does."""
    properties: dict[str, Schema] = {
        name: _attribute(name) for name in sorted(SETTABLE) if new or name != "id"
    }
    properties["status"] = {"enum": [one for one in STATUSES if one and one != "deleted"]}
    properties["data"] = says(DATA, "the bytes of the image")
    properties["members"] = says(
        {"anyOf": [TEXTS, table({}, others={"enum": list(MEMBER_STATUSES)})],
         "title": "a list of project ids, or a table of project id to member status"},
        "whom it is shared with")
    properties["properties"] = says(
        table({}, others={"type": "string"}), "free properties and vendor attributes, by any name")
    if new:
        for name in ("created_at", "updated_at"):
            properties[name] = says({"type": "number"}, "seconds since the epoch")
    return table(properties, others={"type": "string", "title": "a text (a vendor attribute)"})


def _attribute(name: str) -> dict[str, Any]:
    """An attribute as some profile takes it: which one counts is known when it is used."""
    rules = [known[name] for profile in PROFILES if name in (known := image_properties(profile))]
    merged = {key: value for key, value in rules[0].items() if key != "readOnly"}
    if any("enum" not in rule for rule in rules):
        merged.pop("enum", None)
    elif "enum" in merged:
        merged["enum"] = list(dict.fromkeys(one for rule in rules for one in rule["enum"]))
    return merged


def tenant() -> dict[str, Any]:
    """What ``fake.tenant`` takes."""
    return table({
        "project_id": says(NAME, "id of the project"),
        "roles": says(TEXTS, "its roles; by default member"),
        "user": says(NAME, "id of the user"),
        "actions": says(TEXTS, "what the user may do: ims:images:list, ims:*"),
        "policy": says({"type": "object"}, "the same as IAM writes it"),
        "enterprise_projects": says(TEXTS, "the enterprise projects that the user may see"),
    }, required=("project_id",))


def shelves() -> dict[str, type]:
    """The kinds of records that a world keeps by id, and their classes."""
    return SHELVES


def record(kind: type, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """A record of the world, from the rules of its fields."""
    return table({name: _field(name, rule) for name, rule in rules(kind).items()},
                 required=required)


def _field(name: str, rule: Rule) -> Schema:
    if rule.says.wire is None or "title" not in rule.schema:
        return rule.schema
    return {**rule.schema, "title": f"{rule.schema['title']}; leave {name} out to get one"}


def stored_object() -> dict[str, Any]:
    """What ``bucket.put`` takes."""
    return table({**record(StoredObject)["properties"], "data": DATA},
                 required=("name",))


def bucket() -> dict[str, Any]:
    """What ``world.buckets.add`` takes, and the objects in it."""
    properties = dict(record(Bucket)["properties"])
    properties["objects"] = {"type": "array", "items": stored_object()}
    return table(properties, required=("name",))


@cache
def world() -> dict[str, Any]:
    """The world: ``known_only``, ``quota``, ``max_jobs``, ..., lists of records, buckets."""
    own = rules(World)
    properties: dict[str, Schema] = {
        "known_only": says({"type": "boolean"}, "whether only the records added here are known; "
                           "by default any id counts as a sound record"),
        "quota": says(own["quota"].schema, "images that a project can have"),
        "max_jobs": says(own["max_jobs"].schema,
                         "jobs of a project that can run at a time; null for any number"),
        "has_kms": says(own["has_kms"].schema, "whether images can be encrypted"),
        "account": says(record(outages.Account), "the account that pays"),
        "outages": says({"type": "array", "items": {"enum": list(outages.SERVICES)}},
                        "all services that do not respond"),
        "buckets": {"type": "array", "items": bucket()},
    }
    for name, kind in shelves().items():
        properties[name] = {"type": "array", "items": record(kind)}
    return table(properties)


_REASON: Schema = says(NAME, "why; by default: killed by the test")
#: What ``lifecycle.kill_next``, ``kill_nth`` and ``kill_named`` take: which uploads end killed.
KILLS: dict[str, Schema] = {
    "kill_next": table({"count": says(COUNT, "how many uploads; by default 1"),
                        "reason": _REASON}),
    "kill_nth": table({"nth": says(COUNT, "which upload from now, from 1"),
                       "reason": _REASON}, required=("nth",)),
    "kill_named": table({"name": says(NAME, "name of the images"),
                         "reason": _REASON}, required=("name",)),
}


def job_failure() -> dict[str, Any]:
    """What ``jobs.fail_next`` takes."""
    return table({
        "error_code": says(ERROR, "the error code"), "reason": says(NAME, "fail_reason"),
        "job_type": says({"enum": sorted(JOB_TYPES)}, "only jobs of this type"),
        "count": says(COUNT, "how many"),
    })
