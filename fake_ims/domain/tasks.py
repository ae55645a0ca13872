"""Glance's tasks: the records of imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LIFETIME = 48 * 3600.0
#: What Glance says of a task that fails, whatever the reason.
INTERNAL = "Task failed due to Internal Error"


@dataclass(slots=True)
class Task:
    """One task. Instants are seconds since the epoch.

    Attributes:
        type: ``api_image_import``, ``import`` or ``location_import``.
        status: ``pending``, ``processing``, ``success`` or ``failure``.
        expires_at: when the record is deleted; None while the task is running.
    """

    id: str
    type: str
    owner: str | None
    user_id: str
    request_id: str
    image_id: str | None
    input: dict[str, Any]
    created_at: float
    updated_at: float
    status: str = "pending"
    message: str = ""
    result: dict[str, Any] | None = None
    expires_at: float | None = None


class Tasks:
    """The tasks of one service, oldest first."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def add(self, task: Task) -> None:
        """Add a task."""
        self._tasks[task.id] = task

    def get(self, task_id: str) -> Task | None:
        """Return the task with this id."""
        return self._tasks.get(task_id)

    def all(self) -> list[Task]:
        """Return all tasks, newest first."""
        return list(reversed(self._tasks.values()))

    def of_image(self, image_id: str) -> list[Task]:
        """Return the tasks of an image, oldest first."""
        return [task for task in self._tasks.values() if task.image_id == image_id]

    def finish(self, task: Task, now: float, *, failure: str = "") -> None:
        """Mark a task as succeeded, or with ``failure`` as failed. A task ends once."""
        task.status = "failure" if failure else "success"
        task.message = failure or task.message
        task.updated_at = now
        task.expires_at = now + LIFETIME
