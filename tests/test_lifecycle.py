"""Statuses and time: ``queued -> saving -> active | killed``, ``pending_delete``, by duration, by
looks, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from freezegun import freeze_time
from wire import Wire, replace

from fake_ims import FakeIMS, UnknownImageError, UsageError, by_hand, polls

DATA = b"data"


@pytest.fixture
def image_id(wire: Wire) -> str:
    """A queued image."""
    return str(wire.create(name="a", disk_format="raw", container_format="bare")["id"])


def both(*names: str) -> Callable[[Any], Any]:
    """In both profiles, with settings of the fake."""
    def wrap(test: Any) -> Any:
        return pytest.mark.parametrize("profile", [
            pytest.param(name, marks=pytest.mark.fake_ims(profile=name))
            for name in names or ("otc", "openstack")
        ])(test)
    return wrap


# no time

@both()
def test_no_test_waits_by_default(wire: Wire, image_id: str, profile: str) -> None:
    assert wire.status(image_id) == "queued"
    assert wire.upload(image_id, DATA).status == 204
    assert wire.status(image_id) == "active"
    assert wire.delete(f"/v2/images/{image_id}").status == 204
    assert wire.status(image_id) == "404"


# a duration

@both()
def test_saving_takes_its_time(
    wire: Wire, fake_ims: FakeIMS, image_id: str, profile: str
) -> None:
    fake_ims.lifecycle.saving = "30s"
    wire.upload(image_id, DATA)
    assert wire.status(image_id) == "saving"
    fake_ims.clock.advance("29s")
    assert wire.status(image_id) == "saving"
    fake_ims.clock.advance("1s")
    assert wire.status(image_id) == "active"


@pytest.mark.fake_ims(saving="30s")
def test_saving_can_be_a_setting_of_the_test(
    wire: Wire, fake_ims: FakeIMS, image_id: str
) -> None:
    wire.upload(image_id, DATA)
    assert wire.names("?status=saving") == ["a"]
    fake_ims.clock.advance("1m")
    assert wire.names("?status=saving") == []
    assert wire.names("?status=active") == ["a"]


@pytest.mark.fake_ims(saving="30s")
def test_the_change_is_dated_when_it_was_due_not_when_somebody_looked(
    wire: Wire, fake_ims: FakeIMS
) -> None:
    with freeze_time("2024-01-01 12:00:00"):
        image_id = wire.create(name="a")["id"]
        wire.upload(image_id, DATA)
        fake_ims.clock.advance("1h")
        image = wire.show(image_id)
    assert image["updated_at"] == image["active_at"] == "2024-01-01T12:00:30Z"


@pytest.mark.fake_ims(saving="30s")
def test_freezegun_moves_it_too(wire: Wire) -> None:
    with freeze_time("2024-01-01 12:00:00") as frozen:
        image_id = wire.create(name="a")["id"]
        wire.upload(image_id, DATA)
        assert wire.status(image_id) == "saving"
        frozen.tick(29)
        assert wire.status(image_id) == "saving"
        frozen.move_to("2024-01-01 12:00:30")
        assert wire.status(image_id) == "active"


@pytest.mark.fake_ims(saving="30s")
def test_each_image_has_its_own_time(wire: Wire, fake_ims: FakeIMS) -> None:
    first, second = wire.create(name="a")["id"], wire.create(name="b")["id"]
    wire.upload(first, DATA)
    fake_ims.clock.advance("20s")
    wire.upload(second, DATA)
    fake_ims.clock.advance("10s")
    assert (wire.status(first), wire.status(second)) == ("active", "saving")
    fake_ims.clock.advance("20s")
    assert wire.status(second) == "active"


@pytest.mark.fake_ims(saving="30s")
def test_a_new_setting_is_for_the_next_upload(
    wire: Wire, fake_ims: FakeIMS, image_id: str
) -> None:
    wire.upload(image_id, DATA)
    fake_ims.lifecycle.saving = 0
    assert wire.status(image_id) == "saving"
    other = wire.create(name="b")["id"]
    wire.upload(other, DATA)
    assert wire.status(other) == "active"


# looks

@both()
@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_so_many_looks(
    wire: Wire, fake_ims: FakeIMS, image_id: str, count: int, profile: str
) -> None:
    fake_ims.lifecycle.saving = polls(count)
    wire.upload(image_id, DATA)
    seen = [wire.status(image_id) for _ in range(count + 1)]
    assert seen == ["saving"] * (count - 1) + ["active"] * 2


@pytest.mark.fake_ims(saving=polls(3))
def test_a_list_is_a_look_and_a_look_of_the_test_is_none(
    wire: Wire, fake_ims: FakeIMS, image_id: str
) -> None:
    wire.upload(image_id, DATA)
    assert [fake_ims.images[image_id].status for _ in range(9)] == ["saving"] * 9
    statuses = [wire.get("/v2/images").json["images"][0]["status"] for _ in range(3)]
    assert statuses == ["saving", "saving", "active"]


@pytest.mark.fake_ims(saving=polls(2))
def test_a_list_agrees_with_its_filter(wire: Wire, image_id: str) -> None:
    wire.upload(image_id, DATA)
    assert [wire.names("?status=saving") for _ in range(3)] == [["a"], [], []]
    assert wire.names("?status=active") == ["a"]


def test_a_list_agrees_with_its_filter_if_only_some_arrive(wire: Wire, fake_ims: FakeIMS) -> None:
    for name, looks in (("slow", 3), ("quick", 1)):
        fake_ims.lifecycle.saving = polls(looks)
        wire.upload(wire.create(name=name, container_format="bare", disk_format="raw")["id"], DATA)
    assert wire.names("?status=saving") == ["slow"]


def test_a_second_is_not_at_once(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    fake_ims.lifecycle.saving = "1s"
    wire.upload(image_id, DATA)
    assert wire.status(image_id) == "saving"
    fake_ims.clock.advance(1)
    assert wire.status(image_id) == "active"


@pytest.mark.fake_ims(saving=polls(2))
def test_a_list_that_does_not_show_it_is_no_look(wire: Wire, image_id: str) -> None:
    wire.upload(image_id, DATA)
    for _ in range(5):
        assert wire.names("?status=active") == []
    assert wire.status(image_id) == "saving"
    assert wire.status(image_id) == "active"


# by hand

@pytest.mark.fake_ims(saving=by_hand)
def test_by_hand(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    wire.upload(image_id, DATA)
    fake_ims.clock.advance("10d")
    assert [wire.status(image_id) for _ in range(5)] == ["saving"] * 5
    fake_ims.images[image_id].activate()
    assert wire.status(image_id) == "active"
    assert wire.download(image_id).body == DATA


@both()
@pytest.mark.parametrize("status", ["queued", "saving", "active", "deactivated"])
def test_kill_by_hand(wire: Wire, fake_ims: FakeIMS, status: str, profile: str) -> None:
    image = fake_ims.images.add(name="a", status=status, disk_format="raw",
                                container_format="bare")
    image.kill("out of space")
    shown = wire.show(image.id)
    assert (shown["status"], shown.get("size"), shown.get("checksum")) == ("killed", None, None)
    assert image.kill_reason == "out of space"
    assert image.data is None


def test_a_killed_image_forgets_what_was_known_of_its_data(
    wire: Wire, fake_ims: FakeIMS, image_id: str
) -> None:
    queued = wire.show(image_id)
    wire.upload(image_id, DATA)
    fake_ims.images[image_id].kill()
    killed = wire.show(image_id)
    assert killed == {**queued, "status": "killed", "updated_at": killed["updated_at"]}


def test_what_cannot_be_done_by_hand(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    image = fake_ims.images[image_id]
    image.kill()
    with pytest.raises(UsageError, match="killed"):
        image.activate()
    wire.delete(f"/v2/images/{image_id}")
    for act in (image.activate, image.kill, image.delete):
        with pytest.raises(UnknownImageError):
            act()
    assert image.status == "deleted"


# killed uploads

@both()
def test_the_next_upload_ends_killed(
    wire: Wire, fake_ims: FakeIMS, image_id: str, profile: str
) -> None:
    fake_ims.lifecycle.kill_next("bad checksum")
    assert wire.upload(image_id, DATA).status == 204
    shown = wire.show(image_id)
    assert (shown["status"], shown.get("size"), shown.get("checksum")) == ("killed", None, None)
    assert wire.download(image_id).status == 204
    assert wire.upload(image_id, DATA).status == 409
    image = fake_ims.images[image_id]
    assert (image.data, image.kill_reason) == (None, "bad checksum")
    other = wire.create(name="b", disk_format="raw", container_format="bare")["id"]
    wire.upload(other, DATA)
    assert wire.status(other) == "active"
    assert wire.delete(f"/v2/images/{image_id}").status == 204


def uploads(wire: Wire, *names: str) -> list[str]:
    """How uploads to new images of these names end."""
    seen = []
    for name in names:
        image_id = wire.create(name=name)["id"]
        assert wire.upload(image_id, DATA).status == 204
        seen.append(wire.status(image_id))
    return seen


def test_the_next_three(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.kill_next(count=3)
    assert uploads(wire, *"abcd") == ["killed"] * 3 + ["active"]


def test_the_nth(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.kill_nth(3)
    assert uploads(wire, *"abcd") == ["active", "active", "killed", "active"]


def test_a_named_one(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.kill_named("b")
    assert uploads(wire, *"abcb") == ["active", "killed", "active", "killed"]


def test_a_reset_forgets_them(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.kill_named("a")
    fake_ims.lifecycle.kill_next()
    fake_ims.lifecycle.saving = "1h"
    fake_ims.reset()
    assert uploads(wire.caller(fake_ims), "a") == ["active"]


@pytest.mark.fake_ims(saving="30s")
def test_it_is_killed_when_saving_is_over(
    wire: Wire, fake_ims: FakeIMS, image_id: str
) -> None:
    fake_ims.lifecycle.kill_next()
    wire.upload(image_id, DATA)
    assert wire.status(image_id) == "saving"
    fake_ims.clock.advance("30s")
    assert wire.status(image_id) == "killed"


@pytest.mark.parametrize("given", [0, -1, True, 1.5, "2"])
def test_a_count_is_a_whole_number(fake_ims: FakeIMS, given: Any) -> None:
    with pytest.raises(UsageError):
        fake_ims.lifecycle.kill_nth(given)
    with pytest.raises(UsageError):
        fake_ims.lifecycle.kill_next(count=given)
    with pytest.raises(UsageError):
        polls(given)


# what clients can do meanwhile

@pytest.mark.fake_ims(saving="30s")
def test_while_it_is_saving(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    wire.upload(image_id, DATA)
    saving = wire.show(image_id)
    assert saving["status"] == "saving"
    assert saving["__image_size"] == "0"
    assert {"size", "checksum", "virtual_size"}.isdisjoint(saving)
    assert wire.download(image_id).status == 204
    assert wire.upload(image_id, DATA).refusal == (409, "IMG.0046")
    assert wire.post(f"/v2/images/{image_id}/actions/deactivate").status == 403
    assert wire.patch(image_id, replace("/name", "b")).json["name"] == "b"
    assert wire.patch(image_id, replace("/disk_format", "vhd")).status == 403
    assert wire.put(f"/v2/images/{image_id}/tags/t").status == 204
    assert wire.share(image_id, "p2").refusal == (400, "IMG.0046")
    fake_ims.clock.advance("30s")
    shown = wire.show(image_id)
    assert (shown["status"], shown["name"], shown["size"]) == ("active", "b", 4)


@pytest.mark.fake_ims(saving="30s")
def test_deleted_while_it_is_saving(wire: Wire, fake_ims: FakeIMS, image_id: str) -> None:
    wire.upload(image_id, DATA)
    assert wire.delete(f"/v2/images/{image_id}").status == 204
    assert wire.status(image_id) == "404"
    fake_ims.clock.advance("1h")
    assert wire.status(image_id) == "404"


# deletion

@both()
def test_deleting_takes_its_time(
    wire: Wire, fake_ims: FakeIMS, image_id: str, profile: str
) -> None:
    fake_ims.lifecycle.deleting = "10s"
    image = fake_ims.images[image_id]
    assert wire.delete(f"/v2/images/{image_id}").status == 204
    assert wire.status(image_id) == "pending_delete"
    fake_ims.clock.advance("9s")
    assert wire.status(image_id) == "pending_delete"
    fake_ims.clock.advance("1s")
    assert wire.status(image_id) == "404"
    assert image.status == "deleted"
    assert wire.names() == []


@pytest.mark.fake_ims(deleting=polls(3))
def test_deleting_by_looks(wire: Wire, image_id: str) -> None:
    wire.delete(f"/v2/images/{image_id}")
    assert [wire.status(image_id) for _ in range(4)] == ["pending_delete", "pending_delete",
                                                         "404", "404"]


@pytest.mark.fake_ims(deleting="10s")
def test_a_second_delete_is_final(wire: Wire, image_id: str) -> None:
    for expected in (204, 204, 404):
        assert wire.delete(f"/v2/images/{image_id}").status == expected


@pytest.mark.fake_ims(deleting=polls(2))
def test_a_list_shows_it_go(wire: Wire, image_id: str) -> None:
    wire.delete(f"/v2/images/{image_id}")
    assert [wire.names() for _ in range(3)] == [["a"], [], []]


# deactivation

@both()
def test_deactivate_and_reactivate(
    wire: Wire, fake_ims: FakeIMS, image_id: str, profile: str
) -> None:
    path = f"/v2/images/{image_id}/actions"
    assert wire.post(f"{path}/deactivate").status == 403  # queued
    wire.upload(image_id, DATA)
    for action, status in (("deactivate", "deactivated"), ("deactivate", "deactivated"),
                           ("reactivate", "active"), ("reactivate", "active")):
        assert wire.post(f"{path}/{action}").status == 204
        assert wire.status(image_id) == status
    assert wire.download(image_id).body == DATA


@pytest.mark.parametrize("value", ["soon", "-1s", -1, None, "1", "polls(0)", object()])
def test_a_setting_that_makes_no_sense(fake_ims: FakeIMS, value: Any) -> None:
    if value == "1":
        fake_ims.lifecycle.saving = value
        assert str(fake_ims.lifecycle.saving) == "1s"
        return
    with pytest.raises(UsageError):
        fake_ims.lifecycle.saving = value
    with pytest.raises(UsageError):
        fake_ims.lifecycle.deleting = value


def test_a_kill_of_one_upload_does_not_come_again(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.kill_next("first")
    fake_ims.lifecycle.kill_nth(2, "second")
    fake_ims.lifecycle.kill_named("a", "named")
    assert len(fake_ims.lifecycle._kills) == 3
    assert uploads(wire, *"bbb") == ["killed", "killed", "active"]
    assert [image.kill_reason for image in fake_ims.images] == ["first", "second", ""]
    assert len(fake_ims.lifecycle._kills) == 1
    assert "1 kills to come" in repr(fake_ims.lifecycle)


@pytest.mark.parametrize(("call", "words"), [
    (lambda life: life.kill_next(5), "reason must be a non-empty string, not 5"),
    (lambda life: life.kill_next(""), "reason must be a non-empty string, not ''"),
    (lambda life: life.kill_nth(1, 5), "reason must be a non-empty string, not 5"),
    (lambda life: life.kill_named(5), "name must be a non-empty string, not 5"),
    (lambda life: life.kill_named("a", 5), "reason must be a non-empty string, not 5"),
    (lambda life: life.kill_next(count=0), "count must be an integer, 1 or greater, not 0"),
    (lambda life: life.kill_nth(0), "nth must be an integer, 1 or greater, not 0"),
    (lambda life: life.kill_nth(True), "nth must be an integer, 1 or greater, not True"),
    (lambda life: life.kill_named("\udcff"), "name: "),
    (lambda life: life.kill_next("\udcff"), "reason: "),
])
def test_what_cannot_be_planned(fake_ims: FakeIMS, call: Any, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        call(fake_ims.lifecycle)
    assert str(raised.value).startswith(words)
    assert not fake_ims.lifecycle._kills
