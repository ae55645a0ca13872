"""The control API from Node, with fetch and no library."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from fake_ims import FakeIMS

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("any_language.mjs")


@pytest.mark.skipif(NODE is None, reason="needs Node.js 18 or later, which has fetch")
def test_node(fake_ims: FakeIMS) -> None:
    assert NODE is not None
    done = subprocess.run([NODE, str(SCRIPT), fake_ims.url], capture_output=True, text=True,
                          timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "good\n", "")
