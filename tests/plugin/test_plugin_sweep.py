"""``--fake-ims-sweep`` and ``@sweep``: each failure of a test in a run by itself."""

from __future__ import annotations

import json
import re
import signal

import pytest
from plugin_suite import ASYNCIO_SCOPE, Suite

CAREFUL = """
    class Failed(Exception):
        __module__ = "client"

    def ask(fake, method, path, *args, **body):
        try:
            status, document = call(fake, method, path, *args, **body)
        except OSError as error:
            raise Failed(str(error)) from error
        if status >= 400:
            raise Failed(status)
        return document
"""
STATUSES = "--fake-ims-sweep", "--fake-ims-sweep-kinds=statuses"
CONNECTION = "--fake-ims-sweep", "--fake-ims-sweep-kinds=connection"
LISTS = CAREFUL + """
    def test_it(fake_ims):
        assert ask(fake_ims, "GET", "/v2/images")["images"] == []
"""


def numbers(result: pytest.RunResult) -> str:
    """The line that counts, without what differs from run to run."""
    found = re.search(r"^\d+ tests?, \d+ runs? in [\d.]+ s.*(?:\n  (?!\S+::).*)*",
                      result.stdout.str(), re.MULTILINE)
    assert found is not None
    return re.sub(r" in [\d.]+ s|\n ", "", found[0])


def test_a_careful_client_passes(suite: Suite) -> None:
    suite.write(LISTS)
    result = suite.run(*STATUSES, "-W", "error", "-W", ASYNCIO_SCOPE)
    result.assert_outcomes(passed=1)
    assert "test_it.py::test_it: 1 request," in result.stdout.str()
    assert "never fired" not in result.stdout.str()
    assert re.search(r"\b[1-9]\d* failed well$", numbers(result))


def test_without_the_option_a_test_runs_once(suite: Suite) -> None:
    suite.write(LISTS)
    result = suite.run()
    result.assert_outcomes(passed=1)
    assert "sweep" not in result.stdout.str()


def test_what_is_wrong_fails_the_test_and_can_be_repeated(suite: Suite) -> None:
    suite.write(CAREFUL + """
    def test_it(fake_ims):
        image = ask(fake_ims, "POST", "/v2/images", name="a")
        ask(fake_ims, "PUT", f"/v2/images/{image['id']}/file", b"data", BINARY)
    """)
    result = suite.run(*CONNECTION)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "*runs with failures went wrong; the section 'fake_ims sweep' below lists them*",
        "orphan images.create at test_it.py:* in test_it (* runs)",
        "  *reset-after*: left image*",
        "  repeat: pytest test_it.py::test_it --fake-ims-sweep-case=1:images.create:*",
    ])
    again = suite.run("test_it.py::test_it", "--fake-ims-sweep-case=1:images.create:reset-after")
    again.assert_outcomes(failed=1)
    assert numbers(again) == "1 test, 1 run: 1 finding in 1 wrong run"
    # As an ordinary test that fails: its traceback, its requests, the sentence of the fault.
    again.stdout.fnmatch_lines([
        "*client.Failed: *", "fake_ims: received 1 request",
        "! POST /v2/images -> no response  images.create *fault: images.create resets the "
        "connection after handling]",
    ])


def test_a_waiter_without_end_is_ended(suite: Suite) -> None:
    suite.write("""
    import time
    from fake_ims import sweep

    @sweep(kinds="statuses")
    def test_it(fake_ims):
        id = create(fake_ims)
        call(fake_ims, "PUT", f"/v2/images/{id}/file", b"data", BINARY)
        while show(fake_ims, id) != "active":
            time.sleep(60)  # returns at once: the sweep moves the clocks instead
    """)
    result = suite.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "hang images.upload at test_it.py:* in test_it (* runs)",
        "  400, *: the",
        "    client still sends requests 1h after the failure, and does not give*"])


def test_a_client_that_waits_for_ever_is_told(suite: Suite) -> None:
    suite.write(LISTS)
    result = suite.run("--fake-ims-sweep-case=1:images.list:no-answer",
                       "--fake-ims-sweep-patience=15")
    result.assert_outcomes(failed=1)  # the client would wait 20 s
    result.stdout.fnmatch_lines([
        "  wrong 1:images.list:no-answer: hang: the client waited 15s for the response to",
        "    GET /v2/images and did not give up: it has no time-out, or a longer one"])


def test_a_client_that_gives_up_has_done_well(suite: Suite) -> None:
    suite.write("""
    def test_it(fake_ims):
        request = urllib.request.Request(fake_ims.url + "/v2/images", headers=fake_ims.headers)
        with urllib.request.urlopen(request, timeout=1800) as answer:
            answer.read()
    """)
    result = suite.run("--fake-ims-sweep-case=1:images.list:no-answer")
    result.assert_outcomes(passed=1)
    assert numbers(result).endswith("1 failed well")


