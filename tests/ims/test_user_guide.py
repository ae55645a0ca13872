"""Rules that only the user guide has, and values that one page allows and another face refused."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError

from .conftest import Ims

GB = 2**30
KEY = "bd66288c-9081-460a-8227-4cbd0c814cb4"
SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
BACKUP = "9b27efab-4a17-4c06-bfa2-3e0cf021d3c3"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
ACTION, WHOLE = "POST /v2/cloudimages/action", "POST /v1/cloudimages/wholeimages/action"
FILE = {"name": "n", "image_url": "bkt:f.qcow2", "min_disk": 40, "os_version": "CentOS 7.0 64bit"}


# replication and export: chapter Constraints, tables 4 and 5


@pytest.mark.parametrize(("size", "code"), [(128 * GB, None), (128 * GB + 1, "IMG.0105")])
@pytest.mark.parametrize("path", ["copy", "cross_region_copy"])
def test_an_image_of_more_than_128_gb_is_not_replicated(
    ims: Ims, path: str, size: int, code: str | None
) -> None:
    image = ims.fake.images.add(name="big", **{"__image_size": str(size)})
    body = {"name": "n", "region": "eu-nl", "project_name": "eu-nl", "agency_name": "ims_admin"}
    assert ims.code(f"POST /v1/cloudimages/{image.id}/{path}", body) == code


def test_a_tenant_replicates_five_images_at_a_time(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    route = f"POST /v1/cloudimages/{ims.fake.images.add(name='a').id}/copy"
    assert [ims.code(route, {"name": f"n{number}"}) for number in range(6)] == [
        *[None] * 5, "IMG.0060"]
    ims.fake.clock.advance("10s")
    assert ims.code(route, {"name": "n"}) is None


@pytest.mark.parametrize(("body", "code"), [
    ({"is_quick_export": True}, "IMG.0071"), ({"file_format": "qcow2"}, None),
])
def test_an_encrypted_image_has_no_fast_export(
    ims: Ims, body: dict[str, Any], code: str | None
) -> None:
    image = ims.fake.images.add(name="e", **{"__system__cmkid": KEY})
    assert ims.code(f"POST /v1/cloudimages/{image.id}/file",
                    {"bucket_url": "bkt:e.img", **body}) == code


# systems: chapter External Image File Formats and Supported OSs


@pytest.mark.parametrize(("version", "shown"), [
    ("Rocky Linux 9.2 64bit", ("Linux", "Other", "64")),
    ("Alma 8 64bit", ("Linux", "Other", "64")),
    ("FreeBSD 13.2 64bit", ("Other", "Other", "64")),
    ("Red Hat Linux Enterprise 9.1 64bit", ("Linux", "Red Hat", "64")),
    ("Red Hat Linux Enterprise 6.4 32bit", ("Linux", "Red Hat", "32")),
    ("CentOS Stream 9.6 64bit", ("Linux", "CentOS", "64")),
    ("Ubuntu 22.04 Server 64bit", ("Linux", "Ubuntu", "64")),
    ("Windows Server 2022 Datacenter 64bit", ("Windows", "Windows", "64")),
])
def test_systems_of_the_user_guide_are_imported(
    ims: Ims, version: str, shown: tuple[str, str, str]
) -> None:
    job = ims.job(ACTION, {**FILE, "os_version": version})
    image = ims.fake.images[job.entities["image_id"]]
    assert image["__os_version"] == version
    assert (image["__os_type"], image["__platform"], image["__os_bit"]) == shown


@pytest.mark.parametrize(("version", "shown"), [
    ("Haiku R1", ("Linux", "Other", "64")),
    ("Haiku R1 32bit", ("Linux", "Other", "32")),
    ("My Windows", ("Windows", "Windows", "64")),
])
def test_an_image_of_a_server_has_all_derived_attributes(
    ims: Ims, version: str, shown: tuple[str, str, str]
) -> None:
    world = ims.fake.world
    world.servers.add(SERVER, system_disk=world.disks.add().id, os_version=version)
    image = ims.fake.images[ims.job(ACTION, {"name": "n", "instance_id": SERVER}).entities[
        "image_id"]]
    assert (image["__os_type"], image["__platform"], image["__os_bit"]) == shown
    assert ims.refused(ACTION, {**FILE, "os_version": version}) == "IMG.0056"


# max_ram and min_ram


MEMORIES = pytest.mark.parametrize(("least", "most", "code"), [
    (2048, 1024, "IMG.0055"), (1024, 1024, None), (1024, 0, None), (0, 1024, None),
])


@MEMORIES
@pytest.mark.parametrize("route", ["server", "backup", "file", "volume"])
def test_max_ram_is_not_less_than_min_ram(
    ims: Ims, route: str, least: int, most: int, code: str | None
) -> None:
    disk = ims.fake.world.disks.add().id
    path, body = {
        "server": (WHOLE, {"name": "n", "instance_id": SERVER}),
        "backup": (WHOLE, {"name": "n", "backup_id": BACKUP}),
        "file": (ACTION, FILE),
        "volume": (ACTION, {"name": "n", "volume_id": disk, "os_version": "CentOS 7.0 64bit"}),
    }[route]
    assert ims.code(path, {**body, "min_ram": least, "max_ram": most}) == code


@MEMORIES
def test_nor_in_the_native_api(ims: Ims, least: int, most: int, code: str | None) -> None:
    assert ims.code("POST /v2/images", {"min_ram": least, "max_ram": str(most)}) == code
    image = ims.fake.images.add(name="a", min_ram=least)
    headers = {**ims.fake.headers, **PATCH}
    assert ims.code(f"PATCH /v2/images/{image.id}",
                    [{"op": "add", "path": "/max_ram", "value": str(most)}], headers) == code
    other = ims.fake.images.add(name="a", **{"max_ram": str(most)})
    for path in ("images", "cloudimages"):
        assert ims.code(f"PATCH /v2/{path}/{other.id}",
                        [{"op": "replace", "path": "/min_ram", "value": least}], headers) == code
    if code:
        with pytest.raises(UsageError, match="max_ram is less than min_ram"):
            ims.fake.images.add(name="b", min_ram=least, max_ram=str(most))


@pytest.mark.parametrize("given", [{}, {"whole_image_type": ""}, {"whole_image_type": None}])
def test_whole_image_type_may_be_left_blank(ims: Ims, given: dict[str, Any]) -> None:
    ims.job(WHOLE, {"name": "n", "backup_id": BACKUP, **given})
    assert ims.fake.world.backups[BACKUP].kind == "CSBS"


# policies: dependent actions of the permissions chapter


@pytest.mark.parametrize("action", [
    "obs:bucket:*", "obs:object:*", "kms:*:*", "CSBS:backup:*", "ecs:servers:list",
    "evs:volumes:*", "smn:topic:publish",
])
def test_actions_of_other_services_stand_in_a_policy(ims: Ims, action: str) -> None:
    policy = {"Version": "1.1", "Statement": [
        {"Effect": "Allow", "Action": ["ims:images:list", action]}]}
    headers = ims.fake.tenant("p2", policy=policy).headers
    ims.ask("GET /v2/cloudimages", headers=headers, status=200)
    assert ims.code("POST /v2/images", {"name": "a"}, headers=headers) == "IMG.0026"
    assert ims.fake.tenant("p3", actions=["ims:images:list", action]).headers


@pytest.mark.parametrize("action", [
    "imss:images:list", "im:images:list", "ims:image:list", "obs:bucket", "obs", "", "obs:a b:c"])
def test_a_misspelt_action_is_told(fake_ims: FakeIMS, action: str) -> None:
    with pytest.raises(UsageError, match="unknown action"):
        fake_ims.tenant("p2", actions=[action])
