"""``POST /v2/cloudimages/action`` and full-ECS images: what is made, and each rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fake_ims.domain.world import World

from .conftest import Ims

ACTION = "POST /v2/cloudimages/action"
WHOLE = "POST /v1/cloudimages/wholeimages/action"
SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
DISK = "c5dfbd0c-bf0a-4798-a453-61dc6b54aa30"
DATA_DISK = "d5dfbd0c-bf0a-4798-a453-61dc6b54aa31"
BACKUP = "9b27efab-4a17-4c06-bfa2-3e0cf021d3c3"
VAULT = "de9fcf45-11b2-432c-8562-5c5428574600"
EPS = "bd66288c-9081-460a-8227-4cbd0c814cb4"
LINUX = "CentOS 7.0 64bit"
FROM_SERVER = {"name": "made", "instance_id": SERVER}
FROM_VOLUME = {"name": "made", "volume_id": DISK, "os_version": LINUX}
FROM_DISKS = {"data_images": [{"name": "d1", "volume_id": DISK}, {"name": "d2",
                                                                 "volume_id": DATA_DISK}]}
OF_SERVER = {"name": "whole", "instance_id": SERVER, "vault_id": VAULT}
OF_BACKUP = {"name": "whole", "backup_id": BACKUP}
OF_CBR = {**OF_BACKUP, "whole_image_type": "CBR"}


def sound(world: World, **server: Any) -> None:
    """A stopped server with a system disk and a data disk."""
    world.disks.add(DISK, size=60, server_id=SERVER)
    world.disks.add(DATA_DISK, size=100, server_id=SERVER)
    world.servers.add(SERVER, **{"system_disk": DISK, "data_disks": [DATA_DISK], **server})


def made(ims: Ims, route: str, body: object) -> Any:
    """The image that a job has made, as the native API shows it."""
    job = ims.job(route, body)
    assert job.status == "SUCCESS", job.fail_reason
    return ims.ask(f"GET /v2/images/{job.entities['image_id']}", status=200)


# what is made


def test_an_image_of_a_server_has_what_its_server_has(ims: Ims) -> None:
    parent = ims.fake.images.add(name="p", visibility="public", owner="op",
                                 **{"__os_version": "Ubuntu 18.04 server 64bit"})
    key = EPS
    sound(ims.fake.world, image_id=parent.id, firmware="uefi")
    ims.fake.world.disks[DISK].cmk_id = key
    image = made(ims, ACTION, {**FROM_SERVER, "description": "d", "tags": ["a.b"],
                               "min_ram": 1024, "max_ram": 4096, "enterprise_project_id": EPS})
    assert image["status"] == "active"
    assert (image["min_disk"], image["min_ram"], image["max_ram"]) == (60, 1024, "4096")
    assert image["tags"] == ["a=b"]
    wanted = {
        "__description": "d", "__os_version": "Ubuntu 18.04 server 64bit",
        "__platform": "Ubuntu", "__os_type": "Linux", "virtual_env_type": "FusionCompute",
        "hw_firmware_type": "uefi", "__originalimagename": parent.id, "__sequence_num": "0",
        "__system__cmkid": key, "__data_origin": f"instance,{SERVER}",
        "enterprise_project_id": EPS, "__image_size": str(60 * 2**30), "__imagetype": "private",
        "__isregistered": "true",
    }
    assert {name: image.get(name) for name in wanted} == wanted
    assert "__root_origin" not in image


def test_an_image_of_a_bare_metal_server_is_for_bare_metal(ims: Ims) -> None:
    sound(ims.fake.world, kind="BMS")
    assert made(ims, ACTION, FROM_SERVER)["virtual_env_type"] == "Ironic"


def test_any_server_will_do_unless_known_only_is_set(ims: Ims) -> None:
    assert made(ims, ACTION, FROM_SERVER)["min_disk"] == 40


def test_the_system_that_is_found_on_a_disk_goes_before_the_requests(ims: Ims) -> None:
    ims.fake.world.disks.add(DISK, os_version="CentOS 6.5 64bit", cmk_id=EPS)
    image = made(ims, ACTION, {**FROM_VOLUME, "type": "BMS"})
    assert image["__os_version"] == "CentOS 6.5 64bit"
    assert image["virtual_env_type"] == "Ironic"
    assert image["__system__cmkid"] == EPS
    assert image["__data_origin"] == f"volume,{DISK}"


def test_the_requests_system_is_that_of_a_disk_without_one(ims: Ims) -> None:
    assert made(ims, ACTION, {**FROM_VOLUME, "os_version": "CentOS 6.5 64bit"})[
        "__os_version"] == "CentOS 6.5 64bit"


def test_several_data_disks_make_several_images(ims: Ims) -> None:
    sound(ims.fake.world, os_version="Windows Server 2016 Standard 64bit")
    body = {"data_images": [{"name": "d1", "volume_id": DISK, "tags": ["a.b"]},
                            {"name": "d2", "volume_id": DATA_DISK, "description": "x"}]}
    job = ims.job(ACTION, body)
    assert job.type == "imsVolumesToSysDataImagesJob"
    document = ims.ask(f"GET /v1/{ims.fake.project_id}/jobs/{job.id}", status=200)
    parts = document["entities"]["sub_jobs_result"]
    assert [part["job_id"] for part in parts] == document["entities"]["sub_jobs_list"]
    images = [ims.fake.images[part["entities"]["image_id"]] for part in parts]
    assert [(image.name, image["min_disk"], image["virtual_env_type"]) for image in images] == [
        ("d1", 60, "DataImage"), ("d2", 100, "DataImage")]
    assert images[0].tags == ["a=b"]
    assert images[0]["__os_type"] == "Windows"
    assert images[1]["__description"] == "x"


def test_a_whole_image_of_a_server_leaves_a_backup_in_the_vault(ims: Ims) -> None:
    world = ims.fake.world
    sound(world, status="ACTIVE")
    world.vaults.add(VAULT, capacity=160)
    image = made(ims, WHOLE, OF_SERVER)
    backup = world.backups[image["__backup_id"]]
    assert image["__whole_image"] == "true"
    assert (backup.kind, backup.image_id, backup.size) == ("CBR", image["id"], 160)
    assert (backup.server_id, backup.os_version) == (SERVER, world.servers[SERVER].os_version)
    assert image["__data_origin"] == f"server_backup,{backup.id}"
    assert (image["enterprise_project_id"], image["container_format"]) == ("0", "bare")
    assert (world.vaults[VAULT].used, world.vaults[VAULT].server_ids) == (160, [SERVER])
    assert world.servers[SERVER].vault_id == VAULT
    assert image["min_disk"] == 60


def test_a_whole_image_without_a_vault_is_of_a_csbs_backup(ims: Ims) -> None:
    image = made(ims, WHOLE, {"name": "whole", "instance_id": SERVER})
    assert ims.fake.world.backups[image["__backup_id"]].kind == "CSBS"


def test_a_backup_makes_one_image_until_that_is_gone(ims: Ims) -> None:
    image = made(ims, WHOLE, OF_BACKUP)
    assert (image["__backup_id"], image["__data_origin"]) == (BACKUP, f"server_backup,{BACKUP}")
    backup = ims.fake.world.backups[BACKUP]
    assert (image["min_disk"], image["__os_version"]) == (backup.size, backup.os_version)
    assert image["__image_size"] == str(backup.size * 2**30)
    assert ims.refused(WHOLE, OF_BACKUP) == "IMG.0134"
    ims.fake.images[image["id"]].delete()
    made(ims, WHOLE, OF_BACKUP)


def test_an_image_is_deleted_with_its_backup_if_the_request_says_so(ims: Ims) -> None:
    world = ims.fake.world
    kept, gone = (made(ims, WHOLE, {**OF_CBR, "backup_id": one}) for one in (BACKUP, VAULT))
    ims.ask(f"DELETE /v2/images/{kept['id']}", {"delete_backup": False}, status=204)
    world.backups[VAULT].status = "restoring"
    route = f"DELETE /v2/images/{gone['id']}"
    assert ims.refused(route, {"delete_backup": True}) == "IMG.0176"
    world.backups[VAULT].status = "available"
    ims.ask(route, {"delete_backup": True}, status=204)
    assert (BACKUP in world.backups, VAULT in world.backups) == (True, False)


def test_a_backup_is_taken_while_the_job_runs_and_free_when_it_fails(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10m"
    ims.fake.world.backups.add(BACKUP)
    job = ims.job(WHOLE, OF_CBR)
    assert ims.refused(WHOLE, OF_CBR) == "IMG.0029"
    job.fail("IMG.0014")
    assert ims.job(WHOLE, OF_CBR).status == "INIT"


# through the job


def test_the_image_goes_through_its_statuses_with_the_job(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "100s"
    job = ims.job(ACTION, FROM_SERVER)
    assert (job.status, len(ims.fake.images), job.entities) == (
        "INIT", 0, {"image_name": "made"})
    ims.fake.clock.advance("37s")
    image = ims.fake.images[job.entities["image_id"]]
    assert (job.status, job.progress, image.status) == ("RUNNING", 37, "saving")
    ims.fake.clock.advance("63s")
    assert (job.status, job.progress, image.status) == ("SUCCESS", 100, "active")


def test_a_job_that_fails_while_it_runs_kills_its_image(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "100s"
    ims.fake.jobs.fail_next("IMG.0014", job_type="imsCreateImageByInstance")
    job = ims.job(ACTION, FROM_SERVER)
    ims.fake.clock.advance("100s")
    image = ims.fake.images[job.entities["image_id"]]
    assert (job.status, job.error_code, image.status) == ("FAIL", "IMG.0014", "killed")


def test_a_job_that_fails_at_once_makes_no_image(ims: Ims) -> None:
    ims.fake.jobs.fail_next("IMG.0014")
    assert ims.job(ACTION, FROM_SERVER).status == "FAIL"
    assert len(ims.fake.images) == 0


def test_a_server_that_goes_meanwhile_fails_the_job(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "100s"
    sound(ims.fake.world)
    job = ims.job(ACTION, FROM_SERVER)
    ims.fake.world.servers.remove(SERVER)
    ims.fake.clock.advance("100s")
    assert (job.status, job.error_code) == ("FAIL", "IMG.0005")


def test_an_image_that_is_deleted_meanwhile_fails_the_job(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "100s"
    job = ims.job(ACTION, FROM_SERVER)
    ims.fake.clock.advance("50s")
    ims.fake.images[job.entities["image_id"]].delete()
    ims.fake.clock.advance("50s")
    assert (job.status, job.error_code) == ("FAIL", "IMG.0144")


# rules


def set_(shelf: str, record: str, **fields: Any) -> Callable[[World], None]:
    """A sound world, but for some fields of one record."""
    def change(world: World) -> None:
        sound(world)
        world.backups.add(BACKUP, server_id=SERVER)
        world.vaults.add(VAULT)
        for name, value in fields.items():
            setattr(getattr(world, shelf)[record], name, value)
    return change


def nothing(world: World) -> None:
    world.known_only = True


def disabled_project(world: World) -> None:
    world.enterprise_projects.add(EPS, enabled=False)


def full(world: World) -> None:
    world.quota = 0


def full_vault(world: World) -> None:
    set_("vaults", VAULT, max_servers=1, server_ids=[EPS])(world)


RULES = [
    (ACTION, {}, nothing, "IMG.0013"),
    (ACTION, {"name": "made"}, nothing, "IMG.0012"),
    (ACTION, {**FROM_SERVER, "name": ""}, nothing, "IMG.0013"),
    (ACTION, {**FROM_SERVER, "name": "a" * 129}, nothing, "IMG.0002"),
    (ACTION, {**FROM_SERVER, "name": " a"}, nothing, "IMG.0003"),
    (ACTION, {**FROM_SERVER, "description": "a" * 1025}, nothing, "IMG.0004"),
    (ACTION, {**FROM_SERVER, "description": "a<b"}, nothing, "IMG.0054"),
    (ACTION, {**FROM_SERVER, "instance_id": "x"}, nothing, "IMG.0012"),
    (ACTION, {**FROM_SERVER, "tags": ["a b"]}, nothing, "IMG.0115"),
    (ACTION, {**FROM_SERVER, "tags": [str(n) for n in range(11)]}, nothing, "IMG.0116"),
    (ACTION, {**FROM_SERVER, "min_ram": -1}, nothing, "IMG.0055"),
    (ACTION, {**FROM_SERVER, "enterprise_project_id": "x"}, nothing, "IMG.0155"),
    (ACTION, {**FROM_SERVER, "volume_id": DISK}, nothing, "IMG.0001"),
    (ACTION, {**FROM_SERVER, **FROM_DISKS}, nothing, "IMG.0001"),
    (ACTION, {**FROM_SERVER, "enterprise_project_id": EPS}, nothing, "IMG.0155"),
    (ACTION, {**FROM_SERVER, "enterprise_project_id": EPS}, disabled_project, "IMG.0156"),
    (ACTION, FROM_SERVER, nothing, "IMG.0005"),
    (ACTION, FROM_SERVER, set_("servers", SERVER, system_disk=None), "IMG.0119"),
    (ACTION, FROM_SERVER, set_("servers", SERVER, status="ACTIVE"), "IMG.0008"),
    (ACTION, FROM_SERVER, set_("servers", SERVER, task="rebooting"), "IMG.0010"),
    (ACTION, FROM_SERVER, set_("servers", SERVER, supports_images=False), "IMG.0063"),
    (ACTION, FROM_SERVER, set_("servers", SERVER, is_reclaimed=True), "IMG.0164"),
    (ACTION, FROM_SERVER, set_("disks", DISK, status="error"), "IMG.0006"),
    (ACTION, FROM_SERVER, set_("disks", DISK, status="creating"), "IMG.0110"),
    (ACTION, FROM_SERVER, set_("disks", DISK, dedicated=True), "IMG.0153"),
    (ACTION, FROM_SERVER, set_("disks", DISK, size=1025), "IMG.0111"),
    (ACTION, FROM_SERVER, set_("disks", DATA_DISK, creates_servers=True), "IMG.0139"),
    (ACTION, {**FROM_SERVER, "max_ram": 512}, set_("servers", SERVER, min_ram=1024), "IMG.0055"),
    (ACTION, FROM_SERVER, full, "IMG.0015"),
    (ACTION, FROM_VOLUME, nothing, "IMG.0120"),
    (ACTION, {**FROM_VOLUME, "os_version": None}, nothing, "IMG.0056"),
    (ACTION, {**FROM_VOLUME, "os_version": "Nothing 1"}, nothing, "IMG.0056"),
    (ACTION, {**FROM_VOLUME, "type": "IsoImage"}, nothing, "IMG.0024"),
    (ACTION, FROM_VOLUME, set_("disks", DISK, status="error"), "IMG.0022"),
    (ACTION, FROM_VOLUME, set_("disks", DISK, size=1025), "IMG.0111"),
    (ACTION, {**FROM_VOLUME, "min_ram": 2, "max_ram": 1}, set_("disks", DISK), "IMG.0055"),
    (ACTION, FROM_VOLUME, full, "IMG.0015"),
    (ACTION, FROM_DISKS, nothing, "IMG.0120"),
    (ACTION, {"data_images": [FROM_DISKS["data_images"][0]] * 2}, nothing, "IMG.0120"),
    (ACTION, FROM_DISKS, set_("disks", DATA_DISK, server_id=EPS), "IMG.0140"),
    (ACTION, FROM_DISKS, set_("disks", DATA_DISK, status="creating"), "IMG.0022"),
    (ACTION, FROM_DISKS, set_("disks", DATA_DISK, dedicated=True), "IMG.0153"),
    (WHOLE, {}, nothing, "IMG.0013"),
    (WHOLE, {**OF_SERVER, **OF_BACKUP}, nothing, "IMG.0001"),
    (WHOLE, {"name": "w", "whole_image_type": "CBR"}, nothing, "IMG.0019"),
    (WHOLE, {**OF_BACKUP, "whole_image_type": "X"}, nothing, "IMG.0021"),
    (WHOLE, OF_SERVER, nothing, "IMG.0137"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, system_disk=None), "IMG.0119"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, supports_images=False), "IMG.0063"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, is_reclaimed=True), "IMG.0164"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, task="rebooting"), "IMG.0010"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, status="BUILD"), "IMG.0126"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, is_backed_up=True), "IMG.0136"),
    (WHOLE, OF_SERVER, set_("disks", DATA_DISK, dedicated=True), "IMG.0153"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, uses_csbs=True), "IMG.0186"),
    (WHOLE, OF_SERVER, set_("vaults", VAULT, status="frozen"), "IMG.0188"),
    (WHOLE, OF_SERVER, set_("vaults", VAULT, object_type="disk"), "IMG.0193"),
    (WHOLE, OF_SERVER, set_("servers", SERVER, vault_id="another"), "IMG.0183"),
    (WHOLE, OF_SERVER, full_vault, "IMG.0185"),
    (WHOLE, OF_SERVER, set_("vaults", VAULT, capacity=159), "IMG.0182"),
    (WHOLE, OF_SERVER, full, "IMG.0015"),
    (WHOLE, OF_BACKUP, nothing, "IMG.0127"),
    (WHOLE, OF_CBR, nothing, "IMG.0020"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, kind="CSBS"), "IMG.0198"),
    (WHOLE, OF_BACKUP, set_("backups", BACKUP, is_accessible=False), "IMG.0133"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, is_accessible=False), "IMG.0165"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, supports_images=False), "IMG.0180"),
    (WHOLE, OF_BACKUP, set_("backups", BACKUP, supports_images=False), "IMG.0190"),
    (WHOLE, OF_BACKUP, set_("backups", BACKUP, status="protecting"), "IMG.0132"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, status="protecting"), "IMG.0032"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, has_system_disk=False), "IMG.0033"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, has_shared_disks=True), "IMG.0105"),
    (WHOLE, OF_CBR, set_("backups", BACKUP, os_version=None), "IMG.0195"),
]


@pytest.mark.parametrize(("route", "body", "world", "code"), RULES,
                         ids=[f"{n} {rule[3]}" for n, rule in enumerate(RULES)])
def test_a_rule_that_is_broken_has_its_code(
    ims: Ims, route: str, body: object, world: Callable[[World], None], code: str
) -> None:
    world(ims.fake.world)
    assert ims.refused(route, body) == code
    assert len(ims.fake.images) == len(ims.fake.jobs) == 0


def test_a_vault_that_is_not_there(ims: Ims) -> None:
    sound(ims.fake.world)
    ims.fake.world.known_only = True
    assert ims.refused(WHOLE, OF_SERVER) == "IMG.0184"


@pytest.mark.parametrize("route", [ACTION, WHOLE])
def test_no_body_and_a_body_that_is_no_object(ims: Ims, route: str) -> None:
    assert ims.refused(route) == "IMG.0007"
    assert ims.refused(route, []) == "IMG.0001"
    assert ims.refused(route, "text") == "IMG.0001"


def test_a_reader_makes_no_image(ims: Ims) -> None:
    reader = ims.fake.tenant("p2", roles=["reader"])
    assert ims.refused(ACTION, FROM_SERVER, status=403, headers=reader.headers) == "IMG.0026"


def test_a_disk_in_the_right_size_is_not_refused(ims: Ims) -> None:
    set_("disks", DISK, size=1024)(ims.fake.world)
    ims.fake.world.quota = 1
    assert made(ims, ACTION, FROM_SERVER)["min_disk"] == 1024
    assert ims.refused(ACTION, FROM_SERVER) == "IMG.0015"


@pytest.mark.parametrize(("route", "body", "world"), [
    (ACTION, FROM_VOLUME, set_("disks", DISK, size=1024)),
    (ACTION, {**FROM_VOLUME, "min_ram": 1024, "max_ram": 1024}, set_("disks", DISK)),
    (ACTION, {**FROM_SERVER, "max_ram": 1024}, set_("servers", SERVER, min_ram=1024)),
    (ACTION, {**FROM_SERVER, "max_ram": 1024, "min_ram": 1024}, set_("servers", SERVER)),
    (ACTION, {**FROM_SERVER, "name": "a" * 128}, set_("servers", SERVER)),
    (ACTION, {**FROM_SERVER, "description": "a" * 1024}, set_("servers", SERVER)),
    (ACTION, {**FROM_SERVER, "tags": [str(n) for n in range(10)]}, set_("servers", SERVER)),
    (WHOLE, OF_SERVER, set_("vaults", VAULT, capacity=160)),
    (WHOLE, OF_SERVER, set_("vaults", VAULT, max_servers=1)),
])
def test_what_is_just_within_a_rule_is_made(
    ims: Ims, route: str, body: object, world: Callable[[World], None]
) -> None:
    world(ims.fake.world)
    assert made(ims, route, body)["status"] == "active"
