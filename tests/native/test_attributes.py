"""Derived from the table of attributes: each makes a difference when it is created or changed."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims.contract.attributes import ATTRIBUTES, SORT_KEYS
from fake_ims.contract.model import Attribute

WRITABLE = [row for row in ATTRIBUTES if "otc" in row.profiles and not row.read_only
            and row.name not in ("locations",)]
READ_ONLY = [row for row in ATTRIBUTES if "otc" in row.profiles and row.read_only]
# Values of those that no list of values tells; a private image is what is created.
VALUES: dict[str, Any] = {
    "id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a", "name": "telling", "tags": ["a"], "min_ram": 512,
    "min_disk": 41, "protected": True, "__os_version": "Windows 10 64bit", "disk_format": "qcow2",
    "max_ram": "4096", "enterprise_project_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a",
}
# What a private image of the caller's can be of these only.
FIXED = {"visibility": "private", "container_format": "bare", "owner": "PROJECT"}


def value_of(row: Attribute) -> Any:
    """A value that is not the default."""
    if row.name in VALUES:
        return VALUES[row.name]
    return next((value for value in row.otc_enum or () if value != row.otc_default), "telling")


@pytest.mark.parametrize("row", WRITABLE, ids=lambda row: row.name)
def test_an_attribute_is_created_as_it_is_given(wire: Wire, row: Attribute) -> None:
    value = FIXED.get(row.name, value_of(row))
    if value == "PROJECT":
        value = wire.create()["owner"]
    created = wire.create(**{row.name: value})
    assert wire.show(created["id"])[row.name] == value
    assert row.name in FIXED or wire.create().get(row.name) != value


@pytest.mark.parametrize("row", [row for row in WRITABLE if row.name != "id"
                                 and row.name not in FIXED], ids=lambda row: row.name)
def test_an_attribute_is_changed_as_it_is_given(wire: Wire, row: Attribute) -> None:
    image_id = wire.create()["id"]
    value = value_of(row)
    answer = wire.patch(image_id, {"op": "add", "path": f"/{row.name}", "value": value})
    assert answer.status == 200, answer
    assert wire.show(image_id)[row.name] == value


@pytest.mark.parametrize("row", READ_ONLY, ids=lambda row: row.name)
def test_an_attribute_that_the_service_sets_cannot_be_given(wire: Wire, row: Attribute) -> None:
    value = 1 if "integer" in row.types else value_of(row)
    assert wire.post("/v2/images", {row.name: value}).status == 403
    image_id = wire.create()["id"]
    before = wire.show(image_id)
    answer = wire.patch(image_id, {"op": "replace", "path": f"/{row.name}", "value": value})
    assert answer.status == 403
    assert wire.show(image_id) == before


@pytest.mark.parametrize("row", [row for row in WRITABLE if row.max_length or row.otc_enum
                                 or row.minimum is not None or row.maximum is not None],
                         ids=lambda row: row.name)
def test_an_attribute_beyond_its_limits_is_refused(wire: Wire, row: Attribute) -> None:
    wrong: list[Any] = []
    if row.otc_enum:
        wrong.append("no such value")
    if row.max_length:
        text = "x" * (row.max_length + 1)
        wrong.append([text] if "array" in row.types else text)
    if row.minimum is not None:
        wrong.append(row.minimum - 1)
    if row.maximum is not None:
        wrong.append(row.maximum + 1)
    image_id = wire.create()["id"]
    for value in wrong:
        assert wire.post("/v2/images", {row.name: value}).status in (400, 403)
        change = {"op": "add", "path": f"/{row.name}", "value": value}
        assert wire.patch(image_id, change).status in (400, 403), value


def test_the_sort_keys_are_those_of_the_table() -> None:
    assert {row.name for row in ATTRIBUTES if row.sortable} == set(SORT_KEYS)
