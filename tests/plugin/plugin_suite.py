"""A pytest run of its own for each test of the plugin, in a process of its own."""

from __future__ import annotations

from textwrap import dedent

import pytest
from fork_server import ForkServer

from fake_ims.server import realtime

# pytest-asyncio warns of a setting that is not made; made, it is unknown where that is not loaded.
ASYNCIO_SCOPE = 'ignore:The configuration option "asyncio_default_fixture_loop_scope"'

CALLS = '''
import json
import urllib.error
import urllib.request

IMAGE = {"name": "a", "container_format": "bare", "disk_format": "qcow2"}
BINARY = {"Content-Type": "application/octet-stream"}


def call(fake, method, path, data=None, headers=None, **body):
    """Status and JSON of one request, made with nothing but the standard library."""
    if body:
        data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(
        fake.url + path, data, {**fake.headers, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            text, status = answer.read(), answer.status
    except urllib.error.HTTPError as error:
        with error:
            text, status = error.read(), error.code
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def create(fake):
    status, image = call(fake, "POST", "/v2/images", **IMAGE)
    assert status == 201, image
    return image["id"]


def upload(fake, id):
    status, text = call(fake, "PUT", f"/v2/images/{id}/file", b"data", BINARY)
    assert status == 204, text


def show(fake, id):
    return call(fake, "GET", f"/v2/images/{id}")[1]["status"]


def count(fake):
    return len(call(fake, "GET", "/v2/images")[1]["images"])
'''


def prepare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take from the environment what would change a run."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")


class Suite:
    """A directory with tests, and pytest over it in a process of its own.

    Args:
        pytester: has the directory.
        server: starts the processes; without it, each is started from nothing.
    """

    def __init__(self, pytester: pytest.Pytester, server: ForkServer | None = None) -> None:
        self.pytester = pytester
        self._server = server
        pytester.makepyfile(calls=CALLS)

    def write(self, source: str, **more: str) -> None:
        """Write ``test_it.py`` and other modules."""
        head = "from calls import *\nimport pytest\n"
        self.pytester.makepyfile(test_it=head + dedent(source), **more)

    def run(self, *args: str, random: bool = False) -> pytest.RunResult:
        """Run pytest; it may neither hang nor warn of what was left open."""
        order = () if random else ("-p", "no:randomly")
        if self._server is None:
            return self.pytester.runpytest_subprocess(*order, *args, timeout=120)
        begin = realtime.monotonic()
        run = self._server.run([f"--basetemp={self.pytester.path / 'basetemp'}", *order, *args],
                               cwd=self.pytester.path)
        return pytest.RunResult(run.returncode, run.stdout.splitlines(), run.stderr.splitlines(),
                                realtime.monotonic() - begin)

    def passes(self, count: int, *args: str, random: bool = False) -> pytest.RunResult:
        """Run pytest with warnings as errors; so many tests must pass and none do anything else."""
        result = self.run("-W", "error", "-W", ASYNCIO_SCOPE, *args, random=random)
        result.assert_outcomes(passed=count)
        assert result.ret == 0
        return result
