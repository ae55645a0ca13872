"""Derived from the contract: each parameter of each operation makes a difference.

Two requests that differ in one parameter only must differ in something that can be seen: the
answer, an image on either face, its members, a job, the world. A parameter that a table says to be
idle beside another makes none.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from fake_ims.contract.ims import IMS_OPERATIONS
from fake_ims.contract.model import Parameter
from fake_ims.contract.operations import BY_ID
from fake_ims.contract.parameters.queries import PATHS
from fake_ims.contract.parameters.requests import REQUESTS
from fake_ims.domain.ims.updating import CHANGEABLE

from .conftest import Ims

A = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
B = "bd66288c-9081-460a-8227-4cbd0c814cb4"
BARE = "00000000-0000-4000-8000-00000000000c"
QUEUED = "00000000-0000-4000-8000-00000000000d"
OWN = "00000000-0000-4000-8000-00000000000e"
LOCKED = "00000000-0000-4000-8000-00000000000f"
KNOWN = {A, B, BARE, QUEUED, OWN, LOCKED}
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")

Table = tuple[Parameter, ...]
TAG = {"key": "k", "value": "1"}

# The least that a request says, where it is not the least that its table takes.
PLAIN: dict[str, Any] = {
    "name": "n", "instance_id": A, "volume_id": A, "backup_id": A, "image_id": A,
    "image_url": "ims:a.zvhd2", "bucket_url": "ims:new.vhd", "min_disk": 40,
    "os_version": "CentOS 7.0 64bit", "type": "DataImage", "images": [A], "projects": ["p2"],
    "project_id": "p2", "status": "accepted", "action": "filter", "agency_name": "a",
    "project_name": "p", "region": "eu-nl", "file_format": "vhd", "key": "k", "value": "1",
    "values": ["1"],
}
# A value of each parameter that says something else.
TELLING: dict[str, Any] = {
    "name": "telling", "description": "d", "tags": ["a.b"], "image_tags": [TAG],
    "enterprise_project_id": B, "max_ram": 4096, "min_ram": 512, "os_type": "Other",
    "os_version": "Windows 10 64bit", "is_config": True, "cmk_id": B, "type": "BMS",
    "is_quick_import": True, "hw_firmware_type": "uefi", "architecture": "arm", "min_disk": 41,
    "image_url": "ims:c.zvhd2", "instance_id": B, "volume_id": B, "backup_id": B, "vault_id": B,
    "whole_image_type": "CBR", "data_images": [{"image_url": "ims:d.zvhd2", "min_disk": 1}],
    "bucket_url": "ims:newer.vhd", "file_format": "qcow2", "is_quick_export": True,
    "key": "other", "value": "2", "values": ["2"], "images": [B], "projects": ["p3"],
    "status": "rejected", "project_id": "p3", "image_id": B, "agency_name": "another",
    "project_name": "q", "region": "eu-ch", "without_any_tag": True, "limit": 1, "offset": 1,
    "tag": "n.2",
}
_CONDITION = [{"key": "k", "values": ["1"]}]
# What is different in one shape: (operation, shape, parameter) to the body and the other value.
SPECIAL: dict[tuple[str, int, str], tuple[dict[str, Any], Any]] = {
    ("cloudimages.quickimport", 1, "type"): ({"os_version": "CentOS 7.0 64bit"}, "ECS"),
    ("cloudimages.quickimport", 1, "os_type"): ({}, "Windows"),
    ("cloudimages.create_data_image", 0, "os_type"): ({}, "Windows"),
    ("cloudimages.create", 2, "is_quick_import"): ({"os_version": "CentOS 7.0 64bit"}, True),
    ("cloudimages.create", 1, "data_images"): ({}, [{"name": "m", "volume_id": B}]),
    ("cloudimages.tags.set", 0, "image_tag"): ({"tag": None, "image_tag": TAG},
                                               {"key": "n", "value": "2"}),
    ("cloudimages.tags.set", 0, "image_tag.key"): ({"tag": None, "image_tag": TAG}, "n"),
    ("cloudimages.tags.set", 0, "image_tag.value"): ({"tag": None, "image_tag": TAG}, "2"),
    ("project_tags.batch", 0, "action"): ({}, "delete"),
    ("project_tags.batch", 0, "tags"): ({}, [{"key": "n", "value": "2"}]),
    ("project_tags.batch", 1, "action"): ({"action": "delete", "tags": [TAG]}, "create"),
    ("project_tags.batch", 1, "tags"): ({"action": "delete"}, [{"key": "n", "value": "2"}]),
    ("project_tags.batch", 1, "tags.key"): ({"action": "delete"}, "n"),
    ("project_tags.batch", 1, "tags.value"): ({"action": "delete", "tags": [TAG]}, "2"),
    ("project_tags.delete_batch", 0, "tags"): ({}, [{"key": "n", "value": "2"}]),
    ("project_tags.delete_batch", 0, "tags.value"): ({"tags": [TAG]}, "2"),
    ("project_tags.add", 0, "tag"): ({}, {"key": "n", "value": "2"}),
    ("project_tags.find_images", 0, "action"): ({}, "count"),
    **{("project_tags.find_images", 0, name): ({}, _CONDITION)
       for name in ("tags", "tags_any", "not_tags", "not_tags_any")},
    ("project_tags.find_images", 0, "matches"): ({}, [{"key": "resource_name", "value": "a"}]),
    ("project_tags.find_images", 0, "matches.key"): (
        {"matches": [{"key": "resource_name", "value": A}]}, "resource_id"),
    ("project_tags.find_images", 0, "matches.value"): (
        {"matches": [{"key": "resource_name", "value": "a"}]}, "b"),
    ("cloudimages.members.add", 0, "images"): ({"projects": ["p9"]}, [B]),
    ("cloudimages.members.add", 0, "projects"): ({}, ["p9"]),
    ("cloudimages.members.update", 0, "vault_id"): ({}, LOCKED),
}
# By hand: every way in which an operation is asked that is not the default tenant's for image A.
IMAGES = {"cloudimages.register": QUEUED}
CALLERS = {"cloudimages.members.update": "p2"}


def plain(operation_id: str, row: Parameter) -> Any:
    """A value that a mandatory parameter has."""
    if row.kind in ("object", "objects"):
        one = {item.name: plain(operation_id, item) for item in row.items if item.required}
        return one if row.kind == "object" else [one]
    if row.name == "action" and operation_id == "project_tags.batch":
        return "create"
    return row.enum[0] if row.enum and PLAIN.get(row.name) not in row.enum else PLAIN[row.name]


def walk(table: Table, prefix: str = "") -> Iterator[tuple[str, tuple[Parameter, ...]]]:
    """Every parameter with those that it stands in."""
    for row in table:
        yield prefix + row.name, (row,)
        for name, rows in walk(row.items, f"{prefix}{row.name}."):
            yield name, (row, *rows)


def elder(operation_id: str) -> str:
    """The operation whose requests this one takes, too."""
    return operation_id.removesuffix("_v21")


BODIES = [(operation_id, shape, name)
          for operation_id, request in REQUESTS.items()
          for shape, table in enumerate(request.bodies)
          for name, _ in walk(table)]


def bodies(operation_id: str, shape: int, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two bodies that differ in that parameter only."""
    table = REQUESTS[operation_id].bodies[shape]
    rows = dict(walk(table))[name]
    more, second = SPECIAL.get((elder(operation_id), shape, name),
                               ({}, TELLING.get(rows[-1].name)))
    first: dict[str, Any] = {row.name: plain(elder(operation_id), row)
                             for row in table if row.required}
    if elder(operation_id) == "cloudimages.export":
        first["file_format"] = "vhd"
    if operation_id == "cloudimages.tags.set":
        first["tag"] = "n.1"
    if len(rows) > 1 and rows[0].name == "data_images" and shape == 2:
        first["data_images"] = [{"image_url": "ims:d.zvhd2", "min_disk": 1}]
    first = {**first, **more}
    place = first
    for row in rows[:-1]:
        inner = place.setdefault(row.name, plain(elder(operation_id), row))
        place = inner[0] if isinstance(inner, list) else inner
    other = json.loads(json.dumps(first))
    place = other
    for row in rows[:-1]:
        place = place[row.name][0] if isinstance(place[row.name], list) else place[row.name]
    place[rows[-1].name] = second
    return first, other


