"""JSON schemas, derived from the attribute table, for request validation and for clients."""

from __future__ import annotations

from functools import cache

from . import attributes
from .model import Attribute
from .model import Profile as ProfileName
from .validation import Schema

_UUID = {"pattern": attributes.UUID_PATTERN}
_LOCATION_ITEMS: Schema = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "maxLength": 255},
        "metadata": {"type": "object"},
        "validation_data": {
            "description": "Values to be used to populate the corresponding image properties. If "
            "the image status is not 'queued', values must exactly match those already contained "
            "in the image properties.",
            "type": "object",
            "writeOnly": True,
            "additionalProperties": False,
            "properties": {
                "checksum": {"type": "string", "minLength": 32, "maxLength": 32},
                "os_hash_algo": {"type": "string", "maxLength": 64},
                "os_hash_value": {"type": "string", "maxLength": 128},
            },
            "required": ["os_hash_algo", "os_hash_value"],
        },
    },
    "required": ["url", "metadata"],
}
_OTC_LOCATION_ITEMS: Schema = {
    **_LOCATION_ITEMS,
    "properties": {name: rule for name, rule in _LOCATION_ITEMS["properties"].items()
                   if name != "validation_data"},
}
# Listed on the reference's schema page besides the base attributes.
_COMMON: tuple[tuple[str, str, bool], ...] = (
    ("kernel_id", "Id of the image that is the kernel of an AMI-style image.", True),
    ("ramdisk_id", "Id of the image that is the ramdisk of an AMI-style image.", True),
    ("instance_uuid", "Id of the server that the image was made from.", False),
    ("architecture", "Architecture of the operating system.", False),
    ("os_distro", "Common name of the operating system's distribution.", False),
    ("os_version", "Release of the operating system, as its maker names it.", False),
)
_MEMBER: Schema = {
    "member_id": {
        "type": "string",
        "description": "An identifier for the image member (tenantId)",
    },
    "image_id": {"type": "string", "description": "An identifier for the image", **_UUID},
    "created_at": {"type": "string", "description": "Date and time of image member creation"},
    "updated_at": {
        "type": "string",
        "description": "Date and time of last modification of image member",
    },
    "status": {
        "type": "string",
        "description": "The status of this image member",
        "enum": ["pending", "accepted", "rejected"],
    },
    "schema": {"readOnly": True, "type": "string"},
}
_TASK: Schema = {
    "id": {"description": "An identifier for the task", **_UUID, "type": "string"},
    "type": {
        "description": "The type of task represented by this content",
        "enum": ["import", "api_image_import", "location_import"],
        "type": "string",
    },
    "status": {
        "description": "The current status of this task",
        "enum": ["pending", "processing", "success", "failure"],
        "type": "string",
    },
    "input": {
        "description": "The parameters required by task, JSON blob",
        "type": ["null", "object"],
    },
    "result": {"description": "The result of current task, JSON blob", "type": ["null", "object"]},
    "owner": {"description": "An identifier for the owner of this task", "type": "string"},
    "message": {
        "description": "Human-readable informative message only included when appropriate "
        "(usually on failure)",
        "type": "string",
    },
    "image_id": {"description": "Image associated with the task", "type": "string"},
    "request_id": {"description": "Human-readable informative request-id", "type": "string"},
    "user_id": {"description": "User associated with the task", "type": "string"},
    "expires_at": {
        "description": "Datetime when this resource would be subject to removal",
        "type": ["null", "string"],
    },
    "created_at": {"description": "Datetime when this resource was created", "type": "string"},
    "updated_at": {"description": "Datetime when this resource was updated", "type": "string"},
    "self": {"readOnly": True, "type": "string"},
    "schema": {"readOnly": True, "type": "string"},
}
ADD_LOCATION: Schema = {
    "type": "object",
    "description": "Values of location url, do_secure_hash and validation_data for new add "
    "location API",
    "properties": {
        "url": {
            "type": "string",
            "readOnly": True,
            "description": "The URL of the new location to be added in the image.",
        },
        "validation_data": {
            "description": "Values to be used to populate the corresponding image "
            "properties.do_secure_hash is not True then image checksum and hash will not be "
            "calculated so it is the responsibility of the consumer of location ADD API to "
            "provide the correct values in the validation_data parameter",
            "type": "object",
            "writeOnly": True,
            "additionalProperties": False,
            "properties": {
                "os_hash_algo": {
                    "type": "string",
                    "maxLength": 64,
                    "enum": ["sha1", "sha256", "sha512", "md5"],
                },
                "os_hash_value": {"type": "string", "maxLength": 128},
            },
            "dependentRequired": {
                "os_hash_value": ["os_hash_algo"],
                "os_hash_algo": ["os_hash_value"],
            },
        },
    },
    "required": ["url"],
}
_IMAGE_LINKS = [
    {"rel": "self", "href": "{self}"},
    {"rel": "enclosure", "href": "{file}"},
    {"rel": "describedby", "href": "{schema}"},
]


