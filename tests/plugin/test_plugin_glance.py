"""Options of Glance and the shape of the endpoint, from marker, ini file and command line."""

from __future__ import annotations

import pytest
from plugin_suite import Suite

SHOW = """
    def test_it(fake_ims):
        options = fake_ims.glance
        print(f"<{options['image_tag_quota']} {options['api_limit_max']} {fake_ims.regions} "
              f"{fake_ims.url.removeprefix(fake_ims.root_url)}>")
"""


@pytest.mark.parametrize(("ini", "options", "mark", "shown"), [
    ("", [], "", "128 1000 () "),
    ("fake_ims_glance = image_tag_quota=5; api_limit_max = 7", [], "", "5 7 () "),
    ("fake_ims_glance =\n    image_tag_quota = 5\n    api_limit_max = 7\n"
     "fake_ims_prefix = /image\nfake_ims_regions = a, b", [], "", "5 7 ('a', 'b') /image"),
    ("fake_ims_glance = image_tag_quota=5", ["--fake-ims-glance=api_limit_max=7",
                                             "--fake-ims-prefix=/x"], "", "128 7 () /x"),
    ("fake_ims_glance = image_tag_quota=5", [],
     "@pytest.mark.fake_ims(glance={'image_tag_quota': 3}, prefix='/y', regions=['c'])",
     "3 1000 ('c',) /y"),
])
def test_where_they_are_written(
    suite: Suite, ini: str, options: list[str], mark: str, shown: str
) -> None:
    suite.pytester.makeini(f"[pytest]\n{ini}\n")
    suite.write(SHOW.replace("    def", f"    {mark}\n    def", 1))
    result = suite.passes(1, "-s", "--strict-markers", "--strict-config", *options)
    result.stdout.fnmatch_lines([f"*<{shown}>*".replace("[", "[[]")])


@pytest.mark.parametrize(("ini", "mark", "text"), [
    ("fake_ims_glance = image_tag_qota=5", "", "*did you mean 'image_tag_quota'*"),
    ("", "@pytest.mark.fake_ims(glance={'image_tag_quota': '5'})",
     "*image_tag_quota must be an integer up to *, not '5'*"),
    ("", "@pytest.mark.fake_ims(prefix='image')", "*prefix must be a path such as '/image'*"),
])
def test_a_mistake_names_the_place(suite: Suite, ini: str, mark: str, text: str) -> None:
    suite.pytester.makeini(
        f"[pytest]\nasyncio_default_fixture_loop_scope = function\n{ini}\n")
    suite.write(SHOW.replace("    def", f"    {mark}\n    def", 1))
    result = suite.pytester.runpytest()
    result.stdout.fnmatch_lines([text])
    result.stdout.fnmatch_lines(["*fake_ims_glance in *" if ini else "*@pytest.mark.fake_ims at *"])
