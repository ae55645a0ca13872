"""docs/findings.md is true: each of its scripts shows what it says, at the installed release.

A script whose client is not installed is skipped.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent / "findings"
PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
NAMED = re.compile(r"`(\w+\.py)::(\w+)`")

pytestmark = [
    # What clients warn of themselves.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning",
                               "ignore::PendingDeprecationWarning",
                               "ignore:.*pkg_resources:UserWarning"),
]


def named_on_the_page() -> list[tuple[str, str]]:
    return NAMED.findall(PAGE.read_text(encoding="utf-8"))


def _releases(*packages: str) -> dict[str, str]:
    """Return the releases that the page is about."""
    page = PAGE.read_text(encoding="utf-8")
    found = {}
    for package in packages:
        (told,) = set(re.findall(rf"\b{package} (\d[\d.]*\d)\b", page.partition("\n## ")[0]))
        found[package] = told
    return found


#: What each file needs to be what the page says. Other releases may have mended it.
RELEASES = {
    "openstacksdk.py": _releases("openstacksdk"),
    "glanceclient.py": _releases("python-glanceclient"),
    "openstackclient.py": _releases("python-openstackclient", "openstacksdk"),
    "otcextensions.py": _releases("otcextensions", "openstacksdk"),
    "huaweicloudsdkims.py": _releases("huaweicloudsdkims"),
    "libcloud.py": _releases("apache-libcloud"),
}


def load(name: str) -> ModuleType:
    path = HERE / name
    spec = importlib.util.spec_from_file_location(f"findings_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as missing:
        pytest.skip(f"{missing.name} is not installed")
    return module


def scripts(path: Path) -> list[str]:
    """Return the functions of a file that show a finding: they take no argument."""
    return re.findall(r"^def (\w+)\(\) -> None:$", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_names_each_script_once() -> None:
    there = [(path.name, name) for path in sorted(HERE.glob("*.py")) for name in scripts(path)]
    assert sorted(named_on_the_page()) == sorted(there)


def test_the_cases_of_the_page_are_of_tests_there_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    swept = (PAGE.parents[1] / "tests/sweep/swept_clients.py").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 10
    assert named <= set(re.findall(r"^def (test_\w+)\(", swept, re.MULTILINE))
    numbers = [int(one) for one in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    count = re.search(r"(\d+) findings", (PAGE.parent / "sweep.md").read_text(encoding="utf-8"))
    assert count is not None
    assert int(count[1]) == len(numbers)


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.name)
def test_the_scripts_are_short(path: Path) -> None:
    module = load(path.name)
    for name in scripts(path):
        script: Callable[[], None] = getattr(module, name)
        assert script.__doc__, name
        assert len(inspect.getsource(script).splitlines()) <= 15, name


@pytest.mark.parametrize(
    ("file", "name"), [(path.name, name) for path in sorted(HERE.glob("*.py"))
                       for name in scripts(path)])
def test_a_finding(file: str, name: str, request: pytest.FixtureRequest) -> None:
    script: Callable[[], None] = getattr(load(file), name)
    for package, told in RELEASES[file].items():
        there = version(package)
        if there != told:
            pytest.skip(f"docs/findings.md is about {package} {told}; {there} is installed")
    if file == "otcextensions.py":
        request.getfixturevalue("otcextensions_undone")
    script()
