"""Lists and changes of images by the IMS APIs, quota, operating systems, and both faces."""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest

from .conftest import Ims

LIST = "GET /v2/cloudimages"
EPS = "bd66288c-9081-460a-8227-4cbd0c814cb4"
LINUX = "CentOS 7.0 64bit"


def names(ims: Ims, query: str = "", **more: Any) -> list[str]:
    return [image["name"] for image in ims.ask(f"{LIST}?{query}", status=200, **more)["images"]]


# lists


def populate(ims: Ims) -> None:
    mine = ims.fake.project_id
    add = ims.fake.images.add
    add(name="plain", min_disk=40, tags=["a.b", "c=d"], created_at=1_600_000_000,
        **{"__os_version": LINUX})
    add(name="windows", min_ram=1024, disk_format="vhd", protected=True,
        created_at=1_600_000_100, **{"__os_version": "Windows 7 Professional 32bit"})
    add(name="killed", status="killed", created_at=1_600_000_200)
    add(name="whole", created_at=1_600_000_300, **{"__whole_image": "true",
                                                   "enterprise_project_id": EPS})
    add(name="arm", created_at=1_600_000_400, **{"__support_arm": "true",
                                                 "__system__cmkid": EPS,
                                                 "virtual_env_type": "DataImage"})
    add(name="gold", visibility="public", owner="op", protected=True, created_at=1_600_000_500)
    add(name="accepted", owner="p2", members={mine: "accepted"}, created_at=1_600_000_600)
    add(name="pending", owner="p2", members={mine: "pending"}, created_at=1_600_000_700)
    add(name="hidden", owner="p2", created_at=1_600_000_800)
    add(name="unregistered", created_at=1_600_000_900, **{"__isregistered": "false"})


ALL = ["accepted", "gold", "arm", "whole", "killed", "windows", "plain"]


@pytest.mark.parametrize(("query", "found"), [
    ("", ALL),
    ("__imagetype=gold&visibility=public&protected=true", ["gold"]),
    ("__imagetype=private", ["arm", "whole", "killed", "windows", "plain"]),
    ("member_status=accepted&visibility=shared&__imagetype=shared", ["accepted"]),
    ("member_status=pending&visibility=shared&__imagetype=shared", ["pending"]),
    ("__isregistered=true&name=plain", ["plain"]),
    ("__whole_image=true", ["whole"]),
    ("__whole_image=false&owner=MINE", ["arm", "killed", "windows", "plain"]),
    (f"__system__cmkid={EPS}", ["arm"]),
    ("virtual_env_type=DataImage", ["arm"]),
    ("architecture=arm", ["arm"]),
    ("architecture=x86&owner=MINE", ["whole", "killed", "windows", "plain"]),
    ("status=killed", ["killed"]),
    ("disk_format=vhd", ["windows"]),
    ("container_format=bare&min_ram=1024", ["windows"]),
    ("min_disk=40", ["plain"]),
    ("__os_bit=32", ["windows"]),
    ("__platform=CentOS", ["plain"]),
    ("__os_type=Windows", ["windows"]),
    ("tag=a=b", ["plain"]),
    ("tag=c=d", ["plain"]),
    (f"enterprise_project_id={EPS}", ["whole"]),
    ("enterprise_project_id=0&owner=MINE", ["arm", "killed", "windows", "plain"]),
    ("enterprise_project_id=all_granted_eps", ALL),
    ("created_at=lt:2020-09-13T12:28:20Z", ["plain"]),
    ("created_at=lte:2020-09-13%2012:28:20", ["windows", "plain"]),
    ("created_at=eq:2020-09-13T12:28:20Z", ["windows"]),
    ("created_at=gt:2020-09-13T12:35:00Z", ["accepted"]),
    ("updated_at=neq:2020-09-13T12:28:20Z&owner=MINE", ["arm", "whole", "killed", "plain"]),
    ("sort_key=name&sort_dir=asc&limit=2", ["accepted", "arm"]),
    ("sort_dir=asc&limit=1", ["plain"]),
    ("name=in:plain,gold", ["gold", "plain"]),
])
def test_a_filter_chooses(ims: Ims, query: str, found: list[str]) -> None:
    populate(ims)
    assert names(ims, query.replace("MINE", ims.fake.project_id)) == found


def test_a_flavor_chooses_by_its_memory_and_architecture(ims: Ims) -> None:
    populate(ims)
    ims.fake.world.flavors.add("small", ram=512)
    ims.fake.world.flavors.add("arm.1", architecture="arm")
    assert "windows" not in names(ims, "flavor_id=small")
    assert names(ims, "flavor_id=arm.1") == ["arm"]
    ims.fake.world.known_only = True
    assert ims.refused(f"{LIST}?flavor_id=unknown") == "IMG.0192"


