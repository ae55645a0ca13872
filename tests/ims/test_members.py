"""Members in batch, and those of Huawei's client below a project: both faces, each rule."""

from __future__ import annotations

from typing import Any

import pytest
from freezegun import freeze_time

from .conftest import Ims

MEMBERS = "/v1/cloudimages/members"
BACKUP = "9b27efab-4a17-4c06-bfa2-3e0cf021d3c3"
KEY = "bd66288c-9081-460a-8227-4cbd0c814cb4"


def body(*images: Any, projects: Any = ("p2",)) -> dict[str, Any]:
    return {"images": [getattr(image, "id", image) for image in images], "projects": projects}


def test_images_are_shared_with_several_tenants(ims: Ims) -> None:
    images = [ims.fake.images.add(name=name) for name in "ab"]
    job = ims.job(f"POST {MEMBERS}", body(*images, projects=["p2", "p3"]))
    assert (job.type, job.status) == ("imsAddImageMembersJob", "SUCCESS")
    assert job.entities == {"results": [{"image_id": image.id, "status": "success"}
                                        for image in images]}
    for image in images:
        native = ims.ask(f"GET /v2/images/{image.id}/members", status=200)["members"]
        assert [(one["member_id"], one["status"]) for one in native] == [
            ("p2", "pending"), ("p3", "pending")]
        assert (image.visibility, image["__imagetype"]) == ("shared", "shared")


def test_who_is_a_member_stays_what_he_is(ims: Ims) -> None:
    image = ims.fake.images.add(name="a", members={"p2": "accepted"})
    ims.job(f"POST {MEMBERS}", body(image, projects=["p2", "p2", "p3"]))
    assert image.members == {"p2": "accepted", "p3": "pending"}


def test_members_are_removed_and_the_image_is_private_again(ims: Ims) -> None:
    image = ims.fake.images.add(name="a", members=["p2", "p3"])
    job = ims.job(f"DELETE {MEMBERS}", body(image, projects=["p2", "p3", "p4"]))
    assert (job.type, job.entities) == ("imsDelImageMembersJob", {"results": []})
    assert (image.members, image.visibility) == ({}, "private")


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_member_accepts_or_rejects(ims: Ims, status: str) -> None:
    image = ims.fake.images.add(name="a", members=["p2"])
    member = ims.fake.tenant("p2")
    ims.job(f"PUT {MEMBERS}", {"images": [image.id], "project_id": "p2", "status": status},
            headers=member.headers)
    assert image.members == {"p2": status}
    listed = ims.ask(f"GET /v2/cloudimages?member_status={status}&visibility=shared"
                     "&__imagetype=shared", headers=member.headers, status=200)["images"]
    assert [one["id"] for one in listed] == [image.id]