def arrange(ims: Ims) -> None:
    """The same images and the same world each time."""
    fake = ims.fake
    fake.reset()
    add = fake.images.add
    add(id=A, name="a", data=b"a", tags=["k=1"], members=["p2", "p3"])
    add(id=B, name="b", data=b"bb", tags=["k=2", "n=1"], members=["p2"])
    add(id=BARE, name="bare", data=b"c")
    add(id=QUEUED, name="queued", status="queued")
    world = fake.world
    world.buckets["ims"].put("a.zvhd2", data=b"one")
    world.buckets["ims"].put("c.zvhd2", data=b"three")
    world.vaults.add(LOCKED, status="lock")


def seen(ims: Ims, answer: Any) -> str:
    """All that can be seen after a request, without the ids and instants that are ever new."""
    fake, world = ims.fake, ims.fake.world
    admin = fake.tenant("operator", roles=["admin"]).headers
    jobs = [ims.ask(f"GET /v1/cloudimages/job/{job.id}", headers=admin) for job in fake.jobs]
    shelves = (world.servers, world.disks, world.backups, world.vaults, world.keys,
               world.remote_images)
    found = {
        "answer": answer,
        "native": ims.ask("GET /v2/images?limit=1000", status=200),
        "ims": ims.ask("GET /v2/cloudimages", status=200),
        "members": [(image.name, image.members) for image in fake.images],
        "jobs": jobs,
        "world": [[dataclasses.asdict(record) for record in shelf] for shelf in shelves],
        "objects": [(bucket.name, name, stored.format, stored.size, str(stored.data))
                    for bucket in world.buckets for name, stored in bucket.objects.items()],
    }
    text = json.dumps(found, sort_keys=True, default=str)
    text = _ID.sub(lambda match: match[0] if match[0] in KNOWN else "ID", text)
    return _INSTANT.sub("INSTANT", text.replace(fake.project_id, "PROJECT"))


