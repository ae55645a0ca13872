"""``fake.world``: any id counts as a sound record, or only what the test has added is known."""

from __future__ import annotations

import dataclasses
import struct
from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError

from .conftest import Ims

SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
OTHER = "977a2cda-ba63-4e1e-b95f-e67e48b6129b"
DISK = "c5dfbd0c-bf0a-4798-a453-61dc6b54aa30"
ACTION = "POST /v2/cloudimages/action"


def of_server(server_id: str) -> dict[str, str]:
    return {"name": "made", "instance_id": server_id}


def test_records_are_added_and_found(ims: Ims) -> None:
    servers = ims.fake.world.servers
    one = servers.add(id=SERVER, status="ACTIVE")
    other = servers.add(name="db")
    assert (len(servers), servers[SERVER], SERVER in servers, "x" in servers) == (
        2, one, True, False)
    assert list(servers) == [one, other]
    assert servers.get("x") is None
    servers.remove(SERVER)
    assert SERVER not in servers


def test_an_image_of_a_server_needs_no_more_than_the_server(ims: Ims) -> None:
    server = ims.fake.world.servers.add()
    job = ims.job(ACTION, of_server(server.id))
    assert job.status == "SUCCESS"
    image = ims.ask(f"GET /v2/images/{job.entities['image_id']}", status=200)
    assert image["min_disk"] == 40
    server.system_disk = None
    assert ims.refused(ACTION, of_server(server.id)) == "IMG.0119"


def test_every_other_id_is_known_until_known_only_is_set(ims: Ims) -> None:
    world = ims.fake.world
    ims.job(ACTION, of_server(SERVER))
    assert world.servers[SERVER].status == "SHUTOFF"
    assert world.servers[SERVER].system_disk in world.disks
    world.known_only = True
    assert ims.refused(ACTION, of_server(OTHER)) == "IMG.0005"
    ims.job(ACTION, of_server(SERVER))  # a request has named it before
    world.known_only = False
    ims.job(ACTION, of_server(OTHER))


def test_a_server_that_a_request_named_can_be_added(ims: Ims) -> None:
    world = ims.fake.world
    ims.job(ACTION, of_server(SERVER))
    disk = world.servers[SERVER].system_disk
    server = world.servers.add(id=SERVER, status="ACTIVE")
    assert (server.system_disk, server.data_disks, len(world.disks)) == (disk, [], 1)
    assert ims.refused(ACTION, of_server(SERVER)) == "IMG.0008"


def test_the_default_enterprise_project_always_exists(ims: Ims) -> None:
    ims.fake.world.known_only = True
    server = ims.fake.world.servers.add()
    ims.job(ACTION, {**of_server(server.id), "enterprise_project_id": "0"})


@pytest.mark.parametrize(("shelf", "fields", "text"), [
    ("servers", {"id": "server-1"}, "server: id='server-1' is not a UUID; leave id out and read "
     "server.id, or write '62108077-bf33-53b7-95cf-b3ec1610ca13'"),
    ("servers", {"id": SERVER, "status": "SHUTOF"},
     f"server {SERVER}: status='SHUTOF' is unknown; did you mean 'SHUTOFF'?"),
    ("servers", {"status": "Stopped"}, "server: status='Stopped' is unknown; known: ACTIVE, BUILD"),
    ("servers", {"statu": "ACTIVE"},
     "unknown field of a server 'statu'; did you mean 'status'?"),
    ("servers", {"data_disks": ["d"]}, "server: data_disks=['d'] has an item that is not a UUID: "
     "'d'; write the id of a disk, such as disk.id"),
    ("servers", {"vault_id": ""}, "server: vault_id='' is empty; write the id of a vault"),
    ("servers", {"min_ram": -1}, "server: min_ram=-1 is less than 0"),
    ("disks", {"size": 0}, "disk: size=0 is not an integer, 1 or greater (GB)"),
    ("disks", {"size": "40"}, "disk: size='40' is not an integer, 1 or greater (GB)"),
    ("disks", {"size": 1.5}, "disk: size=1.5 is not an integer, 1 or greater (GB)"),
    ("disks", {"dedicated": "no"}, "disk: dedicated='no' is not True or False"),
    ("disks", {"status": "in_use"}, "disk: status='in_use' is unknown; did you mean 'in-use'?"),
    ("backups", {"kind": "CSB"}, "backup: kind='CSB' is unknown; did you mean 'CSBS'?"),
    ("vaults", {"object_type": "servers"},
     "vault: object_type='servers' is unknown; did you mean 'server'?"),
    ("enterprise_projects", {"id": "1"}, "enterprise project: id='1' is not '0' or a UUID; leave "
     "id out and read enterprise_project.id, or write"),
    ("flavors", {"id": ""}, "flavor: id='' is empty"),
    ("flavors", {"id": "s3", "ram": 0}, "flavor s3: ram=0 is not an integer, 1 or greater (MB)"),
    ("buckets", {"name": "b"}, "bucket: name='b' is not a name of 3 to 63 lower-case letters"),
    ("buckets", {"name": "b01", "storage_class": "standard"},
     "bucket b01: storage_class='standard' is unknown; did you mean 'STANDARD'?"),
    ("buckets", {"name": "b01", "storage_clas": "COLD"},
     "unknown field of a bucket 'storage_clas'; did you mean 'storage_class'?"),
])
def test_what_cannot_be_added_says_what_to_write(
    ims: Ims, shelf: str, fields: dict[str, Any], text: str
) -> None:
    there = getattr(ims.fake.world, shelf)
    with pytest.raises(UsageError) as refused:
        there.add(**fields)
    assert str(refused.value).startswith(text)
    assert len(there) == 0


