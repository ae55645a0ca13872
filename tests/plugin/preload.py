"""One run of pytest, so that those that follow it find its modules and those of plugins loaded.

Pytest itself loads them: its plugins are rewritten then, as it wants them to be.
"""

import io
import os
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()) as said, \
        redirect_stderr(said):
    before = os.getcwd()
    os.chdir(folder)
    Path("test_preload.py").write_text("def test(fake_ims):\n    fake_ims.images.add(name='a')\n")
    code = pytest.main(["-q", "-p", "no:cacheprovider", "test_preload.py"])
    os.chdir(before)
assert code == 0, said.getvalue()
del sys.modules["test_preload"]
