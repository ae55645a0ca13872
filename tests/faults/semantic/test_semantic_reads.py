"""Reads that are behind: stale, not yet there, and lists that miss or repeat an image."""

from __future__ import annotations

import pytest
from freezegun import freeze_time
from wire import Wire, ids, replace

from fake_ims import FakeIMS, polls
from fake_ims.faults import Faults

BOTH = pytest.mark.parametrize("path", ["/v2/images", "/v2/cloudimages"])
DATA = b"some bytes"


def listed(wire: Wire, path: str = "/v2/images") -> list[str]:
    return ids(wire.get(path).json["images"])


# stale


@BOTH
def test_a_stale_list_is_without_the_new_image(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, path: str
) -> None:
    old = fake_ims.images.add(name="old")
    fault = faults.add("*.list", stale="5m")
    new = fake_ims.images.add(name="new")
    assert listed(wire, path) == [old.id]
    fake_ims.clock.advance("4m")
    assert listed(wire, path) == [old.id]
    fake_ims.clock.advance("1m")
    assert listed(wire, path) == [new.id, old.id]
    assert fake_ims.requests[-1].faults == (str(fault),)
    assert str(fault) == "*.list reads images as they were 5m ago"


@BOTH
def test_a_stale_list_still_shows_what_is_deleted(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, path: str
) -> None:
    image = fake_ims.images.add(name="old")
    faults.add(stale="5m")
    assert wire.delete(f"/v2/images/{image.id}").status == 204
    assert wire.show(image.id)["status"] == "active"
    assert listed(wire, path) == [image.id]
    fake_ims.clock.advance("5m")
    assert listed(wire, path) == []
    assert wire.status(image.id) == "404"