def path_of(ims: Ims, operation_id: str, **changes: str) -> str:
    """The operation's path for image A of the default tenant."""
    values = {"image_id": IMAGES.get(operation_id, A), "project_id": ims.fake.project_id,
              "member_id": "p2", "key": "k", "job_id": "", **changes}
    return BY_ID[operation_id].path.format(**values)


def ask(
    ims: Ims, operation_id: str, body: Any, headers: dict[str, str] | None = None, **changes: str
) -> Any:
    """The answer to a request, with its status."""
    row = BY_ID[operation_id]
    if headers is None:
        headers = (ims.fake.tenant(CALLERS[operation_id]).headers if operation_id in CALLERS
                   else ims.fake.headers)
    answer = ims.session.request(row.method, ims.fake.url + path_of(ims, operation_id, **changes),
                                 json=body, headers=headers)
    return [answer.status_code, answer.json() if answer.content else None]


REFUSES = {("cloudimages.members.update", "project_id"): "IMG.0030",
           ("cloudimages.members.update", "vault_id"): "IMG.0188"}


@pytest.mark.parametrize(("operation_id", "shape", "name"), BODIES,
                         ids=[f"{one}-{shape}-{name}" for one, shape, name in BODIES])
def test_a_parameter_of_a_body_makes_a_difference(
    ims: Ims, operation_id: str, shape: int, name: str
) -> None:
    outcomes = []
    for number, body in enumerate(bodies(operation_id, shape, name)):
        arrange(ims)
        answer = ask(ims, operation_id, body)
        code = REFUSES.get((operation_id, name)) if number else None
        if code is None:
            assert answer[0] < 300, (body, answer)
        else:
            assert answer[1]["error"]["code"] == code
        outcomes.append(seen(ims, answer))
    assert outcomes[0] != outcomes[1]


