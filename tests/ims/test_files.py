"""Images from files in buckets, registered, exported and copied: what comes of it, each rule."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest

from fake_ims import FakeIMS

from .conftest import Ims

ACTION = "POST /v2/cloudimages/action"
QUICK = "POST /v2/cloudimages/quickimport/action"
DATA = "POST /v1/cloudimages/dataimages/action"
LINUX = "CentOS 7.0 64bit"
KEY = "bd66288c-9081-460a-8227-4cbd0c814cb4"
EPS = "ad66288c-9081-460a-8227-4cbd0c814cb4"
FILE = {"name": "made", "image_url": "ims:disk.qcow2", "min_disk": 40, "os_version": LINUX}
SYSTEM = {"name": "made", "image_url": "ims:disk.zvhd2", "min_disk": 40, "os_version": LINUX}
QUICK_DATA = {"name": "made", "image_url": "ims:disk.raw", "min_disk": 40, "type": "DataImage"}
DATA_IMAGE = {"name": "made", "image_url": "ims:disk.qcow2", "min_disk": 40}
GB = 2**30


def qcow2(size: int) -> bytes:
    """The head of a qcow2 file that holds a disk of so many bytes."""
    return (b"QFI\xfb" + struct.pack(">IQIIQ", 3, 0, 0, 16, size)).ljust(1024, b"\0")


def iso() -> bytes:
    return b"\0" * 32769 + b"CD001" + b"\0" * 4096


def made(ims: Ims, route: str, body: object) -> Any:
    job = ims.job(route, body)
    assert job.status == "SUCCESS", job.fail_reason
    return ims.ask(f"GET /v2/images/{job.entities['image_id']}", status=200)


# what is made


def test_the_bytes_of_the_file_are_those_of_the_image(ims: Ims) -> None:
    data = qcow2(10 * GB)
    ims.fake.world.buckets["ims"].put("disk.bin", data=data)
    image = made(ims, ACTION, {**FILE, "image_url": "ims:disk.bin"})
    answer = ims.session.get(f"{ims.fake.url}/v2/images/{image['id']}/file",
                             headers=ims.fake.headers)
    assert answer.content == data
    assert (image["disk_format"], image["size"]) == ("qcow2", 1024)


def test_an_image_of_a_file_has_what_the_request_says(ims: Ims) -> None:
    image = made(ims, ACTION, {
        **FILE, "description": "d", "os_type": "Other", "is_config": True, "cmk_id": KEY,
        "image_tags": [{"key": " a ", "value": " b "}], "type": "FusionCompute",
        "enterprise_project_id": EPS, "max_ram": 2048, "min_ram": 512,
        "hw_firmware_type": "uefi", "is_quick_import": False})
    wanted = {
        "__description": "d", "__os_type": "Other", "__os_version": LINUX,
        "__is_config_init": "true", "__system__cmkid": KEY, "tags": ["a=b"],
        "virtual_env_type": "FusionCompute", "enterprise_project_id": EPS, "max_ram": "2048",
        "min_ram": 512, "min_disk": 40, "hw_firmware_type": "uefi", "__root_origin": "file",
        "__data_origin": "file,ims:disk.qcow2", "__image_size": str(GB),
    }
    assert {name: image.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(("kind", "environment"), [
    ("ECS", "FusionCompute"), ("BMS", "Ironic"), ("Ironic", "Ironic"),
])
def test_the_type_decides_what_the_image_is_for(ims: Ims, kind: str, environment: str) -> None:
    assert made(ims, ACTION, {**FILE, "type": kind})["virtual_env_type"] == environment


def test_an_iso_file_makes_an_iso_image(ims: Ims) -> None:
    ims.fake.world.buckets["ims"].put("cd", data=iso())
    image = made(ims, ACTION, {**FILE, "image_url": "ims:cd", "type": "IsoImage"})
    assert image["virtual_env_type"] == "IsoImage"


def test_data_disk_images_come_with_the_system_disk_image(ims: Ims) -> None:
    job = ims.job(ACTION, {**FILE, "os_version": "Windows Server 2016 Standard 64bit",
                           "data_images": [
                               {"image_url": "ims:d1.vhd", "min_disk": 100, "tags": ["a.b"]},
                               {"name": "own", "image_url": "ims:d2.zvhd2", "min_disk": 2048,
                                "is_quick_import": True, "description": "x"}]})
    assert job.status == "SUCCESS"
    images = {image.name: image for image in ims.fake.images}
    assert set(images) == {"made", "made-1", "own"}
    assert images["made-1"].tags == ["a=b"]
    assert (images["own"]["min_disk"], images["own"]["__description"]) == (2048, "x")
    assert images["own"]["__lazyloading"] == "true"
    assert {images[name]["virtual_env_type"] for name in ("made-1", "own")} == {"DataImage"}
    assert {images[name]["__os_type"] for name in ("made-1", "own")} == {"Windows"}


def test_an_ova_file_makes_its_image_as_a_part_of_the_job(ims: Ims) -> None:
    job = ims.job(ACTION, {**FILE, "image_url": "ims:app.ova"})
    assert job.type == "imsImportOvaImageJob"
    assert [image.name for image in ims.fake.images] == ["made"]


def test_a_quick_import_for_arm_boots_by_uefi(ims: Ims) -> None:
    image = made(ims, QUICK, {**SYSTEM, "architecture": "arm"})
    assert (image["hw_firmware_type"], image["__support_arm"], image["__lazyloading"]) == (
        "uefi", "true", "true")
    assert image["disk_format"] == "zvhd2"


def test_a_quick_import_for_arm_changes_the_boot_mode(ims: Ims) -> None:
    image = made(ims, QUICK, {**SYSTEM, "architecture": "arm", "hw_firmware_type": "bios"})
    assert image["hw_firmware_type"] == "uefi"


def test_a_type_without_a_version_outlives_a_change(ims: Ims) -> None:
    image = made(ims, ACTION, {**FILE, "os_version": None, "os_type": "Windows"})
    assert image["__os_type"] == "Windows"
    path = f"/v2/cloudimages/{image['id']}"
    rename = [{"op": "replace", "path": "/name", "value": "renamed"}]
    assert ims.ask(f"PATCH {path}", rename, status=200)["__os_type"] == "Windows"
    ims.fake.images[image["id"]].set(min_ram=7)
    assert ims.fake.images[image["id"]]["__os_type"] == "Windows"
    shared = {"images": [image["id"]], "projects": ["p2"]}
    for method in ("POST", "DELETE"):
        ims.job(f"{method} /v1/cloudimages/members", shared)
        assert ims.fake.images[image["id"]]["__os_type"] == "Windows"
    native = f"{ims.fake.url}/v2/images/{image['id']}"
    version = [{"op": "replace", "path": "/__os_version", "value": LINUX}]
    answer = ims.session.patch(native, json=version, headers={
        **ims.fake.headers, "Content-Type": "application/openstack-images-v2.1-json-patch"})
    assert answer.json()["__os_type"] == "Linux"


def test_data_images_are_encrypted_and_imported_as_is_said(ims: Ims) -> None:
    body = {**FILE, "cmk_id": KEY, "data_images": [
        {"image_url": "ims:d1.zvhd2", "min_disk": 100, "is_quick_import": True},
        {"image_url": "ims:d2.zvhd2", "min_disk": 100}]}
    assert ims.job(ACTION, body).status == "SUCCESS"
    quick, slow = (ims.fake.images.named(f"made-{number}").attributes for number in (1, 2))
    assert quick["__system__cmkid"] == slow["__system__cmkid"] == KEY
    assert (quick.get("__lazyloading"), slow.get("__lazyloading")) == ("true", None)


def test_parts_that_have_succeeded_stay_when_another_fails(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "by hand"
    job = ims.job(ACTION, {**FILE, "data_images": [
        {"image_url": "ims:d1.vhd", "min_disk": 100}]})
    ims.fake.jobs[job.id].start()
    part = next(one for one in ims.fake.jobs if one.id != job.id)
    part.succeed()
    job.fail("IMG.0057")
    assert (job.status, part.status, part.error_code) == ("FAIL", "SUCCESS", None)
    assert ims.fake.images.named("made-1").status == "active"
    assert ims.fake.images.named("made").status == "killed"


@pytest.mark.parametrize(("route", "body"), [(QUICK, QUICK_DATA), (DATA, DATA_IMAGE)])
def test_a_data_disk_image_of_a_file(ims: Ims, route: str, body: dict[str, Any]) -> None:
    image = made(ims, route, {**body, "os_type": "Windows", "description": "d",
                              "tags": ["a.b"]})
    assert (image["virtual_env_type"], image["__os_type"]) == ("DataImage", "Windows")
    assert (image["__description"], image["tags"]) == ("d", ["a=b"])
    assert made(ims, route, body)["__os_type"] == "Linux"


def test_a_registered_image_has_the_files_bytes(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    ims.fake.world.buckets["ims"].put("disk.vmdk", data=b"KDMV")
    image = ims.fake.images.add(name="i", status="queued")
    job = ims.job(f"PUT /v1/cloudimages/{image.id}/upload", {"image_url": "ims:disk.vmdk"})
    assert image.status == "queued"
    ims.fake.clock.advance("1s")
    assert image.status == "saving"
    ims.fake.clock.advance("9s")
    assert (job.status, image.status, image.data) == ("SUCCESS", "active", b"KDMV")


def test_an_image_whose_registration_fails_is_killed(ims: Ims) -> None:
    ims.fake.jobs.fail_next("IMG.1075")
    image = ims.fake.images.add(name="i", status="queued")
    ims.job(f"PUT /v1/cloudimages/{image.id}/upload", {"image_url": "ims:disk.vmdk"})
    assert image.status == "killed"


@pytest.mark.parametrize("fails", [False, True])
def test_a_registration_leaves_alone_what_a_client_has_uploaded_before(
    ims: Ims, fails: bool
) -> None:
    ims.fake.lifecycle.jobs = "100s"
    if fails:
        ims.fake.jobs.fail_next("IMG.1075")
    image = ims.fake.images.add(name="i", status="queued")
    job = ims.job(f"PUT /v1/cloudimages/{image.id}/upload", {"image_url": "ims:disk.vmdk"})
    ims.session.put(f"{ims.fake.url}/v2/images/{image.id}/file", data=b"mine",
                    headers={**ims.fake.headers, "Content-Type": "application/octet-stream"})
    ims.fake.clock.advance("100s")
    assert (job.status, job.error_code) == ("FAIL", "IMG.1075")
    assert (image.status, image.data) == ("active", b"mine")


def test_an_image_that_is_filled_otherwise_meanwhile_is_not_registered(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    image = ims.fake.images.add(name="i", status="queued")
    job = ims.job(f"PUT /v1/cloudimages/{image.id}/upload", {"image_url": "ims:disk.vmdk"})
    ims.fake.clock.advance("5s")
    image.activate()
    ims.fake.clock.advance("5s")
    document = ims.ask(f"GET /v1/{ims.fake.project_id}/jobs/{job.id}", status=200)
    assert (document["status"], document["error_code"]) == ("FAIL", "IMG.1075")
    assert image.status == "active"


def test_an_export_writes_the_images_bytes_into_the_bucket(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    image = ims.fake.images.add(name="i", data=b"bytes")
    job = ims.job(f"POST /v1/cloudimages/{image.id}/file",
                  {"bucket_url": "out:a/b.vhd", "file_format": "vhd", "is_quick_export": False})
    assert "a/b.vhd" not in ims.fake.world.buckets["out"]
    ims.fake.clock.advance("10s")
    stored = ims.fake.world.buckets["out"]["a/b.vhd"]
    assert (job.status, stored.data, stored.format, stored.size) == (
        "SUCCESS", b"bytes", "vhd", 5)


def test_an_export_that_fails_leaves_no_object(ims: Ims) -> None:
    ims.fake.jobs.fail_next("IMG.0071")
    image = ims.fake.images.add(name="i")
    ims.job(f"POST /v1/cloudimages/{image.id}/file",
            {"bucket_url": "out:b.vhd", "file_format": "vhd", "is_quick_export": False})
    assert len(ims.fake.world.buckets["out"].objects) == 0


def test_an_image_that_is_deleted_during_its_export_is_not_written(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    image = ims.fake.images.add(name="i", data=b"bytes")
    job = ims.job(f"POST /v1/cloudimages/{image.id}/file",
                  {"bucket_url": "out:b.vhd", "file_format": "vhd", "is_quick_export": False})
    image.delete()
    ims.fake.clock.advance("10s")
    assert (job.status, job.error_code) == ("FAIL", "IMG.0144")
    assert len(ims.fake.world.buckets["out"].objects) == 0


@pytest.mark.parametrize("route", ["upload", "export"])
def test_a_file_of_just_128_gb_is_taken_by_both_ways(ims: Ims, route: str) -> None:
    if route == "upload":
        ims.fake.world.buckets["ims"].put("disk.qcow2", size=128 * GB)
        image = ims.fake.images.add(name="i", status="queued")
        job = ims.job(f"PUT /v1/cloudimages/{image.id}/upload", {"image_url": "ims:disk.qcow2"})
    else:
        image = ims.fake.images.add(name="i", **{"__image_size": str(128 * GB)})
        job = ims.job(f"POST /v1/cloudimages/{image.id}/file", {
            "bucket_url": "out:b.vhd", "file_format": "vhd", "is_quick_export": False})
    assert job.status == "SUCCESS"


def test_a_fast_export_makes_zvhd2_whatever_the_format(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", **{"__image_size": str(200 * GB)})
    for name, more in (("a", {}), ("b", {"file_format": "vhd"})):
        ims.job(f"POST /v1/cloudimages/{image.id}/file",
                {"bucket_url": f"out:{name}", "is_quick_export": True, **more})
        assert ims.fake.world.buckets["out"][name].format == "zvhd2"


def test_what_was_exported_can_be_imported(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", data=qcow2(GB))
    ims.job(f"POST /v1/cloudimages/{image.id}/file",
            {"bucket_url": "ims:disk.qcow2", "file_format": "qcow2", "is_quick_export": False})
    copy = made(ims, ACTION, FILE)
    assert ims.fake.images[copy["id"]].data == image.data


def test_a_copy_is_like_its_source_but_for_what_changes(ims: Ims) -> None:
    source = ims.fake.images.add(
        name="i", data=b"bytes", min_disk=50, min_ram=512, tags=["a=b"],
        **{"__os_version": LINUX, "hw_firmware_type": "uefi", "__description": "old"})
    image = made(ims, f"POST /v1/cloudimages/{source.id}/copy", {
        "name": "copy", "description": "new", "cmk_id": KEY, "enterprise_project_id": EPS})
    wanted = {"name": "copy", "__description": "new", "__system__cmkid": KEY,
              "enterprise_project_id": EPS, "min_disk": 50, "min_ram": 512, "tags": ["a=b"],
              "__os_version": LINUX, "hw_firmware_type": "uefi", "__originalimagename": source.id,
              "__data_origin": f"image,{source.id}", "status": "active", "size": 5}
    assert {name: image.get(name) for name in wanted} == wanted
    assert (image["disk_format"], image.get("__root_origin")) == (
        source["disk_format"], source.attributes.get("__root_origin"))
    other = ims.fake.images.add(name="o", disk_format="vhd", status="queued")
    other.set(status="active")
    of_server = ims.job("POST /v2/cloudimages/action", {"name": "s", "instance_id": EPS})
    for one in (other, ims.fake.images[of_server.entities["image_id"]]):
        copied = made(ims, f"POST /v1/cloudimages/{one.id}/copy", {"name": "again"})
        assert (copied["disk_format"], copied.get("__root_origin")) == (
            one["disk_format"], one.attributes.get("__root_origin"))
    plain = made(ims, f"POST /v1/cloudimages/{image['id']}/copy", {"name": "plain"})
    assert "__system__cmkid" not in plain
    assert "__description" not in plain


def test_a_shared_image_can_be_copied_once_it_is_accepted(ims: Ims) -> None:
    source = ims.fake.images.add(name="i", owner="p2",
                                 members={ims.fake.project_id: "accepted"})
    image = made(ims, f"POST /v1/cloudimages/{source.id}/copy", {"name": "copy"})
    assert (image["owner"], image["visibility"]) == (ims.fake.project_id, "private")


def test_a_copy_shows_nothing_of_its_data_before_it_is_there(ims: Ims) -> None:
    source = ims.fake.images.add(name="i", data=b"bytes")
    ims.fake.lifecycle.jobs = "by hand"
    job = ims.job(f"POST /v1/cloudimages/{source.id}/copy", {"name": "copy"})
    job.start()
    copy = ims.fake.images[job.entities["image_id"]]
    shown = []
    for act in (lambda: None, job.fail):
        act()
        shown.append((copy.status, copy["__image_size"], "__root_origin" in copy.attributes))
    assert shown == [("saving", "0", False), ("killed", "0", False)]
    done = ims.job(f"POST /v1/cloudimages/{source.id}/copy", {"name": "copy"})
    done.succeed()
    copy = ims.fake.images[done.entities["image_id"]]
    assert (copy["__image_size"], copy["__root_origin"]) == ("5", "file")


def test_a_copy_into_another_region_is_not_seen_here(ims: Ims) -> None:
    source = ims.fake.images.add(name="i")
    body = {"name": "copy", "region": "eu-nl", "project_name": "eu-nl", "agency_name": "a"}
    job = ims.job(f"POST /v1/cloudimages/{source.id}/cross_region_copy", body)
    assert (job.status, job.type) == ("SUCCESS", "imsCopyImageCrossRegionJob")
    assert job.entities["image_name"] == "copy"
    assert job.entities["image_id"] not in ims.fake.images
    ims.fake.lifecycle.jobs = "10s"
    begun = ims.job(f"POST /v1/cloudimages/{source.id}/cross_region_copy", body)
    assert begun.entities == {"image_name": "copy"}


# rules of files


def stored(name: str = "disk.qcow2", **fields: Any) -> Callable[[FakeIMS], None]:
    return lambda fake: void(fake.world.buckets["ims"].put(name, **fields))


def bucket(**fields: Any) -> Callable[[FakeIMS], None]:
    return lambda fake: void(fake.world.buckets.add("ims", **fields))


def key(**fields: Any) -> Callable[[FakeIMS], None]:
    return lambda fake: void(fake.world.keys.add(KEY, **fields))


def void(_: object) -> None:
    return None


def strict(fake: FakeIMS) -> None:
    fake.world.buckets["ims"].put("disk.qcow2")
    fake.world.known_only = True


def no_bucket(fake: FakeIMS) -> None:
    fake.world.known_only = True


def nothing(fake: FakeIMS) -> None:
    pass


def full(fake: FakeIMS) -> None:
    fake.world.quota = 1


TWO = {"image_url": "ims:d1.vhd", "min_disk": 1}
RULES = [
    (ACTION, {**FILE, "name": None}, nothing, "IMG.0013"),
    (ACTION, {**FILE, "image_url": "disk"}, nothing, "IMG.0017"),
    (ACTION, {**FILE, "image_url": 3}, nothing, "IMG.0017"),
    (ACTION, {**FILE, "image_url": ":disk"}, nothing, "IMG.0068"),
    (ACTION, {**FILE, "image_url": "I_M:disk"}, nothing, "IMG.0109"),
    (ACTION, {**FILE, "image_url": "ims:"}, nothing, "IMG.0073"),
    (ACTION, {**FILE, "image_url": "ims:a b"}, nothing, "IMG.0175"),
    (ACTION, {**FILE, "image_url": "ims:" + "a" * 129}, nothing, "IMG.0074"),
    (ACTION, {**FILE, "image_url": "ims:a*b"}, nothing, "IMG.0075"),
    (ACTION, {**FILE, "min_disk": None}, nothing, "IMG.0055"),
    (ACTION, {**FILE, "min_disk": 0}, nothing, "IMG.0055"),
    (ACTION, {**FILE, "min_disk": 1025}, nothing, "IMG.0055"),
    (ACTION, {**FILE, "min_disk": "x"}, nothing, "IMG.0055"),
    (ACTION, {**FILE, "min_disk": True}, nothing, "IMG.0055"),
    (ACTION, {**FILE, "os_type": "BeOS"}, nothing, "IMG.0122"),
    (ACTION, {**FILE, "type": "VM"}, nothing, "IMG.0024"),
    (ACTION, {**FILE, "is_config": "yes"}, nothing, "IMG.0001"),
    (ACTION, {**FILE, "hw_firmware_type": "efi"}, nothing, "IMG.0141"),
    (ACTION, {**FILE, "architecture": "mips"}, nothing, "IMG.0212"),
    (ACTION, {**FILE, "image_tags": [{"key": "", "value": ""}]}, nothing, "IMG.0115"),
    (ACTION, {**FILE, "image_tags": [{"key": "k" * 37, "value": ""}]}, nothing, "IMG.0115"),
    (ACTION, {**FILE, "image_tags": [{"key": "k", "value": "v" * 44}]}, nothing, "IMG.0115"),
    (ACTION, {**FILE, "data_images": [TWO] * 4}, nothing, "IMG.0194"),
    (ACTION, {**FILE, "data_images": [TWO] * 2}, nothing, "IMG.0123"),
    (ACTION, {**FILE, "data_images": [{**TWO, "min_disk": 2049}]}, nothing, "IMG.0055"),
    (ACTION, FILE, no_bucket, "IMG.0069"),
    (ACTION, FILE, bucket(is_accessible=False), "IMG.0069"),
    (ACTION, FILE, bucket(region="eu-nl"), "IMG.0058"),
    (ACTION, FILE, bucket(storage_class="COLD"), "IMG.0105"),
    (ACTION, {**FILE, "image_url": "ims:other.qcow2"}, strict, "IMG.0057"),
    (ACTION, FILE, stored(size=0), "IMG.0057"),
    (ACTION, FILE, stored(is_accessible=False), "IMG.0057"),
    (ACTION, FILE, stored(format="txt"), "IMG.0057"),
    (ACTION, FILE, stored(size=128 * GB + 1), "IMG.0059"),
    (ACTION, FILE, stored(data=qcow2(40 * GB + 1)), "IMG.0055"),
    (ACTION, FILE, stored(data=iso()), "IMG.0057"),
    (ACTION, {**FILE, "image_url": "ims:disk.raw"}, stored("disk.raw", size=40 * GB + 1),
     "IMG.0055"),
    (ACTION, {**FILE, "data_images": [{**TWO, "image_url": "ims:cd.iso"}]}, nothing, "IMG.0057"),
    (DATA, {**DATA_IMAGE, "image_url": "ims:app.ova"}, nothing, "IMG.0057"),
    (ACTION, {**FILE, "type": "IsoImage"}, nothing, "IMG.0057"),
    (ACTION, {**FILE, "type": "IsoImage", "os_version": None}, stored(data=iso()), "IMG.0166"),
    (ACTION, {**FILE, "type": "BMS", "cmk_id": KEY}, nothing, "IMG.0118"),
    (ACTION, {**FILE, "cmk_id": KEY}, strict, "IMG.0095"),
    (ACTION, {**FILE, "cmk_id": KEY}, key(enabled=False), "IMG.0097"),
    (ACTION, {**FILE, "cmk_id": KEY}, key(is_accessible=False), "IMG.0099"),
    (ACTION, {**FILE, "enterprise_project_id": EPS}, strict, "IMG.0155"),
    (ACTION, {**FILE, "is_quick_import": True}, nothing, "IMG.0072"),
    (ACTION, {**SYSTEM, "is_quick_import": True, "os_version": None}, nothing, "IMG.0056"),
    (ACTION, {**FILE, "data_images": [TWO]}, full, "IMG.0015"),
    (QUICK, {**SYSTEM, "os_version": None}, nothing, "IMG.0056"),
    (QUICK, {**SYSTEM, "type": "IsoImage"}, nothing, "IMG.0117"),
    (QUICK, {**SYSTEM, "image_url": "ims:disk.qcow2"}, nothing, "IMG.0072"),
    (QUICK, QUICK_DATA, stored("disk.raw", has_bitmap=False), "IMG.0057"),
    (QUICK, SYSTEM, stored("disk.zvhd2", size=1024 * GB + 1), "IMG.0059"),
    (ACTION, {**FILE, "architecture": "arm", "hw_firmware_type": "bios"}, nothing, "IMG.0141"),
    (ACTION, {**FILE, "max_ram": 512, "min_ram": 513}, nothing, "IMG.0055"),
    (QUICK, {**SYSTEM, "architecture": "arm", "hw_firmware_type": "efi"}, nothing, "IMG.0141"),
    (QUICK, {**QUICK_DATA, "os_type": "Other"}, nothing, "IMG.0122"),
    (DATA, {**DATA_IMAGE, "min_disk": 39}, nothing, "IMG.0055"),
    (DATA, {**DATA_IMAGE, "min_disk": 2049}, nothing, "IMG.0055"),
    (DATA, {**DATA_IMAGE, "os_type": "Other"}, nothing, "IMG.0122"),
    (DATA, {**DATA_IMAGE, "cmk_id": KEY}, strict, "IMG.0095"),
]


@pytest.mark.parametrize(("route", "body", "world", "code"), RULES,
                         ids=[f"{n} {rule[3]}" for n, rule in enumerate(RULES)])
def test_a_rule_that_is_broken_has_its_code(
    ims: Ims, route: str, body: object, world: Callable[[FakeIMS], None], code: str
) -> None:
    world(ims.fake)
    assert ims.refused(route, body) == code
    assert len(ims.fake.images) == len(ims.fake.jobs) == 0


@pytest.mark.parametrize(("route", "body", "world"), [
    (ACTION, FILE, stored(size=128 * GB)),
    (ACTION, {**FILE, "min_disk": 1024, "name": "a" * 128, "description": "d" * 1024}, nothing),
    (ACTION, {**FILE, "min_disk": "1"}, stored(data=qcow2(GB))),
    (ACTION, {**FILE, "image_tags": [{"key": "k" * 36, "value": "v" * 43}]}, nothing),
    (ACTION, {**FILE, "tags": [f"k{n}.v" for n in range(10)]}, nothing),
    (QUICK, SYSTEM, stored("disk.zvhd2", size=1024 * GB)),
    (DATA, {**DATA_IMAGE, "min_disk": 2048}, nothing),
    (ACTION, {**FILE, "max_ram": 512, "min_ram": 512}, nothing),
    (QUICK, {**SYSTEM, "image_url": "ims:disk.raw"}, stored("disk.raw", size=40 * GB)),
    (ACTION, {**FILE, "unknown": 1, "cmk_id": None}, nothing),
])
def test_what_is_at_a_limit_is_taken(
    ims: Ims, route: str, body: object, world: Callable[[FakeIMS], None]
) -> None:
    world(ims.fake)
    assert made(ims, route, body)["status"] == "active"


# rules of images that are there

WHOLE = {"__whole_image": "true"}
ISO = {"virtual_env_type": "IsoImage"}
UPLOAD = ("PUT /v1/cloudimages/{}/upload", {"image_url": "ims:disk.qcow2"})
EXPORT = ("POST /v1/cloudimages/{}/file",
          {"bucket_url": "ims:out.vhd", "file_format": "vhd", "is_quick_export": False})
COPY = ("POST /v1/cloudimages/{}/copy", {"name": "copy"})
CROSS = ("POST /v1/cloudimages/{}/cross_region_copy",
         {"name": "copy", "region": "eu-nl", "project_name": "eu-nl", "agency_name": "a"})


def but(request: tuple[str, dict[str, Any]], **fields: Any) -> tuple[str, dict[str, Any]]:
    return request[0], {**request[1], **fields}


def agency(fake: FakeIMS) -> None:
    fake.world.agencies.add("a", is_valid=False)


def region(fake: FakeIMS) -> None:
    fake.world.regions.add("eu-nl", projects=["another"])


def vault(fake: FakeIMS) -> None:
    fake.world.vaults.add(EPS, supports_replication=False)


ENCRYPTED = {"__system__cmkid": KEY}
IMAGE_RULES = [
    (UPLOAD, {"status": "active"}, nothing, "IMG.0046"),
    (but(UPLOAD, image_url=None), {"status": "queued"}, nothing, "IMG.0017"),
    (UPLOAD, {"status": "queued"}, stored(format="iso"), "IMG.0057"),
    (UPLOAD, {"status": "queued"}, stored(size=128 * GB + 1), "IMG.0059"),
    (UPLOAD, {"status": "queued", "owner": "op", "visibility": "public"}, nothing, "IMG.0047"),
    (but(EXPORT, file_format="raw"), {}, nothing, "IMG.0072"),
    (but(EXPORT, file_format=None), {}, nothing, "IMG.0072"),
    (but(EXPORT, is_quick_export="no"), {}, nothing, "IMG.0001"),
    (EXPORT, {"visibility": "public"}, nothing, "IMG.0077"),
    (EXPORT, {"owner": "p2", "members": ["MINE"]}, nothing, "IMG.0047"),
    (EXPORT, WHOLE, nothing, "IMG.0128"),
    (EXPORT, {**WHOLE, "__backup_id": EPS}, nothing, "IMG.0080"),
    (EXPORT, ISO, nothing, "IMG.0167"),
    (EXPORT, {"status": "saving"}, nothing, "IMG.0046"),
    (EXPORT, {"__image_size": str(128 * GB + 1)}, nothing, "IMG.0160"),
    (but(EXPORT, is_quick_export=True), {"__image_size": str(1024 * GB)}, nothing, "IMG.0071"),
    (EXPORT, {}, stored("out.vhd"), "IMG.0070"),
    (EXPORT, {}, bucket(region="eu-nl"), "IMG.0058"),
    (but(COPY, name=None), {}, nothing, "IMG.0013"),
    (COPY, WHOLE, nothing, "IMG.0130"),
    (COPY, ISO, nothing, "IMG.0167"),
    (COPY, {"visibility": "public"}, nothing, "IMG.0083"),
    (COPY, {"status": "killed"}, nothing, "IMG.0046"),
    (COPY, {"owner": "p2", "members": ["MINE"]}, nothing, "IMG.0196"),
    (COPY, {"owner": "p2", "members": {"MINE": "accepted"}, **ENCRYPTED}, nothing, "IMG.0197"),
    (but(COPY, cmk_id=KEY), ENCRYPTED, nothing, "IMG.0096"),
    (but(COPY, cmk_id=KEY), {"virtual_env_type": "Ironic"}, nothing, "IMG.0118"),
    (but(COPY, cmk_id=KEY), {}, key(enabled=False), "IMG.0097"),
    (COPY, ENCRYPTED, strict, "IMG.0101"),
    (COPY, ENCRYPTED, key(enabled=False), "IMG.0102"),
    (COPY, ENCRYPTED, key(is_accessible=False), "IMG.0103"),
    (COPY, {}, full, "IMG.0015"),
    (but(COPY, enterprise_project_id=EPS), {}, strict, "IMG.0155"),
    (but(CROSS, project_name=None), {}, nothing, "IMG.0104"),
    (but(CROSS, region=None), {}, nothing, "IMG.0001"),
    (but(CROSS, region="eu-de"), {}, nothing, "IMG.0178"),
    (CROSS, {}, strict, "IMG.0177"),
    (CROSS, {}, region, "IMG.0145"),
    (CROSS, {}, agency, "IMG.0179"),
    (CROSS, WHOLE, nothing, "IMG.0184"),
    (but(CROSS, vault_id=EPS), WHOLE, vault, "IMG.0189"),
    (CROSS, {"owner": "p2", "members": {"MINE": "accepted"}, **ENCRYPTED}, nothing, "IMG.0197"),
]


@pytest.mark.parametrize(("request_", "image", "world", "code"), IMAGE_RULES,
                         ids=[f"{n} {rule[3]}" for n, rule in enumerate(IMAGE_RULES)])
def test_an_image_that_may_not_has_its_code(
    ims: Ims, request_: tuple[str, dict[str, Any]], image: dict[str, Any],
    world: Callable[[FakeIMS], None], code: str,
) -> None:
    mine = ims.fake.project_id
    members = image.get("members", [])
    if isinstance(members, dict):
        image = {**image, "members": dict.fromkeys([mine], *members.values())}
    elif members:
        image = {**image, "members": [mine]}
    there = ims.fake.images.add(name="i", **image)
    world(ims.fake)
    route, body = request_
    assert ims.refused(route.format(there.id), body) == code
    assert len(ims.fake.jobs) == 0


@pytest.mark.parametrize("request_", [UPLOAD, EXPORT, COPY, CROSS], ids=lambda one: one[0])
def test_an_image_that_is_not_there_or_anothers(
    ims: Ims, request_: tuple[str, dict[str, Any]]
) -> None:
    route, body = request_
    hidden = ims.fake.images.add(name="i", owner="p2")
    assert ims.refused(route.format(hidden.id), body) == "IMG.0144"
    assert ims.refused(route.format(EPS), body) == "IMG.0144"


@pytest.mark.parametrize("system", ["Windows Server 2016 Standard 64bit",
                                    "Ubuntu 18.04 server 64bit"])
def test_what_was_made_of_a_charged_public_image_stays(ims: Ims, system: str) -> None:
    parent = ims.fake.images.add(name="p", visibility="public", owner="op",
                                 **{"__os_version": system})
    image = ims.fake.images.add(name="i", **{"__originalimagename": parent.id})
    assert ims.refused(EXPORT[0].format(image.id), EXPORT[1]) == "IMG.0079"
    copy = made(ims, COPY[0].format(image.id), COPY[1])
    assert ims.refused(EXPORT[0].format(copy["id"]), EXPORT[1]) == "IMG.0079"
    parent.set(**{"__os_version": LINUX})
    ims.job(EXPORT[0].format(image.id), EXPORT[1])


def test_one_at_a_time_is_exported_or_registered(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    image = ims.fake.images.add(name="i")
    ims.job(EXPORT[0].format(image.id), EXPORT[1])
    route, body = but(EXPORT, bucket_url="ims:another")
    assert ims.refused(route.format(image.id), body) == "IMG.0148"
    queued = ims.fake.images.add(name="q", status="queued")
    ims.job(UPLOAD[0].format(queued.id), UPLOAD[1])
    assert ims.refused(UPLOAD[0].format(queued.id), UPLOAD[1]) == "IMG.0046"
    ims.fake.clock.advance("10s")
    ims.job(route.format(image.id), body)


def test_two_exports_do_not_write_one_object(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    first, second = (ims.fake.images.add(name=name, data=name.encode()) for name in "ab")
    ims.job(EXPORT[0].format(first.id), EXPORT[1])
    assert ims.refused(EXPORT[0].format(second.id), EXPORT[1]) == "IMG.0070"
    ims.fake.world.buckets["ims"].put("out.vhd", data=b"came first")
    ims.fake.clock.advance("10s")
    assert (ims.fake.jobs.last.status, ims.fake.jobs.last.error_code) == ("FAIL", "IMG.0070")
    assert ims.fake.world.buckets["ims"]["out.vhd"].data == b"came first"


def test_the_name_that_a_data_disk_image_is_given_keeps_to_the_limit(ims: Ims) -> None:
    ims.job(ACTION, {**FILE, "name": "a" * 128, "data_images": [TWO]})
    assert sorted(len(image.name or "") for image in ims.fake.images) == [128, 128]


def test_actions_that_only_some_requests_need(ims: Ims) -> None:
    server = ims.fake.tenant("p2", user="s", actions=["ims:serverImages:create",
                                                      "ims:images:copy"])
    data = ims.fake.tenant("p2", user="d", actions=["ims:dataImages:create", "ims:images:copy"])
    ims.job(QUICK, SYSTEM, headers=server.headers)
    ims.job(QUICK, QUICK_DATA, headers=data.headers)
    for body, who in ((SYSTEM, data), (QUICK_DATA, server)):
        assert ims.refused(QUICK, body, status=403, headers=who.headers) == "IMG.0026"
    image = ims.fake.images.add(name="i", owner="p2")
    route = COPY[0].format(image.id)
    ims.job(route, COPY[1], headers=data.headers)
    body = {**COPY[1], "enterprise_project_id": EPS}
    assert ims.refused(route, body, status=403, headers=data.headers) == "IMG.0026"
    ims.job(route, body, headers=server.headers)


def test_an_export_without_bytes_has_the_size_of_the_image(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", **{"__image_size": str(3 * GB)})
    ims.job(f"POST /v1/cloudimages/{image.id}/file",
            {"bucket_url": "out:b.qcow2", "file_format": "qcow2", "is_quick_export": False})
    stored = ims.fake.world.buckets["out"]["b.qcow2"]
    assert (stored.size, stored.format) == (3 * GB, "qcow2")


def test_files_of_two_images_are_registered_at_once(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    images = [ims.fake.images.add(name="i", status="queued") for _ in range(2)]
    other = ims.fake.images.add(name="j")
    jobs = [ims.job(f"POST /v1/cloudimages/{other.id}/copy", {"name": "copy"})]
    jobs += [ims.job(f"PUT /v1/cloudimages/{image.id}/upload", {"image_url": "ims:disk.vmdk"})
             for image in images]
    route, body = f"PUT /v1/cloudimages/{images[0].id}/upload", {"image_url": "ims:disk.vmdk"}
    assert ims.refused(route, body) == "IMG.0046"
    ims.fake.clock.advance("10s")
    assert [job.status for job in jobs] == ["SUCCESS"] * 3
