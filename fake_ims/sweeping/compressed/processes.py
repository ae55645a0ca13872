"""Child processes: they have their own clock, so waiting for one takes real time.

- The clock does not jump while the test's thread, or a thread with a time-out, waits for one.
- Another thread that waits without a time-out holds nobody up: it is a bystander (``bystanders``).
"""

from __future__ import annotations

import _thread
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import state
from .places import Patches
from .waits import Engine

# pytest leaves our frames out of tracebacks.
__tracebackhide__ = True


@contextmanager
def _real(engine: Engine) -> Iterator[None]:
    """Let the running thread wait in real time. The clock does not jump meanwhile."""
    ident = _thread.get_ident()
    engine.real[ident] = engine.real.get(ident, 0) + 1
    try:
        yield
    finally:
        engine.real[ident] -= 1
        if not engine.real[ident]:
            del engine.real[ident]


def _child(before: Any) -> Any:
    def wait(self: Any, *args: Any, **named: Any) -> Any:
        engine = state.active()
        if engine is None or not (
            args or named.get("timeout") is not None or _thread.get_ident() == engine.owner
        ):
            return before(self, *args, **named)
        with _real(engine):
            return before(self, *args, **named)

    wait.__name__ = before.__name__
    return wait


def replace(patches: Patches) -> None:
    """Replace ``Popen.wait`` and ``Popen.communicate``."""
    for name in ("wait", "communicate"):
        patches.attribute(subprocess.Popen, name, _child(getattr(subprocess.Popen, name)))