@pytest.mark.parametrize(("query", "code"), [
    ("__imagetype=silver", "IMG.0024"), ("__whole_image=yes", "IMG.0001"),
    ("architecture=mips", "IMG.0212"), ("limit=x", "IMG.0001"), ("limit=-1", "IMG.0001"),
    ("sort_key=owner", "IMG.0001"), ("sort_dir=up", "IMG.0001"), ("protected=yes", "IMG.0001"),
    ("created_at=lt:yesterday", "IMG.0001"), ("member_status=x", "IMG.0001"),
    ("visibility=x", "IMG.0001"), (f"marker={EPS}", "IMG.0144"), ("flavor_id=", "IMG.0192"),
])
def test_a_filter_that_cannot_be_read_has_its_code(ims: Ims, query: str, code: str) -> None:
    assert ims.refused(f"{LIST}?{query}") == code


def test_an_enterprise_project_that_is_not_known(ims: Ims) -> None:
    ims.fake.world.known_only = True
    assert ims.refused(f"{LIST}?enterprise_project_id={EPS}") == "IMG.0155"


def test_pages_follow_the_marker_and_hold_500_images(ims: Ims) -> None:
    for number in range(501):
        ims.fake.images.add(name=str(number))
    page = ims.ask(LIST, status=200)["images"]
    assert (len(page), page[0]["name"]) == (500, "500")
    assert names(ims, f"marker={page[-1]['id']}") == ["0"]
    assert len(names(ims, "limit=501")) == 501


def test_a_user_sees_the_enterprise_projects_that_he_is_granted(ims: Ims) -> None:
    for project in ("0", EPS):
        ims.fake.images.add(name=project, owner="p2", **{"enterprise_project_id": project})
    ims.fake.images.add(name="gold", visibility="public", owner="op")
    headers = ims.fake.tenant("p2", enterprise_projects=[EPS]).headers
    assert names(ims, "", headers=headers) == ["gold", EPS]
    assert names(ims, "enterprise_project_id=all_granted_eps", headers=headers) == ["gold", EPS]
    assert names(ims, "enterprise_project_id=0", headers=headers) == ["gold"]


def test_both_faces_show_the_same_document(ims: Ims) -> None:
    populate(ims)
    for image in ims.ask(LIST, status=200)["images"]:
        assert image == ims.ask(f"GET /v2/images/{image['id']}", status=200)


# changes


def change(path: str, value: object = None, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "path": path, **({} if op == "remove" else {"value": value})}


