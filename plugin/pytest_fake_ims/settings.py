"""Settings of the fake for a test: from marker, command line and ini file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import pytest

from fake_ims import FakeIMS
from fake_ims.errors import UsageError, unknown

from .plugin import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.nodes import Node

    from fake_ims.scenario import Scenario

T = TypeVar("T")

_OPTION = "--fake-ims-"
_INI = "fake_ims_"
SCENARIO = "scenario"


class Given(NamedTuple):
    """A setting.

    Attributes:
        value: its value.
        where: where it was given, for error messages.
    """

    value: Any
    where: str


def refuse_unknown_option(parser: pytest.Parser, arg: str) -> None:
    """Reject an unknown option ``--fake-ims-...``, unless a conftest file has added it.

    Raises:
        pytest.UsageError: the option is unknown; the text suggests the closest one.
    """
    if parser.parse_known_and_unknown_args([arg])[1]:
        raise pytest.UsageError(_unknown("option", arg.partition("=")[0], _OPTION))


def refuse_unknown_ini(config: pytest.Config, key: str) -> None:
    """Reject an unknown ini option ``fake_ims_...``, unless a conftest file has added it.

    Raises:
        pytest.UsageError: the ini option is unknown; the text suggests the closest one.
    """
    try:
        config.getini(key)
    except ValueError:
        raise pytest.UsageError(_unknown("ini option", key, _INI)) from None


def from_config(config: pytest.Config) -> dict[str, Given]:
    """Return the settings of this run. The command line overrides the ini file."""
    found = {}
    for name in NAMES:
        for value, where, base in (
            (config.getoption(_INI + name), f"option {_OPTION}{name}",
             config.invocation_params.dir),
            (config.getini(_INI + name), f"{_INI}{name} in {config.inipath or 'the ini file'}",
             config.rootpath if config.inipath is None else config.inipath.parent),
        ):
            if value is not None:
                found[name] = Given(_located(name, value, base), where)
                break
    return found


def from_markers(node: pytest.Item) -> dict[str, Given]:
    """Return the settings of the markers of a test. Closer markers override, setting by setting.

    Of two markers on the same object, the one applied later wins. The value None removes a setting
    of an outer marker.
    """
    found: dict[str, Given] = {}
    for owner in node.listchain():
        for mark in owner.own_markers:
            if mark.name == "fake_ims":
                found.update(_from_marker(owner, mark))
    return {name: given for name, given in found.items() if given.value is not None}


def for_test(node: pytest.Item) -> dict[str, Given]:
    """Return all settings of a test. Markers override the command line, which overrides the ini
    file."""
    return from_config(node.config) | from_markers(node)


def without_scenario(given: Mapping[str, Given]) -> dict[str, Given]:
    """Return the settings that are arguments of ``FakeIMS``."""
    return {name: setting for name, setting in given.items() if name != SCENARIO}


def play(fake: FakeIMS, given: Mapping[str, Given]) -> Scenario | None:
    """Play the scenario of the settings, if there is one. The other settings override the settings
    of the scenario."""
    __tracebackhide__ = True
    if SCENARIO not in given:
        return None
    path, where = given[SCENARIO]
    others = {name: setting.value for name, setting in without_scenario(given).items()}
    try:
        return fake.load(path, **others)
    except UsageError as error:
        refused = str(error)
    fail(f"the scenario is invalid:\n{refused}", where)


def _from_marker(owner: Node, mark: pytest.Mark) -> dict[str, Given]:
    where = f"@pytest.mark.fake_ims at {_place(owner)}"
    if mark.args:
        shown = ", ".join(map(repr, mark.args))
        fail("the marker accepts only keyword arguments: write for example "
             f"fake_ims(profile='openstack'), not fake_ims({shown})", where)
    for name in mark.kwargs:
        if name not in NAMES:
            fail(_unknown("setting", name), where)
    return {name: Given(_located(name, value, owner.path.parent), where)
            for name, value in mark.kwargs.items()}


def _located(name: str, value: Any, base: Path) -> Any:
    """Return the value. The path of a scenario is relative to the file that contains it."""
    if name == SCENARIO and isinstance(value, (str, PathLike)):
        return base / value
    return value


def _place(owner: Node) -> str:
    """Return ``file:line`` of a test, class or module, or the file if the line is unknown."""
    if isinstance(owner, (pytest.Item, pytest.Class)):
        path, line, _ = owner.reportinfo()
        return f"{path}:{line + 1}" if line is not None else str(path)
    return str(owner.path)


def apply(use: Callable[..., T], given: Mapping[str, Given], **fixed: Any) -> T:
    """Call ``use`` with the settings. An invalid one fails the test, and the text says where it
    was given."""
    __tracebackhide__ = True
    try:
        return use(**{name: setting.value for name, setting in given.items()}, **fixed)
    except UsageError as error:
        refused = str(error)
    fail(refused, *_culprits(given))


def _culprits(given: Mapping[str, Given]) -> list[str]:
    """Return where the invalid settings were given. If each is valid alone, return all places."""
    bad = []
    for name, setting in given.items():
        try:
            FakeIMS(**{name: setting.value})
        except UsageError:
            bad.append(setting.where)
    return bad or [setting.where for setting in given.values()]


def fail(message: str, *places: str) -> NoReturn:
    """Fail the test without a traceback, because the mistake is not in the code of the test."""
    __tracebackhide__ = True
    places_ = "".join(f"\n  {place}" for place in dict.fromkeys(places))
    pytest.fail(f"fake_ims: {message}{places_}", pytrace=False)


def _unknown(what: str, name: str, prefix: str = "") -> str:
    return str(unknown(what, name, [prefix + known for known in NAMES]))
