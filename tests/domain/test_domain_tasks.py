"""Glance's tasks: their order, and how each ends."""

from __future__ import annotations

from fake_ims.domain.tasks import LIFETIME, Task, Tasks


def task(number: int, image_id: str | None, status: str = "processing") -> Task:
    return Task(str(number), "import", "p", "u", "r", image_id, {}, 1.0, 1.0, status)


def test_the_newest_comes_first() -> None:
    tasks = Tasks()
    entries = [task(number, image_id) for number, image_id in enumerate(("a", "b", None, "a"))]
    for entry in entries:
        tasks.add(entry)
    assert tasks.all() == entries[::-1]
    assert tasks.of_image("a") == [entries[0], entries[3]]  # a real Glance begins with the oldest
    assert tasks.of_image("c") == []
    assert tasks.get("1") is entries[1]
    assert tasks.get("9") is None


def test_a_task_keeps_its_message_unless_it_fails() -> None:
    tasks, one = Tasks(), task(1, None)
    one.message = "half"
    tasks.finish(one, 2.0)
    assert (one.status, one.message) == ("success", "half")
    assert (one.created_at, one.updated_at, one.expires_at) == (1.0, 2.0, 2.0 + LIFETIME)
    tasks.finish(one, 3.0, failure="no")
    assert (one.status, one.message, one.updated_at) == ("failure", "no", 3.0)
