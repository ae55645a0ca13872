"""The reports for programs: JSON, JUnit XML, annotations of GitHub Actions."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from made_reports import request, result, swept

from fake_ims.sweeping.report import document
from fake_ims.sweeping.report.github import error_lines
from fake_ims.sweeping.report.junit import as_junit
from fake_ims.sweeping.rules import RULES
from fake_ims.sweeping.verdict import WORDS

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "sweep-report.schema.json").read_text(
    encoding="utf-8"))


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


def test_json_follows_its_schema() -> None:
    found = json.loads(document.as_json([
        swept(result(requests=[request(sent="x", got="y")], traceback="T"),
              result("1:images.upload:503+2:images.upload:404", word="survived", rule=""),
              left_out=["1:images.upload:404"], gone=["images.upload#1:400"]),
        swept(test="t.py::other", note="not swept")], 7))
    validator().validate(found)
    assert (found["format"], found["seed"]) == (2, "7")
    assert found["tests"][0]["counts"] == {"wrong": 1, "survived": 1}
    assert found["findings"][0]["runs"] == [{"test": "t.py::test", "case": "1:images.upload:503"}]


def test_the_schema_refuses_other_reports() -> None:
    found = json.loads(document.as_json([swept(result())], 0))
    for place in (found, found["tests"][0], found["tests"][0]["results"][0],
                  found["tests"][0]["requests"][0], found["findings"][0]):
        place["other"] = 1
        assert not validator().is_valid(found)
        del place["other"]
    assert validator().is_valid(found)


def test_the_schema_knows_every_rule_and_verdict() -> None:
    assert SCHEMA["$defs"]["rule"]["enum"] == ["", *RULES]
    assert SCHEMA["$defs"]["word"]["enum"] == list(WORDS)
    assert SCHEMA["properties"]["format"]["const"] == document.FORMAT


def test_junit_has_a_suite_a_test_and_a_case_a_run() -> None:
    root = ElementTree.fromstring(as_junit([
        swept(result(traceback="Traceback: no"),
              result("1:images.upload:404", known="later"),
              result("1:images.upload:400", word="not reached", rule="", why="it stopped"),
              result("1:images.upload:401", word="failed well", rule="", why="X: no"),
              result("1:images.upload:500", word="should have survived", rule="", why="X: 500"),
              left_out=["1:images.upload:429"]),
        swept(test="t.py::other", note="not swept: it fails")], 7).encode())
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("7", "2", "4")
    first, second = root
    assert (first.get("name"), first.get("tests")) == ("t.py::test", "6")
    assert [(case.get("name"), [one.tag for one in case]) for case in first.iter("testcase")] == [
        ("1:images.upload:503", ["failure"]), ("1:images.upload:404", ["skipped"]),
        ("1:images.upload:400", ["skipped"]), ("1:images.upload:401", ["system-out"]),
        ("1:images.upload:500", ["failure"]), ("1:images.upload:429", ["skipped"])]
    failures = list(first.iter("failure"))
    assert [one.get("type") for one in failures] == ["orphan", "should have survived"]
    text = failures[0].text or ""
    assert "left image 'a' in status queued" in text
    assert "repeat: pytest t.py::test --fake-ims-sweep-case=1:images.upload:503" in text
    assert "client.py:7 in upload" in text
    assert text.endswith("Traceback: no")
    assert [one.get("message") for one in root.iter("skipped")] == [
        "known: later", "not reached: it stopped", "left out by the budget", "not swept: it fails"]
    assert len(second) == 2


@pytest.mark.parametrize("text", [
    "\x00\x1b[31m\x0b", "\ud800", "\ufffe\uffff", "]]><a>&\"'", "\x7f\x9f\u2028", "\U0010ffff"])
def test_junit_is_valid_xml_whatever_it_holds(text: str) -> None:
    told = as_junit([swept(result(why=text, traceback=text, known=""),
                           result("1:images.upload:404", known=text), test=f"t.py::{text}",
                           note=text, left_out=[text])], text).encode()
    root = ElementTree.fromstring(told)
    if "<" in text:
        assert f"t.py::{text}" == root[0].get("name")
    if text.startswith("\x00"):
        assert root[0].get("name") == "t.py::\\x00\\x1b[31m\\x0b"


def project(path: Path) -> Path:
    for name in ("tests/test_disk.py", "src/client.py", ".venv/site-packages/sdk.py"):
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    return path


@pytest.mark.parametrize(("site", "place"), [
    ("src/client.py:7 in upload", "file=src/client.py,line=7,"),
    ("", "file=tests/test_disk.py,"),
    (".venv/site-packages/sdk.py:7 in send", "file=tests/test_disk.py,"),
    ("gone.py:7 in upload", "file=tests/test_disk.py,"),
    ("unknown", "file=tests/test_disk.py,"),
])
def test_an_annotation_stands_at_the_callers_line(tmp_path: Path, site: str, place: str) -> None:
    tests = [swept(result(site=site), result("1:images.upload:404", site=site),
                   test="tests/test_disk.py::test_it[a:b]")]
    (line,) = error_lines(tests, project(tmp_path), [tmp_path])
    head, _, text = line.removeprefix("::error ").partition("::")
    assert head == f"{place}title=fake_ims sweep%3A orphan (images.upload)"
    assert text.startswith("503, 404: left image 'a' in status queued%0A")
    assert "%0Arepeat: pytest" in text


def test_paths_of_a_folder_are_told_from_the_checkout(tmp_path: Path) -> None:
    checkout = project(tmp_path / "part").parent
    (line,) = error_lines([swept(result(site="src/client.py:7 in upload"))], checkout,
                          [checkout / "part"])
    assert line.startswith("::error file=part/src/client.py,line=7,")
    (line,) = error_lines([swept(result(site="src/client.py:7 in upload"))],
                          project(tmp_path / "other") / "tests", [checkout / "part"])
    assert line.startswith("::error title=")  # outside the checkout


def test_annotations_are_escaped(tmp_path: Path) -> None:
    (line,) = error_lines([swept(result(
        operation="a,b:c%\n", why="50%\r\n::error::forged, really: yes"))], tmp_path, [])
    assert "\n" not in line
    assert "\r" not in line
    assert "title=fake_ims sweep%3A orphan (a%2Cb%3Ac%25%0A)::" in line
    assert "503: 50%25%0D%0A::error::forged, really: yes%0A" in line


def test_known_cases_get_no_annotation(tmp_path: Path) -> None:
    assert error_lines([swept(result(known="later"))], tmp_path, []) == []
