"""The suites: where their tests are, what they need, and how they are run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from suite_cloud import FLAVOR, IMAGE, Cloud, write_sdk, write_tempest
from suite_results import Report, read

WORKER = Path(__file__).with_name("suite_worker.py")
# The one place that says which releases: the suites, and all that they import.
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


@dataclass(frozen=True)
class Suite:
    """A suite that others wrote.

    Attributes:
        name: how the command line calls it.
        distribution: its name on PyPI.
        package: where its tests are; several names with commas between.
        configure: writes what it reads into its working directory.
        known: tests that are known to fail, by the end of their names, and why.
        environment: variables that it reads; ``{work}`` is the working directory, ``{bin}`` the
            folder of the commands.
        is_slow: whether each of its tests starts commands.
    """

    name: str
    distribution: str
    package: str
    configure: Callable[[Path, Cloud], None]
    known: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    is_slow: bool = False


SUITES = {suite.name: suite for suite in (
    Suite(
        "tempest", "tempest", "tempest.api.image.v2", write_tempest,
        environment={"TEMPEST_CONFIG_DIR": "{work}", "TEMPEST_CONFIG": "tempest.conf"},
    ),
    Suite(
        "sdk", "openstacksdk",
        "openstack.tests.functional.image,openstack.tests.functional.cloud.test_image", write_sdk,
        environment={"OS_CLIENT_CONFIG_FILE": "{work}/clouds.yaml", "OS_TEST_TIMEOUT": "60",
                     "OS_LOG_CAPTURE": "1", "OPENSTACKSDK_IMAGE": IMAGE,
                     "OPENSTACKSDK_FLAVOR": FLAVOR},
    ),
    # Their tests run the commands, which find clouds.yaml in the working directory.
    Suite("openstack", "python-openstackclient", "openstackclient.tests.functional.image.v2",
          write_sdk, environment={"PATH": "{bin}:/usr/bin:/bin"}, is_slow=True),
    Suite("glance", "python-glanceclient", "glanceclient.tests.functional.v2", write_sdk,
          environment={"OS_GLANCECLIENT_EXEC_DIR": "{bin}"}, is_slow=True),
)}


def pinned() -> dict[str, str]:
    """The version of each distribution that the suites run with, by its name."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    rows = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {name: version for name, _, version in rows}


def ensure_venv(where: Path) -> Path:
    """Make a virtual environment with the suites as they are pinned, unless it is there.

    Returns:
        Its Python.
    """
    return install(where, REQUIREMENTS)


def install(where: Path, requirements: Path) -> Path:
    """Make a virtual environment with these requirements, unless it is there.

    Returns:
        Its Python.
    """
    python = where.absolute() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # What was installed; pins that have changed since are installed over it.
    installed, wanted = where / "suites-installed", requirements.read_text(encoding="utf-8")
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(where)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(requirements)],
                       check=True)
        installed.write_text(wanted, encoding="utf-8")
    return python


def run(suite: Suite, python: Path, work: Path, cloud: Cloud, match: str = "") -> Report:
    """Configure and run a suite.

    Raises:
        RuntimeError: it could not be run at all.
    """
    work = work.absolute()
    suite.configure(work, cloud)
    results, log = work / "results.jsonl", work / "output.log"
    results.unlink(missing_ok=True)
    began = time.monotonic()
    with log.open("wb") as output:
        code = subprocess.run(
            [str(python), str(WORKER), suite.distribution, suite.package, str(results), match],
            cwd=work, env=environment(suite, work, python.parent), stdout=output,
            stderr=subprocess.STDOUT, check=False).returncode
    if code:
        tail = log.read_text("utf-8", "replace")[-4000:]
        raise RuntimeError(f"{suite.name} ended with {code}:\n{tail}")
    with results.open(encoding="utf-8") as lines:
        return read(suite.name, map(json.loads, lines), suite.known, time.monotonic() - began)


def environment(suite: Suite, work: Path, bin: Path) -> dict[str, str]:
    """The process's own, without what would lead a suite to another cloud, and the suite's."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("OS_", "OPENSTACK", "TEMPEST_", "PYTHON"))
            and not name.lower().endswith("_proxy")}
    given = {name: value.format(work=work, bin=bin) for name, value in suite.environment.items()}
    return {**kept, "HOME": str(work), "no_proxy": "*", **given}
