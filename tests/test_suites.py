"""The runner of other people's suites: what it writes for them and reads from them.

The suites themselves run by ``python tests/suites --venv DIR``.
"""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import suite_page
from suite_cloud import DISK_FORMATS, IMAGE, PEOPLE, Cloud, write_sdk, write_tempest
from suite_results import brief, read
from suite_runs import SUITES, WORKER, environment

from fake_ims import FakeIMS

TRACEBACK = """pythonlogging:'': {{{ 10:00 INFO a request }}}

Traceback (most recent call last):
  File "test_a.py", line 1, in test_a
    wait()
    ^^^^^^
tempest.lib.exceptions.TimeoutException: Request timed out
Details: never finished
"""


@pytest.fixture
def cloud(fake_ims: FakeIMS) -> Cloud:
    """The fake, after a log-in as the administrator."""
    return Cloud.log_in(f"{fake_ims.url}/v3")


def lines(*outcomes: tuple[str, str, str]) -> list[dict[str, Any]]:
    """What the worker writes of a suite of four tests."""
    names = ["p.v2.test_a.A.one[id-1,smoke]", "p.v2.test_a.A.two", "p.v2.b.test_b.B.one",
             "p.v2.b.test_b.B.two"]
    return [{"distribution": "those", "version": "1.2", "tests": names},
            *({"id": name, "status": status, "reason": reason}
              for name, status, reason in outcomes)]


def report(*outcomes: tuple[str, str, str], known: dict[str, str] | None = None) -> Any:
    return read("suite", lines(*outcomes), known or {}, 1.6)


def test_outcomes_are_read() -> None:
    found = report(("p.v2.test_a.A.one[id-1,smoke]", "passed", ""),
                   ("p.v2.test_a.A.two", "failed", TRACEBACK),
                   ("setUpClass (p.v2.b.test_b.B)", "skipped", "nothing\nhere"))
    assert [(one.test, one.status, one.reason) for one in found.outcomes] == [
        ("p.v2.b.test_b.B.one", "skipped", "nothing here"),
        ("p.v2.b.test_b.B.two", "skipped", "nothing here"),
        ("p.v2.test_a.A.one", "passed", ""),
        ("p.v2.test_a.A.two", "failed", "tempest.lib.exceptions.TimeoutException: Request timed "
         "out Details: never finished"),
    ]
    assert len(found.surprises) == 1


def test_a_test_without_an_outcome_has_failed() -> None:
    found = report(("p.v2.test_a.A.one[id-1,smoke]", "passed", ""))
    assert found.count("failed") == 3
    assert found.surprises[0] == "p.v2.b.test_b.B.one: it did not run"


def test_a_class_that_fails_at_its_end_has_failed() -> None:
    found = report(*((name, "passed", "") for name in lines()[0]["tests"]),
                   ("tearDownClass (p.v2.test_a.A)", "failed", "OSError: gone"))
    assert (found.count("passed", "p.v2.b.test_b.B"), found.count("failed", "p.v2.test_a.A")) == (
        2, 2)


def test_the_first_failure_of_a_test_is_its_reason() -> None:
    found = report(("p.v2.test_a.A.two", "failed", "first"),
                   ("p.v2.test_a.A.two", "failed", "then"))
    assert next(one.reason for one in found.outcomes if one.method == "two"
                and one.case.endswith("A")) == "first"


def test_known_failures_are_no_surprise_unless_they_pass() -> None:
    passed = [(name, "passed", "") for name in lines()[0]["tests"]]
    known = {"B.two": "no second b"}
    assert report(*passed[:3], ("p.v2.b.test_b.B.two", "failed", "x"), known=known).surprises == []
    assert report(*passed, known=known).surprises == [
        "p.v2.b.test_b.B.two passed, and was to fail: no second b"]


def test_a_run_without_tests_is_a_surprise() -> None:
    head = {"distribution": "those", "version": "1.2", "tests": []}
    assert read("suite", [head], {}, 1.0).surprises == ["suite has no tests"]


def test_a_long_reason_is_cut() -> None:
    assert brief("a " * 500).endswith("a…")
    assert len(brief("a " * 500)) == 200
    assert brief("") == ""


def test_the_tables() -> None:
    found = report(("p.v2.test_a.A.one[id-1,smoke]", "passed", ""),
                   ("p.v2.test_a.A.two", "failed", "x"),
                   ("setUpClass (p.v2.b.test_b.B)", "skipped", "nothing here"),
                   known={"A.two": "no second a"})
    assert suite_page.text(found) == [
        "### those 1.2: `p.v2`", "",
        "| class | passed | failed | skipped |",
        "|---|---:|---:|---:|",
        "| `b.test_b.B` |  |  | 2 |",
        "| `test_a.A` | 1 | 1 |  |",
        "| all | 1 | 1 | 2 |", "",
        "Failed:", "", "- `A.two`: no second a", "",
        "Skipped:", "", "- `B`: nothing here", "",
        "It took 2 s.",
    ]
    assert "| those 1.2 | 1 | 1 | 2 | 2 |" in suite_page.section([found]).splitlines()