# Work that takes no time of a clock which the sweep compresses.
SHORT_ALARM = """
import time
import pytest
from pytest_fake_ims import sweep_run

sweep_run._LONGEST = 0.2

def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
"""


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="there is no SIGALRM")
def test_only_the_test_is_interrupted_not_the_report_of_pytest(suite: Suite) -> None:
    suite.write(LISTS, **{"conftest": SHORT_ALARM + """
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call):
    if call.when == "call" and call.excinfo is not None:
        work(0.5)
    return (yield)
"""})
    result = suite.run(*STATUSES, "--fake-ims-sweep-budget=2")
    result.assert_outcomes(passed=1)
    assert "2 failed well" in numbers(result)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="there is no SIGALRM")
@pytest.mark.parametrize(("asks", "expected"), [(False, "1 wrong run"), (True, "1 failed well")])
def test_who_neither_asks_nor_ends_is_interrupted(
    suite: Suite, asks: bool, expected: str
) -> None:
    suite.write(CAREFUL + f"""
    from conftest import work

    def test_it(fake_ims):
        try:
            ask(fake_ims, "GET", "/v2/images")
        except Failed:
            for _ in range(60):
                work(0.02)
                {"call(fake_ims, 'GET', '/v2/schemas/image')" if asks else "pass"}
            raise
    """, **{"conftest": SHORT_ALARM})
    result = suite.run("--fake-ims-sweep", "--fake-ims-sweep-case=1:images.list:400")
    assert expected in numbers(result)
    assert ("hang" in numbers(result) or "did not go on" in result.stdout.str()) is not asks


def test_fixtures_stand_and_fall_as_ever(suite: Suite) -> None:
    suite.write(CAREFUL + """
    log = []

    @pytest.fixture(scope="module", autouse=True)
    def module():
        log.append("module up")
        yield
        log.append("module down")
        print(" ".join(dict.fromkeys(log)), len(log), log.count("test up"))

    @pytest.fixture
    def each():
        log.append("test up")
        yield
        log.append("test down")

    def test_it(fake_ims, each):
        ask(fake_ims, "GET", "/v2/images")

    def test_last():
        assert log[-1] == "test down"
    """)
    result = suite.run(*STATUSES, "-s")
    result.assert_outcomes(passed=2)
    runs = int(re.search(r"(\d+) runs", numbers(result)).group(1)) + 2  # and the clean ones
    result.stdout.fnmatch_lines([f"*module up test up test down module down {2 * runs + 2} {runs}"])


@pytest.mark.parametrize("fixture", ["fake_ims_client", "fake_ims_factory"])
def test_other_fixtures_are_swept_too(suite: Suite, fixture: str) -> None:
    if fixture == "fake_ims_client":
        body = """
    async def test_it(fake_ims_client):
        answer = await fake_ims_client.get("/v2/images")
        assert answer.status == 200
        """
    else:
        body = """
    def test_it(fake_ims_factory):
        assert call(fake_ims_factory(), "GET", "/v2/images")[0] == 200
        """
    suite.pytester.makeini("[pytest]\nasyncio_mode = auto")
    suite.write(body)
    result = suite.run(*STATUSES)
    result.assert_outcomes(failed=1)
    assert re.search(r" in [1-9]\d* wrong runs$", numbers(result))


def test_reports_and_budget(suite: Suite) -> None:
    suite.write(LISTS)
    result = suite.run(*STATUSES, "--fake-ims-sweep-budget=2",
                       "--fake-ims-sweep-depth=2", "--fake-ims-sweep-report=out/r.json",
                       "--fake-ims-sweep-report=out/r.html", "--fake-ims-seed=7")
    result.assert_outcomes(passed=1)
    found = json.loads((suite.pytester.path / "out" / "r.json").read_text())
    (test,) = found["tests"]
    assert (found["format"], found["seed"], len(test["results"])) == (2, "7", 2)
    assert len(test["left_out"]) > 1
    assert all("--fake-ims-seed=7" in one["again"] for one in test["results"])
    assert "fake_ims sweep" in (suite.pytester.path / "out" / "r.html").read_text()
    result.stdout.fnmatch_lines(["  * left out by the budget: *"])


def test_a_time_as_budget(suite: Suite) -> None:
    suite.write(LISTS)
    result = suite.run(*STATUSES, "--fake-ims-sweep-budget=0s")
    result.assert_outcomes(passed=1)
    assert re.search(r"^1 test, [01] runs?", numbers(result))
    result.stdout.fnmatch_lines(["  * left out by the budget: *"])


