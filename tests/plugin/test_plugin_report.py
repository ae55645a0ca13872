"""The section fake_ims in the report of a failing test."""

from __future__ import annotations

import pytest
from plugin_suite import Suite


def section(result: pytest.RunResult, count: int = 1) -> list[str]:
    """The lines of the only section; ``count``: so many sections, the lines of the last."""
    found = result.stdout.str().split(" fake_ims ---")[1:]
    assert len(found) == count
    lines: list[str] = []
    for line in found[-1].splitlines()[1:]:
        if line.startswith(("---", "===", "___")):
            break
        lines.append(line)
    return lines


def test_exchanges_of_the_failing_test_and_no_other(suite: Suite) -> None:
    suite.write("""
        def test_passes(fake_ims):
            create(fake_ims)

        def test_fails(fake_ims):
            id = create(fake_ims)
            call(fake_ims, "GET", "/v2/images/other")
            assert not id

        def test_passes_too(fake_ims):
            create(fake_ims)
    """)
    result = suite.run()
    result.assert_outcomes(passed=2, failed=1)
    lines = section(result)
    assert lines[0] == "fake_ims: received 2 requests"
    assert "POST /v2/images" in lines[1]
    assert "201" in lines[1]
    assert "GET /v2/images/other" in lines[2]
    assert len(lines) == 3


def test_faults_are_marked(suite: Suite) -> None:
    suite.write("""
        def test_fails(fake_ims):
            fake_ims.faults.add("images.list", status=503)
            call(fake_ims, "GET", "/v2/images")
            create(fake_ims)
            assert False
    """)
    lines = section(suite.run())
    assert lines[1].startswith("! ")
    assert "503" in lines[1]
    assert lines[2].startswith("  ")


def test_faults_that_never_fired_and_the_seed_are_told(suite: Suite) -> None:
    suite.write("""
        def test_fails(fake_ims):
            fake_ims.faults.add("images.list", status=503)
            fake_ims.faults.add("images.show", status=503, times=2)
            with fake_ims.faults.weather("flaky"):
                call(fake_ims, "GET", "/v2/images")
                assert False

        def test_fails_without_chance(fake_ims):
            fake_ims.faults.add("images.show", status=503)
            assert False
    """)
    result = suite.run("--fake-ims-seed=7", "-p", "no:randomly")
    lines = section(result, 2)
    assert lines == ["fake_ims: received no request", "never fired: images.show returns 503"]
    told = result.stdout.str()
    assert "faults fire at random with seed 7 (repeat with --fake-ims-seed=7)" in told
    assert told.count("never fired: images.show returns 503, 2 times") == 1
    assert "never fired: images.list" not in told


def test_faults_of_a_test_before_are_not_told(suite: Suite) -> None:
    suite.write("""
        def test_passes(fake_ims_server):
            fake_ims_server.faults.add("images.list", status=503)

        def test_fails():
            assert False
    """)
    assert "never fired" not in suite.run("-p", "no:randomly").stdout.str()


def test_only_the_last_fifty_are_shown(suite: Suite) -> None:
    suite.write("""
        def test_fails(fake_ims):
            for number in range(53):
                call(fake_ims, "GET", f"/v2/images/n{number}n")
            assert False
    """)
    lines = section(suite.run())
    assert lines[0] == "fake_ims: received 53 requests, showing the last 50"
    assert len(lines) == 51
    assert "n3n" in lines[1]
    assert "n52n" in lines[-1]


def test_exchanges_that_are_kept_no_more_are_counted(suite: Suite) -> None:
    suite.write("""
    def test_fails(fake_ims_factory):
        fake = fake_ims_factory(keep_exchanges=2)
        for _ in range(5):
            call(fake, "GET", "/v2/images")
        assert 0
    """)
    suite.run().stdout.fnmatch_lines([
        "fake_ims_factory: received 2 requests; 3 earlier ones were dropped "
        "(raise keep_exchanges= or keep_total= to keep more)"])


def test_a_fake_that_nobody_called(suite: Suite) -> None:
    suite.write("""
        def test_fails(fake_ims):
            assert False

        def test_has_no_fake():
            assert False
    """)
    result = suite.run()
    result.assert_outcomes(failed=2)
    (line,) = section(result)
    assert line.startswith("fake_ims: received no request")


