"""Which runs count as one finding, and what the reports count."""

from __future__ import annotations

from typing import get_type_hints

from made_reports import result, swept

from fake_ims.sweeping.failures import KINDS
from fake_ims.sweeping.report import Result, merged
from fake_ims.sweeping.report.findings import WORST, found, summary
from fake_ims.sweeping.rules import RULES


def test_parts_of_one_test_come_together_in_order() -> None:
    (one,) = merged([
        swept(result("3:images.list:503")),
        swept(result("1:images.create:503+2:images.list:503"), left_out=["3:images.list:404"]),
        swept(result("1:images.create:503"))])
    assert [run["case"] for run in one["results"]] == [
        "1:images.create:503", "3:images.list:503", "1:images.create:503+2:images.list:503"]
    assert (one["seconds"], one["left_out"]) == (3.0, ["3:images.list:404"])
    assert len(merged([swept(), swept(test="u.py::test")])) == 2


def test_one_place_and_one_rule_are_one_finding_in_all_tests() -> None:
    findings = found([
        swept(result("1:images.upload:503"), result("1:images.upload:404"),
              result("1:images.upload:429", site="client.py:9 in again"),
              result("2:images.list:503", rule="crash")),
        swept(result("4:images.upload:503"), test="t.py::other")])
    assert [(one.rule, one.operation, one.site, len(one.runs)) for one in findings] == [
        ("orphan", "images.upload", "client.py:7 in upload", 3),
        ("orphan", "images.upload", "client.py:9 in again", 1),
        ("crash", "images.list", "client.py:7 in upload", 1)]
    assert findings[0].place == "at client.py:7 in upload, in 2 tests"
    assert findings[1].place == "at client.py:9 in again"


def test_without_a_place_each_test_has_its_own() -> None:
    findings = found([swept(result(site="")), swept(result(site=""), test="t.py::other")])
    assert [one.place for one in findings] == ["in t.py::test", "in t.py::other"]


def test_known_and_other_runs_are_no_findings() -> None:
    assert found([swept(result(known="later"), result(word="failed well", rule=""),
                        result(word="cannot be seen"), result(word="not reached", rule=""))]) == []
    (one,) = found([swept(result(word="should have survived", rule="", why="it raised"))])
    assert one.what == "should have survived"


def test_a_run_belongs_to_its_first_failure_if_that_alone_breaks_the_rule() -> None:
    pair = "1:images.create:reset-after+2:images.list:503"
    single = result("1:images.create:reset-after", site="client.py:1 in make")
    (one,) = found([swept(single, result(pair))])
    assert (one.operation, one.site, len(one.runs)) == ("images.create", "client.py:1 in make", 2)
    other = result("1:images.create:reset-after", rule="crash", site="client.py:1 in make")
    assert [one.operation for one in found([swept(other, result(pair))])] == [
        "images.list", "images.create"]


def test_every_rule_has_a_rank() -> None:
    assert {*RULES, ""} == set(WORST)
    rules = [one.rule for one in found([swept(*(
        result(rule=rule) for rule in sorted(WORST)))])]
    assert rules == list(WORST)


def test_the_run_to_look_at_first_has_one_failure_of_a_frequent_kind() -> None:
    (one,) = found([swept(
        result("1:images.upload:503+2:images.upload:reset-after", kind="connection"),
        result("1:images.upload:503"),
        result("1:images.upload:reset-after", kind="connection"))])
    assert one.first["case"] == "1:images.upload:reset-after"
    assert get_type_hints(Result)["kind"] is str
    assert KINDS[0] == "connection"


def test_texts_name_each_failure_once() -> None:
    (one,) = found([
        swept(result("1:images.upload:503"), result("1:images.upload:404"),
              result("1:images.upload:dies-saving",
                     why="the test raised X: a, and b, and left image 'a' in status saving"),
              result("1:images.upload:503+2:images.upload:404")),
        swept(result("1:images.upload:503",
                     why="the test raised X, and left image 'other' in status queued"),
              test="t.py::other")])
    assert one.texts() == [
        ("left image 'a' in status queued", ["503", "404", "503, then 404"]),
        ("left image 'a' in status saving", ["dies-saving"])]


def test_texts_that_differ_by_ids_and_numbers_are_one() -> None:
    (one,) = found([swept(
        result("1:images.show:no-answer", rule="hang", why="hang: waited for "
               "/v2/images/11111111-1111-4111-8111-111111111111 at port 40001"),
        result("2:images.show:no-answer-after", rule="hang", why="hang: waited for "
               "/v2/images/22222222-2222-4222-8222-222222222222 at port 40002"))])
    assert one.texts() == [
        ("waited for /v2/images/11111111-1111-4111-8111-111111111111 at port 40001",
         ["no-answer", "no-answer-after"])]


def test_a_test_that_passed_says_so() -> None:
    why = "the test passed, but left image 'a' in status queued"
    (one,) = found([swept(result(why=why))])
    assert one.texts()[0][0] == why


def test_summary() -> None:
    tests = [
        swept(result("1:images.upload:503"), result("1:images.upload:404"),
              result("1:images.upload:401", known="later"),
              result("1:images.upload:400", word="survived", rule="")),
        swept(result("1:images.list:400", word="not reached", rule=""), test="t.py::other")]
    assert summary(tests) == ("5 runs in 2.0 s: 1 finding in 2 wrong runs, 1 wrong run known, "
                              "1 survived, 1 not reached")
    assert summary([swept()]) == "0 runs in 1.0 s"