def test_stale_reads_show_old_attributes_status_tags_and_members(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    image = wire.create(name="before", disk_format="raw", container_format="bare")
    fake_ims.clock.advance("1m")
    faults.add("images.show", stale="10m")
    faults.add("members.*", method="GET", stale="10m")
    wire.patch(image["id"], replace("/name", "after"))
    wire.upload(image["id"], DATA)
    wire.put(f"/v2/images/{image['id']}/tags/t")
    wire.share(image["id"], "p2")
    seen = wire.show(image["id"])
    assert (seen["name"], seen["status"], seen["tags"]) == ("before", "queued", [])
    assert wire.get(f"/v2/images/{image['id']}/members").json["members"] == []
    # What is not a read of this sort sees the service as it is.
    assert wire.names() == ["after"]
    assert wire.download(image["id"]).body == DATA
    fake_ims.clock.advance("10m")
    seen = wire.show(image["id"])
    assert (seen["name"], seen["status"], seen["tags"]) == ("after", "active", ["t"])
    members = wire.get(f"/v2/images/{image['id']}/members").json["members"]
    assert [(one["member_id"], one["status"]) for one in members] == [("p2", "pending")]


def test_a_change_of_a_member_is_late_too(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    image = fake_ims.images.add(name="i", visibility="shared", members={"p2": "pending"})
    p2 = wire.caller(fake_ims.tenant("p2"))
    faults.add("images.list", stale="10m")
    p2.answer(image.id, "p2", "accepted")
    assert p2.names() == []
    fake_ims.clock.advance("10m")
    assert p2.names() == ["i"]
    wire.delete(f"/v2/images/{image.id}/members/p2")
    assert p2.names() == ["i"]
    fake_ims.clock.advance("10m")
    assert p2.names() == []


def test_one_more_member_is_late_too(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    image = fake_ims.images.add(name="i", visibility="shared", members={"p2": "pending"})
    p3 = wire.caller(fake_ims.tenant("p3"))
    faults.add("images.show", stale="10m")
    wire.share(image.id, "p3")
    assert p3.status(image.id) == "404"
    fake_ims.clock.advance("10m")
    assert p3.status(image.id) == "active"


def test_what_falls_due_by_time_is_late_from_its_own_instant(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    fake_ims.lifecycle.saving = "30m"
    image = wire.create(disk_format="raw", container_format="bare")["id"]
    faults.add("images.show", stale="10m")
    wire.upload(image, DATA)
    fake_ims.clock.advance("39m")
    assert wire.status(image) == "saving"
    fake_ims.clock.advance("1m")
    assert wire.status(image) == "active"


def test_what_fell_due_before_the_fault_is_no_news(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    fake_ims.lifecycle.saving = "30m"
    image = wire.create(disk_format="raw", container_format="bare")["id"]
    wire.upload(image, DATA)
    fake_ims.clock.advance("30m")
    faults.add("images.show", stale="10m")
    assert wire.status(image) == "active"


def test_stale_looks_count_for_what_waits_for_looks(
    fake_ims: FakeIMS, wire: Wire, faults: Faults
) -> None:
    fake_ims.lifecycle.saving = polls(2)
    image = wire.create(disk_format="raw", container_format="bare")["id"]
    wire.upload(image, DATA)
    faults.add("images.show", stale="10m")
    assert [wire.status(image), wire.status(image)] == ["saving", "saving"]
    assert fake_ims.images[image].status == "active"


def test_each_lag_keeps_only_what_it_needs(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    image = fake_ims.images.add(name="i")
    record = fake_ims._service.store.get(image.id)
    assert record is not None
    assert record.watch is None
    fault = faults.add("images.list", stale="5m")
    effect = fault.effects[0]
    for number in range(20):
        wire.patch(image.id, replace("/name", str(number)))
        fake_ims.clock.advance("1m")
    assert effect.replica.on_their_way <= 6  # type: ignore[attr-defined]  # Stale's own
    assert wire.names() == ["15"]
    fault.remove()
    assert record.watch is None
    assert wire.names() == ["19"]


def test_two_lags_at_once(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    faults.add("images.list", stale="5m")
    with faults.add("images.show", stale="10m"):
        image = wire.create(name="i")["id"]
        fake_ims.clock.advance("6m")
        assert (wire.names(), wire.status(image)) == (["i"], "404")
    assert wire.status(image) == "queued"
    wire.delete(f"/v2/images/{image}")
    assert wire.names() == ["i"]


def test_stale_reads_do_not_outlive_a_reset(fake_ims: FakeIMS, faults: Faults) -> None:
    faults.add(stale="5m")
    fake_ims.reset()
    wire = Wire(fake_ims.url, fake_ims.headers)
    image = wire.create(name="i")["id"]
    assert wire.names() == ["i"]
    assert fake_ims._service.store.get(image).watch is None  # type: ignore[union-attr]


def test_a_stale_marker_of_an_image_that_is_not_there_yet(wire: Wire, faults: Faults) -> None:
    faults.add("images.list", stale="5m")
    image = wire.create(name="i")["id"]
    assert wire.get("/v2/images", marker=image).status == 400


# not there yet


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "/v2/images/{}", None),
    ("PATCH", "/v2/cloudimages/{}", [{"op": "replace", "path": "/name", "value": "n"}]),
    ("DELETE", "/v2/images/{}", None),
    ("GET", "/v2/images/{}/file", None),
    ("POST", "/v2/images/{}/members", {"member": "p2"}),
    ("PUT", "/v2/images/{}/tags/t", None),
    ("POST", "/v1/cloudimages/{}/copy", {"name": "copy"}),
    ("GET", "/v2/b912fb4a4c464b568ecfca1071b21b10/images/{}/tags", None),
])
def test_a_new_image_is_answered_as_one_that_is_not_there(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, method: str, path: str, body: object
) -> None:
    image = fake_ims.images.add(name="new", data=DATA, visibility="private",
                                **{"__imagetype": "private"}).id
    missing = "00000000-0000-4000-8000-000000000000"
    expected = wire.send(method, path.format(missing), body)
    assert expected.status in (400, 404)
    fault = faults.add(unseen="5m")
    answer = wire.send(method, path.format(image), body)
    assert (answer.status, answer.code) == (expected.status, expected.code)
    assert str(fault) == "every request does not find an image younger than 5m"
    assert wire.names() == ["new"]
    fake_ims.clock.advance("5m")
    assert wire.send(method, path.format(image), body).status < 300


def test_an_image_of_just_this_age_is_there(wire: Wire, faults: Faults) -> None:
    with freeze_time("2020-01-01") as frozen:
        image = wire.create()["id"]
        faults.add("images.show", unseen="5s")
        frozen.tick(4.5)
        assert wire.status(image) == "404"
        frozen.tick(0.5)
        assert wire.status(image) == "queued"


def test_an_upload_right_after_a_create_finds_nothing(wire: Wire, faults: Faults) -> None:
    image = wire.create(disk_format="raw", container_format="bare")["id"]
    with faults.add("images.upload", unseen="5m", times=1):
        assert wire.upload(image, DATA).status == 404
        assert wire.upload(image, DATA).status == 204
    assert wire.download(image).body == DATA


# pages


def pages(wire: Wire, path: str, limit: int) -> list[str]:
    """Names over all pages, by marker as clients do."""
    names: list[str] = []
    marker: dict[str, object] = {}
    while True:
        images = wire.get(path, limit=limit, **marker).json["images"]
        names += [image["name"] for image in images]
        if len(images) < limit or len(names) > 20:
            return names
        marker = {"marker": images[-1]["id"]}


@pytest.mark.parametrize("path", ["/v2/images", "/v2/cloudimages", "/v1.1/images/detail"])
@pytest.mark.parametrize(("how", "names"), [
    ("miss", ["6", "5", "3", "2", "0"]),
    ("repeat", ["6", "5", "5", "4", "4", "3", "3", "2", "2", "1", "1", "0"]),
])
def test_a_boundary_misses_or_repeats(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, path: str, how: str, names: list[str]
) -> None:
    for number in range(7):
        fake_ims.images.add(name=str(number))
    faults.add(page=how)  # type: ignore[arg-type]
    assert pages(wire, path, 2) == names


def test_pages_of_one_image_end(fake_ims: FakeIMS, wire: Wire, faults: Faults) -> None:
    for number in range(3):
        fake_ims.images.add(name=str(number))
    faults.add(page="repeat")
    assert pages(wire, "/v2/images", 1) == ["2", "1", "0"]


@pytest.mark.parametrize("how", ["miss", "repeat"])
def test_links_follow_the_page_that_was_shown(
    fake_ims: FakeIMS, wire: Wire, faults: Faults, how: str
) -> None:
    for number in range(6):
        fake_ims.images.add(name=str(number))
    fault = faults.add("images.list", page=how)  # type: ignore[arg-type]
    names, following = [], "/v2/images?limit=3"
    while following and len(names) < 20:
        document = wire.send("GET", following).json
        names += [image["name"] for image in document["images"]]
        following = document.get("next")
    assert names == (["5", "4", "3", "1", "0"] if how == "miss"
                     else ["5", "4", "3", "3", "2", "1", "1", "0"])
    assert {"miss": "omits the first image after the marker",
            "repeat": "shows the marker's image again"}[how] in str(fault)
