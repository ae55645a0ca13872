"""The reports of ``--fake-ims-sweep``, by a run of pytest: section, files and annotations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from plugin_suite import Suite

SCHEMA = Path(__file__).parents[2] / "docs" / "sweep-report.schema.json"
SWEEP = ("--fake-ims-sweep", "--fake-ims-sweep-kinds=connection")
CLIENT = '''
    class Failed(Exception):
        __module__ = "client"

    def ask(fake, method, path, *args, **body):
        try:
            status, document = call(fake, method, path, *args, **body)
        except OSError as error:
            raise Failed(f"<b>{error}, token={fake.headers['X-Auth-Token']}") from error
        if status >= 400:
            raise Failed(status)
        return document

    def upload_to(fake, name):
        image = ask(fake, "POST", "/v2/images", name=name)
        ask(fake, "PUT", f"/v2/images/{image['id']}/file", b"data", BINARY)

    def test_one(fake_ims):
        upload_to(fake_ims, "one")

    def test_two(fake_ims):
        upload_to(fake_ims, "two")
'''


@pytest.fixture
def swept(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> pytest.RunResult:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    suite.write(CLIENT)
    return suite.run(*SWEEP, *(f"--fake-ims-sweep-report={name}" for name in (
        "out/r.json", "out/r.html", "out/r.xml", "github")), "--fake-ims-seed=7")


def test_all_reports_tell_the_same(swept: pytest.RunResult, pytester: pytest.Pytester) -> None:
    swept.assert_outcomes(failed=2)
    out = pytester.path / "out"
    found = json.loads((out / "r.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    wrong = sum(one["word"] == "wrong" for test in found["tests"] for one in test["results"])
    assert wrong > len(found["findings"]) > 1
    findings = len(found["findings"])
    told = swept.stdout.str()

    head = re.search(r"^2 tests, (\d+) runs in [\d.]+ s: (\d+) findings in\s+(\d+)\s+wrong\s+runs",
                     told, re.MULTILINE)
    assert head is not None
    runs = sum(len(test["results"]) for test in found["tests"])
    assert head.groups() == (str(runs), str(findings), str(wrong))
    assert told.count("\n  repeat: pytest test_it.py::test_") == findings

    annotations = [line for line in swept.outlines if line.startswith("::error ")]
    assert len(annotations) == findings
    assert all(re.match(r"::error file=test_it\.py,line=\d+,title=fake_ims sweep%3A \w+ ", line)
               for line in annotations)

    suites = ElementTree.parse(out / "r.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == (str(runs), str(wrong))
    page = (out / "r.html").read_text(encoding="utf-8")
    assert f">{findings} findings<" in page
    assert "<b>" not in page


def test_findings_of_both_tests_are_one(swept: pytest.RunResult) -> None:
    swept.stdout.fnmatch_lines([
        "orphan images.upload at test_it.py:* in upload_to, in 2 tests (* runs)",
        "  *reset-before*: left image *",
        "  repeat: pytest test_it.py::test_one --fake-ims-sweep-case=2:images.upload:* "
        "--fake-ims-seed=7",
    ])


def test_no_file_has_a_token(swept: pytest.RunResult, pytester: pytest.Pytester) -> None:
    for name in ("r.json", "r.html", "r.xml"):
        text = (pytester.path / "out" / name).read_text(encoding="utf-8")
        assert "token=REDACTED" in text
        assert not re.search(r"token=(?!REDACTED)\w|X-Auth-Token: (?!REDACTED)", text)


def test_a_run_that_goes_wrong_has_its_requests_beside_the_clean_ones(
    swept: pytest.RunResult, pytester: pytest.Pytester
) -> None:
    found = json.loads((pytester.path / "out" / "r.json").read_text(encoding="utf-8"))
    test = found["tests"][0]
    assert [one["operation"] for one in test["requests"]] == ["images.create", "images.upload"]
    run = next(one for one in test["results"] if one["case"] == "2:images.upload:reset-before")
    assert [one["planted"] for one in run["requests"]] == [[], ["reset-before"]]
    assert run["requests"][1]["sent"].startswith("PUT /v2/images/")
    assert "client.Failed" in run["traceback"]
    other = next(one for one in test["results"] if one["word"] == "failed well")
    assert other["requests"]
    assert {one["sent"] for one in other["requests"]} == {""}


def test_a_baseline_leaves_news(suite: Suite) -> None:
    suite.write(CLIENT)
    options = (*SWEEP, "--fake-ims-sweep-baseline=known.toml", "-k", "test_one")
    suite.run(*options, "--fake-ims-sweep-update-baseline").stdout.fnmatch_lines([
        "wrote *known.toml: * known cases"])
    again = suite.run(*options, "--fake-ims-sweep-report=github")
    again.assert_outcomes(passed=1, deselected=1)
    assert re.search(r"s: \d+\s+wrong runs known", again.stdout.str())
    assert "::error" not in again.stdout.str()
    assert "repeat:" not in again.stdout.str()


def test_annotations_only_when_asked(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    suite.write(CLIENT)
    result = suite.run(*SWEEP, "-k", "test_one")
    result.assert_outcomes(failed=1, deselected=1)
    assert "::error" not in result.stdout.str()


def test_a_file_that_cannot_be_written_is_told(suite: Suite) -> None:
    suite.write(CLIENT)
    (suite.pytester.path / "out").write_text("a file", encoding="utf-8")
    result = suite.run(*SWEEP, "-k", "test_one", "--fake-ims-sweep-report=out/r.xml")
    result.stdout.fnmatch_lines(["cannot write *r.xml: *"])
    assert "INTERNALERROR" not in result.stdout.str()


def test_colours_follow_those_of_pytest(suite: Suite) -> None:
    suite.write(CLIENT)
    result = suite.run(*SWEEP, "-k", "test_one", "--color=yes")
    assert "\x1b[31m\x1b[1morphan\x1b[0m images.upload" in result.stdout.str()


def test_workers_of_xdist_report_together(suite: Suite) -> None:
    suite.write(CLIENT)
    suite.run(*SWEEP, "-n", "2", "--fake-ims-sweep-report=r.json", "--fake-ims-sweep-report=r.html")
    found = json.loads((suite.pytester.path / "r.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert sorted(test["test"] for test in found["tests"]) == [
        "test_it.py::test_one", "test_it.py::test_two"]
    assert {(one["operation"], len({run["test"] for run in one["runs"]}))
            for one in found["findings"] if one["rule"] == "orphan"} >= {("images.upload", 2)}
