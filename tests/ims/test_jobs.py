"""Asynchronous jobs: their times and statuses, and how a test drives them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError, by_hand, polls
from fake_ims.errors import UnknownJobError
from fake_ims.fake.jobs import JobHandle

from .conftest import Ims

NOON = 1_700_000_000.25


def begin(ims: Ims, **more: Any) -> JobHandle:
    image = ims.fake.images.add(name="i")
    return ims.job("POST /v1/cloudimages/members", {"images": [image.id], "projects": ["p2"]},
                   **more)


def look(ims: Ims, job: JobHandle) -> Any:
    return ims.ask(f"GET /v1/{ims.fake.project_id}/jobs/{job.id}", status=200)


def test_a_job_is_over_at_once_by_default(ims: Ims) -> None:
    document = look(ims, begin(ims))
    assert document["status"] == "SUCCESS"
    assert document["begin_time"] == document["end_time"]
    assert document["entities"]["process_percent"] == 100


def test_a_job_takes_the_time_that_is_set(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    ims.fake.lifecycle.jobs = "100s"
    monkeypatch.setattr("time.time", lambda: NOON)
    job = begin(ims)
    seen = []
    for seconds in (0, 9, 1, 50, 39.5, 0.5, 10):
        ims.fake.clock.advance(seconds)
        document = look(ims, job)
        seen.append((document["status"], document["entities"]["process_percent"]))
    assert seen == [("INIT", 0), ("INIT", 9), ("RUNNING", 10), ("RUNNING", 60), ("RUNNING", 99),
                    ("SUCCESS", 100), ("SUCCESS", 100)]
    document = look(ims, job)
    assert document["begin_time"] == "2023-11-14T22:13:20.250Z"
    assert document["end_time"] == "2023-11-14T22:15:00.250Z"


def test_a_job_may_wait_for_looks_of_a_client(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = polls(3)
    job = begin(ims)
    assert job.status == "INIT"  # a look by the test does not count
    assert [look(ims, job)["status"] for _ in range(4)] == [
        "INIT", "RUNNING", "SUCCESS", "SUCCESS"]


def test_a_job_may_wait_for_the_test(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = by_hand
    job = begin(ims)
    ims.fake.clock.advance("100d")
    assert look(ims, job)["status"] == "INIT"
    job.start(37)
    document = look(ims, job)
    assert (document["status"], document["entities"]["process_percent"]) == ("RUNNING", 37)
    job.succeed()
    assert look(ims, job)["status"] == "SUCCESS"
    with pytest.raises(UsageError, match="has already ended"):
        job.fail()


def test_a_job_fails_by_hand(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = by_hand
    job = begin(ims)
    job.fail("IMG.0112", "because")
    document = look(ims, job)
    assert (document["status"], document["error_code"], document["fail_reason"]) == (
        "FAIL", "IMG.0112", "because")
    assert document["end_time"] is not None


@pytest.mark.parametrize("by_hand_", [True, False])
def test_the_entities_of_a_failed_job_have_its_code(ims: Ims, by_hand_: bool) -> None:
    if by_hand_:
        ims.fake.lifecycle.jobs = by_hand
        job = begin(ims)
        job.fail("IMG.0112", "because")
    else:
        ims.fake.jobs.fail_next("IMG.0112", "because")
        job = begin(ims)
    entities = look(ims, job)["entities"]
    assert (entities["error_code"], entities["fail_reason"]) == ("IMG.0112", "because")
    assert job.entities == {"results": [{"image_id": entities["results"][0]["image_id"],
                                         "status": "failed"}],
                            "error_code": "IMG.0112", "fail_reason": "because"}


def test_the_entities_of_a_job_that_succeeds_have_no_code(ims: Ims) -> None:
    assert not {"error_code", "fail_reason"} & set(look(ims, begin(ims))["entities"])


def test_a_job_tells_all_images_that_it_made(ims: Ims) -> None:
    job = ims.job("POST /v2/cloudimages/action", {
        "name": "n", "image_url": "bkt:f.qcow2", "os_version": "CentOS 7.0 64bit", "min_disk": 40,
        "data_images": [{"image_url": "bkt:d1.qcow2", "min_disk": 10, "name": "d1"},
                        {"image_url": "bkt:d2.qcow2", "min_disk": 10, "name": "d2"}]})
    entities = look(ims, job)["entities"]
    parts = entities["sub_jobs_result"]
    assert [part["job_id"] for part in parts] == entities["sub_jobs_list"]
    assert {part["job_type"] for part in parts} == {"imsImportDataImageJob"}
    told = [entities["image_id"], *(part["entities"]["image_id"] for part in parts)]
    assert told == [ims.fake.images.named(name).id for name in ("n", "d1", "d2")]


def test_the_parts_of_a_job_fail_with_its_code(ims: Ims) -> None:
    ims.fake.jobs.fail_next("IMG.0057")
    job = ims.job("POST /v2/cloudimages/action", {
        "name": "n", "image_url": "bkt:f.qcow2", "os_version": "CentOS 7.0 64bit", "min_disk": 40,
        "data_images": [{"image_url": "bkt:d1.qcow2", "min_disk": 10}]})
    (part,) = look(ims, job)["entities"]["sub_jobs_result"]
    assert (part["status"], part["entities"]["error_code"]) == ("FAIL", "IMG.0057")


@pytest.mark.parametrize("route", ["/v2/cloudimages/quickimport/action",
                                   "/v1/cloudimages/dataimages/action"])
def test_a_data_disk_image_has_a_job_type_of_its_own(ims: Ims, route: str) -> None:
    job = ims.job(f"POST {route}", {"name": "n", "image_url": "bkt:a.zvhd2", "min_disk": 40,
                                    "type": "DataImage"})
    assert job.type == "imsImportDataImageJob"


def test_without_a_code_a_job_fails_for_no_known_reason(ims: Ims) -> None:
    ims.fake.jobs.fail_next()
    assert begin(ims).error_code == "IMG.0061"
    ims.fake.lifecycle.jobs = by_hand
    job = begin(ims)
    job.fail()
    assert (job.error_code, job.fail_reason) == ("IMG.0061", "Unknown system error.")


def test_only_jobs_of_a_type_fail_and_only_so_many(ims: Ims) -> None:
    ims.fake.jobs.fail_next("IMG.0014", job_type="imsCopyImageInRegionJob")
    ims.fake.jobs.fail_next("IMG.0112", job_type="imsAddImageMembersJob", count=2)
    assert [begin(ims).status for _ in range(3)] == ["FAIL", "FAIL", "SUCCESS"]


@pytest.mark.parametrize(("call", "text"), [
    (lambda jobs: jobs.fail_next("IMG.9999"), "unknown error code"),
    (lambda jobs: jobs.fail_next("IMG.0014", job_type="imsCopyImageJob"), "did you mean"),
    (lambda jobs: jobs.fail_next("IMG.0014", count=0), "integer, 1 or greater"),
])
def test_what_cannot_be_asked_of_jobs(ims: Ims, call: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        call(ims.fake.jobs)


def test_what_cannot_be_asked_of_a_job(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = by_hand
    job = begin(ims)
    for progress in (100, -1, float("nan"), True, "50"):
        with pytest.raises(UsageError, match="at least 0 and less than 100"):
            job.start(progress)  # type: ignore[arg-type]  # a test may pass anything
    with pytest.raises(UsageError, match="reason must be a string"):
        job.fail(reason=5)  # type: ignore[arg-type]  # a test may pass anything
    with pytest.raises(UsageError, match="unknown error code"):
        job.fail("IMG.1")
    assert job.status == "INIT"


def test_jobs_can_be_looked_at(ims: Ims) -> None:
    jobs = ims.fake.jobs
    with pytest.raises(UnknownJobError, match="no job has been started yet"):
        _ = jobs.last
    first, second = begin(ims), begin(ims)
    assert list(jobs) == [first, second]
    assert (len(jobs), jobs.last, first.id in jobs, "x" in jobs) == (2, second, True, False)
    assert jobs[first.id] == first
    assert repr(first) == f"<job {first.id} imsAddImageMembersJob SUCCESS>"
    with pytest.raises(UnknownJobError, match=first.id):
        _ = jobs["x"]
    ims.fake.reset()
    with pytest.raises(UnknownJobError, match=r"was removed by reset\(\)"):
        _ = first.status


def test_whose_jobs_can_be_seen(ims: Ims) -> None:
    job = begin(ims)
    project = ims.fake.project_id
    other = ims.fake.tenant("p9")
    assert ims.refused(f"GET /v1/{project}/jobs/unknown") == "IMG.0023"
    assert ims.refused(f"GET /v1/{project}/jobs/{job.id}", headers=other.headers) == "IMG.0030"
    assert ims.refused(f"GET /v1/p9/jobs/{job.id}", headers=other.headers) == "IMG.0023"
    assert ims.refused(f"GET /v1/cloudimages/job/{job.id}", headers=other.headers) == "IMG.0023"
    admin = ims.fake.tenant("op", roles=["admin"])
    ims.ask(f"GET /v1/{project}/jobs/{job.id}", headers=admin.headers, status=200)


def test_jobs_and_uploads_arrive_in_the_order_of_their_instants(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "20s"
    ims.fake.lifecycle.saving = "10s"
    image = ims.fake.images.add(name="i", status="queued")
    ims.session.put(f"{ims.fake.url}/v2/images/{image.id}/file", data=b"x",
                    headers={**ims.fake.headers, "Content-Type": "application/octet-stream"})
    other = ims.fake.images.add(name="j")
    job = ims.job(f"POST /v1/cloudimages/{other.id}/copy", {"name": "copy"})
    ims.fake.clock.advance("1h")
    copy = ims.fake.images[job.entities["image_id"]]
    assert (image.status, copy.status) == ("active", "active")
    assert str(copy["created_at"]) < str(image["updated_at"]) < str(copy["updated_at"])


def test_the_time_of_jobs_is_a_setting() -> None:
    with FakeIMS(jobs="30s") as fake:
        assert str(fake.lifecycle.jobs) == "30s"
        fake.reset(jobs=polls(2))
        assert str(fake.lifecycle.jobs) == "polls(2)"
        fake.reset()
        assert str(fake.lifecycle.jobs) == "30s"
    with pytest.raises(UsageError, match="jobs: "):
        FakeIMS(jobs="soon")


@pytest.mark.fake_ims(jobs="by hand")
def test_the_marker_sets_it(fake_ims: FakeIMS) -> None:
    assert str(fake_ims.lifecycle.jobs) == "by hand"


def test_progress_is_rounded_down(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    ims.fake.lifecycle.jobs = "10000s"
    monkeypatch.setattr("time.time", lambda: NOON)
    job = begin(ims)
    seen = []
    for after in (1, 98, 1, 4998, 2, 4799, 100):
        ims.fake.clock.advance(after)
        seen.append(look(ims, job)["entities"]["process_percent"])
    assert seen == [0, 0, 1, 50, 51, 98, 99]


def test_progress_by_looks_is_rounded_down(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = polls(100)
    job = begin(ims)
    seen = [look(ims, job)["entities"]["process_percent"] for _ in range(100)]
    assert seen == list(range(1, 101))


def test_jobs_that_begin_and_end_together(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    ims.fake.lifecycle.jobs = "10s"
    monkeypatch.setattr("time.time", lambda: NOON)
    jobs = [begin(ims) for _ in range(3)]
    ims.fake.clock.advance("10s")
    assert [look(ims, job)["status"] for job in jobs] == ["SUCCESS"] * 3


def test_a_job_by_hand_has_no_progress_of_its_own(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = by_hand
    job = begin(ims)
    assert look(ims, job)["entities"]["process_percent"] == 0
    ims.fake.lifecycle.jobs = polls(4)
    job = begin(ims)
    assert [look(ims, job)["entities"]["process_percent"] for _ in range(4)] == [25, 50, 75, 100]


def test_a_job_of_a_second_takes_a_second(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = 1
    job = begin(ims)
    assert job.status in ("INIT", "RUNNING")
    ims.fake.clock.advance(1)
    assert [each.status for each in ims.fake.jobs] == ["SUCCESS"]


def test_an_id_of_a_job_is_hexadecimal(ims: Ims) -> None:
    assert re.fullmatch("[0-9a-f]{32}", begin(ims).id)


def test_a_job_that_hung_and_failed_does_not_go_on(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "1m"
    fault = ims.fake.faults.add("cloudimages.members.add", job_hangs=50)
    job = begin(ims)
    ims.fake.clock.advance("1h")
    job.fail("IMG.0057")
    fault.remove()
    job.go_on()
    assert (job.status, look(ims, job)["entities"]["process_percent"]) == ("FAIL", 99)
