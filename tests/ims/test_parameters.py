"""Derived from the contract: each parameter of a table is read, limited and of effect."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.contract.model import Parameter
from fake_ims.contract.parameters import images as tables
from fake_ims.contract.parameters import members, tags
from fake_ims.domain.ims.reading import read
from fake_ims.refusal import ImsError

from .conftest import Ims

UUID = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
KEY = "bd66288c-9081-460a-8227-4cbd0c814cb4"
ALL = {name: table for module in (tables, members, tags)
       for name, table in vars(module).items()
       if name.isupper() and isinstance(table, tuple) and isinstance(table[0], Parameter)}
LIMITED = [(name, row) for name, table in ALL.items() for row in table]
# A value of each parameter that says nothing in particular, for what is mandatory.
PLAIN: dict[str, Any] = {
    "name": "n", "instance_id": UUID, "volume_id": UUID, "backup_id": UUID, "image_id": UUID,
    "image_url": "ims:a.zvhd2", "bucket_url": "ims:b.vhd", "min_disk": 40,
    "os_version": "CentOS 7.0 64bit", "data_images": [{"name": "d", "volume_id": UUID}],
    "type": "DataImage", "images": [UUID], "projects": ["p2"], "project_id": "p2",
    "status": "accepted", "action": "filter", "tag": {"key": "k", "value": "v"},
    "tags": [{"key": "k", "value": "v"}], "agency_name": "a", "project_name": "p",
    "region": "eu-nl",
}


def base(table: tuple[Parameter, ...]) -> dict[str, Any]:
    """The least body that a table takes."""
    return {row.name: PLAIN[row.name] for row in table if row.required}


def beyond(row: Parameter) -> list[Any]:
    """Values that break the limits of a parameter."""
    found: list[Any] = [{"string": 3, "integer": 1.5, "boolean": "x", "strings": "x",
                         "object": "x", "objects": "x"}[row.kind]]
    if row.enum:
        found.append("no such value")
    if row.minimum is not None:
        found.append(row.minimum - 1)
    if row.maximum is not None:
        found.append(row.maximum + 1)
    if row.max_length is not None:
        found.append("x" * (row.max_length + 1))
    if row.kind == "strings":
        found.append([3])
    return found


def at(row: Parameter) -> list[Any]:
    """Values at the limits of a parameter."""
    found: list[Any] = [*row.enum]
    found += [limit for limit in (row.minimum, row.maximum) if limit is not None]
    if row.max_length is not None:
        found.append("x" * row.max_length)
    return found


@pytest.mark.parametrize(("name", "row"), LIMITED,
                         ids=[f"{name}-{row.name}" for name, row in LIMITED])
def test_a_parameter_is_held_to_its_limits(name: str, row: Parameter) -> None:
    body = base(ALL[name])
    for value in at(row):
        assert read(ALL[name], {**body, row.name: value})[row.name] == value
    for value in beyond(row):
        with pytest.raises(ImsError) as caught:
            read(ALL[name], {**body, row.name: value})
        assert caught.value.code == row.invalid
    without = {key: value for key, value in body.items() if key != row.name}
    if row.required:
        for absent in (without, {**body, row.name: None}):
            with pytest.raises(ImsError) as caught:
                read(ALL[name], absent)
            assert caught.value.code == row.missing
    else:
        assert read(ALL[name], without)[row.name] == row.default


# A value of each parameter that must make a difference to the image that comes of it.
TELLING: dict[str, Any] = {
    **PLAIN, "name": "telling", "description": "d", "tags": ["a.b"],
    "image_tags": [{"key": "c", "value": "d"}], "enterprise_project_id": KEY, "max_ram": 4096,
    "min_ram": 512, "os_type": "Other", "os_version": "Windows 10 64bit", "is_config": True,
    "cmk_id": KEY, "type": "BMS", "is_quick_import": True, "hw_firmware_type": "uefi",
    "architecture": "arm", "min_disk": 41, "image_url": "ims:c.zvhd2", "instance_id": KEY,
    "volume_id": KEY, "backup_id": KEY, "vault_id": KEY, "whole_image_type": "CBR",
    "data_images": [{"image_url": "ims:d.vhd", "min_disk": 1}],
}
ACTION = "POST /v2/cloudimages/action"
QUICK = "POST /v2/cloudimages/quickimport/action"
WHOLE = "POST /v1/cloudimages/wholeimages/action"
ROUTES = {
    "CREATE_FROM_SERVER": ACTION, "CREATE_FROM_FILE": ACTION, "CREATE_FROM_VOLUME": ACTION,
    "QUICK_SYSTEM_IMAGE": QUICK, "QUICK_DATA_IMAGE": QUICK,
    "DATA_IMAGE": "POST /v1/cloudimages/dataimages/action",
    "WHOLE_FROM_SERVER": WHOLE, "WHOLE_FROM_BACKUP": WHOLE,
}
# Of a data disk image "type" can be nothing else.
FIXED = {("QUICK_DATA_IMAGE", "type")}
EFFECTS = [(name, row.name) for name in ROUTES for row in ALL[name]
           if (name, row.name) not in FIXED]


def outcome(ims: Ims, name: str, changes: dict[str, Any]) -> Any:
    """All that can be seen of an operation, without ids and instants."""
    ims.fake.reset()
    more = {"os_version": PLAIN["os_version"]} if "is_quick_import" in changes else {}
    ims.job(ROUTES[name], {**base(ALL[name]), **more, **changes})
    never = ("id", "file", "self", "created_at", "updated_at", "active_at", "__backup_id")
    images = [{key: value for key, value in image.attributes.items() if key not in never}
              for image in ims.fake.images]
    for image in images:
        if str(image.get("__data_origin", "")).startswith("server_backup,"):
            image["__data_origin"] = "server_backup"
    backups = [(backup.kind, backup.server_id) for backup in ims.fake.world.backups]
    used = [backup.id for backup in ims.fake.world.backups if backup.id in (UUID, KEY)]
    return images, backups, used, list(map(repr, ims.fake.world.vaults))


@pytest.mark.parametrize(("name", "parameter"), EFFECTS,
                         ids=[f"{name}-{parameter}" for name, parameter in EFFECTS])
def test_a_parameter_makes_a_difference(ims: Ims, name: str, parameter: str) -> None:
    value = TELLING[parameter]
    if name == "QUICK_DATA_IMAGE" or name == "DATA_IMAGE":
        value = {"os_type": "Windows"}.get(parameter, value)
    without = {parameter: False} if value is True else {}
    assert outcome(ims, name, {parameter: value}) != outcome(ims, name, without)
