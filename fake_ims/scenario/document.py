"""Reads a scenario, and checks all of it before anything is applied."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from ..documents.check import InvalidDocument, Problem, check
from ..documents.source import Source, read
from ..domain import sound
from ..domain.sound import Path
from ..errors import UsageError
from .rehearsal import rehearse
from .schema import schema

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
    from ..fake.settings import Settings


@dataclass(frozen=True)
class ScenarioDocument:
    """A scenario that has been checked.

    Attributes:
        source: the document, with the line of each key.
        settings: settings of the fake.
        beginning: all settings of the fake that the check tried the scenario on.
    """

    source: Source
    settings: Mapping[str, Any]
    beginning: Settings

    @property
    def name(self) -> str:
        """Name of the scenario; by default the name of its file."""
        return str(self.source.document.get("name", self.source.name))

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """The steps, in order."""
        return list(self.source.document.get("steps", ()))


def load(
    source: str | PathLike[str] | Mapping[str, Any], make: Callable[..., FakeIMS], /,
    **settings: Any
) -> ScenarioDocument:
    """Read a scenario from a file or a dict, and check all of it.

    Args:
        source: path of the file (JSON if it ends in ``.json``, otherwise TOML), or the document.
        make: makes the fake that the check tries the scenario on, from settings: ``FakeIMS``.
        settings: settings of the fake; they override those of the scenario.

    Raises:
        UsageError: the file cannot be read, or the scenario is invalid. The text has one line for
            each problem, with file, line and key.
    """
    found = Source("scenario", dict(source), {}) if isinstance(source, Mapping) else read(source)
    return checked(found, make, settings)


def checked(
    source: Source, make: Callable[..., FakeIMS], settings: Mapping[str, Any]
) -> ScenarioDocument:
    """Check a document, and return its scenario.

    Raises:
        UsageError: the document is invalid; the text lists every problem.
    """
    problems = check(source.document, schema())
    beginning: Settings | None = None
    if not any(sound.problems(source.document)):
        # The rehearsal skips invalid values, so that one mistake does not hide others.
        document = _without(source.document, problems)
        try:
            fake = make(**{**document.get("settings", {}), **settings})
        except UsageError as error:
            problems.append(Problem(("settings",), str(error)))
        else:
            beginning = fake.initial_settings
            problems += rehearse(document, fake, whole=not problems)
    if problems or beginning is None:
        problems.sort(key=lambda problem: _order(source, problem))
        raise InvalidDocument("\n".join(map(source.text, problems)), tuple(problems))
    return ScenarioDocument(source, {**source.document.get("settings", {}), **settings}, beginning)


def _order(source: Source, problem: Problem) -> tuple[int, str]:
    place = source.place(problem.path).rpartition(":")[2]
    return int(place), str(problem)


def _without(document: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Return the document without the values that have problems. An invalid list item becomes
    None, so that later items keep their position."""
    found: dict[str, Any] = copy.deepcopy(dict(document))
    for problem in problems:
        _leave_out(found, problem.path)
    return found


def _leave_out(found: dict[str, Any], path: Path) -> None:
    """Remove the value at a path, in the scenario or in one of its steps, if it still exists."""
    if not path:
        found.clear()
        return
    name, rest = str(path[0]), path[1:]
    held = found.get(name)
    if not (isinstance(held, list) and rest and isinstance(rest[0], int)):
        found.pop(name, None)
    elif name == "steps" and len(rest) > 1 and isinstance(held[rest[0]], dict):
        _leave_out(held[rest[0]], rest[1:])
    else:
        held[rest[0]] = None
