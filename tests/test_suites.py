"""The runner of other people's suites: what it writes for them and reads from them.

The suites themselves run by ``python tests/suites --venv DIR``, in CI with ``--check``.
"""

from __future__ import annotations

import configparser
import json
import re
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import suite_page
from suite_cloud import DISK_FORMATS, IMAGE, PEOPLE, Cloud, write_sdk, write_tempest
from suite_results import brief, read
from suite_runs import REQUIREMENTS, SUITES, WORKER, ensure_venv, environment, pinned

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


OUTCOMES = (("p.v2.test_a.A.one[id-1,smoke]", "passed", ""), ("p.v2.test_a.A.two", "failed", "x"),
            ("setUpClass (p.v2.b.test_b.B)", "skipped", "nothing here"))


def test_a_page_is_compared_with_a_run() -> None:
    known = {"A.two": "no second a"}
    found = report(*OUTCOMES, known=known)
    page = suite_page.replaced("# Clients\n\nwords\n", suite_page.section([found]))
    assert suite_page.differences([found], page) == suite_page.newer([found], page) == []
    assert suite_page.versions(page) == {"those": "1.2"}
    assert suite_page.differences([replace(found, seconds=99.0)], page) == []
    other = report(OUTCOMES[0], ("p.v2.test_a.A.two", "passed", ""), OUTCOMES[2])
    assert suite_page.differences([other], page) == [
        "- | those 1.2 | 1 | 1 | 2 | 2 |", "+ | those 1.2 | 2 | 0 | 2 | 2 |",
        "- | `test_a.A` | 1 | 1 |  |", "+ | `test_a.A` | 2 |  |  |",
        "- | all | 1 | 1 | 2 |", "+ | all | 2 | 0 | 2 |",
        "- Failed:", "- - `A.two`: no second a"]


def test_another_test_of_a_class_is_a_difference() -> None:
    known = {"A.one": "no a", "A.two": "no a"}
    page = suite_page.section([report(*OUTCOMES, known=known)])
    swapped = report(("p.v2.test_a.A.one[id-1,smoke]", "failed", ""),
                     ("p.v2.test_a.A.two", "passed", ""), OUTCOMES[2], known=known)
    assert suite_page.differences([swapped], page) == [
        "- - `A.two`: no a", "+ - `A.one`: no a"]


def test_a_newer_release_is_named_and_only_its_results_are_compared() -> None:
    page = suite_page.section([report(*OUTCOMES)])
    found = replace(report(*OUTCOMES), version="1.3")
    assert suite_page.differences([found], page) == []
    assert suite_page.newer([found], page) == ["those 1.3 was run, and the page tells of 1.2"]
    more = [{"distribution": "those", "version": "1.3", "tests": ["p.v2.test_c.C.one"]},
            {"id": "p.v2.test_c.C.one", "status": "passed", "reason": ""}]
    assert "+ | `test_c.C` | 1 |  |  |" in suite_page.differences(
        [read("suite", more, {}, 1.0)], page)
    assert suite_page.newer([found], "# Clients\n") == [
        "those 1.3 was run, and the page tells of none"]
    assert suite_page.differences([found], "# Clients\n")


def test_what_fails_in_the_fake_itself_is_a_surprise() -> None:
    found = replace(report(*((name, "passed", "") for name in lines()[0]["tests"])),
                    broken=("GET /v2/images 500",))
    assert found.surprises == ["500 from the fake: GET /v2/images 500"]


def test_the_page_tells_of_the_releases_that_ci_runs() -> None:
    pins = pinned()
    page = suite_page.PAGE.read_text(encoding="utf-8")
    assert suite_page.versions(page) == {
        suite.distribution: pins[suite.distribution] for suite in SUITES.values()}
    for name, version in pins.items():
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version), name


def test_ci_runs_the_suites() -> None:
    script = suite_page.PAGE.parents[1] / ".ci" / "run"
    if not script.exists():
        pytest.skip("needs .ci/run, which only a checkout has")
    steps = [line.strip() for line in script.read_text(encoding="utf-8").splitlines()]
    assert "step .venv/bin/python tests/suites --venv .venv/suites --check" in steps


def test_what_is_pinned_is_installed_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **more: done.append(command))
    for _ in range(2):
        ensure_venv(tmp_path)
    assert [command[1:3] for command in done] == [["-m", "venv"], ["-m", "pip"]]
    assert done[1][-2:] == ["-r", str(REQUIREMENTS)]
    pins = tmp_path / "pins.txt"
    pins.write_text("those==1.3\n")
    monkeypatch.setattr("suite_runs.REQUIREMENTS", pins)
    ensure_venv(tmp_path)
    assert done[-1][-2:] == ["-r", str(pins)]


@pytest.mark.parametrize(("found", "status"), [([], 0), (["- a", "+ b"], 1)])
def test_a_check_says_what_is_different(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    found: list[str], status: int,
) -> None:
    main = runpy.run_path(str(WORKER.with_name("__main__.py")))["main"]
    passed = [(name, "passed", "") for name in lines()[0]["tests"]]
    monkeypatch.setitem(main.__globals__, "_run", lambda *given: report(*passed))
    monkeypatch.setitem(main.__globals__, "ensure_venv", lambda where: where)
    monkeypatch.setattr(suite_page, "differences", lambda reports, page: found)
    monkeypatch.setattr(sys, "argv", ["suites", "--venv", str(tmp_path), "--check"])
    assert main() == status
    said = capsys.readouterr().out.splitlines()
    assert "ANOTHER RELEASE: those 1.2 was run, and the page tells of none" in said
    assert said[-2:] == found if found else said[-1] == "All is as docs/clients.md says."


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
        given = environment(suite, tmp_path, tmp_path)
        assert "elsewhere" not in given.values()
        assert given["HOME"] == str(tmp_path)
    assert environment(SUITES["tempest"], tmp_path, tmp_path)["TEMPEST_CONFIG_DIR"] == str(tmp_path)


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
