"""Steps: taken in order, when their conditions hold; what is expected by then."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS


def play(fake: FakeIMS, *steps: dict[str, Any], **document: Any) -> tuple[Any, Wire]:
    script = fake.load({**document, "steps": list(steps)})
    return script, Wire(fake.url, fake.headers)


def test_a_step_waits_for_requests(fake_ims: FakeIMS) -> None:
    script, wire = play(
        fake_ims,
        {"when": {"operation": "images.list", "times": 2},
         "faults": [{"operation": "images.list", "status": 503, "name": "down"}]},
        {"when": {"operation": "images.list", "status": 503, "times": 3}, "clear": ["down"]},
    )
    assert [wire.get("/v2/images").status for _ in range(7)] == [200, 200, 503, 503, 503, 200, 200]
    assert script.taken == 2
    script.check()


def test_a_step_waits_for_the_clock_since_the_step_before(fake_ims: FakeIMS) -> None:
    script, wire = play(
        fake_ims,
        {"after": "1m", "images": [{"name": "first"}]},
        {"after": "1m", "images": [{"name": "second"}]},
    )
    seen = []
    for _ in range(4):
        seen.append(len(wire.get("/v2/images").json["images"]))
        fake_ims.clock.advance("40s")
    assert seen == [0, 0, 1, 1]
    assert script.taken == 1
    fake_ims.clock.advance("40s")
    assert len(wire.get("/v2/images").json["images"]) == 2


def test_weather_comes_up(fake_ims: FakeIMS) -> None:
    _, wire = play(fake_ims, {"when": {"operation": "images.list"}, "weather": ["slow-disk"]})
    assert len(fake_ims.faults) == 0
    wire.get("/v2/images")
    assert next(str(fault) for fault in fake_ims.faults).startswith("images.upload")


def test_both_conditions_must_hold(fake_ims: FakeIMS) -> None:
    script, wire = play(fake_ims, {"after": "1m", "when": {"operation": "images.list"},
                                   "images": [{"name": "a"}]})
    wire.get("/v2/images")
    assert script.taken == 0
    fake_ims.clock.advance("1m")
    assert len(wire.get("/v2/images").json["images"]) == 1


def test_requests_count_anew_for_each_step(fake_ims: FakeIMS) -> None:
    script, wire = play(fake_ims, *[{"when": {"operation": "images.list"}} for _ in range(3)])
    for taken in (1, 2, 3, 3):
        wire.get("/v2/images")
        assert script.taken == taken


def test_what_a_step_does_to_images_and_jobs(fake_ims: FakeIMS) -> None:
    _, wire = play(
        fake_ims,
        {"when": {"method": "GET"}, "change": [{"image": "base", "min_ram": 7}],
         "kill": [{"image": "bad", "reason": "disk full"}], "activate": ["slow"],
         "delete": ["old"], "lifecycle": {"saving": "polls(2)"}, "world": {"quota": 9},
         "advance": "1h"},
        images=[{"name": "base"}, {"name": "bad"}, {"name": "slow", "status": "queued"},
                {"name": "old"}],
    )
    before = fake_ims.clock.now()
    wire.get("/v2/images")
    images = {image.name: image for image in fake_ims.images}
    assert images["base"]["min_ram"] == 7
    assert (images["bad"].status, images["bad"].kill_reason) == ("killed", "disk full")
    assert images["slow"].status == "active"
    assert "old" not in images
    assert str(fake_ims.lifecycle.saving) == "polls(2)"
    assert fake_ims.world.quota == 9
    assert fake_ims.clock.now() >= before + 3600


@pytest.mark.parametrize(("drive", "status", "code"), [
    ({"succeed": True}, "SUCCESS", None), ({"fail": "IMG.0057"}, "FAIL", "IMG.0057"),
    ({"start": 37}, "RUNNING", None),
])
def test_a_step_drives_the_last_job(
    fake_ims: FakeIMS, drive: dict[str, Any], status: str, code: str | None
) -> None:
    _, wire = play(fake_ims, {"when": {"operation": "cloudimages.create"}, "job": drive},
                   settings={"jobs": "by hand"})
    body = {"name": "a", "instance_id": "11111111-1111-4111-8111-111111111111"}
    assert wire.post("/v2/cloudimages/action", body).status == 200
    job = fake_ims.jobs.last
    assert (job.status, job.error_code) == (status, code)


def test_a_step_revokes_a_token(fake_ims: FakeIMS) -> None:
    script, wire = play(fake_ims, {"when": {"tenant": "p2"}, "revoke": ["p2"]},
                        tenants=[{"project_id": "p2"}])
    theirs = wire.caller(script.tenants["p2"])
    assert [theirs.get("/v2/images").status for _ in range(2)] == [200, 401]


def test_what_cannot_be_done_is_told_at_the_end(fake_ims: FakeIMS) -> None:
    script, wire = play(fake_ims, {"when": {"operation": "images.list"}, "delete": ["nobody"]},
                        {"when": {"operation": "images.list"}, "job": {"succeed": True}})
    wire.get("/v2/images")
    wire.get("/v2/images")
    first, second = script.complaints()
    assert first.startswith("scenario:1: steps[0].delete[0]: no image")
    assert second == "scenario:1: steps[1].job: no job has been started yet"


def test_expectations_and_steps_that_never_came(fake_ims: FakeIMS) -> None:
    script, wire = play(
        fake_ims,
        {"when": {"operation": "images.list"},
         "expect": [{"operation": "images.create", "times": 2}]},
        {"name": "the end", "when": {"operation": "images.delete"}},
        expect=[{"operation": "images.list", "at_most": 0, "because": "it need not look"},
                {"operation": "images.list", "at_least": 1},
                {"status": 503, "times": 0}],
    )
    wire.post("/v2/images", {"name": "a"})
    wire.get("/v2/images")
    unmet, never, end = script.complaints()
    assert "steps[0].expect[0]: expected 2 of images.create, but there was 1" in unmet
    assert "POST /v2/images -> 201" in unmet
    assert never == ("scenario:1: steps[1]: the step 'the end' was not taken: its conditions were "
                     "not met")
    assert "expected at most 0 of images.list, but there was 1 (it need not look)" in end
    with pytest.raises(AssertionError, match="was not fulfilled"):
        script.check()


def test_no_number_means_at_least_one(fake_ims: FakeIMS) -> None:
    script, wire = play(fake_ims, expect=[{"operation": "images.list"}])
    assert len(script.complaints()) == 1
    wire.get("/v2/images")
    assert script.complaints() == []


def test_a_reset_ends_the_scenario(fake_ims: FakeIMS) -> None:
    _, wire = play(fake_ims, {"when": {"operation": "images.list"}, "images": [{"name": "a"}]})
    fake_ims.reset()
    wire.get("/v2/images")
    wire.get("/v2/images")
    assert len(fake_ims.images) == 0


def test_steps_end_an_import(fake_ims: FakeIMS) -> None:
    url = "https://images.example.org/a.img"
    _, wire = play(
        fake_ims,
        {"when": {"operation": "images.show", "times": 1}, "kill": [
            {"image": "a", "reason": "full"}]},
        {"when": {"operation": "images.show", "times": 2}, "activate": ["a"]},
        {"when": {"operation": "images.show"}, "world": {"urls": [
            {"url": url, "status": 404}]}},
        settings={"profile": "openstack", "saving": "by hand"},
        world={"urls": [{"url": url, "data": "hello"}]})
    image_id = wire.create(name="a", disk_format="raw", container_format="bare")["id"]
    imported = {"method": {"name": "web-download", "uri": url}}
    assert wire.post(f"/v2/images/{image_id}/import", imported).status == 202
    assert wire.status(image_id) == "importing"
    assert wire.show(image_id)["os_glance_failed_import"] == "file"
    assert wire.post(f"/v2/images/{image_id}/import", imported).status == 202
    assert [wire.status(image_id), wire.status(image_id)] == ["importing", "active"]
    assert fake_ims.images[image_id].data == b"hello"
    assert fake_ims.world.urls[url].status == 404