SHAPES = [(operation_id, shape) for operation_id, request in REQUESTS.items()
          for shape in range(len(request.bodies))]


@pytest.mark.parametrize(("operation_id", "shape"), SHAPES)
def test_the_same_request_makes_no_difference(ims: Ims, operation_id: str, shape: int) -> None:
    outcomes = []
    name, _ = next(walk(REQUESTS[operation_id].bodies[shape]))
    body, _ = bodies(operation_id, shape, name)
    for _ in range(2):
        arrange(ims)
        outcomes.append(seen(ims, ask(ims, operation_id, body)))
    assert outcomes[0] == outcomes[1]


def test_every_operation_with_a_body_has_its_tables() -> None:
    assert [row.id for row in IMS_OPERATIONS
            if (row.body == "json") is not bool(REQUESTS.get(row.id) and REQUESTS[row.id].bodies)
            ] == []


IDLE = [(operation_id, shape, row) for operation_id, request in REQUESTS.items()
        for shape, table in enumerate(request.bodies) for row in table if row.idle_with]


@pytest.mark.parametrize(("operation_id", "shape", "row"), IDLE,
                         ids=[f"{one}-{row.name}" for one, _, row in IDLE])
def test_an_idle_parameter_makes_none(
    ims: Ims, operation_id: str, shape: int, row: Parameter
) -> None:
    assert row.idle_with is not None
    beside, value = row.idle_with
    outcomes = []
    for body in bodies(operation_id, shape, row.name):
        arrange(ims)
        answer = ask(ims, operation_id, {**body, beside: value})
        assert answer[0] < 300
        outcomes.append(seen(ims, answer))
    assert outcomes[0] == outcomes[1]


# changes: what a JSON patch may change

_CHANGED = {"name": "telling", "__description": "d", "enterprise_project_id": B, "min_ram": 512,
            "max_ram": "4096", "__support_xen_gpu_type": "M60_vGPU",
            "__support_kvm_gpu_type": "P100", "hw_firmware_type": "uefi"}


@pytest.mark.parametrize("name", sorted(CHANGEABLE))
def test_a_change_makes_a_difference(ims: Ims, name: str) -> None:
    outcomes = []
    for patch in ([], [{"op": "add", "path": f"/{name}", "value": _CHANGED.get(name, "true")}]):
        arrange(ims)
        answer = ask(ims, "cloudimages.update", patch)
        assert answer[0] == 200, answer
        outcomes.append(seen(ims, answer))
    assert outcomes[0] != outcomes[1]


def least(operation_id: str, shape: int = 0) -> Any:
    """The least body that an operation takes; None if it takes none."""
    if operation_id in REQUESTS and REQUESTS[operation_id].bodies:
        name, _ = next(walk(REQUESTS[operation_id].bodies[shape]))
        return bodies(operation_id, shape, name)[0]
    if BY_ID[operation_id].body == "patch":
        return [{"op": "replace", "path": "/name", "value": "telling"}]
    return None


# paths

IN_PATHS = [(row.id, name) for row in IMS_OPERATIONS for name in re.findall(r"\{(\w+)\}", row.path)]
NOWHERE = {"image_id": "00000000-0000-4000-8000-000000000000", "project_id": "elsewhere",
           "job_id": "0" * 32, "member_id": "nobody", "key": "nothing"}


@pytest.mark.parametrize(("operation_id", "name"), IN_PATHS,
                         ids=[f"{one}-{name}" for one, name in IN_PATHS])
def test_a_parameter_of_a_path_chooses(ims: Ims, operation_id: str, name: str) -> None:
    arrange(ims)
    changes = {}
    if "{job_id}" in BY_ID[operation_id].path:
        ask(ims, "cloudimages.members.add", {"images": [A], "projects": ["p9"]})
        changes["job_id"] = next(iter(ims.fake.jobs)).id
    body = least(operation_id)
    status, answer = ask(ims, operation_id, body, **{**changes, name: NOWHERE[name]})
    assert status in (400, 404)
    assert answer["error"]["code"] == PATHS[name].invalid
    assert ask(ims, operation_id, body, **changes)[0] < 300
