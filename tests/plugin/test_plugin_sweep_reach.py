"""What the sweep reaches: every fixture, fakes of one's own, what a test does to its fake."""

from __future__ import annotations

import json

import pytest
from plugin_suite import Suite
from test_plugin_sweep import CAREFUL

# One failure for each request.
ONLY_503 = ("--fake-ims-sweep", "--fake-ims-sweep-kinds=statuses",
            "--fake-ims-sweep-skip=4*,500*,503-*")


def words(suite: Suite, *options: str) -> dict[str, list[str]]:
    """The verdicts of each test, in order of its requests."""
    suite.run(*ONLY_503, "--fake-ims-sweep-report=r.json", *options)
    found = json.loads((suite.pytester.path / "r.json").read_text())["tests"]
    return {one["test"].rpartition("::")[2]: [run["word"] for run in one["results"]]
            for one in found}


def test_whatever_a_test_does_to_its_fake(suite: Suite) -> None:
    suite.write(CAREFUL + """
    from fake_ims import FakeIMS
    import unittest

    def test_reset(fake_ims):
        ask(fake_ims, "GET", "/v2/images")
        fake_ims.reset()
        ask(fake_ims, "GET", "/v2/images")

    def test_clear(fake_ims):
        fake_ims.faults.clear()
        fake_ims.requests.clear()
        ask(fake_ims, "GET", "/v2/images")

    @pytest.mark.fake_ims(scenario="s.toml")
    def test_scenario(fake_ims):
        assert ask(fake_ims, "GET", "/v2/images")["images"]
        fake_ims.load("s.toml")
        assert ask(fake_ims, "GET", "/v2/images")["images"]

    def test_two_fakes(fake_ims, fake_ims_factory):
        ask(fake_ims, "GET", "/v2/images")
        ask(fake_ims_factory(profile="openstack"), "GET", "/v2/images")

    def test_server(fake_ims_server):
        ask(fake_ims_server, "POST", "/v2/images", name="a")
        assert len(ask(fake_ims_server, "GET", "/v2/images")["images"]) == 1

    @pytest.fixture
    def images(fake_ims):
        return ask(fake_ims, "GET", "/v2/images")["images"]

    def test_set_up(images):
        assert images == []

    @pytest.fixture
    def image(fake_ims):
        image = ask(fake_ims, "POST", "/v2/images", name="a")
        yield image
        ask(fake_ims, "DELETE", f"/v2/images/{image['id']}")

    def test_clean_up(image):
        assert image["status"] == "queued"

    def test_own():
        with FakeIMS() as fake:
            ask(fake, "GET", "/v2/images")

    class TestOld(unittest.TestCase):
        def setUp(self):
            self.fake = FakeIMS()
            self.fake.start()
            self.addCleanup(self.fake.stop)

        def test_case(self):
            ask(self.fake, "GET", "/v2/images")

    def test_nothing(fake_ims):
        pass
    """)
    (suite.pytester.path / "s.toml").write_text('[[images]]\nname = "a"\n')
    well = "failed well"
    assert words(suite) == {
        "test_reset": [well] * 2, "test_clear": [well], "test_scenario": [well] * 2,
        "test_two_fakes": [well] * 2, "test_server": [well] * 2, "test_set_up": [well],
        "test_clean_up": [well] * 2, "test_own": [well], "test_case": [well],
    }


def test_in_the_loop_of_the_test(suite: Suite) -> None:
    suite.pytester.makeini("[pytest]\nasyncio_mode = auto")
    suite.write("""
    import asyncio
    import aiohttp

    async def lists(fake):
        options = {"headers": fake.headers, "timeout": aiohttp.ClientTimeout(total=60)}
        async with aiohttp.ClientSession(fake.url, **options) as session:
            async with session.get("/v2/images", raise_for_status=True) as answer:
                await answer.json()

    async def test_in_loop(fake_ims_factory):
        await lists(await fake_ims_factory.in_loop())

    async def test_from_loop(fake_ims):
        await asyncio.sleep(3600)
        await lists(fake_ims)

    async def test_client(fake_ims_client):
        answer = await fake_ims_client.get("/v2/images", raise_for_status=True)
        await answer.json()
    """)
    found = words(suite, "--fake-ims-sweep-kinds=connection,statuses",
                  "--fake-ims-sweep-skip=4*,500*,503-*,truncated,garbage,gateway-*,invalid-*")
    # aiohttp sends a GET again when the connection was reset.
    mixed = ["survived", "survived", "failed well", "failed well"]
    assert {name: sorted(seen, reverse=True) for name, seen in found.items()} == {
        "test_in_loop": mixed, "test_from_loop": mixed, "test_client": ["failed well"] * 4}


