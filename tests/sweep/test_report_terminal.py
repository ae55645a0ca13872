"""The report on a terminal."""

from __future__ import annotations

import io

import pytest
from made_reports import result, swept

from fake_ims.sweeping.report.terminal import lines, painter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_finding() -> None:
    tests = [swept(
        result("1:images.upload:503"), result("1:images.upload:reset-before", kind="connection"),
        result("1:images.upload:400", word="survived", rule=""),
        left_out=["1:images.upload:404"], equal=2, gone=["images.list#1:503"])]
    assert lines(tests) == [
        "1 test, 3 runs in 1.0 s: 1 finding in 2 wrong runs, 1 survived",
        "  t.py::test: 1 request, 3 runs, 2 wrong",
        "",
        "orphan images.upload at client.py:7 in upload (2 runs)",
        "  503, reset-before: left image 'a' in status queued",
        "  repeat: pytest t.py::test --fake-ims-sweep-case=1:images.upload:reset-before",
        "",
        "  in the baseline, but no longer wrong: t.py::test: images.list#1:503",
        "  --fake-ims-sweep-update-baseline removes them",
        "  1 case left out by the budget: 1:images.upload:404",
        "  2 cases not run because they are equal to others (--fake-ims-sweep-full runs them)",
    ]


def test_the_worst_comes_first() -> None:
    told = lines([swept(result(rule="crash"), result("2:images.list:503", rule="lost"),
                        result("3:images.list:503", word="should have survived", rule=""))])
    heads = [line.partition(" images.")[0] for line in told if "client.py" in line]
    assert heads == ["lost", "should have survived", "crash"]


def test_known_cases_are_counted_only() -> None:
    told = lines([swept(result(known="later"), result("1:images.upload:404", known="later"))])
    assert told == ["1 test, 2 runs in 1.0 s: 2 wrong runs known",
                    "  t.py::test: 1 request, 2 runs, 2 known"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_all_is_folded_but_commands_and_tests(width: int) -> None:
    long = swept(
        result(why="x" * 500, rule="assert"), result("1:images.upload:404", why="word " * 500),
        *(result(f"1:images.upload:{status}") for status in range(400, 430)),
        note="a note " * 30, left_out=[f"1:images.upload:{status}" for status in range(450, 500)])
    told = [line for line in lines([long], width=width)
            if not line.startswith(("  repeat: ", "  t.py::test: "))]
    assert max(map(len, told)) <= width
    assert any(line.endswith(" ...") for line in told)
    if width > 40:  # the failure 404 stands beside its own text
        assert "412 and 17 more: left image" in " ".join(map(str.strip, told))


def many() -> list[str]:
    return lines([
        swept(*(result(f"1:images.upload:{status}", site=f"client.py:{number} in upload")
                for status in range(400, 400 + number // 5 + 1)),
              result("1:images.upload:503", rule="crash"),
              test=f"t.py::test_{number}") for number in range(40)])


def test_of_many_findings_each_has_a_line_and_the_worst_a_block() -> None:
    told = many()
    assert told[0].startswith("40 tests, ")
    assert "and 30 more tests with wrong runs" in "\n".join(told)
    assert sum("images.upload at client.py" in line for line in told) == 41
    assert sum(line.startswith("  repeat: ") for line in told) == 4  # three orphans, one crash
    orphans = [line for line in told if line.startswith("orphan ")]
    assert "client.py:35 in upload (8 runs)" in orphans[0]  # the most frequent first
    assert orphans[-1] == "orphan images.upload at client.py:4 in upload (1 run: 400)"
    assert len(told) < 80


def test_verbose_tells_all() -> None:
    tests = [swept(result(site=f"client.py:{number} in upload", why="word " * 500),
                   test=f"t.py::test_{number}") for number in range(30)]
    told = lines(tests, verbose=True)
    assert sum(line.startswith("  repeat: ") for line in told) == 30
    assert sum(line.startswith("  t.py::test_") for line in told) == 30
    assert not any(line.endswith("...") for line in told)


def test_options_of_the_command_are_named_as_there() -> None:
    told = "\n".join(lines([swept(equal=1, gone=["images.list#1:503"])], options="--"))
    assert "(--full runs them)" in told
    assert "--update-baseline removes them" in told


def test_one_case_is_told_whatever_its_verdict() -> None:
    told = lines([swept(result(word="survived", rule="", why="the test passed"))], whole=True)
    assert told[-1] == "  survived 1:images.upload:503: the test passed"


def test_notes_are_told_once() -> None:
    told = lines([swept(note="not swept: it fails"), swept(note="not swept: it fails", test="u")])
    assert told == ["2 tests, 0 runs in 2.0 s", "  not swept: it fails: t.py::test, u"]


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    tests = [swept(result())]
    coloured = "\n".join(lines(tests, paint=painter(Terminal())))
    assert "\x1b[31m\x1b[1morphan\x1b[0m images.upload" in coloured
    assert "\x1b" not in "\n".join(lines(tests, paint=painter(io.StringIO())))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in "\n".join(lines(tests, paint=painter(Terminal())))
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in "\n".join(lines(tests, paint=painter(Terminal())))
