"""The layers in pyproject.toml are held: an import that points upwards breaks their contract."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports as lint; raise SystemExit(lint(no_cache=True))"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of both packages, and of what says which imports are allowed."""
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "fake_ims", tmp_path / "fake_ims", ignore=without)
    shutil.copytree(ROOT / "plugin", tmp_path / "plugin", ignore=without)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(where: Path) -> subprocess.CompletedProcess[str]:
    """What ``lint-imports`` says of a copy."""
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=where, capture_output=True, text=True, check=False,
        timeout=120, env={**os.environ, "COLUMNS": "200",
                          "PYTHONPATH": f"{where}{os.pathsep}{where / 'plugin'}"})


def test_each_import_that_points_upwards_breaks_it(copy: Path) -> None:
    (copy / "fake_ims/domain/absolute.py").write_text("from fake_ims.server import pipeline\n")
    (copy / "fake_ims/faults/relative.py").write_text("from ..fake import FakeIMS\n")
    (copy / "fake_ims/contract/late.py").write_text(
        "def late():\n    from ..api import routing\n    return routing\n")
    (copy / "fake_ims/errors.py").write_text("import pytest_fake_ims.plugin\n")

    found = lint(copy)

    assert found.returncode == 1, found.stderr
    lines = {line.strip("- ") for line in found.stdout.splitlines() if line.startswith("- ")}
    assert lines == {
        "fake_ims.domain.absolute -> fake_ims.server.pipeline (l.1)",
        "fake_ims.faults.relative -> fake_ims.fake (l.1)",
        "fake_ims.contract.late -> fake_ims.api.routing (l.2)",
        "fake_ims.errors -> pytest_fake_ims.plugin (l.1)",
    }


def test_an_import_for_types_alone_may_point_upwards(copy: Path) -> None:
    (copy / "fake_ims/domain/typed.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from fake_ims.server import pipeline\n")

    found = lint(copy)

    assert found.returncode == 0, found.stdout
