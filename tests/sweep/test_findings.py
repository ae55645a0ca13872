"""docs/findings.md is true: each of its scripts shows what it says, at the installed release.

A script whose client is not installed is skipped.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Callable
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
    if file == "otcextensions.py":
        request.getfixturevalue("otcextensions_undone")
    script()
