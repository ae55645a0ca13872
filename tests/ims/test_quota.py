"""Page *Querying the Image Quota*, and the quota on both faces."""

from __future__ import annotations

import pytest

from fake_ims import FakeIMS

from .conftest import Ims

QUOTA = "GET /v1/cloudimages/quota"
FROM_FILE = {"name": "i", "image_url": "ims:a.vhd", "min_disk": 40,
             "os_version": "CentOS 7.0 64bit"}


def used(ims: Ims, project: str = "") -> object:
    headers = ims.fake.tenant(project).headers if project else None
    return ims.ask(QUOTA, status=200, headers=headers)["quotas"]["resources"][0]["used"]


def test_a_new_project_has_room_for_1000_images(ims: Ims) -> None:
    assert ims.ask(QUOTA, status=200) == {"quotas": {"resources": [
        {"type": "image", "used": 0, "quota": 1000, "min": 1, "max": 1000}]}}


def test_the_maximum_is_never_less_than_the_quota(ims: Ims) -> None:
    for quota, most in ((0, 1000), (1000, 1000), (1001, 1001)):
        ims.fake.world.quota = quota
        found = ims.ask(QUOTA, status=200)["quotas"]["resources"][0]
        assert (found["quota"], found["max"]) == (quota, most)


def test_images_of_both_faces_count_until_they_are_deleted(ims: Ims) -> None:
    native = ims.ask("POST /v2/images", {"name": "a"}, status=201)["id"]
    ims.job("POST /v2/cloudimages/action", FROM_FILE)
    assert used(ims) == 2
    ims.ask(f"DELETE /v2/images/{native}", status=204)
    assert used(ims) == 1


def test_images_of_others_do_not_count(ims: Ims) -> None:
    ims.fake.images.add(name="s", owner="p2", members={ims.fake.project_id: "accepted"})
    ims.fake.images.add(name="g", owner="op", visibility="public")
    assert used(ims) == 0
    assert used(ims, "p2") == 1


def test_public_images_do_not_count(ims: Ims) -> None:
    admin = ims.fake.tenant(ims.fake.project_id, roles=("admin",)).headers
    ims.fake.world.quota = 1
    image = ims.fake.images.add(name="CentOS", visibility="public", protected=True)
    assert used(ims) == 0
    own = ims.ask("POST /v2/images", {"name": "a"}, status=201)["id"]
    assert ims.refused("POST /v2/images", {"name": "b"}, status=413) == "IMG.0015"
    ims.fake.images[own].delete()
    image.set(visibility="private")
    assert used(ims) == 1
    assert ims.refused("POST /v2/images", {"name": "b"}, status=413, headers=admin) == "IMG.0015"
    image.set(visibility="public")
    assert used(ims) == 0
    image.delete()
    assert used(ims) == 0


@pytest.mark.parametrize("jobs", ["100s", "polls(3)", "by hand"])
def test_images_that_jobs_will_make_count(ims: Ims, jobs: str) -> None:
    ims.fake.lifecycle.jobs = jobs
    ims.fake.world.quota = 1
    job = ims.job("POST /v2/cloudimages/action", FROM_FILE)
    assert job.status == "INIT"
    assert used(ims) == 1
    assert ims.refused("POST /v2/cloudimages/action", FROM_FILE) == "IMG.0015"
    assert ims.refused("POST /v2/images", {"name": "a"}, status=413) == "IMG.0015"
    job.start()
    assert used(ims) == 1
    job.succeed()
    assert used(ims) == 1


def test_a_job_that_fails_before_it_makes_an_image_gives_its_place_back(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "100s"
    ims.fake.world.quota = 1
    ims.job("POST /v2/cloudimages/action", FROM_FILE).fail("IMG.0057")
    assert used(ims) == 0
    ims.job("POST /v2/cloudimages/action", FROM_FILE)


def test_each_image_of_one_job_counts(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "100s"
    ims.job("POST /v2/cloudimages/action", {"data_images": [
        {"name": name, "volume_id": volume_id} for name, volume_id in (
            ("a", "11111111-2222-3333-4444-555555555555"),
            ("b", "11111111-2222-3333-4444-666666666666"))]})
    assert used(ims) == 2
    ims.fake.clock.advance("100s")
    assert used(ims) == 2


def test_the_last_place_is_given_and_no_more_on_either_face(ims: Ims) -> None:
    ims.fake.world.quota = 2
    ims.ask("POST /v2/images", {"name": "a"}, status=201)
    ims.job("POST /v2/cloudimages/action", FROM_FILE)
    assert ims.refused("POST /v2/cloudimages/action", FROM_FILE) == "IMG.0015"
    assert ims.refused("POST /v2/images", {"name": "c"}, status=413) == "IMG.0015"
    assert used(ims) == 2
    other = ims.fake.tenant("p2").headers
    ims.ask("POST /v2/images", {"name": "a"}, status=201, headers=other)


def test_the_quota_is_the_owners_whoever_asks(ims: Ims) -> None:
    ims.fake.world.quota = 1
    admin = ims.fake.tenant("ops", roles=("admin",)).headers
    body = {"name": "a", "owner": "p2"}
    ims.ask("POST /v2/images", body, status=201, headers=admin)
    assert ims.refused("POST /v2/images", body, status=413, headers=admin) == "IMG.0015"


def test_permission_and_format_go_before_the_quota(ims: Ims) -> None:
    ims.fake.world.quota = 0
    reader = ims.fake.tenant("p2", roles=("reader",)).headers
    assert ims.refused("POST /v2/images", {"name": "a"}, status=403,
                       headers=reader) == "IMG.0026"
    assert ims.refused("POST /v2/images", {"min_disk": 1025}) == "IMG.0055"


def test_what_a_test_puts_there_needs_no_room(ims: Ims) -> None:
    ims.fake.world.quota = 1
    for number in range(3):
        ims.fake.images.add(name=str(number))
    assert used(ims) == 3
    assert ims.refused("POST /v2/images", {"name": "a"}, status=413) == "IMG.0015"


def test_a_caller_without_roles_does_not_see_the_quota(ims: Ims) -> None:
    headers = ims.fake.tenant("p2", roles=()).headers
    assert ims.refused(QUOTA, status=403, headers=headers) == "IMG.0026"


def test_glance_knows_no_quota(ims: Ims) -> None:
    with FakeIMS(profile="openstack") as fake:
        fake.world.quota = 0
        answer = ims.session.post(fake.url + "/v2/images", json={"name": "a"},
                                  headers=fake.headers)
        assert answer.status_code == 201