def test_an_image_is_changed_on_both_faces(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", **{"__description": "old"})
    document = ims.ask(f"PATCH /v2/cloudimages/{image.id}", [
        change("/name", "new"), change("/__description", "d"),
        change("/__support_xen", "true", "add"), change("/min_ram", "1024"),
        change("/max_ram", 4096, "add"), change("/hw_firmware_type", "uefi", "add"),
        change("/enterprise_project_id", EPS, "add"), change("/my_own", "x", "add")], status=200)
    wanted = {"name": "new", "__description": "d", "__support_xen": "true", "min_ram": 1024,
              "max_ram": "4096", "hw_firmware_type": "uefi", "enterprise_project_id": EPS,
              "my_own": "x"}
    assert {name: document[name] for name in wanted} == wanted
    assert document == ims.ask(f"GET /v2/images/{image.id}", status=200)
    document = ims.ask(f"PATCH /v2/cloudimages/{image.id}", [change("/my_own", op="remove")])
    assert "my_own" not in document


@pytest.mark.parametrize(("changes", "code"), [
    ([change("/name", "a" * 129)], "IMG.0002"), ([change("/name", "a*")], "IMG.0003"),
    ([change("/name", "")], "IMG.0013"), ([change("/name", None)], "IMG.0013"),
    ([change("/__description", "d" * 1025, "add")], "IMG.0004"),
    ([change("/__description", "<", "add")], "IMG.0054"),
    ([change("/min_ram", -1)], "IMG.0055"), ([change("/min_ram", "x")], "IMG.0055"),
    ([change("/max_ram", "x", "add")], "IMG.0055"),
    ([change("/hw_firmware_type", "x", "add")], "IMG.0141"),
    ([change("/owner", "p2")], "IMG.0035"), ([change("/tags", [])], "IMG.0035"),
    ([change("/status", "active")], "IMG.0035"), ([change("/__imagetype", "gold")], "IMG.0035"),
    ([change("/visibility", "public")], "IMG.0035"),
    ([change("/Own", "x", "add")], "IMG.0001"),
    ([change("/nothing", "x")], "IMG.0035"), ([change("/nothing", op="remove")], "IMG.0035"),
    ([change("/name", op="remove")], "IMG.0035"),
    ([change("/__support_xen", "true", "add"), change("/__support_xen_hana", "true", "add")],
     "IMG.0035"),
    ([change("/name", "x", "move")], "IMG.0001"), ([{"op": "replace"}], "IMG.0001"),
    ({}, "IMG.0001"), (["x"], "IMG.0001"), (None, "IMG.0007"),
])
def test_a_change_that_may_not_be_changes_nothing(ims: Ims, changes: Any, code: str) -> None:
    image = ims.fake.images.add(name="i")
    before = image.attributes
    if isinstance(changes, list) and isinstance(changes[0], dict):
        changes = [change("/my_own", "x", "add"), *changes]
    assert ims.refused(f"PATCH /v2/cloudimages/{image.id}", changes) == code
    assert image.attributes == before


def test_which_images_may_be_changed(ims: Ims) -> None:
    changes = [change("/name", "x")]
    for status in ("queued", "killed", "saving"):
        image = ims.fake.images.add(name="i", status=status)
        assert ims.refused(f"PATCH /v2/cloudimages/{image.id}", changes) == "IMG.0046"
    gold = ims.fake.images.add(name="g", visibility="public", owner="op")
    assert ims.refused(f"PATCH /v2/cloudimages/{gold.id}", changes) == "IMG.0047"
    assert ims.refused(f"PATCH /v2/cloudimages/{EPS}", changes) == "IMG.0144"
    ims.fake.world.known_only = True
    image = ims.fake.images.add(name="i")
    assert ims.refused(f"PATCH /v2/cloudimages/{image.id}", [
        change("/enterprise_project_id", EPS, "add")]) == "IMG.0155"


def test_moving_to_an_enterprise_project_needs_an_action(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", owner="p2")
    headers = ims.fake.tenant("p2", actions=["ims:images:update"]).headers
    path = f"PATCH /v2/cloudimages/{image.id}"
    ims.ask(path, [change("/name", "x")], headers=headers, status=200)
    assert ims.refused(path, [change("/enterprise_project_id", EPS, "add")], headers=headers,
                       status=403) == "IMG.0026"


# the rest


def test_the_quota_counts_private_images(ims: Ims) -> None:
    ims.fake.world.quota = 20
    ims.fake.images.add(name="i")
    ims.fake.images.add(name="g", visibility="public", owner="op")
    assert ims.ask("GET /v1/cloudimages/quota", status=200) == {"quotas": {"resources": [
        {"type": "image", "used": 1, "quota": 20, "min": 1, "max": 1000}]}}


def test_operating_systems_come_by_platform(ims: Ims) -> None:
    groups = ims.ask("GET /v1/cloudimages/os_version", status=200)
    rows = {row["os_version"]: row for group in groups for row in group["version_list"]}
    assert rows["Windows 7 Professional 32bit"] == {
        "platform": "Windows", "os_version_key": "Windows 7 Professional 32bit",
        "os_version": "Windows 7 Professional 32bit", "os_bit": 32, "os_type": "Windows"}
    assert ims.ask("GET /v1/cloudimages/os_version?tag=x86", status=200) == groups
    assert ims.ask("GET /v1/cloudimages/os_version?tag=arm", status=200) == []
    for tag, bits, systems in (("uefi", {64}, {"Linux", "Windows"}), ("bms", {64}, {"Linux"})):
        chosen = [row for group in ims.ask(f"GET /v1/cloudimages/os_version?tag={tag}")
                  for row in group["version_list"]]
        assert {row["os_bit"] for row in chosen} == bits
        assert {row["os_type"] for row in chosen} <= systems
    assert ims.refused("GET /v1/cloudimages/os_version?tag=mips") == "IMG.0001"


class Walk:
    """Random operations of both faces, and what both must show after each."""

    def __init__(self, ims: Ims, seed: int) -> None:
        self.ims, self.fake, self.chance = ims, ims.fake, random.Random(seed)
        self.member = ims.fake.tenant("p2")
        self.moves = [
            self.native, self.patch, self.import_, self.quick_import, self.data_image,
            self.whole_image, self.register, self.copy, self.export, self.update, self.tag,
            self.tag_as_pair, self.tags_in_a_batch, self.untag, self.share, self.answer_share,
            self.answer_share_natively, self.unshare, self.unshare_natively, self.delete,
            self.deactivate, self.pace, self.end_a_job, self.from_server, self.data_disks,
            self.cross_region, self.upload, self.whole_server,
        ]

    def image(self) -> str:
        found = [image.id for image in self.fake.images]
        return self.chance.choice(found) if found else EPS

    def ask(self, route: str, body: object = None, **more: Any) -> Any:
        return self.ims.ask(route, body, **more)

    def native(self) -> None:
        self.ask("POST /v2/images", {"name": "native", "tags": ["n"]})

    def patch(self) -> None:
        self.ims.session.patch(
            f"{self.fake.url}/v2/images/{self.image()}", headers={
                **self.fake.headers,
                "Content-Type": "application/openstack-images-v2.1-json-patch"},
            json=[change("/name", f"n{self.chance.random()}")])

    def import_(self) -> None:
        self.ask("POST /v2/cloudimages/action", {
            "name": "ims", "image_url": "ims:a.vhd", "min_disk": 40, "os_version": LINUX})

    def quick_import(self) -> None:
        self.ask("POST /v2/cloudimages/quickimport/action", {
            "name": "quick", "image_url": "ims:a.zvhd2", "min_disk": 40, "os_version": LINUX})

    def data_image(self) -> None:
        self.ask("POST /v1/cloudimages/dataimages/action", {
            "name": "data", "image_url": "ims:d.vhd", "min_disk": 40, "tags": ["d.1"]})

    def whole_image(self) -> None:
        self.ask("POST /v1/cloudimages/wholeimages/action", {
            "name": "whole", "backup_id": str(uuid.UUID(int=self.chance.getrandbits(128))),
            "whole_image_type": "CBR"})

    def whole_server(self) -> None:
        self.ask("POST /v1/cloudimages/wholeimages/action", {
            "name": "whole server", "instance_id": EPS, "vault_id": EPS})

    def from_server(self) -> None:
        self.ask("POST /v2/cloudimages/action", {"name": "server", "instance_id": EPS})

    def data_disks(self) -> None:
        disk = self.fake.world.disks.add().id
        self.ask("POST /v2/cloudimages/action", {
            "data_images": [{"name": "of a disk", "volume_id": disk}]})

    def cross_region(self) -> None:
        self.ask(f"POST /v1/cloudimages/{self.image()}/cross_region_copy", {
            "name": "elsewhere", "region": "eu-nl", "project_name": "eu-nl", "agency_name": "a"})

    def upload(self) -> None:
        self.ims.session.put(f"{self.fake.url}/v2/images/{self.image()}/file", b"bytes", headers={
            **self.fake.headers, "Content-Type": "application/octet-stream"})

    def register(self) -> None:
        self.ask(f"PUT /v1/cloudimages/{self.image()}/upload", {"image_url": "ims:a.vhd"})

    def copy(self) -> None:
        self.ask(f"POST /v1/cloudimages/{self.image()}/copy", {"name": "copy"})

    def export(self) -> None:
        self.ask(f"POST /v1/cloudimages/{self.image()}/file", {
            "bucket_url": f"out:{self.chance.random()}", "file_format": "vhd"})

    def update(self) -> None:
        self.ask(f"PATCH /v2/cloudimages/{self.image()}", [change("/name", "changed")])

    def tag(self) -> None:
        self.ask(f"PUT /v2/images/{self.image()}/tags/t{self.chance.randrange(3)}")

    def tag_as_pair(self) -> None:
        self.ask("PUT /v1/cloudimages/tags", {
            "image_id": self.image(),
            "tag": f"t{self.chance.randrange(3)}.{self.chance.randrange(2)}"})

    def tags_in_a_batch(self) -> None:
        self.ask(f"POST /v2/{self.fake.project_id}/images/{self.image()}/tags/action", {
            "action": self.chance.choice(("create", "delete")),
            "tags": [{"key": f"t{number}", "value": "1"} for number in range(2)]})

    def untag(self) -> None:
        self.ask(f"DELETE /v2/{self.fake.project_id}/images/{self.image()}/tags/t1")

    def share(self) -> None:
        self.ask("POST /v1/cloudimages/members", {"images": [self.image()], "projects": ["p2"]})

    def answer_share(self) -> None:
        self.ask("PUT /v1/cloudimages/members", {
            "images": [self.image()], "project_id": "p2",
            "status": self.chance.choice(("accepted", "rejected"))}, headers=self.member.headers)

    def answer_share_natively(self) -> None:
        self.ask(f"PUT /v2/images/{self.image()}/members/p2",
                 {"status": self.chance.choice(("accepted", "rejected"))},
                 headers=self.member.headers)

    def unshare(self) -> None:
        self.ask("DELETE /v1/cloudimages/members",
                 {"images": [self.image()], "projects": ["p2"]})

    def unshare_natively(self) -> None:
        self.ask(f"DELETE /v2/images/{self.image()}/members/p2")

    def delete(self) -> None:
        self.ask(f"DELETE /v2/images/{self.image()}")

    def deactivate(self) -> None:
        action = self.chance.choice(("deactivate", "reactivate"))
        self.ask(f"POST /v2/images/{self.image()}/actions/{action}")

    def pace(self) -> None:
        """Jobs to come take no time, or wait for the test."""
        self.fake.lifecycle.jobs = self.chance.choice(("0s", "by hand"))

    def end_a_job(self) -> None:
        waiting = [job for job in self.fake.jobs if job.status in ("INIT", "RUNNING")]
        if waiting:
            job = self.chance.choice(waiting)
            self.chance.choice((job.start, job.succeed, job.fail))()

    def check(self) -> None:
        """Both faces show the same, to the owner and to the member."""
        project = self.fake.project_id
        native = self.ask("GET /v2/images?limit=1000", status=200)["images"]
        assert self.ask(f"{LIST}?limit=1000", status=200)["images"] == native
        theirs = [self.ask(f"{route}?limit=1000", status=200, headers=self.member.headers)[
            "images"] for route in ("GET /v2/images", LIST)]
        assert theirs[0] == theirs[1]
        used = self.ask("GET /v1/cloudimages/quota")["quotas"]["resources"][0]["used"]
        to_come = [job for job in self.fake.jobs if job.status == "INIT" and (
            "image_name" in job.entities and job.type != "imsCopyImageCrossRegionJob")]
        assert used == len(native) + len(to_come)
        texts = dict.fromkeys(tag for image in native for tag in image["tags"])
        listed = self.ask("GET /v1/cloudimages/tags?limit=1000", status=200)["tags"]
        assert listed == list(texts)
        keys: dict[str, int] = {}
        documents = iter(self.ims.shown(*(path for image in native for path in (
            f"/v2/{project}/images/{image['id']}/tags",
            f"/v2/images/{image['id']}",
            f"/v2/cloudimages?id={image['id']}",
            f"/v2/images/{image['id']}/members",
            f"/v1/{project}/cloudimages/{image['id']}/members"))))
        for image in native:
            pairs = [tag.partition("=") for tag in image["tags"]]
            for key in {key for key, _, _ in pairs}:
                keys[key] = keys.get(key, 0) + 1
            found = next(documents)["tags"]
            assert found == [{"key": key, "value": value} for key, _, value in pairs]
            assert next(documents) == image
            assert next(documents)["images"] == [image]
            members, listed = next(documents)["members"], next(documents)["members"]
            assert [{**one, "member_type": "project"} for one in members] == listed
        whole = self.ask(f"GET /v2/{project}/images/tags", status=200)["tags"]
        assert {tag["key"] for tag in whole} == set(keys)
        for key, count in keys.items():
            assert self.ask(f"POST /v2/{project}/images/resource_instances/action", {
                "action": "count", "tags": [{"key": key, "values": []}]})["total_count"] == count


@pytest.mark.parametrize("seed", range(8))
def test_the_two_faces_agree_after_any_sequence(ims: Ims, seed: int) -> None:
    walk = Walk(ims, seed)
    accepted: set[str] = set()
    for _ in range(80):
        move = walk.chance.choice(walk.moves)
        before = ims.fake.requests.recorded
        move()
        accepted |= {move.__name__ for one in ims.fake.requests
                     if one.number > before and one.status < 400}
        walk.check()
    assert len(accepted) > 12, accepted
    assert len(ims.fake.jobs) > 3


def test_the_walk_has_taken_every_operation(ims: Ims) -> None:
    """What is always refused compares nothing: here, each move is made until it is accepted."""
    walk = Walk(ims, 0)
    missing = {move.__name__ for move in walk.moves} - {"pace", "end_a_job"}
    for _ in range(3000):
        move = walk.chance.choice(walk.moves)
        before = ims.fake.requests.recorded
        move()
        missing -= {move.__name__ for one in ims.fake.requests.where()[-2:]
                    if one.number > before and one.status < 400}
        if not missing:
            break
    assert missing == set()
