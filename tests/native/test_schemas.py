"""Chapter *Image Schema (Native OpenStack APIs)*."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"

# The pages' examples, without descriptions: attribute to its type and the rest.
IMAGE: dict[str, dict[str, Any]] = {
    "status": {"type": "string", "enum": ["queued", "saving", "active", "killed", "deleted",
                                          "pending_delete"]},
    "tags": {"type": "array", "items": {"type": "string", "maxLength": 255}},
    "kernel_id": {"type": "string", "pattern": UUID, "is_base": False},
    # the example has Glance's formats; the service makes images of these only
    "container_format": {"type": "string", "enum": ["bare"]},
    "min_ram": {"type": "integer"},
    "ramdisk_id": {"type": "string", "pattern": UUID, "is_base": False},
    "locations": {"type": "array", "items": {
        "type": "object", "required": ["url", "metadata"],
        "properties": {"url": {"type": "string", "maxLength": 255},
                       "metadata": {"type": "object"}}}},
    # the example lacks shared, which images are once they have members
    "visibility": {"type": "string", "enum": ["public", "private", "shared"]},
    "updated_at": {"type": "string"},
    "owner": {"type": "string", "maxLength": 255},
    "file": {"type": "string"},
    "min_disk": {"type": "integer"},
    # the example has integer, but examples of images have null
    "virtual_size": {"type": ["null", "integer"]},
    "id": {"type": "string", "pattern": UUID},
    "size": {"type": "integer"},
    "instance_uuid": {"type": "string", "is_base": False},
    "os_distro": {"type": "string", "is_base": False},
    "name": {"type": "string", "maxLength": 255},
    "checksum": {"type": "string", "maxLength": 32},
    "created_at": {"type": "string"},
    # the example lacks the service's own formats and has others that it refuses
    "disk_format": {"type": "string", "enum": ["zvhd2", "vhd", "zvhd", "raw", "qcow2"]},
    "os_version": {"type": "string", "is_base": False},
    "protected": {"type": "boolean"},
    "architecture": {"type": "string", "is_base": False},
    "direct_url": {"type": "string"},
    "self": {"type": "string"},
    "schema": {"type": "string"},
}
READ_ONLY = {"status", "updated_at", "file", "virtual_size", "size", "checksum", "created_at",
             "direct_url", "self", "schema"}
MEMBER: dict[str, dict[str, Any]] = {
    "status": {"type": "string", "enum": ["pending", "accepted", "rejected"]},
    "created_at": {"type": "string"},
    "updated_at": {"type": "string"},
    "image_id": {"type": "string", "pattern": UUID},
    "member_id": {"type": "string"},
    "schema": {"type": "string", "readOnly": True},
}
IMAGE_LINKS = [{"href": "{self}", "rel": "self"}, {"href": "{file}", "rel": "enclosure"},
               {"href": "{schema}", "rel": "describedby"}]


def bare(properties: dict[str, Any]) -> dict[str, Any]:
    """Without descriptions, which are not protocol."""
    return {name: {key: value for key, value in rules.items() if key != "description"}
            for name, rules in properties.items()}


def test_image(wire: Wire) -> None:
    schema = wire.get("/v2/schemas/image").json
    assert set(schema) == {"additionalProperties", "name", "links", "properties"}
    assert schema["name"] == "image"
    assert schema["additionalProperties"] == {"type": "string"}
    assert schema["links"] == IMAGE_LINKS
    assert bare(schema["properties"]) == IMAGE
    assert {name for name, rules in schema["properties"].items()
            if rules["description"].endswith("(READ-ONLY)")} == READ_ONLY


def test_images(wire: Wire) -> None:
    schema = wire.get("/v2/schemas/images").json
    assert set(schema) == {"name", "links", "properties"}
    assert schema["name"] == "images"
    assert schema["links"] == [{"href": "{first}", "rel": "first"},
                               {"href": "{next}", "rel": "next"},
                               {"href": "{schema}", "rel": "describedby"}]
    assert schema["properties"] == {
        "images": {"type": "array", "items": wire.get("/v2/schemas/image").json},
        **{name: {"type": "string"} for name in ("schema", "next", "first")}}


def test_member(wire: Wire) -> None:
    schema = wire.get("/v2/schemas/member").json
    assert set(schema) == {"name", "properties"}
    assert schema["name"] == "member"
    assert bare(schema["properties"]) == MEMBER


def test_members(wire: Wire) -> None:
    assert wire.get("/v2/schemas/members").json == {
        "name": "members",
        "links": [{"href": "{schema}", "rel": "describedby"}],
        "properties": {
            "members": {"type": "array", "items": wire.get("/v2/schemas/member").json},
            "schema": {"type": "string"}}}


@pytest.mark.parametrize("name", ["image", "images", "member", "members"])
def test_a_schema_is_for_those_with_a_token(wire: Wire, name: str) -> None:
    path = f"/v2/schemas/{name}"
    assert wire.anonymous().get(path).refusal == (401, "IMG.0087")
    refused = wire.put(path)
    assert (refused.refusal, refused.headers["Allow"]) == ((405, "IMG.0105"), "GET")


@pytest.mark.parametrize("name", ["task", "tasks", "nothing", "image/x"])
def test_other_schemas_are_not_there(wire: Wire, name: str) -> None:
    assert wire.get(f"/v2/schemas/{name}").refusal == (404, "IMG.0017")


def test_an_image_matches_its_schema(wire: Wire) -> None:
    types = {"string": str, "integer": int, "boolean": bool, "array": list}
    properties = wire.get("/v2/schemas/image").json["properties"]
    for name, value in wire.create(name="a", tags=["t"]).items():
        assert isinstance(value, types[properties.get(name, {"type": "string"})["type"]]), name
