"""Derived from the contract: each parameter of a query makes a difference, and has its limits.

Two values choose differently, and each otherwise than none; a value beyond the limits is refused
with the table's code, or finds nothing where the table has none.
"""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.contract.model import Parameter
from fake_ims.contract.operations import BY_ID
from fake_ims.contract.parameters.requests import REQUESTS

from .conftest import Ims

A = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
B = "bd66288c-9081-460a-8227-4cbd0c814cb4"
QUERIES = [(operation_id, row) for operation_id, request in REQUESTS.items()
           for row in request.query]
# Two values of each parameter.
VALUES: dict[str, tuple[str, str]] = {
    "__isregistered": ("false", "true"), "__imagetype": ("gold", "shared"),
    "protected": ("true", "false"), "visibility": ("public", "private"), "owner": ("p2", "MINE"),
    "id": (A, B), "status": ("queued", "active"), "name": ("a", "b"),
    "container_format": ("bare", "ovf"), "disk_format": ("qcow2", "zvhd2"),
    "min_ram": ("512", "0"), "min_disk": ("41", "40"), "__os_bit": ("32", "64"),
    "__platform": ("Windows", "CentOS"), "__os_type": ("Windows", "Linux"),
    "__support_xen_gpu_type": ("M60_vGPU", "M60"), "__support_kvm_gpu_type": ("P100", "V100"),
    "tag": ("k=1", "k=2"), "member_status": ("rejected", "pending"),
    "created_at": ("lt:2020-01-01T00:00:00Z", "gt:2020-01-01T00:00:00Z"),
    "updated_at": ("lt:2020-01-01T00:00:00Z", "gt:2020-01-01T00:00:00Z"),
    "changes-since": ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
    "marker": (A, B), "sort_key": ("name", "status"), "sort_dir": ("asc", "desc"),
    "limit": ("1", "2"), "page": ("1", "2"), "__system__cmkid": (A, B),
    "virtual_env_type": ("Ironic", "FusionCompute"), "__whole_image": ("true", "false"),
    "enterprise_project_id": (B, "0"), "architecture": ("arm", "x86"),
    "flavor_id": ("small", "arm.1"), "size_min": ("2", "4"), "size_max": ("2", "0"),
}
# Of an operation: its own.
OWN: dict[tuple[str, str], tuple[str, str]] = {
    ("cloudimages.os_versions", "tag"): ("uefi", "bms"),
    ("project_members.list", "marker"): ("p2", "p3"),
}
# What stands beside a parameter so that it can be seen to work.
BESIDE: dict[tuple[str, str], str] = {
    ("cloudimages.tags.list", "page"): "limit=1",
    **{(operation_id, "member_status"): "visibility=shared" for operation_id in REQUESTS},
    **{(operation_id, name): "limit=1000" for operation_id in ("images.list", "images.detail_v1")
       for name in ("created_at", "updated_at", "changes-since")},
    **{(operation_id, "sort_dir"): "sort_key=name" for operation_id in REQUESTS},
}
# What is so without being asked for.
DEFAULTS = {"container_format": "bare", "sort_dir": "desc", "page": "1", "__isregistered": "true",
            "member_status": "accepted"}


def populate(ims: Ims) -> None:
    """An image for each value, the same each time."""
    fake = ims.fake
    add = fake.images.add
    often = ("__support_kvm", "__support_xen", "__support_largememory",
             "__support_diskintensive", "__support_highperformance", "__support_xen_hana",
             "__support_kvm_infiniband")
    for name in often:
        add(name=f"{name}-true", tags=[f"{name}=true"], **{name: "true"})
        add(name=f"{name}-false", tags=[f"{name}=false"], **{name: "false"})
    singles: dict[str, dict[str, Any]] = {
        "unregistered": {"__isregistered": "false"}, "public": {"visibility": "public"},
        "protected": {"protected": True}, "p2": {"owner": "p2"}, "queued": {"status": "queued"},
        "a": {"id": A, "members": ["p2", "p3", "p4"], "data": b"a"},
        "b": {"id": B, "data": b"bbb", "created_at": 1e9, "updated_at": 1e9},
        "qcow2": {"disk_format": "qcow2"}, "ram": {"min_ram": 512}, "disk": {"min_disk": 41},
        "disk40": {"min_disk": 40}, "bit": {"__os_bit": "32"},
        "windows": {"__platform": "Windows", "__os_type": "Windows"},
        "centos": {"__platform": "CentOS"}, "M60_vGPU": {"__support_xen_gpu_type": "M60_vGPU"},
        "P100": {"__support_kvm_gpu_type": "P100"},
        "V100": {"__support_kvm_gpu_type": "V100"}, "one": {"tags": ["k=1"]},
        "two": {"tags": ["k=2"]}, "key": {"__system__cmkid": A}, "key2": {"__system__cmkid": B},
        "ironic": {"virtual_env_type": "Ironic"}, "whole": {"__whole_image": "true"},
        "eps": {"enterprise_project_id": B}, "arm": {"__support_arm": "true"},
        **{status: {"owner": "p2", "members": {fake.project_id: status}}
           for status in ("accepted", "rejected", "pending")},
    }
    for name, attributes in singles.items():
        add(name=name, **{"tags": [f"{name}=x"], **attributes})
    fake.world.flavors.add("small", ram=1)
    fake.world.flavors.add("arm.1", architecture="arm")


