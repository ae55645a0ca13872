"""Tasks of asyncio: who created them.

- Libraries send bodies in tasks of their own. Their stack ends at the loop; ``senders``
  completes it by the creator's.
"""

from __future__ import annotations

import asyncio
from typing import Any

from . import state
from .places import Patches

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True


def _create_task(before: Any) -> Any:
    def create_task(self: Any, *args: Any, **named: Any) -> Any:
        task = before(self, *args, **named)
        if state.active() is not None:
            state.senders.has_created(task)
        return task

    return create_task


def replace(patches: Patches) -> None:
    """Replace ``create_task`` of asyncio's loops."""
    patches.attribute(asyncio.BaseEventLoop, "create_task",
                      _create_task(asyncio.BaseEventLoop.create_task))