def test_an_object_is_checked(ims: Ims) -> None:
    bucket = ims.fake.world.buckets["b01"]
    with pytest.raises(UsageError, match=r"object: name='a b' is not a name of letters"):
        bucket.put("a b")
    with pytest.raises(UsageError, match=r"object a: data='x' is not bytes; write data=b'\.\.\.'"):
        bucket.put("a", data="x")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="object a: size=-1 is less than 0"):
        bucket.put("a", size=-1)
    assert not bucket.objects
    with pytest.raises(UsageError, match="unknown object of bucket b01 'a'; none exist"):
        _ = bucket["a"]


def test_a_field_that_is_set_is_checked(ims: Ims) -> None:
    world = ims.fake.world
    server = world.servers.add(id=SERVER)
    with pytest.raises(UsageError, match=f"server {SERVER}: status='ACTIV' is unknown; did you"):
        server.status = "ACTIV"
    with pytest.raises(UsageError, match="id cannot be changed; add another server instead"):
        server.id = OTHER
    with pytest.raises(UsageError, match="world: quota=-1 is less than 0"):
        world.quota = -1
    with pytest.raises(UsageError, match="world: known_only='yes' is not True or False"):
        world.known_only = "yes"  # type: ignore[assignment]
    assert (server.status, server.id, world.known_only) == ("SHUTOFF", SERVER, False)


def test_an_id_can_be_added_once(ims: Ims) -> None:
    world = ims.fake.world
    world.servers.add(id=SERVER)
    with pytest.raises(UsageError, match=f"server {SERVER} already exists; change it with "
                       rf"world.servers\['{SERVER}'\]"):
        world.servers.add(id=SERVER)
    with pytest.raises(UsageError, match="unknown server 'x'"):
        _ = world.servers["x"]
    with pytest.raises(UsageError, match="unknown server"):
        world.servers.remove("x")
    world.buckets.add("b01")
    with pytest.raises(UsageError, match="bucket b01 already exists"):
        world.buckets.add("b01")
    with pytest.raises(UsageError, match="unknown bucket"):
        world.buckets.remove("b02")


def test_a_server_and_its_disks_know_each_other_whoever_comes_first(ims: Ims) -> None:
    world = ims.fake.world
    first = world.disks.add(server_id=SERVER)
    system = world.disks.add(size=60)
    server = world.servers.add(id=SERVER, system_disk=system.id)
    last = world.disks.add(server_id=SERVER)
    assert (server.system_disk, server.data_disks) == (system.id, [first.id, last.id])
    assert {disk.server_id for disk in world.disks} == {SERVER}
    named = world.servers.add(id=OTHER, data_disks=[DISK])
    assert world.disks.add(id=DISK).server_id == named.id
    world.servers.remove(SERVER)
    assert (first.server_id, system.server_id, last.server_id) == (None, None, None)
    world.disks.remove(DISK)
    assert named.data_disks == []


def test_a_server_and_its_vault_know_each_other_whoever_comes_first(ims: Ims) -> None:
    world = ims.fake.world
    early = world.servers.add(vault_id="v1")
    vault = world.vaults.add(id="v1", server_ids=[SERVER])
    late = world.servers.add(id=SERVER)
    assert (late.vault_id, vault.server_ids) == ("v1", [SERVER, early.id])
    with pytest.raises(UsageError, match=f"vault v2: server_ids contains {SERVER}, but that "
                       "server is in vault v1"):
        world.vaults.add(id="v2", server_ids=[SERVER])
    third = world.servers.add(vault_id="v1")
    assert vault.server_ids[-1] == third.id
    world.vaults.remove("v1")
    assert (early.vault_id, late.vault_id) == (None, None)


