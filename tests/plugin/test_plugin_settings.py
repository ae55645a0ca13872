"""Settings from the marker, the command line and the ini file."""

from __future__ import annotations

import inspect

import pytest
from plugin_suite import Suite
from pytest_fake_ims.plugin import NAMES

from fake_ims import FakeIMS

SHOW = """
    def test_it(fake_ims):
        print(f"<{fake_ims.profile} {fake_ims.auth}>")
"""


def test_every_setting_that_a_reset_takes_has_a_name_here() -> None:
    parameters = inspect.signature(FakeIMS).parameters
    # The scenario is played after the reset.
    assert set(NAMES) - {"scenario"} <= set(parameters)


@pytest.mark.parametrize(
    ("ini", "options", "mark", "shown"),
    [
        ("", [], "", "otc any"),
        ("fake_ims_profile = openstack", [], "", "openstack any"),
        ("fake_ims_profile = openstack", ["--fake-ims-profile=otc"], "", "otc any"),
        ("", ["--fake-ims-profile=openstack", "--fake-ims-auth", "issued"], "", "openstack issued"),
        (
            "fake_ims_profile = otc",
            ["--fake-ims-profile=otc", "--fake-ims-auth=issued"],
            "@pytest.mark.fake_ims(profile='openstack')",
            "openstack issued",
        ),
    ],
)
def test_marker_before_command_line_before_ini_before_default(
    suite: Suite, ini: str, options: list[str], mark: str, shown: str
) -> None:
    suite.pytester.makeini(f"[pytest]\n{ini}\n")
    suite.write(SHOW.replace("    def", f"    {mark}\n    def", 1))
    result = suite.passes(1, "-s", "--strict-markers", "--strict-config", *options)
    result.stdout.fnmatch_lines([f"*<{shown}>*"])


def test_settings_of_one_test_do_not_reach_the_next_nor_the_factory_of_another(
    suite: Suite,
) -> None:
    suite.write("""
        @pytest.mark.fake_ims(profile="openstack", auth="issued")
        def test_marked(fake_ims, fake_ims_factory):
            assert (fake_ims.profile, fake_ims.auth) == ("openstack", "issued")
            fake = fake_ims_factory(auth="triple")
            assert (fake.profile, fake.auth) == ("openstack", "triple")

        def test_plain(fake_ims, fake_ims_factory):
            assert (fake_ims.profile, fake_ims.auth) == ("otc", "any")
            assert fake_ims_factory().profile == "otc"
    """)
    suite.passes(2)


def test_the_nearest_marker_wins_key_by_key(suite: Suite) -> None:
    suite.write("""
        pytestmark = pytest.mark.fake_ims(profile="openstack", auth="issued")

        def test_module(fake_ims):
            assert (fake_ims.profile, fake_ims.auth) == ("openstack", "issued")

        @pytest.mark.fake_ims(auth="triple")
        class TestBase:
            def test_class(self, fake_ims):
                assert (fake_ims.profile, fake_ims.auth) == ("openstack", "triple")

            @pytest.mark.fake_ims(profile="otc", auth=None)
            def test_function(self, fake_ims):
                assert (fake_ims.profile, fake_ims.auth) == ("otc", "any")

        @pytest.mark.fake_ims(auth="any")
        class TestDerived(TestBase):
            def test_class(self, fake_ims):
                assert fake_ims.auth == "any"

            def test_function(self):
                pass

        @pytest.mark.fake_ims(auth="triple")
        @pytest.mark.parametrize(
            "auth", [pytest.param("any", marks=pytest.mark.fake_ims(auth="any")), "triple"])
        def test_parameter(fake_ims, auth):
            assert fake_ims.auth == auth
    """)
    suite.passes(7, "--strict-markers")


def test_a_region_from_each_place(suite: Suite) -> None:
    suite.pytester.makeini("[pytest]\nfake_ims_region = eu-nl\n")
    suite.write("""
        import pytest

        def test_ini(fake_ims):
            assert fake_ims.region == fake_ims.project_name == "eu-nl"

        @pytest.mark.fake_ims(region="eu-ch2")
        def test_marker(fake_ims, fake_ims_factory):
            assert fake_ims.region == "eu-ch2"
            assert fake_ims_factory().region == "eu-ch2"
    """)
    suite.passes(2)
    suite.passes(2, "--fake-ims-region=eu-nl")


