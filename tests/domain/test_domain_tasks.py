"""Glance's tasks: when each ends, and that it ends once."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.domain.durations import After
from fake_ims.domain.image import Image
from fake_ims.domain.lifecycle import Transition
from fake_ims.domain.store import Store
from fake_ims.domain.tasks import LIFETIME, Task, Tasks


def task(number: int, image_id: str | None, status: str = "processing") -> Task:
    return Task(str(number), "import", "p", "u", "r", image_id, {}, 1.0, 1.0, status)


def image(status: str, **more: Any) -> Image:
    found = Image(id=status, owner="p", created_at=0.0, updated_at=0.0, sequence=1, status=status)
    for name, value in more.items():
        setattr(found, name, value)
    return found


def settled(one: Task, *images: Image) -> Task:
    store, tasks = Store(), Tasks()
    for entry in images:
        store.add(entry)
    tasks.add(one)
    tasks.settle(store, 5.0)
    return one


def test_the_newest_comes_first() -> None:
    tasks = Tasks()
    entries = [task(number, image_id) for number, image_id in enumerate(("a", "b", None, "a"))]
    for entry in entries:
        tasks.add(entry)
    assert tasks.all() == entries[::-1]
    assert tasks.of_image("a") == [entries[3], entries[0]]
    assert tasks.of_image("c") == []
    assert tasks.get("1") is entries[1]
    assert tasks.get("9") is None


def test_a_task_succeeds_with_its_image() -> None:
    done = settled(task(1, "active"), image("active"))
    assert (done.status, done.message, done.result) == ("success", "", {"image_id": "active"})
    assert (done.created_at, done.updated_at, done.expires_at) == (1.0, 5.0, 5.0 + LIFETIME)


@pytest.mark.parametrize(("image_id", "images", "reason"), [
    ("gone", [], "Image is gone"), (None, [], "Image is gone"),
    ("killed", [image("killed", kill_reason="disk full")], "disk full"),
    ("killed", [image("killed")], "Image is killed"),
    ("queued", [image("queued")], "Image is queued"),
])
def test_a_task_fails_with_its_image(
    image_id: str | None, images: list[Image], reason: str
) -> None:
    done = settled(task(1, image_id), *images)
    assert (done.status, done.message, done.result) == ("failure", reason, None)
    assert (done.updated_at, done.expires_at) == (5.0, 5.0 + LIFETIME)


def test_a_task_waits_for_its_image() -> None:
    waiting = image("saving", transition=Transition("active", After(10.0)))
    assert settled(task(1, "saving"), waiting).status == "processing"


@pytest.mark.parametrize("status", ["pending", "success", "failure"])
def test_only_a_task_that_runs_ends(status: str) -> None:
    before = task(1, "gone", status)
    done = settled(before)
    assert (done.status, done.message, done.updated_at, done.expires_at) == (status, "", 1.0, None)


def test_one_task_that_does_not_end_holds_up_no_other() -> None:
    store, tasks = Store(), Tasks()
    store.add(image("saving", transition=Transition("active", After(10.0))))
    entries = [task(1, "gone", "pending"), task(2, "saving"), task(3, "gone")]
    for entry in entries:
        tasks.add(entry)
    tasks.settle(store, 5.0)
    assert [entry.status for entry in entries] == ["pending", "processing", "failure"]


def test_a_task_keeps_its_message_unless_it_fails() -> None:
    tasks, one = Tasks(), task(1, None)
    one.message = "half"
    tasks.finish(one, 2.0)
    assert (one.status, one.message) == ("success", "half")
    tasks.finish(one, 3.0, failure="no")
    assert (one.status, one.message, one.updated_at) == ("failure", "no", 3.0)