def test_a_disk_has_one_server(ims: Ims) -> None:
    world = ims.fake.world
    server = world.servers.add(id=SERVER, system_disk=DISK)
    taken = f"server {SERVER} has th[ai][ts] disk; use another disk, or remove that server first"
    with pytest.raises(UsageError, match=f"disk {DISK}: server_id='{OTHER}', but {taken}"):
        world.disks.add(id=DISK, server_id=OTHER)
    world.disks.add(id=DISK)
    with pytest.raises(UsageError, match=f"{OTHER}: system_disk names disk {DISK}, but {taken}"):
        world.servers.add(id=OTHER, system_disk=DISK)
    with pytest.raises(UsageError, match=f"disk {DISK} is named twice"):
        world.servers.add(id=OTHER, system_disk=DISK, data_disks=[DISK])
    assert list(world.servers) == [server]


@pytest.mark.parametrize(("shelf", "fields", "text"), [
    ("disks", {"server_id": OTHER}, rf"server_id refers to server {OTHER}, which does not exist; "
     rf"add it first: world\.servers\.add\(id='{OTHER}'\)"),
    ("servers", {"system_disk": DISK}, f"system_disk refers to disk {DISK}, which does not exist"),
    ("servers", {"data_disks": [DISK]}, f"data_disks refers to disk {DISK}, which does not exist"),
    ("servers", {"vault_id": "v"}, "vault_id refers to vault v, which does not exist"),
    ("vaults", {"server_ids": [OTHER]}, f"server_ids refers to server {OTHER}, which does not"),
])
def test_known_only_checks_references(
    ims: Ims, shelf: str, fields: dict[str, Any], text: str
) -> None:
    world = ims.fake.world
    there = getattr(world, shelf)
    world.known_only = True
    with pytest.raises(UsageError, match=text):
        there.add(**fields)
    assert len(there) == 0
    world.known_only = False
    there.add(**fields)
    with pytest.raises(UsageError, match=text):
        world.known_only = True
    assert not world.known_only


def test_a_backup_outlives_its_server(ims: Ims) -> None:
    ims.fake.world.known_only = True
    backup = ims.fake.world.backups.add(server_id=SERVER)
    ims.job("POST /v1/cloudimages/wholeimages/action",
            {"name": "whole", "backup_id": backup.id, "whole_image_type": "CBR"})


def test_reprs_say_what_counts(ims: Ims) -> None:
    world = ims.fake.world
    assert repr(world) == "<world: empty>"
    server = world.servers.add(id=SERVER)
    assert repr(server) == "<server 877a2cda… SHUTOFF, system disk 40 GB>"
    world.servers.add(system_disk=DISK, status="ACTIVE")
    assert repr(list(world.servers)[1]).endswith("ACTIVE, system disk c5dfbd0c…>")
    server.system_disk = None
    assert repr(server) == "<server 877a2cda… SHUTOFF, no system disk>"
    assert repr(world.disks.add(id=DISK, size=10)) == "<disk c5dfbd0c… in-use, 10 GB>"
    assert repr(world.vaults.add(id="v", used=1, capacity=9)) == (
        "<vault v available, 1 of 9 GB used>")
    assert repr(world.regions.add("eu-nl")) == "<region eu-nl>"
    bucket = world.buckets["disks"]
    assert repr(bucket.put("a.iso", size=5)) == "<object a.iso iso, 5 bytes>"
    assert repr(bucket) == "<bucket disks STANDARD, 1 object>"
    assert repr(world.buckets) == "<buckets: disks>"
    ims.job(ACTION, of_server(OTHER))
    assert repr(world.servers) == "<servers: 3, 1 assumed>"
    world.servers.remove(OTHER)
    world.known_only = True
    assert repr(world.servers) == "<servers: 2, known_only>"
    assert repr(world) == ("<world: servers: 2, disks: 3, vaults: 1, regions: 1, buckets: 1, "
                           "known_only>")
    assert repr(world.account) == "<account: can pay>"
    world.account.has_balance = False
    assert repr(world.account) == "<account: no balance>"


@pytest.mark.parametrize(("name", "data", "format_"), [
    ("disk.qcow2", None, "qcow2"), ("disk.vhd", None, "vhd"), ("disk.IMG", None, "raw"),
    ("disk", None, "raw"), ("disk.zvhd2", b"zeros" * 300, "zvhd2"),
    ("disk.vhd", b"QFI\xfb".ljust(600, b"\0"), "qcow2"),
    ("disk.vhd", b"KDMV" + struct.pack("<Q", 1) + b"\0" * 600, "vmdk"),
])
def test_the_format_is_that_of_the_bytes_else_of_the_name(
    ims: Ims, name: str, data: bytes | None, format_: str
) -> None:
    stored = ims.fake.world.buckets["b01"].put(name, data=data)
    assert stored.format == format_
    assert stored.size == (2**30 if data is None else len(data))
    assert ims.fake.world.buckets["b01"].put(name, format="iso", size=3).format == "iso"


