"""Scenarios by marker, option and ini file, and tests that fail as theirs went otherwise."""

from __future__ import annotations

import pytest
from plugin_suite import Suite

SCENARIO = """
[settings]
saving = "30s"
[[images]]
name = "base"
[[expect]]
operation = "images.list"
"""
TEST = """
    import pytest
    {mark}
    def test_it(fake_ims):
        assert fake_ims.images.named("base")
        assert str(fake_ims.lifecycle.saving) == "{saving}"
        assert fake_ims.scenario.taken == 0
        {look}
"""
LOOK = "call(fake_ims, 'GET', '/v2/images')"


@pytest.mark.parametrize(("ini", "options", "mark", "saving"), [
    ("", [], "@pytest.mark.fake_ims(scenario='sub/s.toml')", "30s"),
    ("", [], "@pytest.mark.fake_ims(scenario='sub/s.toml', saving='1m')", "60s"),
    ("", ["--fake-ims-scenario=sub/s.toml"], "", "30s"),
    ("fake_ims_scenario = sub/s.toml", [], "", "30s"),
    ("fake_ims_scenario = no.toml", [], "@pytest.mark.fake_ims(scenario='sub/s.toml')", "30s"),
])
def test_a_scenario_is_played(
    suite: Suite, ini: str, options: list[str], mark: str, saving: str
) -> None:
    suite.pytester.mkdir("sub").joinpath("s.toml").write_text(SCENARIO)
    suite.write(TEST.format(mark=mark, saving=saving, look=LOOK))
    suite.pytester.makeini(f"[pytest]\n{ini}")
    suite.run(*options).assert_outcomes(passed=1)


def test_a_test_fails_whose_scenario_did_not_go_as_it_has_it(suite: Suite) -> None:
    suite.pytester.mkdir("sub").joinpath("s.toml").write_text(SCENARIO)
    suite.write(TEST.format(mark="@pytest.mark.fake_ims(scenario='sub/s.toml')", saving="30s",
                            look=""))
    result = suite.run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([
        "*the scenario was not fulfilled:",
        "*s.toml:6: expect?0?: expected at least 1 of images.list, but there were 0"])


def test_a_bad_scenario_fails_the_test_with_every_problem(suite: Suite) -> None:
    suite.pytester.mkdir("sub").joinpath("s.toml").write_text("nam = 1\n[[faults]]\nstatus = 5")
    suite.write(TEST.format(mark="@pytest.mark.fake_ims(scenario='sub/s.toml')", saving="",
                            look=""))
    result = suite.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "fake_ims: the scenario is invalid:",
        "*s.toml:1: nam: unknown key 'nam'; did you mean 'name'?",
        "*s.toml:3: faults?0?.status: 5 is too small; the minimum is 400",
        "  @pytest.mark.fake_ims at *"])


def test_fakes_of_the_factory_play_it_too(suite: Suite) -> None:
    suite.pytester.mkdir("sub").joinpath("s.toml").write_text(SCENARIO)
    suite.write("""
        import pytest
        @pytest.mark.fake_ims(scenario="sub/s.toml")
        def test_it(fake_ims_factory):
            fake = fake_ims_factory(saving="1m")
            assert fake.images.named("base") and str(fake.lifecycle.saving) == "60s"
            call(fake, "GET", "/v2/images")
    """)
    suite.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(("body", "words"), [
    ("call(fake_ims, 'GET', '/v2/nothing/x/y/z')", "*the service has no such operation*"),
    ("fake_ims.faults.add('images.list', status=503)",
     "*this fault never fired: images.list returns 503"),
])
@pytest.mark.parametrize("how", ["marker", "option", "ini"])
def test_strict_mode_fails_a_test_for_what_nobody_should_send(
    suite: Suite, body: str, words: str, how: str
) -> None:
    mark = "@pytest.mark.fake_ims(strict=True)" if how == "marker" else ""
    suite.write(f"""
        {mark}
        def test_it(fake_ims):
            {body}
    """)
    suite.pytester.makeini("[pytest]" + ("\nfake_ims_strict = true" if how == "ini" else ""))
    result = suite.run(*(["--fake-ims-strict=true"] if how == "option" else []))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["fake_ims: strict mode found problems:", words])


def test_without_strict_mode_it_passes(suite: Suite) -> None:
    suite.write("""
        def test_it(fake_ims):
            fake_ims.faults.add('images.list', status=503)
            call(fake_ims, 'GET', '/v2/nothing/x/y/z')
    """)
    suite.run().assert_outcomes(passed=1)
