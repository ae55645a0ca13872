"""JSON schemas for settings, images, tenants, the world and faults.

Scenario files and the control API use the same schemas, and editors use them for completion. The
Python API checks what a schema cannot express.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..contract.errors import ERRORS
from ..contract.jobs import JOB_TYPES
from ..contract.options import OPTIONS, Option
from ..contract.schema import image_properties
from ..domain.callers import AUTH_MODES
from ..domain.image import MEMBER_STATUSES
from ..domain.seeding import SETTABLE, STATUSES
from ..domain.world import SHELVES, Bucket, StoredObject, WebFile, World, outages
from ..domain.world.buckets import NAME as NAME_OF_OBJECT
from ..domain.world.rules import Rule, rules
from ..faults.registry import EFFECTS, SETTINGS
from ..faults.weather import WEATHER
from ..profiles import NAMES as PROFILES
from .check import Schema


def table(
    properties: Schema, *, required: tuple[str, ...] = (), others: bool | Schema = False
) -> dict[str, Any]:
    """Return the schema of a mapping.

    Args:
        properties: schema of each key.
        required: keys that must be present.
        others: schema of other keys, or whether other keys are allowed.
    """
    found: dict[str, Any] = {"type": "object", "properties": dict(properties),
                             "additionalProperties": others}
    if required:
        found["required"] = list(required)
    return found


def says(schema: Schema, text: str) -> dict[str, Any]:
    """Return the schema with a description."""
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
#: Largest N in ``{zeros: N}``, in bytes: the data is held in memory.
MAX_ZEROS = 2**30
COUNT: Schema = {"type": "integer", "minimum": 1}
DATA: Schema = {
    "title": "a string, {base64: ...} or {zeros: N}",
    "anyOf": [
        {"type": "string"},
        table({"base64": {"type": "string"}}, required=("base64",)),
        table({"zeros": {"type": "integer", "minimum": 0, "maximum": MAX_ZEROS}},
              required=("zeros",)),
    ],
}
ERROR: Schema = {"enum": sorted(ERRORS)}



def _option(row: Option) -> Schema:
    """Return the schema of the value of an option of Glance."""
    allowed: Schema = {"enum": list(row.choices)} if row.choices else {"type": "string"}
    if row.name.endswith("_ports"):
        allowed = {"type": ["integer", "string"]}
    if row.kind == "boolean":
        return {"type": "boolean"}
    if row.kind == "integer":
        return {"type": "integer", "minimum": row.minimum, "maximum": row.maximum}
    return allowed if row.kind == "string" else {"type": "array", "items": allowed}


SETTINGS_OF_A_FAKE: dict[str, Schema] = {
    "profile": says({"enum": list(PROFILES)},
                    "service to imitate: otc (Open Telekom Cloud's IMS) or openstack (Glance)"),
    "auth": says({"enum": list(AUTH_MODES)},
                 "tokens to accept: any token, only issued ones, or USER:PROJECT:ROLES (triple)"),
    "saving": says(DUE, "time until an uploaded image becomes active"),
    "deleting": says(DUE, "time until a deleted image disappears"),
    "jobs": says(DUE, "time until an asynchronous job ends"),
    "region": says(NAME, "region name in the service catalog"),
    "strict": says({"type": "boolean"},
                   "whether a test fails for requests that no correct client sends, and for unused "
                   "faults"),
    "seed": says({"type": ["integer", "string"]}, "seed for faults that fire at random"),
    "glance": says(table({row.name: says(_option(row), row.says) for row in OPTIONS}),
                   "options of Glance, by Glance's own names"),
    "prefix": says({"type": "string"},
                   "path below which the image service answers, such as /image"),
    "endpoint": says({"type": "string"},
                     "path behind it in the catalog's image endpoint, such as /v2"),
    "regions": says(TEXTS, "further regions in the service catalog"),
}


def fault() -> dict[str, Any]:
    """Return the schema of ``faults.add``."""
    properties = {name: says(setting.schema, setting.says)
                  for name, setting in SETTINGS.items()}
    sequence = properties["sequence"]
    item = sequence["items"]
    # The kind itself only asks for a mapping. Here all effects are known.
    branches = [_effects() if branch == {"type": "object"} else branch for branch in item["anyOf"]]
    properties["sequence"] = {**sequence, "items": {**item, "anyOf": branches}}
    return table(properties)


def _effects() -> dict[str, Any]:
    """Return the schema of the effects in an item of ``sequence``."""
    return table({setting.name: says(setting.schema, setting.says)
                  for kind in EFFECTS for setting in kind.settings})


def weather() -> dict[str, Any]:
    """Return the schema of ``faults.weather``."""
    return table({"name": says({"enum": list(WEATHER)}, "name of the weather"),
                  "seed": says({"type": ["integer", "string"]},
                               "seed for its faults that fire at random")},
                 required=("name",))


def image(*, new: bool = True) -> dict[str, Any]:
    """Return the schema of ``images.add`` or, with ``new=False``, of ``image.set``."""
    properties: dict[str, Schema] = {
        name: _attribute(name) for name in sorted(SETTABLE) if new or name != "id"
    }
    properties["status"] = {"enum": [one for one in STATUSES if one and one != "deleted"]}
    properties["data"] = says(DATA, "data of the image")
    properties["members"] = says(
        {"anyOf": [TEXTS, table({}, others={"enum": list(MEMBER_STATUSES)})],
         "title": "a list of project ids, or a mapping of project ids to member statuses"},
        "projects that the image is shared with")
    properties["properties"] = says(
        table({}, others={"type": "string"}), "free properties and vendor attributes, by any name")
    properties["show"] = says(
        {"type": "object"}, "values that responses show instead of the image's own, by any name")
    if new:
        for name in ("created_at", "updated_at"):
            properties[name] = says({"type": "number"}, "seconds since the epoch")
    return table(properties, others={"type": "string",
                                     "title": "a string (value of a vendor attribute)"})


def _attribute(name: str) -> dict[str, Any]:
    """Return the schema of an attribute, with the values of every profile. The profile of the fake
    is not known here."""
    rules = [known[name] for profile in PROFILES if name in (known := image_properties(profile))]
    merged = {key: value for key, value in rules[0].items() if key != "readOnly"}
    if any("enum" not in rule for rule in rules):
        merged.pop("enum", None)
    elif "enum" in merged:
        merged["enum"] = list(dict.fromkeys(one for rule in rules for one in rule["enum"]))
    return merged


def tenant() -> dict[str, Any]:
    """Return the schema of ``fake.tenant``."""
    return table({
        "project_id": says(NAME, "id of the project"),
        "roles": says(TEXTS, "roles of the user in the project (default: member)"),
        "user": says(NAME, "id of the user"),
        "actions": says(TEXTS, "IAM actions that the user may perform: ims:images:list, ims:*"),
        "policy": says({"type": "object"}, "the same, as an IAM policy document"),
        "enterprise_projects": says(TEXTS, "ids of the enterprise projects that the user may see"),
    }, required=("project_id",))


def shelves() -> dict[str, type]:
    """Return the class of each kind of record in the world, such as ``servers``."""
    return SHELVES


def record(kind: type, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of a record of the world, from the rules of its fields."""
    found = {name: _field(name, rule) for name, rule in rules(kind).items()}
    if "data" in kind.__annotations__:
        found["data"] = DATA
    return table(found, required=required)


