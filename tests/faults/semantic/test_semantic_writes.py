"""Work done twice, somebody else's changes, a full quota, a revoked token, a wrong clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from wire import Wire, add, replace

from fake_ims import FakeIMS
from fake_ims.faults import Faults


def test_a_create_makes_two_images_and_the_client_sees_the_first(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    fault = faults.add("images.create", twice=True, times=1)
    image = wire.create(name="i")
    assert wire.names() == ["i", "i"]
    assert wire.get("/v2/images", sort_dir="asc").json["images"][0] == image
    assert str(fault) == "images.create is handled twice, once"
    assert fake_ims.requests[0].faults == (str(fault),)
    wire.create(name="j")
    assert wire.names() == ["j", "i", "i"]


def test_twice_and_the_answer_lost(wire: Wire, faults: Faults) -> None:
    faults.add("images.create", twice=True, reset_connection="after", times=1)
    with pytest.raises(ConnectionError):
        wire.create(name="i")
    assert wire.names() == ["i", "i"]


def test_a_delete_is_answered_by_its_first_time(wire: Wire, faults: Faults) -> None:
    image = wire.create(name="i")["id"]
    faults.add("images.delete", twice=True)
    assert wire.delete(f"/v2/images/{image}").status == 204


def test_a_job_is_begun_twice(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, from_file: Any
) -> None:
    faults.add("cloudimages.create", twice=True)
    job = wire.post(*from_file).json["job_id"]
    assert next(iter(fake_ims.jobs)).id == job
    assert len(fake_ims.jobs) == 2
    assert wire.names() == ["made", "made"]


# somebody else


@pytest.mark.parametrize("path", ["/v2/images/{}", "/v2/cloudimages/{}"])
def test_a_patch_comes_after_somebody_elses(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, path: str
) -> None:
    image = fake_ims.images.add(name="before", **{"__imagetype": "private"})
    fault = faults.add("*.update", meanwhile={"name": "theirs", "my_key": "v"})
    changed = wire.send("PATCH", path.format(image.id), [add("/__description", "mine")], {
        "Content-Type": "application/openstack-images-v2.1-json-patch"
        if "cloud" not in path else "application/json"})
    assert changed.status == 200, changed
    assert (changed.json["name"], changed.json["__description"]) == ("theirs", "mine")
    assert changed.json["my_key"] == "v"
    assert str(fault) == ("*.update runs right after another user sets name='theirs', "
                          "my_key='v' on the image")
    assert fake_ims.requests.last.faults == (str(fault),)


def test_the_image_goes_away_between_get_and_patch(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = fake_ims.images.add(name="i", protected=True).id
    fault = faults.add("images.update", meanwhile="delete")
    wire.show(image)
    assert wire.patch(image, replace("/name", "n")).status == 404
    assert str(fault) == "images.update runs right after another user deletes the image"
    assert wire.status(image) == "404"


def test_a_download_comes_after_somebody_elses_deactivate(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = fake_ims.images.add(data=b"abc").id
    faults.add("images.download", meanwhile="deactivate")
    assert wire.download(image).status == 403
    assert wire.status(image) == "deactivated"


@pytest.mark.parametrize(("meanwhile", "image"), [
    ("deactivate", {"status": "queued"}),
    ({"disk_format": "raw"}, {"status": "active"}),
])
def test_the_journal_says_what_somebody_else_could_not_do(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, meanwhile: Any, image: Any
) -> None:
    found = fake_ims.images.add(name="i", **image)
    faults.add("images.show", meanwhile=meanwhile)
    assert wire.show(found.id)["status"] == image["status"]
    assert fake_ims.requests.last.faults[1].startswith("but the other user's change failed: ")


def test_nobody_else_finds_an_image_that_is_not_there(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    faults.add("images.show", meanwhile="delete")
    assert wire.get("/v2/images/00000000-0000-4000-8000-000000000000").status == 404
    assert len(fake_ims.requests.last.faults) == 2


# the quota


def test_the_quota_is_used_up_between_the_query_and_the_create(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, from_file: Any
) -> None:
    fault = faults.add(quota_used_up=True)

    def quota() -> tuple[int, int]:
        one = wire.get("/v1/cloudimages/quota").json["quotas"]["resources"][0]
        return one["used"], one["quota"]

    assert quota() == (0, 1000)
    refused = wire.post("/v2/images", {"name": "i"})
    assert refused.status in (403, 413)
    assert "1000" in refused.json["error"]["message"]
    assert wire.post(*from_file).refusal == (400, "IMG.0015")
    assert len(fake_ims.jobs) == 0
    assert str(fault) == "every request finds the image quota used up"
    fault.remove()
    assert quota() == (0, 1000)
    assert wire.post(*from_file).status == 200


# the token


@pytest.mark.parametrize("auth", [
    pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode))
    for mode in ("any", "issued", "triple")])
def test_a_token_is_revoked_behind_an_answer(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, auth: str
) -> None:
    other = wire.caller(fake_ims.tenant("p2"))
    fault = faults.add("images.create", revokes_token=True, times=1)
    image = wire.create(name="i")["id"]
    assert [wire.status(image), wire.status(image)] == ["401", "401"]
    assert other.get("/v2/images").status == 200
    assert str(fault) == "images.create revokes the caller's token after handling, once"
    fault.remove()
    assert wire.status(image) == "401"
    fake_ims.reset()
    assert Wire(fake_ims.url, fake_ims.headers).get("/v2/images").status == 200


def test_a_token_that_the_fake_has_not_given_is_revoked_too(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    mine = Wire(fake_ims.url, {"X-Auth-Token": "mine"})
    faults.add("images.list", revokes_token=True, times=1)
    assert [mine.get("/v2/images").status for _ in range(2)] == [200, 401]
    assert wire.get("/v2/images").status == 200


@pytest.mark.fake_ims(auth="issued")
def test_a_refused_token_needs_no_revoking(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    faults.add("images.list", revokes_token=True)
    assert Wire(fake_ims.url, {"X-Auth-Token": "none"}).get("/v2/images").status == 401
    assert wire.anonymous().get("/v2/images").status == 401
    assert wire.get("/v2/schemas/image").status == 200


# the clock


@pytest.mark.parametrize(("skew", "said"), [("500ms", "0.5s ahead"), ("-500ms", "0.5s behind")])
def test_a_skew_of_less_than_a_second(faults: Faults, skew: str, said: str) -> None:
    assert str(faults.add(skew=skew)).endswith(f" that is {said}")


def instant(text: str) -> datetime:
    return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(("skew", "shift", "said"), [
    ("-5m", -300, "5m behind"), ("2h", 7200, "2h ahead"), (-90, -90, "90s behind"),
    (timedelta(days=1), 86400, "1d ahead"), (timedelta(minutes=-1), -60, "1m behind"),
    ("+1h30m", 5400, "90m ahead"),
])
def test_every_instant_of_an_answer_is_shifted(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, skew: Any, shift: int, said: str
) -> None:
    image = wire.create(name="i", __description="2020-01-01T00:00:00Z")["id"]
    plain, detail = wire.show(image), wire.get("/v1.1/images/detail").json["images"][0]
    fault = faults.add(skew=skew)
    assert str(fault) == f"every request responds with a clock that is {said}"
    answer = wire.get(f"/v2/images/{image}")
    moved = timedelta(seconds=shift)
    for name in ("created_at", "updated_at"):
        assert instant(answer.json[name]) == instant(plain[name]) + moved
        seen = wire.get("/v1.1/images/detail").json["images"][0]
        assert instant(seen[name]) == instant(detail[name]) + moved
        assert seen[name][19:] == detail[name][19:]
    assert answer.json["__description"] == "2020-01-01T00:00:00Z"
    assert answer.headers["Date"].endswith(" GMT")
    date = parsedate_to_datetime(answer.headers["Date"])
    assert abs(date - fake_ims.clock.utcnow() - moved) < timedelta(minutes=1)
    head = wire.send("HEAD", f"/v1/images/{image}").headers["X-Image-Meta-Created_at"]
    assert instant(head) == instant(plain["created_at"]) + moved
    assert wire.get("/nowhere").status == 404
    fault.remove()
    assert wire.show(image) == plain


def test_instants_of_jobs_tokens_and_downloads_are_shifted(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, begin: Any, look: Any
) -> None:
    job = begin()
    plain = look(job)
    image = fake_ims.images.add(data=b"abc").id
    log_in = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": fake_ims.username, "password": fake_ims.password,
        "domain": {"name": fake_ims.user_domain_name}}}}}}
    with faults.add(skew="-1d"):
        skewed = look(job)
        token = wire.anonymous().send("POST", "/v3/auth/tokens", log_in)
        answer = wire.download(image)
    for name in ("begin_time", "end_time"):
        assert instant(skewed[name]) == instant(plain[name]) - timedelta(days=1)
        assert skewed[name][19:] == plain[name][19:]
    assert instant(token.json["token"]["issued_at"]) < fake_ims.clock.utcnow() - timedelta(hours=23)
    assert answer.body == b"abc"
    assert parsedate_to_datetime(answer.headers["Date"]) < fake_ims.clock.utcnow() - timedelta(
        hours=23)