def _property(attribute: Attribute, profile: ProfileName) -> Schema:
    types = attribute.types
    # Plain types, as in the reference. But its images have "virtual_size": null, and
    # python-glanceclient cannot update an image that breaks its schema.
    if profile == "otc" and attribute.name != "virtual_size":
        types = tuple(name for name in types if name != "null")
    row: Schema = {"type": types[0] if len(types) == 1 else list(types)}
    if attribute.read_only and profile == "openstack":
        row["readOnly"] = True
    if attribute.name == "locations":
        row["items"] = _LOCATION_ITEMS if profile == "openstack" else _OTC_LOCATION_ITEMS
    row["description"] = attribute.description
    if attribute.read_only and profile == "otc":
        row["description"] += " (READ-ONLY)"
    if attribute.pattern is not None:
        row["pattern"] = attribute.pattern
    enum = attribute.otc_enum if profile == "otc" and attribute.otc_enum else attribute.enum
    if enum is not None:
        row["enum"] = list(enum)
    if attribute.name == "tags":
        row["items"] = {"type": "string", "maxLength": attribute.max_length}
    elif attribute.max_length is not None:
        row["maxLength"] = attribute.max_length
    return row


@cache
def image_properties(profile: ProfileName) -> Schema:
    """Return the properties of an image in a profile's schema.

    It leaves out vendor attributes: the reference's schema page does not list them, and
    ``additionalProperties`` allows them.
    """
    properties = {
        attribute.name: _property(attribute, profile)
        for attribute in attributes.known_to(profile)
        if attribute.base
    }
    if profile == "otc":
        for name, description, is_id in _COMMON:
            properties[name] = {
                **(_UUID if is_id else {}),
                "type": "string",
                "description": description,
                "is_base": False,
            }
    return properties


def _collection(name: str, item: Schema) -> Schema:
    links = [
        {"rel": "first", "href": "{first}"},
        {"rel": "next", "href": "{next}"},
        {"rel": "describedby", "href": "{schema}"},
    ]
    collection: Schema = {
        "name": name,
        "properties": {
            name: {"type": "array", "items": item},
            "first": {"type": "string"},
            "next": {"type": "string"},
            "schema": {"type": "string"},
        },
    }
    if "links" in item:
        collection["links"] = links
    else:
        # Collections of items without links only have a link to their schema.
        del collection["properties"]["first"], collection["properties"]["next"]
        collection["links"] = links[2:]
    return collection


def document(name: str, profile: ProfileName) -> Schema:
    """Return the body of ``GET /v2/schemas/{name}``."""
    image: Schema = {
        "name": "image",
        "properties": image_properties(profile),
        "additionalProperties": {"type": "string"},
        "links": _IMAGE_LINKS,
    }
    hidden = ("input", "result", "message")
    stub = {key: value for key, value in _TASK.items() if key not in hidden}
    member = {"name": "member", "properties": _MEMBER}
    documents = {
        "image": image,
        "images": _collection("images", image),
        "member": member,
        "members": _collection("members", member),
        "task": {"name": "task", "properties": _TASK},
        "tasks": _collection("tasks", {"name": "task", "properties": stub}),
    }
    return documents[name]