def _field(name: str, rule: Rule) -> Schema:
    if rule.says.wire is None or "title" not in rule.schema:
        return rule.schema
    return {**rule.schema, "title": f"{rule.schema['title']}; leave {name} out to get one"}


def stored_object() -> dict[str, Any]:
    """Return the schema of ``bucket.put``."""
    return table({**record(StoredObject)["properties"], "name": NAME_OF_OBJECT.schema,
                  "data": DATA},
                 required=("name",))


def bucket() -> dict[str, Any]:
    """Return the schema of ``world.buckets.add``, with the objects of the bucket."""
    properties = dict(record(Bucket)["properties"])
    properties["objects"] = {"type": "array", "items": stored_object()}
    return table(properties, required=("name",))


def web_file() -> dict[str, Any]:
    """Return the schema of ``world.urls.add``."""
    return record(WebFile, required=("url",))


@cache
def world() -> dict[str, Any]:
    """Return the schema of the world: ``known_only``, ``quota`` and more, records, buckets."""
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
        "failing_stores": says(own["failing_stores"].schema,
                               "ids of Glance's stores that take no data"),
        "buckets": {"type": "array", "items": bucket()},
        "urls": says({"type": "array", "items": web_file()},
                     "what the web returns to imports by web-download"),
    }
    for name, kind in shelves().items():
        properties[name] = {"type": "array", "items": record(kind)}
    return table(properties)


_REASON: Schema = says(NAME, "reason, for the kill_reason of the image (default: killed by the "
                       "test)")
#: Schemas of ``lifecycle.kill_next``, ``kill_nth`` and ``kill_named``.
KILLS: dict[str, Schema] = {
    "kill_next": table({"count": says(COUNT, "number of uploads (default: 1)"),
                        "reason": _REASON}),
    "kill_nth": table({"nth": says(COUNT, "position of the upload, counted from now; 1 is the "
                                   "next one"),
                       "reason": _REASON}, required=("nth",)),
    "kill_named": table({"name": says(NAME, "name of the images"),
                         "reason": _REASON}, required=("name",)),
}


def job_failure() -> dict[str, Any]:
    """Return the schema of ``jobs.fail_next``."""
    return table({
        "error_code": says(ERROR, "error code of the job"),
        "reason": says(NAME, "fail_reason of the job"),
        "job_type": says({"enum": sorted(JOB_TYPES)}, "only jobs of this type"),
        "count": says(COUNT, "number of jobs (default: 1)"),
    })