def test_sharing_takes_its_time_and_may_fail(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    image = ims.fake.images.add(name="a")
    job = ims.job(f"POST {MEMBERS}", body(image))
    ims.fake.clock.advance("9s")
    assert image.members == {}
    ims.fake.clock.advance("1s")
    assert image.members == {"p2": "pending"}
    job = ims.job(f"POST {MEMBERS}", body(image, projects=["p3"]))
    image.delete()
    ims.fake.clock.advance("10s")
    assert (job.status, job.error_code) == ("FAIL", "IMG.0144")
    assert job.entities["results"] == [{"image_id": image.id, "status": "failed"}]


@freeze_time("2026-05-04 12:00")
def test_an_image_changes_at_the_instant_at_which_its_job_ends(ims: Ims) -> None:
    image = ims.fake.images.add(name="a")
    ims.fake.lifecycle.jobs = "10s"
    for verb, instant in (("POST", "12:00:10"), ("DELETE", "12:01:10")):
        ims.job(f"{verb} {MEMBERS}", body(image))
        ims.fake.clock.advance("1m")
        seen = ims.ask(f"GET /v2/images/{image.id}", status=200)
        assert seen["updated_at"] == f"2026-05-04T{instant}Z"


@freeze_time("2026-05-04 12:00")
def test_a_member_changes_at_the_instant_at_which_its_job_ends(ims: Ims) -> None:
    image = ims.fake.images.add(name="a")
    ims.fake.lifecycle.jobs = "10s"
    ims.job(f"POST {MEMBERS}", body(image))
    ims.fake.clock.advance("1m")
    ims.job(f"PUT {MEMBERS}", {"images": [image.id], "project_id": "p2", "status": "accepted"},
            headers=ims.fake.tenant("p2").headers)
    ims.fake.clock.advance("1m")
    member = ims.ask(f"GET /v2/images/{image.id}/members/p2", status=200)
    assert (member["created_at"], member["updated_at"]) == (
        "2026-05-04T12:00:10Z", "2026-05-04T12:01:10Z")


def test_jobs_that_end_between_two_requests_end_one_after_another(ims: Ims) -> None:
    image = ims.fake.images.add(name="a")
    ims.fake.lifecycle.jobs = "10s"
    ims.job(f"POST {MEMBERS}", body(image))
    ims.fake.lifecycle.jobs = "20s"
    ims.job(f"DELETE {MEMBERS}", body(image))
    ims.fake.clock.advance("1m")
    assert image.members == {}


@pytest.mark.parametrize(("image", "code"), [
    ({"visibility": "public"}, "IMG.0089"),
    ({"status": "queued"}, "IMG.0046"),
    ({"__whole_image": "true", "__backup_id": BACKUP}, "IMG.0135"),
    ({"__system__cmkid": KEY}, "IMG.0098"),
    ({"members": [f"m{n}" for n in range(256)]}, "IMG.0088"),
    ({"__whole_image": "true", "members": [f"m{n}" for n in range(10)]}, "IMG.0088"),
])
def test_an_image_that_may_not_be_shared(ims: Ims, image: dict[str, Any], code: str) -> None:
    ims.fake.world.backups.add(BACKUP, kind="CSBS")
    ims.fake.world.keys.add(KEY, is_default=True)
    there = ims.fake.images.add(name="a", **image)
    assert ims.refused(f"POST {MEMBERS}", body(there)) == code


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_whole_image_of_a_cbr_backup_of_ones_own_can_be_shared(
    ims: Ims, is_shared: bool
) -> None:
    ims.fake.world.backups.add(BACKUP, kind="CBR", is_shared=is_shared)
    image = ims.fake.images.add(name="a", **{"__whole_image": "true", "__backup_id": BACKUP})
    if is_shared:
        assert ims.refused(f"POST {MEMBERS}", body(image)) == "IMG.0135"
    else:
        ims.job(f"POST {MEMBERS}", body(image))


def test_who_may_share_what(ims: Ims) -> None:
    mine = ims.fake.images.add(name="a", members=["p2"])
    assert ims.refused(f"POST {MEMBERS}", body(mine, projects=[ims.fake.project_id])) == "IMG.0076"
    member = ims.fake.tenant("p2")
    assert ims.refused(f"POST {MEMBERS}", body(mine, projects=["p3"]),
                       headers=member.headers) == "IMG.0047"
    assert ims.refused(f"DELETE {MEMBERS}", body(mine), headers=member.headers) == "IMG.0047"
    other = ims.fake.images.add(name="b", owner="p3")
    assert ims.refused(f"POST {MEMBERS}", body(mine, other, projects=["p4"])) == "IMG.0027"
    assert ims.refused(f"POST {MEMBERS}", body("no-uuid")) == "IMG.0066"
    assert ims.refused(f"POST {MEMBERS}", body(projects=["p2"])) == "IMG.0066"
    assert ims.refused(f"POST {MEMBERS}", body(mine, projects=[])) == "IMG.0067"
    assert ims.refused(f"POST {MEMBERS}", body(mine, projects=[3])) == "IMG.0067"
    assert ims.refused(f"POST {MEMBERS}", {"images": [mine.id]}) == "IMG.0067"


@pytest.mark.parametrize("project", ["", "p2", "p3"])
def test_a_public_image_is_refused_before_it_matters_who_asks(ims: Ims, project: str) -> None:
    image = ims.fake.images.add(name="a", members=["p2"])
    image.set(visibility="public")
    headers = ims.fake.tenant(project or ims.fake.project_id).headers
    for method in ("POST", "DELETE"):
        assert ims.refused(f"{method} {MEMBERS}", body(image), headers=headers) == "IMG.0089"


def test_an_image_that_was_turned_public_is_not_accepted(ims: Ims) -> None:
    image = ims.fake.images.add(name="a", members=["p2"])
    headers = ims.fake.tenant("p2").headers
    request = {"images": [image.id], "project_id": "p2", "status": "accepted"}
    ims.fake.lifecycle.jobs = "10s"
    job = ims.job(f"PUT {MEMBERS}", request, headers=headers)
    image.set(visibility="public")
    assert ims.refused(f"PUT {MEMBERS}", request, headers=headers) == "IMG.0089"
    ims.fake.clock.advance("10s")
    assert (job.status, job.error_code) == ("FAIL", "IMG.0047")
    assert image.members == {"p2": "pending"}


def test_only_the_member_says_whether_it_accepts(ims: Ims) -> None:
    image = ims.fake.images.add(name="a", members=["p2"])
    request = {"images": [image.id], "project_id": "p2", "status": "accepted"}
    assert ims.refused(f"PUT {MEMBERS}", request) == "IMG.0030"
    stranger = ims.fake.tenant("p3")
    assert ims.refused(f"PUT {MEMBERS}", {**request, "project_id": "p3"},
                       headers=stranger.headers) == "IMG.0027"
    mine = {**request, "project_id": ims.fake.project_id}
    assert ims.refused(f"PUT {MEMBERS}", mine) == "IMG.0027"
    assert ims.refused(f"PUT {MEMBERS}", {**request, "status": "pending"}) == "IMG.0001"
    ims.job(f"PUT {MEMBERS}", request, headers=ims.fake.tenant("op", roles=["admin"]).headers)
    assert image.members == {"p2": "accepted"}


def test_members_below_a_project_come_in_pages(ims: Ims) -> None:
    image = ims.fake.images.add(name="a", members=["p2", "p3", "p4"])
    path = f"/v1/{ims.fake.project_id}/cloudimages/{image.id}/members"
    page = ims.ask(f"GET {path}?limit=2", status=200)
    assert [one["member_id"] for one in page["members"]] == ["p2", "p3"]
    assert page["page_info"] == {"next_marker": "p3"}
    rest = ims.ask(f"GET {path}?limit=2&marker=p3", status=200)
    assert [one["member_id"] for one in rest["members"]] == ["p4"]
    assert "page_info" not in rest
    one = ims.ask(f"GET {path}/p2", status=200)
    assert (one["member_type"], one["status"], one["image_id"]) == (
        "project", "pending", image.id)
    assert ims.refused(f"GET {path}?limit=0") == "IMG.0001"
    assert ims.refused(f"GET {path}?marker=p9") == "IMG.0001"
    assert ims.refused(f"GET {path}/p9") == "IMG.0108"
    assert ims.refused(f"GET /v1/p9/cloudimages/{image.id}/members") == "IMG.0030"