def found(ims: Ims, operation_id: str, query: str, headers: dict[str, str]) -> Any:
    """What a query finds."""
    project = ims.fake.project_id
    path = BY_ID[operation_id].path.format(image_id=A, project_id=project)
    document = ims.ask(f"GET {path}?{query.replace('MINE', project)}", status=200,
                       headers=headers)
    return document.get("images", document) if isinstance(document, dict) else document


@pytest.mark.parametrize(("operation_id", "row"), QUERIES,
                         ids=[f"{one}-{row.name}" for one, row in QUERIES])
def test_a_parameter_of_a_query_chooses(ims: Ims, operation_id: str, row: Parameter) -> None:
    populate(ims)
    key = (operation_id, row.name)
    values = OWN.get(key) or VALUES.get(row.name) or ("true", "false")
    beside = BESIDE.get(key, "")
    # Who may see unregistered images, and images of other projects.
    who = (ims.fake.tenant(ims.fake.project_id, user="op", roles=["admin"]).headers
           if row.name in ("__isregistered", "owner") else ims.fake.headers)
    nothing = found(ims, operation_id, beside, who)
    first, second = (found(ims, operation_id, f"{beside}&{row.name}={value}", who)
                     for value in values)
    assert first != second
    default = DEFAULTS.get(row.name)
    for value, chosen in zip(values, (first, second), strict=True):
        if value != default:
            assert chosen != nothing, value


def beyond(row: Parameter) -> list[str]:
    """Values that break the limits of a parameter."""
    values = []
    if row.enum:
        values.append("nothing-of-the-kind")
    if row.kind == "boolean":
        values.append("maybe")
    if row.kind == "integer":
        values.append("x")
    if row.minimum is not None:
        values.append(str(row.minimum - 1))
    if row.maximum is not None:
        values.append(str(row.maximum + 1))
    if row.name == "marker":
        values.append("00000000-0000-4000-8000-000000000000")
    if row.name in ("created_at", "updated_at"):
        values += ["yesterday", "about:2020-01-01T00:00:00Z"]
    if row.rule == "project":
        values.append("x")
    if row.name == "flavor_id":
        values.append("unknown")
    return values


BEYOND = [(operation_id, row, value) for operation_id, row in QUERIES for value in beyond(row)]


@pytest.mark.parametrize(("operation_id", "row", "value"), BEYOND,
                         ids=[f"{one}-{row.name}-{value}" for one, row, value in BEYOND])
def test_a_value_beyond_the_limits_is_refused_or_finds_nothing(
    ims: Ims, operation_id: str, row: Parameter, value: str
) -> None:
    populate(ims)
    ims.fake.world.known_only = True
    if row.invalid:
        path = BY_ID[operation_id].path.format(image_id=A, project_id=ims.fake.project_id)
        assert ims.refused(f"GET {path}?{row.name}={value}") == row.invalid
    else:
        assert found(ims, operation_id, f"{row.name}={value}", ims.fake.headers) in (
            [], {"tags": []})


NUMBERS = [(operation_id, row) for operation_id, row in QUERIES if row.minimum is not None]


@pytest.mark.parametrize(("operation_id", "row"), NUMBERS,
                         ids=[f"{one}-{row.name}" for one, row in NUMBERS])
def test_a_number_of_a_query_is_taken_at_its_limits(
    ims: Ims, operation_id: str, row: Parameter
) -> None:
    for limit in (row.minimum, row.maximum):
        if limit is not None:
            populate(ims)
            found(ims, operation_id, f"{row.name}={limit}", ims.fake.headers)
            ims.fake.reset()
