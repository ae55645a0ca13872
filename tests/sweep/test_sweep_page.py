"""docs/sweep.md: its commands run, and what it names is there."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatchcase

import pytest
from doc_examples import DOCS, examples
from pytest_fake_ims.plugin import FOR_ALL, SWEEP

from fake_ims.contract.operations import BY_ID
from fake_ims.sweeping.failures import KINDS, failures_of, names
from fake_ims.sweeping.options import TABLE
from fake_ims.sweeping.rules import RULES

PAGE = (DOCS / "sweep.md").read_text(encoding="utf-8")
COMMANDS = [line for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE,
                                                   re.MULTILINE | re.DOTALL)
            for line in block.splitlines() if not language and line.startswith("pytest ")]
DISK = """
class Failed(Exception):
    __module__ = "disk"

def test_upload(fake_ims):
    import json, urllib.request
    request = urllib.request.Request(fake_ims.url + "/v2/images", headers=fake_ims.headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
    except OSError as error:
        raise Failed(str(error)) from error
    assert json.loads(text)["images"] == []  # it does not look whether it is JSON
"""


def test_the_commands_run(pytester: pytest.Pytester) -> None:
    """One after another, as a reader types them."""
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_disk.py").write_text(DISK)
    assert len(COMMANDS) == 3
    for command in COMMANDS:
        _, *options = shlex.split(command)
        result = pytester.runpytest_subprocess(*options, "-p", "no:randomly")
        assert re.search(r"test_upload: 1 request, \d+ runs", result.stdout.str())
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_upload: 1 request*known*"])


def test_its_example_is_right(pytester: pytest.Pytester) -> None:
    (example,) = examples("sweep.md")
    code = str(example.values[0]).replace("...", "pass")
    pytester.makepyfile(code)
    # It tries nothing, and that is told.
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the sweep had nothing to try*"])


def test_it_lists_every_failure() -> None:
    for kind in KINDS:
        (row,) = re.findall(rf"^\| `{kind}` \| (.*) \|$", PAGE, re.MULTILINE)
        told = set(re.findall(r"`([\w-]+)`", row))
        known = {failure.name for operation in BY_ID.values()
                 for failure in failures_of(operation, frozenset({kind}))}
        if kind == "statuses":
            assert {one for one in told if one[0].isdigit()} <= known
        else:
            assert {one for one in told if one in names()} == known, kind


def test_it_lists_every_rule_and_setting() -> None:
    rules = PAGE.partition("| rule |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", rules, re.MULTILINE)) == RULES
    settings = PAGE.partition("| setting |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\w+)` \|", settings, re.MULTILINE)
    assert set(told) == {name.replace("-", "_") for name in TABLE}
    for name in FOR_ALL:
        assert f"--fake-ims-sweep-{name}" in PAGE


def test_the_plugin_has_the_same_settings_and_texts(pytester: pytest.Pytester) -> None:
    assert tuple(TABLE) == SWEEP
    shown = " ".join(pytester.runpytest_subprocess("--help").stdout.str().split())
    for name, text in TABLE.items():
        assert f"--fake-ims-sweep-{name}" in shown
        assert text in shown.replace("- ", "-"), name


def test_the_globs_of_the_page_name_failures() -> None:
    for glob in ("503", "429*", "reset-before", "page-*"):
        assert any(fnmatchcase(name, glob) for name in names())
