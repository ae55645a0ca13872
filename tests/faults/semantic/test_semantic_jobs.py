"""Jobs that hang, fail, or lie."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, by_hand, polls
from fake_ims.errors import UnknownJobError
from fake_ims.faults import Faults

BOTH_ENDS = pytest.mark.parametrize("job_time", ["0s", "100m"])


def shown(look: Any, job: str) -> tuple[str, float]:
    document = look(job)
    return document["status"], document["entities"]["process_percent"]


@BOTH_ENDS
def test_a_job_hangs_until_the_fault_is_removed(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, begin: Any, look: Any, job_time: str
) -> None:
    fake_ims.lifecycle.jobs = job_time
    with faults.add("cloudimages.create", job_hangs=37, times=1) as fault:
        job, other = begin(), begin()
        fake_ims.clock.advance("1d")
        assert shown(look, job) == ("RUNNING", 37)
        assert look(job)["end_time"] is None
        assert shown(look, other) == ("SUCCESS", 100)
        image = look(job)["entities"]["image_id"]
        assert wire.status(image) == "saving"
    assert str(fault) == "cloudimages.create starts a job that hangs at 37%, once"
    assert shown(look, job) == ("SUCCESS", 100)
    assert wire.status(image) == "active"


@BOTH_ENDS
def test_a_job_hangs_until_the_test_lets_it_go_on(
    fake_ims: FakeIMS, faults: Faults, begin: Any, look: Any, job_time: str
) -> None:
    fake_ims.lifecycle.jobs = job_time
    faults.add("cloudimages.create", job_hangs=37.5)
    jobs = [begin() for _ in range(3)]
    fake_ims.clock.advance("1d")
    assert [shown(look, job) for job in jobs] == [("RUNNING", 37.5)] * 3
    fake_ims.jobs[jobs[0]].go_on()
    fake_ims.jobs[jobs[1]].succeed()
    fake_ims.jobs[jobs[2]].fail("IMG.0057")
    assert [look(job)["status"] for job in jobs] == ["SUCCESS", "SUCCESS", "FAIL"]
    assert look(jobs[2])["error_code"] == "IMG.0057"


def test_all_jobs_that_still_hang_go_on_with_the_fault(
    fake_ims: FakeIMS, faults: Faults, begin: Any, look: Any
) -> None:
    fault = faults.add("cloudimages.create", job_hangs=50)
    first, second = begin(), begin()
    fake_ims.jobs[first].go_on()
    third = begin()
    assert [look(job)["status"] for job in (first, second, third)] == [
        "SUCCESS", "RUNNING", "RUNNING"]
    fault.remove()
    assert [look(job)["status"] for job in (second, third)] == ["SUCCESS"] * 2


def test_a_job_gets_to_where_it_hangs_in_its_time(
    fake_ims: FakeIMS, faults: Faults, begin: Any, look: Any
) -> None:
    fake_ims.lifecycle.jobs = "100m"
    fault = faults.add("cloudimages.create", job_hangs=37)
    job = begin()
    seen = []
    for minutes in (1, 20, 20, 20):
        fake_ims.clock.advance(60 * minutes)
        seen.append(shown(look, job))
    assert seen == [("INIT", 1), ("RUNNING", 21), ("RUNNING", 37), ("RUNNING", 37)]
    fault.remove()
    assert shown(look, job) == ("RUNNING", 61)
    fake_ims.clock.advance("39m")
    assert shown(look, job) == ("SUCCESS", 100)


def test_a_job_that_waits_for_looks_hangs(
    fake_ims: FakeIMS, faults: Faults, begin: Any, look: Any
) -> None:
    fake_ims.lifecycle.jobs = polls(2)
    fault = faults.add("cloudimages.create", job_hangs=37)
    job = begin()
    assert [shown(look, job)[0] for _ in range(4)] == ["INIT", "RUNNING", "RUNNING", "RUNNING"]
    assert shown(look, job) == ("RUNNING", 37)
    fault.remove()
    assert shown(look, job) == ("SUCCESS", 100)


def test_a_job_in_the_hands_of_the_test_stands_where_it_hangs(
    fake_ims: FakeIMS, faults: Faults, begin: Any, look: Any
) -> None:
    fake_ims.lifecycle.jobs = by_hand
    fault = faults.add("cloudimages.create", job_hangs=37)
    job = begin()
    assert shown(look, job) == ("RUNNING", 37)
    fault.remove()
    assert shown(look, job) == ("RUNNING", 37)
    fake_ims.jobs[job].succeed()
    assert shown(look, job) == ("SUCCESS", 100)


@BOTH_ENDS
def test_a_job_fails_with_a_code(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, begin: Any, look: Any, job_time: str
) -> None:
    fake_ims.lifecycle.jobs = job_time
    fault = faults.add("cloudimages.create", job_fails="IMG.0057", times=1)
    job, other = begin(), begin()
    fake_ims.clock.advance("100m")
    document = look(job)
    assert (document["status"], document["error_code"]) == ("FAIL", "IMG.0057")
    assert document["fail_reason"]
    assert look(other)["status"] == "SUCCESS"
    assert str(fault) == "cloudimages.create starts a job that fails with IMG.0057, once"
    assert fake_ims.requests.of("cloudimages.create")[0].faults == (str(fault),)


def test_a_job_hangs_and_then_fails(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, begin: Any, look: Any
) -> None:
    fault = faults.add("cloudimages.create", job_hangs=90, job_fails="IMG.0057")
    job = begin()
    assert shown(look, job) == ("RUNNING", 90)
    image = look(job)["entities"]["image_id"]
    fault.remove()
    assert look(job)["error_code"] == "IMG.0057"
    assert wire.status(image) == "killed"


@BOTH_ENDS
def test_a_job_says_success_while_its_image_is_killed(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, begin: Any, look: Any, job_time: str
) -> None:
    fake_ims.lifecycle.jobs = job_time
    fault = faults.add(job_lies=True, times=1)
    job, other = begin(), begin()
    fake_ims.clock.advance("100m")
    lie, truth = look(job), look(other)
    assert [one["status"] for one in (lie, truth)] == ["SUCCESS", "SUCCESS"]
    assert lie["entities"]["process_percent"] == 100
    assert wire.status(lie["entities"]["image_id"]) == "killed"
    assert wire.status(truth["entities"]["image_id"]) == "active"
    assert str(fault) == ("every request starts a job that reports SUCCESS although its image is "
                          "killed, once")


def test_a_copy_that_lies_leaves_its_source_alone(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, look: Any
) -> None:
    source = fake_ims.images.add(name="source", visibility="private", data=b"abc",
                                 **{"__imagetype": "private"})
    faults.add("cloudimages.copy", job_lies=True)
    job = wire.post(f"/v1/cloudimages/{source.id}/copy", {"name": "copy"}).json["job_id"]
    copy = look(job)["entities"]["image_id"]
    assert (wire.status(copy), wire.status(source.id)) == ("killed", "active")


def test_each_part_of_a_job_hangs_and_lies(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, look: Any
) -> None:
    disks = ["c5dfbd0c-bf0a-4798-a453-61dc6b54aa30", "d5dfbd0c-bf0a-4798-a453-61dc6b54aa31"]
    server = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
    for disk in disks:
        fake_ims.world.disks.add(disk, size=10, server_id=server)
    fake_ims.world.servers.add(server, system_disk=None, data_disks=disks)
    fault = faults.add("cloudimages.create", job_hangs=10, job_lies=True)
    job = wire.post("/v2/cloudimages/action", {"data_images": [
        {"name": f"d{number}", "volume_id": disk} for number, disk in enumerate(disks)],
    }).json["job_id"]
    parts = look(job)["entities"]["sub_jobs_result"]
    assert [(part["status"], part["entities"]["process_percent"]) for part in parts] == [
        ("RUNNING", 10)] * 2
    fault.remove()
    parts = look(job)["entities"]["sub_jobs_result"]
    assert [part["status"] for part in parts] == ["SUCCESS"] * 2
    assert [wire.status(part["entities"]["image_id"]) for part in parts] == ["killed"] * 2


def test_a_reset_forgets_the_jobs_that_hang(
    fake_ims: FakeIMS, faults: Faults, begin: Any
) -> None:
    fault = faults.add("cloudimages.create", job_hangs=37)
    job = fake_ims.jobs[begin()]
    fake_ims.reset()
    fault.remove()
    assert len(fake_ims.jobs) == 0
    assert len(fake_ims.images) == 0
    with pytest.raises(UnknownJobError):
        job.go_on()


def test_a_job_of_sharing_fails(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, look: Any
) -> None:
    image = fake_ims.images.add(name="i", visibility="private", **{"__imagetype": "private"})
    faults.add("cloudimages.members.add", job_fails="IMG.0057")
    job = wire.post("/v1/cloudimages/members",
                    {"images": [image.id], "projects": ["p2"]}).json["job_id"]
    assert look(job)["status"] == "FAIL"