@pytest.mark.parametrize(("before", "after"), [
    ("", "# Clients\n\nNEW"),
    ("# Clients\n\nwords\n", "# Clients\n\nwords\n\nNEW"),
    ("# Clients\n\n<!-- suites -->\nold\n<!-- end suites -->\n\nwords\n",
     "# Clients\n\nNEW\n\nwords\n"),
])
def test_the_page_keeps_what_others_wrote(before: str, after: str) -> None:
    new = f"{suite_page.BEGIN}\nnew\n{suite_page.END}\n"
    once = suite_page.replaced(before, new)
    assert once.rstrip("\n") == after.replace("NEW", new.rstrip("\n")).rstrip("\n")
    assert suite_page.replaced(once, new) == once


def test_a_page_with_half_a_section_is_left_alone() -> None:
    with pytest.raises(ValueError, match="without"):
        suite_page.replaced(f"{suite_page.BEGIN}\nwords", "new")


def test_the_page_in_the_repository_has_the_section() -> None:
    page = suite_page.PAGE.read_text(encoding="utf-8")
    assert page.count(suite_page.BEGIN) == page.count(suite_page.END) == 1
    for suite in SUITES.values():
        assert f"### {suite.distribution} " in page


@pytest.mark.fake_ims(profile="openstack")
def test_tempest_is_configured(cloud: Cloud, tmp_path: Path) -> None:
    for _ in range(2):
        write_tempest(tmp_path, cloud)
    types = cloud.request("GET", "/v2/metadefs/resource_types")["resource_types"]
    assert [one["name"] for one in types] == ["OS::Nova::Server"]
    conf = configparser.ConfigParser(default_section="")
    conf.read(tmp_path / "tempest.conf")
    assert conf["identity"]["uri_v3"] == cloud.auth_url
    assert conf["image"]["region"] == cloud.region
    assert not conf["auth"].getboolean("use_dynamic_credentials")
    available = conf["service_available"]
    assert [name for name in available if available.getboolean(name)] == ["glance"]
    accounts = json.loads(Path(conf["auth"]["test_accounts_file"]).read_text())
    assert {account["username"]: account["roles"] for account in accounts} == {
        user: list(roles) for user, _, roles in PEOPLE}
    # The alternative user is the first, and of another project than those who come after.
    assert "admin" not in accounts[0]["roles"]
    assert accounts[0]["project_name"] not in {one["project_name"] for one in accounts[1:]}
    assert "qcow2" not in DISK_FORMATS[:6]


@pytest.mark.fake_ims(profile="openstack")
def test_the_sdk_is_configured(cloud: Cloud, fake_ims: FakeIMS, tmp_path: Path) -> None:
    for _ in range(2):
        write_sdk(tmp_path, cloud)
    clouds = json.loads((tmp_path / "clouds.yaml").read_text())["clouds"]
    assert {name: entry["auth"]["username"] for name, entry in clouds.items()} == {
        "devstack": "member", "devstack-alt": "alt", "devstack-admin": "admin",
        "devstack-system-admin": "admin"}
    assert {entry["auth"]["auth_url"] for entry in clouds.values()} == {cloud.auth_url}
    assert (tmp_path / "CONTRIBUTING.rst").read_text()
    image, = fake_ims.images
    assert (image.name, image.status, image.visibility, image["disk_format"]) == (
        IMAGE, "active", "public", "qcow2")


def test_no_other_cloud_is_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("OS_AUTH_URL", "TEMPEST_CONFIG", "OPENSTACKSDK_IMAGE", "http_proxy"):
        monkeypatch.setenv(name, "elsewhere")
    for suite in SUITES.values():
        given = environment(suite, tmp_path)
        assert "elsewhere" not in given.values()
        assert given["HOME"] == str(tmp_path)
    assert environment(SUITES["tempest"], tmp_path)["TEMPEST_CONFIG_DIR"] == str(tmp_path)


def test_the_worker_says_what_became_of_each_test(tmp_path: Path) -> None:
    package = tmp_path / "theirs" / "inner"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "not_tests.py").write_text("raise ImportError\n")
    (package / "test_a.py").write_text("""
import unittest

class A(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.assertEqual(1, 2)
    def test_broken(self): raise OSError("no")
    @unittest.skip("not now")
    def test_later(self): pass
    @unittest.expectedFailure
    def test_fails_as_it_should(self): self.fail()

class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("nothing here")
    def test_b(self): pass
""")
    results = tmp_path / "results.jsonl"
    subprocess.run([sys.executable, str(WORKER), "pytest", "theirs", str(results), "inner"],
                   cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, check=True,
                   capture_output=True, timeout=60)
    found = read("suite", map(json.loads, results.read_text().splitlines()), {}, 1.0)
    assert (found.distribution, found.version) == ("pytest", pytest.__version__)
    assert {one.method: (one.status, one.reason) for one in found.outcomes} == {
        "test_good": ("passed", ""),
        "test_bad": ("failed", "AssertionError: 1 != 2"),
        "test_broken": ("failed", "OSError: no"),
        "test_later": ("skipped", "not now"),
        "test_fails_as_it_should": ("passed", ""),
        "test_b": ("skipped", "nothing here"),
    }
