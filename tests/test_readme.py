"""README.md: its examples and its commands run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = [code for kind, code in BLOCKS if kind == "python"]
LINES = [line for kind, code in BLOCKS if not kind for line in code.splitlines()]
DISK, IN_A_TEST, WITHOUT_PYTEST = PYTHON
# Commands of a fresh clone: .ci/run calls the second as it stands here.
CLONE = tuple(line for line in LINES if line.startswith("python3 -m venv"))
SWEEP = [line for line in LINES if line.startswith("pytest --fake-ims-sweep")]
HAND = [line for line in LINES if "fake-ims" in line and line not in (*CLONE, *SWEEP)]


def path() -> str:
    """The search path of commands, with those of this environment first."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def shell(script: str, where: Path) -> subprocess.CompletedProcess[str]:
    """A script of a POSIX shell, which ends at the first command that fails."""
    return subprocess.run(["bash", "-euc", script], cwd=where, env=os.environ | {"PATH": path()},
                          capture_output=True, text=True, timeout=60)


def test_the_first_example(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_disk=DISK)
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=1)


def test_the_examples_of_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=IN_A_TEST,
                        my_client=(ROOT / "tests" / "my_client.py").read_text(encoding="utf-8"))
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=5)


def test_the_example_without_pytest(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_PYTEST], cwd=tmp_path,
                          capture_output=True, text=True, timeout=60, check=True)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+ \w+\n", done.stdout)


def test_every_fixture_of_its_table_is_there(pytester: pytest.Pytester) -> None:
    rows = re.findall(r"^\| `(fake_ims\w*)` \|", README, re.MULTILINE)
    shown = pytester.runpytest_subprocess("--fixtures").stdout.str()
    assert len(rows) == 5
    for name in rows:
        assert re.search(rf"^{name}\b", shown, re.MULTILINE), name


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_the_commands_by_hand(tmp_path: Path) -> None:
    serve, operations, evaluated, ctl = HAND
    script = f"""
        {serve} > log 2>&1 &
        server=$!
        trap 'kill $server $FAKE_IMS_PID 2>/dev/null || true' EXIT
        {operations} > operations.json
        {evaluated}
        {ctl}
        curl -s -o /dev/null -w '%{{http_code}}\\n' -H "X-Auth-Token: any" \\
            -H "Content-Type: application/json" -d '{{"name": "disk"}}' "$FAKE_IMS_URL/v2/images"
        until [ -s ready.json ]; do :; done
    """
    done = shell(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("503\n")
    assert "images.create" in {row["id"] for row in
                               json.loads((tmp_path / "operations.json").read_text())}


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_the_sweep_of_the_first_example(pytester: pytest.Pytester) -> None:
    (line,) = SWEEP
    pytester.makepyfile(test_disk=DISK)
    done = shell(f"{line} -p no:randomly || true", pytester.path)
    assert re.search(r"test_disk.*: 2 requests, \d+ runs", done.stdout), done.stdout


def test_no_command_is_left_out() -> None:
    tested = {*CLONE, *HAND, *SWEEP}
    assert {line for line in LINES if line} == tested
    script = ROOT / ".ci" / "run"
    if script.exists():  # not in an unpacked sdist
        assert "^python3 -m venv .*pytest" in script.read_text(encoding="utf-8")
    assert sum("pytest" in line for line in CLONE) == 1


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