def test_a_bucket_exists_once_it_is_named(ims: Ims) -> None:
    buckets = ims.fake.world.buckets
    assert "b01" not in buckets
    assert buckets["b01"].region == ims.fake.region
    assert [bucket.name for bucket in buckets] == ["b01"]
    buckets.remove("b01")
    assert len(buckets) == 0


def test_a_reset_makes_a_new_world() -> None:
    with FakeIMS() as fake:
        fake.world.servers.add(id=SERVER)
        fake.world.known_only = True
        fake.reset()
        assert len(fake.world.servers) == 0
        assert not fake.world.known_only


def test_reprs_of_the_other_records(ims: Ims) -> None:
    world = ims.fake.world
    key, project = world.keys.add(id="k"), world.enterprise_projects.add(id="0")
    assert (repr(key), repr(project)) == ("<key k enabled>", "<enterprise project 0 enabled>")
    key.enabled = project.enabled = False
    assert (repr(key), repr(project)) == ("<key k disabled>", "<enterprise project 0 disabled>")
    assert repr(world.backups.add(id=DISK, size=7)) == "<backup c5dfbd0c… available, 7 GB>"
    agency = world.agencies.add("a")
    assert repr(agency) == "<agency a valid>"
    agency.is_valid = False
    assert repr(agency) == "<agency a not valid>"


#: What a record has that a test adds without a word: nothing stands in the way of a request.
DEFAULTS: dict[str, dict[str, Any]] = {
    "servers": {
        "name": "server", "status": "SHUTOFF", "task": None, "data_disks": [], "image_id": None,
        "os_version": "CentOS 7.0 64bit", "kind": "ECS", "supports_images": True,
        "is_reclaimed": False, "is_backed_up": False, "uses_csbs": False, "vault_id": None,
        "firmware": "bios", "min_ram": 0, "flavor_id": None},
    "disks": {"name": "", "size": 40, "status": "in-use", "server_id": None, "dedicated": False,
              "creates_servers": False, "cmk_id": None, "os_version": None},
    "keys": {"enabled": True, "is_accessible": True, "is_default": False, "is_throttled": False},
    "backups": {
        "kind": None, "status": "available", "server_id": None, "image_id": None,
        "makes_image": False, "has_system_disk": True, "has_shared_disks": False,
        "is_accessible": True, "is_shared": False, "supports_images": True,
        "os_version": "CentOS 7.0 64bit", "size": 40},
    "vaults": {"status": "available", "object_type": "server", "capacity": 100000, "used": 0,
               "server_ids": [], "max_servers": 256, "supports_replication": True},
    "enterprise_projects": {"name": "enterprise-project", "enabled": True, "has_budget": True},
    "flavors": {"ram": 2**31 - 1, "architecture": "x86", "vcpus": 1, "disk": 0},
    "regions": {"projects": []}, "agencies": {"is_valid": True},
    "remote_images": {"region": "", "name": "", "description": "", "source_id": "",
                      "project_name": "", "agency_name": "", "vault_id": None,
                      "status": "active", "disk_format": "raw", "container_format": "bare",
                      "data": None},
}


@pytest.mark.parametrize("shelf", DEFAULTS)
def test_the_defaults_of_a_record(ims: Ims, shelf: str) -> None:
    record = getattr(ims.fake.world, shelf).add()
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    assert fields.pop("id")
    if shelf == "servers":
        assert ims.fake.world.disks[fields.pop("system_disk")].size == 40
    assert fields == DEFAULTS[shelf]


def test_the_defaults_of_buckets_and_of_the_rest(ims: Ims) -> None:
    world = ims.fake.world
    bucket = world.buckets["disks"]
    assert (bucket.region, bucket.storage_class, bucket.is_accessible) == (
        world.region, "STANDARD", True)
    stored = bucket.put("a.qcow2")
    assert (stored.format, stored.data, stored.has_bitmap, stored.is_accessible) == (
        "qcow2", None, True, True)
    account = world.account
    assert (account.has_balance, account.has_payment, account.is_verified) == (True, True, True)
    assert (world.has_kms, world.max_jobs, world.quota, world.known_only) == (
        True, None, 1000, False)
    assert not list(world.outages)
