"""Disk, descriptors, memory, a jumping clock: a documented error, and all else goes on."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import guard_exhaustion as guard
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="uses the limits of Linux")


@pytest.mark.parametrize("name", guard.SITUATIONS)
def test_what_is_used_up(name: str) -> None:
    held, told = guard.play(name, 2)
    if held is None:
        pytest.skip(told)
    assert held, told


BROKEN = {
    "a log that is flooded": ("file_size", """
        from fake_ims.domain.spool import Spool
        write = Spool.write
        def forgetful(self, *data):
            self._told = False
            write(self, *data)
        Spool.write = forgetful
        """, "len(child.logged) <= most"),
    "an error of the disk that is none of ours": ("file_size", """
        from fake_ims.domain.spool import Spool
        Spool.write = Spool._write
        """, "assert child.upload(LARGE) == (413, left)"),
    "memory that is told of with tracebacks": ("memory", """
        from fake_ims.server.pipeline import Pipeline
        def told(self, call):
            raise ValueError
        Pipeline._tell_of_memory = told
        """, "AssertionError"),
    "a job that ends when it is asked for": ("clock", """
        from fake_ims.domain.clock import Clock
        Clock.now = lambda self, times=[0]: times.append(0) or 1e9 + 3600.0 * len(times)
        """, "assert (job.status, image.status)"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_seen(what: str) -> None:
    name, change, line = BROKEN[what]
    code = (f"import sys; sys.path.insert(0, {str(Path(guard.__file__).parent)!r})\n"
            f"{textwrap.dedent(change)}\nimport guard_exhaustion\n"
            f"guard_exhaustion.SITUATIONS[{name!r}](1)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 1
    assert line in done.stderr, done.stderr[-2000:]