def test_a_duration_from_each_place(suite: Suite) -> None:
    suite.pytester.makeini("[pytest]\nfake_ims_saving = 1h\n")
    suite.write("""
        from fake_ims import polls

        def status(fake):
            id = create(fake)
            upload(fake, id)
            return show(fake, id)

        def test_ini(fake_ims):
            assert status(fake_ims) == "saving"

        @pytest.mark.fake_ims(saving="0s")
        def test_at_once(fake_ims):
            assert status(fake_ims) == "active"

        @pytest.mark.fake_ims(saving=polls(2))
        def test_polls(fake_ims):
            assert status(fake_ims) == "saving"
    """)
    suite.passes(3)


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("profil='openstack'", "*unknown setting 'profil'; did you mean 'profile'?"),
        ("profile='opnstack'", "*unknown profile 'opnstack'; did you mean 'openstack'?"),
        ("auth='none'", "*'none'*known: any, issued, triple"),
        ("saving='soon'", "*'soon' is not a duration*"),
        ("saving=-1", "*not negative*"),
        ("auth=['any']", "*'any'*"),
        ("saving=[]", "*[[][]] is not a duration*"),
        ("'openstack'", "*accepts only keyword arguments*, not fake_ims('openstack')*"),
    ],
)
def test_a_wrong_marker_is_told_with_its_place(suite: Suite, mark: str, told: str) -> None:
    suite.write(f"""
        def test_first(fake_ims):
            pass

        @pytest.mark.fake_ims({mark})
        def test_wrong(fake_ims):
            pass

        def test_last(fake_ims):
            assert count(fake_ims) == 0
    """)
    result = suite.run()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines([told, "  @pytest.mark.fake_ims at *test_it.py:7"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*settings.py*")


def test_the_place_of_a_marker_on_a_class_and_a_module(suite: Suite) -> None:
    suite.write("""
        pytestmark = pytest.mark.fake_ims(profile="opnstack")

        @pytest.mark.fake_ims(profile="otc", auth="no")
        class TestIt:
            def test_class(self, fake_ims):
                pass

        def test_module(fake_ims_factory):
            pass
    """)
    result = suite.run()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["  @pytest.mark.fake_ims at *test_it.py:6"])
    result.stdout.fnmatch_lines(["  @pytest.mark.fake_ims at *test_it.py"])


def test_wrong_values_of_option_and_ini_are_told_with_their_place(suite: Suite) -> None:
    suite.pytester.makeini("[pytest]\nfake_ims_auth = no\n")
    suite.write(SHOW)
    result = suite.run("--fake-ims-profile=opnstack")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "*did you mean 'openstack'?*", "  option --fake-ims-profile",
        "  fake_ims_auth in *tox.ini"])


def test_unknown_names_of_options_and_ini_values_are_refused(suite: Suite) -> None:
    suite.write("def test_it(): pass")
    result = suite.run("--fake-ims-profil=otc")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *'--fake-ims-profil'; did you mean '--fake-ims-profile'?"])

    suite.pytester.makeini("[pytest]\nfake_ims_savin = 3s\n")
    result = suite.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *'fake_ims_savin'; did you mean 'fake_ims_saving'?"])


def test_names_that_a_conftest_file_declares_are_its_own(suite: Suite) -> None:
    suite.pytester.makeini("[pytest]\nfake_ims_colour = red\n")
    suite.pytester.makeconftest("""
        def pytest_addoption(parser):
            parser.addoption("--fake-ims-shade")
            parser.addini("fake_ims_colour", "a colour")
    """)
    suite.write("def test_it(): pass")
    suite.passes(1, "--strict-config", "--fake-ims-shade=dark", "--fake-ims-auth=any")


def test_help_names_every_setting(suite: Suite) -> None:
    text = suite.run("--help").stdout.str() + suite.run("--markers").stdout.str()
    for name in ("profile", "auth", "saving", "deleting"):
        assert f"--fake-ims-{name}=" in text
        assert f"fake_ims_{name} (string)" in text
        assert f"{name}=..." in text