def test_a_known_case_by_its_id_fails_and_says_that_it_is_known(suite: Suite) -> None:
    suite.write("""
    def test_it(fake_ims):
        call(fake_ims, "GET", "/v2/images")[1]["images"]
    """)
    baseline = "--fake-ims-sweep-baseline=b.toml"
    suite.run(*STATUSES, baseline, "--fake-ims-sweep-update-baseline").assert_outcomes(passed=1)
    suite.run(*STATUSES, baseline).assert_outcomes(passed=1)
    result = suite.run("--fake-ims-sweep-case=1:images.list:503", baseline)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*wrong: *(in the baseline: *"])


@pytest.mark.parametrize("option", ["--fake-ims-sweep-depth=2", "--fake-ims-sweep-budget=3"])
def test_what_depends_on_all_runs_is_not_split(suite: Suite, option: str) -> None:
    suite.write(LISTS)
    together = suite.run("-n", "2", *STATUSES, option)
    together.assert_outcomes(passed=1)
    assert numbers(together) == numbers(suite.run("-p", "no:xdist", *STATUSES, option))


def test_parts_for_each_worker_of_xdist(suite: Suite) -> None:
    suite.write(CAREFUL + """
    from fake_ims import sweep

    @sweep(kinds="statuses")
    def test_it(fake_ims):
        ask(fake_ims, "GET", "/v2/images")
    """)
    alone = suite.run("-p", "no:xdist")
    together = suite.run("-n", "2")
    together.assert_outcomes(passed=1)
    assert numbers(together) == numbers(alone)
    swept = suite.run("-n", "2", *STATUSES)
    swept.assert_outcomes(passed=8)
    assert numbers(swept) == numbers(alone)


@pytest.mark.parametrize(("options", "mark", "words"), [
    (["--fake-ims-sweep", "--fake-ims-sweep-kinds=status"], "", "did you mean 'statuses'?"),
    (["--fake-ims-sweep", "--fake-ims-sweep-depth=9"], "", "depth='9'"),
    (["--fake-ims-sweep", "--fake-ims-sweep-budget=x"], "", "budget='x'"),
    (["--fake-ims-sweep", "--fake-ims-sweep-report=x.txt"], "", "ends in .html, .json, .xml, or"),
    (["--fake-ims-sweep-case=9:images.list:503"], "", "there is no case"),
    (["--fake-ims-sweep-dept=2"], "", "unknown option"),
    ([], "@sweep(kind='all')", "did you mean 'kinds'?"),
    ([], "@sweep(expect=3)", "expect=3"),
    ([], "@sweep(allow='orphans')", "did you mean 'orphan'?"),
    ([], "@sweep(skip='pages-*')", "unknown failure in skip="),
    ([], "@sweep(survive=('503', 'reset'))", "unknown failure in survive="),
    ([], "@sweep(operations='image.*')", "unknown operation 'image.*'"),
    ([], "@sweep(budget=0)", "budget=0"),
    ([], "@sweep(depth=True)", "depth=True"),
    ([], "@sweep(patience='long')", "long"),
    ([], "@pytest.mark.fake_ims_sweep('statuses')", "write the names of the settings"),
    (["--fake-ims-sweep", "--fake-ims-sweep-expect=no.Such"], "", "cannot import it"),
    (["--fake-ims-sweep", "--fake-ims-sweep-baseline=no.toml"], "", "cannot read the baseline"),
    (["--fake-ims-sweep", "--fake-ims-sweep-update-baseline"], "", "add --fake-ims-sweep-baseline"),
])
def test_what_cannot_be_said_fails(
    suite: Suite, options: list[str], mark: str, words: str
) -> None:
    suite.write(f"""
    from fake_ims import sweep

    {mark}
    def test_it(fake_ims):
        call(fake_ims, "GET", "/v2/images")
    """)
    result = suite.run(*options)
    assert result.ret != 0
    assert words in result.stdout.str() + result.stderr.str()


def test_a_test_that_does_not_pass_is_not_swept(suite: Suite) -> None:
    suite.write("""
    def test_fails(fake_ims):
        call(fake_ims, "GET", "/v2/images")
        assert 0

    def test_skips(fake_ims):
        pytest.skip("no")
    """)
    result = suite.run("--fake-ims-sweep")
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines([
        "  not swept: the test does not pass without failures: test_it.py::test_fails,*"])


def test_a_test_that_cannot_be_repeated_is_told(suite: Suite) -> None:
    suite.write("""
    names = iter(map(str, range(1000)))

    def test_it(fake_ims):
        assert call(fake_ims, "POST", "/v2/images", name=next(names))[0] == 201
    """)
    result = suite.run(*STATUSES, "--fake-ims-sweep-budget=1")
    result.stdout.fnmatch_lines([
        "  the test is not repeatable: its second clean run left different images, *"])