def test_a_sweep_that_tries_nothing_fails(suite: Suite) -> None:
    suite.write("""
    from fake_ims import sweep

    @sweep
    def test_asked(fake_ims):
        pass

    def test_quiet(fake_ims):
        pass
    """)
    result = suite.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*the sweep had nothing to try*"])
    result = suite.run("--fake-ims-sweep", "-k", "quiet")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["fake_ims: the sweep tried nothing: *"])
    result = suite.run("--fake-ims-sweep", "--fake-ims-sweep-allow=empty")
    result.assert_outcomes(passed=2)
    assert result.ret == 0


def test_a_sweep_that_reaches_nothing_fails(suite: Suite) -> None:
    suite.write("""
    def test_it(fake_ims):
        call(fake_ims, "GET", "/v2/images")
    """)
    only = "--fake-ims-sweep", "--fake-ims-sweep-kinds=semantic", "--fake-ims-sweep-skip=token-*"
    result = suite.run(*only)
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([r".*none of its \d runs with failures reached its failure.*"])
    suite.run(*only, "--fake-ims-sweep-allow=empty").assert_outcomes(passed=1)
    result = suite.run("--fake-ims-sweep-case=1:images.list:stale")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*this case was not reached: the failure changed nothing here"])


def test_settings_of_the_ini_file(suite: Suite) -> None:
    suite.pytester.makeini("""
        [pytest]
        fake_ims_sweep_kinds = statuses
        fake_ims_sweep_skip = 4*, 500*, 503-*
        fake_ims_sweep_survive = 503
    """)
    suite.write(CAREFUL + """
    from fake_ims import sweep

    def test_it(fake_ims):
        ask(fake_ims, "GET", "/v2/images")

    @sweep(survive=())
    def test_other(fake_ims):
        ask(fake_ims, "GET", "/v2/images")
    """)
    result = suite.run("--fake-ims-sweep", "--fake-ims-sweep-report=r.json")
    result.assert_outcomes(passed=1, failed=1)
    found = json.loads((suite.pytester.path / "r.json").read_text())["tests"]
    assert [one["results"][0]["word"] for one in found] == ["should have survived", "failed well"]
    suite.pytester.makeini("[pytest]\nfake_ims_sweep_kins = statuses")
    result = suite.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result = suite.run("-o", "fake_ims_sweep_kinds=status")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_baseline(suite: Suite) -> None:
    body = CAREFUL + """
    def test_it(fake_ims):
        {more}
        image = ask(fake_ims, "POST", "/v2/images", name="a")
        ask(fake_ims, "PUT", f"/v2/images/{{image['id']}}/file", b"data", BINARY)
    """
    suite.write(body.format(more="pass"))
    baseline = *ONLY_503, "--fake-ims-sweep-baseline=known.toml"
    suite.run(*ONLY_503).assert_outcomes(failed=1)
    assert suite.run(*baseline, "--fake-ims-sweep-update-baseline").ret == 0
    file = suite.pytester.path / "known.toml"
    text = file.read_text()
    assert '["test_it.py::test_it"]\n"images.upload#1:503" = "orphan: ' in text
    # A request more moves all positions. The case stays known, and a reason is kept.
    file.write_text(text.replace('"orphan: ', '"issue 7: orphan: '))
    suite.write(body.format(more='ask(fake_ims, "GET", "/v2/images")'))
    result = suite.run(*baseline)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 known*"])
    suite.run(*baseline, "--fake-ims-sweep-update-baseline").assert_outcomes(passed=1)
    assert '"issue 7: orphan: ' in file.read_text()
    # What no longer goes wrong is told, and leaves the file with the next update.
    suite.write(CAREFUL + """
    def test_it(fake_ims):
        image = ask(fake_ims, "POST", "/v2/images", name="a")
        try:
            ask(fake_ims, "PUT", f"/v2/images/{image['id']}/file", b"data", BINARY)
        except Failed:
            ask(fake_ims, "DELETE", f"/v2/images/{image['id']}")
            raise
    """)
    result = suite.run(*baseline)
    result.assert_outcomes(passed=1)
    assert "images.upload#1:503" in result.stdout.str()
    suite.run(*baseline, "--fake-ims-sweep-update-baseline")
    assert "images.upload" not in file.read_text()
    file.write_text("broken")
    result = suite.run(*baseline)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "is not valid TOML" in result.stderr.str()


def test_an_interrupt_leaves_the_report_so_far(suite: Suite) -> None:
    suite.write(CAREFUL + """
    def test_it(fake_ims):
        if "500" in fake_ims.sweep.failures:
            raise KeyboardInterrupt
        ask(fake_ims, "GET", "/v2/images")
    """)
    result = suite.run("--fake-ims-sweep", "--fake-ims-sweep-kinds=statuses")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    out = result.stdout.str()
    assert "2 runs" in out
    assert "interrupted" in out


def test_pdb_stops_in_a_case_only(suite: Suite) -> None:
    suite.write(CAREFUL + """
    def test_it(fake_ims):
        ask(fake_ims, "GET", "/v2/images")
    """)
    whole = suite.run(*ONLY_503, "--pdb")
    whole.assert_outcomes(passed=1)
    assert "Pdb" not in whole.stdout.str()
