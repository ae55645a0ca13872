"""Every attribute of an image that an IMS API makes, by each way of making one."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Ims
from .test_create import (
    ACTION,
    BACKUP,
    DATA_DISK,
    DISK,
    EPS,
    FROM_DISKS,
    FROM_SERVER,
    FROM_VOLUME,
    LINUX,
    OF_BACKUP,
    OF_CBR,
    SERVER,
    WHOLE,
    sound,
)

#: What differs from run to run.
OWN = ("id", "created_at", "updated_at", "active_at", "self", "file", "schema", "owner", "checksum")
QUICK = "POST /v2/cloudimages/quickimport/action"
DATA = "POST /v1/cloudimages/dataimages/action"
UBUNTU = {"__os_version": "Ubuntu 18.04 server 64bit", "__platform": "Ubuntu"}
FILE = {"name": "made", "image_url": "disks:a.qcow2", "min_disk": 40, "os_version": LINUX}
OF_FILE = {"__data_origin": "file,disks:a.qcow2", "__image_size": str(2**30),
           "__root_origin": "file", "disk_format": "qcow2"}
USUAL: dict[str, Any] = {
    "__image_source_type": "uds", "__imagetype": "private", "__isregistered": "true",
    "__os_bit": "64", "__os_type": "Linux", "__os_version": LINUX, "__platform": "CentOS",
    "container_format": "bare", "disk_format": "zvhd2", "enterprise_project_id": "0",
    "min_disk": 40, "min_ram": 0, "name": "made", "protected": False, "size": 0,
    "status": "active", "tags": [], "virtual_env_type": "FusionCompute", "virtual_size": None,
    "visibility": "private"}
OF_DATA = {**OF_FILE, "__data_origin": "file,disks:d.vhd", "__image_size": str(2**20),
           "__os_version": "Other Linux(64 bit)", "__platform": "Other", "disk_format": "vhd",
           "min_disk": 50, "virtual_env_type": "DataImage"}
WHOLE_IMAGE = {"__sequence_num": "0", "__whole_image": "true", "name": "whole",
               "__backup_id": BACKUP, "__data_origin": f"server_backup,{BACKUP}",
               "__image_size": str(40 * 2**30)}

WAYS: dict[str, tuple[str, dict[str, Any], list[dict[str, Any]]]] = {
    "file": (ACTION, FILE, [OF_FILE]),
    "file for ARM": (ACTION, {
        **FILE, "architecture": "arm", "os_type": "Linux", "is_config": True, "cmk_id": EPS,
        "max_ram": 4096, "min_ram": 1024, "description": "d", "enterprise_project_id": EPS,
    }, [{**OF_FILE, "__description": "d", "__is_config_init": "true", "__support_arm": "true",
         "__system__cmkid": EPS, "enterprise_project_id": EPS, "hw_firmware_type": "uefi",
         "max_ram": "4096", "min_ram": 1024}]),
    "quick": (QUICK, {**FILE, "image_url": "disks:a.zvhd2"}, [
        {**OF_FILE, "__data_origin": "file,disks:a.zvhd2", "__lazyloading": "true",
         "disk_format": "zvhd2"}]),
    "ISO": (ACTION, {**FILE, "image_url": "disks:a.iso", "type": "IsoImage"}, [
        {**OF_FILE, "__data_origin": "file,disks:a.iso", "disk_format": "zvhd2",
         "virtual_env_type": "IsoImage"}]),
    "bare metal": (ACTION, {**FILE, "type": "BMS", "hw_firmware_type": "uefi"}, [
        {**OF_FILE, "hw_firmware_type": "uefi", "virtual_env_type": "Ironic"}]),
    "data file": (DATA, {"name": "made", "image_url": "disks:d.vhd", "min_disk": 50,
                         "os_type": "Windows", "description": "d"}, [
        {**OF_DATA, "__description": "d", "__os_type": "Windows"}]),
    "file with data disks": (ACTION, {
        **FILE, "image_tags": [{"key": "a", "value": "b"}], "description": "d", "cmk_id": EPS,
        "os_type": "Linux", "data_images": [
            {"image_url": "disks:d.vhd", "min_disk": 50},
            {"image_url": "disks:q.zvhd2", "min_disk": 50, "is_quick_import": True,
             "name": "second", "description": "e", "tags": ["c.d"]}],
    }, [{**OF_FILE, "__description": "d", "__system__cmkid": EPS, "tags": ["a=b"]},
        {**OF_DATA, "__system__cmkid": EPS, "name": "made-1"},
        {**OF_DATA, "__system__cmkid": EPS, "name": "second", "__description": "e",
         "__lazyloading": "true", "tags": ["c=d"], "disk_format": "zvhd2",
         "__data_origin": "file,disks:q.zvhd2"}]),
    "server": (ACTION, FROM_SERVER, [
        {**UBUNTU, "__data_origin": f"instance,{SERVER}", "__image_size": str(60 * 2**30),
         "__sequence_num": "0", "hw_firmware_type": "uefi", "min_disk": 60}]),
    "disk": (ACTION, FROM_VOLUME, [
        {"__data_origin": f"volume,{DISK}", "__image_size": str(60 * 2**30), "min_disk": 60}]),
    "data disks": (ACTION, FROM_DISKS, [
        {**UBUNTU, "__data_origin": f"volume,{DISK}", "__image_size": str(60 * 2**30),
         "min_disk": 60, "name": "d1", "virtual_env_type": "DataImage"},
        {**UBUNTU, "__data_origin": f"volume,{DATA_DISK}", "__system__cmkid": EPS,
         "__image_size": str(100 * 2**30), "min_disk": 100, "name": "d2",
         "virtual_env_type": "DataImage"}]),
    "backup": (WHOLE, OF_BACKUP, [WHOLE_IMAGE]),
    "CBR backup": (WHOLE, OF_CBR, [WHOLE_IMAGE]),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_an_image_is_made_with(ims: Ims, way: str) -> None:
    route, body, images = WAYS[way]
    world = ims.fake.world
    sound(world, os_version=UBUNTU["__os_version"], firmware="uefi")
    world.disks[DATA_DISK].cmk_id = EPS
    for name in ("a.qcow2", "a.zvhd2", "a.iso"):
        world.buckets["disks"].put(name, size=2**30)
    for name in ("d.vhd", "q.zvhd2"):
        world.buckets["disks"].put(name, size=2**20)
    job = ims.job(route, body)
    assert job.status == "SUCCESS", job.fail_reason
    shown = [ims.ask(f"GET /v2/images/{image.id}", status=200) for image in ims.fake.images]
    for image in shown:
        assert image["owner"] == ims.fake.project_id
        assert image["active_at"] == image["updated_at"]
        for name in OWN:
            image.pop(name, None)
    assert shown == [{**USUAL, **image} for image in images]


def test_a_whole_image_of_a_server_is_like_the_server(ims: Ims) -> None:
    parent = ims.fake.images.add(name="p", visibility="public", owner="op", **UBUNTU)
    sound(ims.fake.world, image_id=parent.id, firmware="uefi")
    job = ims.job(WHOLE, {"name": "whole", "instance_id": SERVER})
    image = ims.ask(f"GET /v2/images/{job.entities['image_id']}", status=200)
    backup = image["__backup_id"]
    for name in OWN:
        image.pop(name, None)
    assert image == {
        **USUAL, **WHOLE_IMAGE, **UBUNTU, "__backup_id": backup, "min_disk": 60,
        "__data_origin": f"server_backup,{backup}", "__image_size": str(160 * 2**30),
        "__originalimagename": parent.id, "hw_firmware_type": "uefi"}


@pytest.mark.parametrize("key", [None, EPS])
def test_a_copy_is_like_its_source(ims: Ims, key: str | None) -> None:
    source = ims.job(ACTION, FROM_VOLUME).entities["image_id"]
    body = {"name": "copy", "description": "d", **({"cmk_id": key} if key else {})}
    job = ims.job(f"POST /v1/cloudimages/{source}/copy", body)
    copy = job.entities["image_id"]
    first, second = (ims.ask(f"GET /v2/images/{image}", status=200) for image in (source, copy))
    for image in (first, second):
        for name in OWN:
            image.pop(name, None)
    own = {"name": "copy", "__description": "d", **({"__system__cmkid": key} if key else {})}
    different = {name: value for name, value in second.items() if first.get(name) != value}
    assert {name: different.get(name) for name in own} == own
    assert first.keys() <= second.keys()
    assert different.keys() - own.keys() <= {"__originalimagename", "__data_origin"}
