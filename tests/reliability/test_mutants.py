"""The guard ``mutants`` tells a mutant that a test notices from one that it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each mutant is a forked process")
def test_mutants_whose_fate_is_known():
    done = subprocess.run([sys.executable, str(Path(__file__).parent), "mutants", "--fixed"],
                          capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