def test_failures_in_setup_and_teardown(suite: Suite) -> None:
    suite.write("""
        @pytest.fixture
        def before(fake_ims):
            create(fake_ims)
            raise RuntimeError("in setup")

        @pytest.fixture
        def after(fake_ims):
            yield
            raise RuntimeError("in teardown")

        def test_setup(before):
            pass

        def test_teardown(after, fake_ims_factory):
            create(fake_ims_factory())
    """)
    result = suite.run("-k", "setup")
    result.assert_outcomes(errors=1)
    assert section(result)[0] == "fake_ims: received 1 request"
    result = suite.run("-k", "teardown")
    result.assert_outcomes(errors=1, passed=1)
    heads = [line for line in section(result) if line.startswith("fake")]
    assert [head.partition(":")[0] for head in heads] == ["fake_ims", "fake_ims_factory"]
    assert heads[1] == "fake_ims_factory: received 1 request"


def test_fakes_of_the_factory_the_client_and_the_run(suite: Suite) -> None:
    suite.write("""
        def test_earlier(fake_ims_server):
            create(fake_ims_server)

        @pytest.mark.asyncio
        async def test_fails(fake_ims_server, fake_ims_factory, fake_ims_client):
            create(fake_ims_server)
            create(fake_ims_factory())
            in_loop = await fake_ims_factory.in_loop()
            await fake_ims_client.get("/v2/images")
            await fake_ims_client.get("/v2/images/no")
            assert False
    """)
    result = suite.run()
    result.assert_outcomes(failed=1, passed=1)
    heads = [line for line in section(result) if line.startswith("fake")]
    assert heads == [
        "fake_ims_client: received 2 requests",
        "fake_ims_factory: received 1 request",
        "fake_ims_factory: received no request",
        "fake_ims_server: received 1 request",
    ]


def test_a_reset_in_the_test_leaves_what_came_after(suite: Suite) -> None:
    suite.write("""
        def test_earlier(fake_ims_server):
            create(fake_ims_server)
            create(fake_ims_server)

        def test_fails(fake_ims_server):
            fake_ims_server.reset()
            create(fake_ims_server)
            create(fake_ims_server)
            create(fake_ims_server)
            assert False
    """)
    assert section(suite.run())[0] == "fake_ims_server: received 3 requests"


def test_passing_tests_have_no_section(suite: Suite) -> None:
    suite.write("""
        def test_passes(fake_ims):
            create(fake_ims)

        @pytest.mark.xfail
        def test_fails_as_expected(fake_ims):
            create(fake_ims)
            assert False
    """)
    assert "fake_ims ---" not in suite.run("-rA").stdout.str()


def test_a_refused_token_says_why(suite: Suite) -> None:
    suite.write("""
        import urllib.request
        import pytest

        @pytest.mark.fake_ims(auth="issued")
        def test_fails(fake_ims):
            urllib.request.urlopen(urllib.request.Request(
                fake_ims.url + "/v2/images", headers={"X-Auth-Token": "x"}))
    """)
    assert "[refused: the token was not issued here" in section(suite.run())[1]


def test_a_fake_that_cannot_be_asked_breaks_no_report(suite: Suite) -> None:
    suite.write("""
        from fake_ims import FakeImsError

        def test_fails(fake_ims):
            def run(work):
                raise FakeImsError("blocked")
            fake_ims.requests.run = run
            assert False

        def test_passes():
            pass
    """)
    result = suite.run()
    result.assert_outcomes(failed=1, passed=1)
    assert section(result) == ["fake_ims: cannot read its requests: blocked"]


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_summary_tells_of_faults_that_never_fired(
    suite: Suite, options: tuple[str, ...]
) -> None:
    suite.write("""
        def test_uses(fake_ims):
            fake_ims.faults.add("images.list", status=503)
            call(fake_ims, "GET", "/v2/images")

        def test_does_not(fake_ims, fake_ims_factory):
            fake_ims.faults.add("images.list", status=503)
            fake_ims_factory().faults.add("images.show", status=500)
            call(fake_ims, "GET", "/v2/images/x")

        @pytest.mark.fake_ims(strict=True)
        def test_strict(fake_ims):
            pass
    """)
    result = suite.run(*options)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines_random([
        "*fake_ims: faults that never fired*",
        "test_it.py::test_does_not: images.list returns 503",
        "test_it.py::test_does_not: images.show returns 500"])
    assert "test_uses:" not in result.stdout.str()
