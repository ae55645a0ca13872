"""Who waits for what, as a text."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any

from .sites import Frames, Site, frames_of

if TYPE_CHECKING:
    from .waits import Wait

_MOST = 5


def who_waits(waits: Mapping[int, Wait], owner: int) -> str:
    """Describe the waits of a process. Waits of libraries and of the fakes are left out.

    Args:
        waits: the registered waits, by thread.
        owner: the thread of the test; it comes first.
    """
    frames = sys._current_frames()
    found = []
    try:
        for ident in sorted(frames, key=lambda one: one != owner):
            wait = waits.get(ident)
            tasks = _tasks(frames[ident]) if wait is not None else []
            for site in tasks or [Site(frames_of(frames[ident]))]:
                if site.is_of_a_project or (ident == owner and not tasks):
                    found.append(_told(wait, site, bool(tasks)))
    finally:
        del frames
    if not found:
        return "only threads of libraries wait"
    more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(dict.fromkeys(found[:_MOST])) + more


def _told(wait: Wait | None, site: Site, in_task: bool) -> str:
    if wait is None:
        return f"the client waits in a function in C ({site.line})"
    if in_task:
        return f"the client waits in asyncio ({site.line})"
    without = " without a time-out" if wait.deadline is None else ""
    return f"the client waits{without} in {wait.what} ({site.line})"


def _tasks(frame: FrameType | None) -> list[Site]:
    """Return where the tasks of a waiting asyncio loop stand."""
    while frame is not None:
        loop = frame.f_locals.get("self") if frame.f_code.co_name == "_run_once" else None
        if isinstance(loop, asyncio.AbstractEventLoop):
            return [site for task in asyncio.all_tasks(loop)
                    if (site := Site(_awaits(task.get_coro()))).is_of_a_project]
        frame = frame.f_back
    return []


def _awaits(coroutine: Any) -> Frames:
    """Return the frames of a suspended coroutine, innermost last."""
    found = []
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is None:
            break
        found.append((frame.f_code.co_filename, frame.f_lineno or 0, frame.f_code.co_name))
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return tuple(found)
