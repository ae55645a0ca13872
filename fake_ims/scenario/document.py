"""Reads a scenario, and checks all of it before anything is applied."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from ..documents.check import Path, Problem, check
from ..documents.source import Source, read
from ..domain.durations import seconds
from ..errors import UsageError
from .actions import Refusal, Stage
from .expectations import having
from .schema import schema

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS


@dataclass(frozen=True)
class ScenarioDocument:
    """A scenario that has been checked.

    Attributes:
        source: the document, with the line of each key.
        settings: settings of the fake.
    """

    source: Source
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the scenario; by default the name of its file."""
        return str(self.source.document.get("name", self.source.name))

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """The steps, in order."""
        return list(self.source.document.get("steps", ()))


def load(
    source: str | PathLike[str] | Mapping[str, Any], fakes: type[FakeIMS], /, **settings: Any
) -> ScenarioDocument:
    """Read a scenario from a file or a dict, and check all of it.

    Args:
        source: path of the file (JSON if it ends in ``.json``, otherwise TOML), or the document.
        fakes: class of the fake that the check tries the scenario on.
        settings: settings of the fake; they override those of the scenario.

    Raises:
        UsageError: the file cannot be read, or the scenario is invalid. The text has one line for
            each problem, with file, line and key.
    """
    found = Source("scenario", dict(source), {}) if isinstance(source, Mapping) else read(source)
    return checked(found, fakes, settings)


def checked(
    source: Source, fakes: type[FakeIMS], settings: Mapping[str, Any]
) -> ScenarioDocument:
    """Check a document, and return its scenario.

    Raises:
        UsageError: the document is invalid; the text lists every problem.
    """
    problems = check(source.document, schema())
    # The rehearsal skips invalid values, so that one mistake does not hide others.
    problems += _rehearse(_without(source.document, problems), fakes, settings,
                          whole=not problems)
    if problems:
        problems.sort(key=lambda problem: _order(source, problem))
        raise UsageError("\n".join(map(source.text, problems)))
    return ScenarioDocument(source, {**source.document.get("settings", {}), **settings})


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


def _rehearse(
    document: Mapping[str, Any], fakes: type[FakeIMS], settings: Mapping[str, Any], *, whole: bool
) -> list[Problem]:
    """Try the scenario on a temporary fake, to find problems that the schema cannot express.

    Args:
        document: the scenario.
        fakes: class of the temporary fake.
        settings: settings of the fake; they override those of the scenario.
        whole: whether the document is complete, so that every name in it is defined.
    """
    try:
        fake = fakes(**{**document.get("settings", {}), **settings})
    except UsageError as error:
        return [Problem(("settings",), str(error))]
    stage = Stage(fake, rehearsal=True)
    problems: list[Problem] = []
    _try(stage, document, (), problems)
    for position, step in enumerate(document.get("steps", ())):
        if step is None:
            continue
        if not whole:
            step = {name: value for name, value in step.items()
                    if name not in ("clear", "revoke")}
        path: Path = ("steps", position)
        if "after" in step:
            seconds(step["after"])
        for name in ("when", "expect"):
            asked = step.get(name, ())
            for number, one in enumerate(asked if isinstance(asked, list) else [asked]):
                here = (*path, name, number) if isinstance(asked, list) else (*path, name)
                _ask(fake, one or {}, here, problems)
        _try(stage, step, path, problems)
    for number, one in enumerate(document.get("expect", ())):
        _ask(fake, one or {}, ("expect", number), problems)
    fake.reset()
    return problems


def _try(stage: Stage, document: Mapping[str, Any], path: Path, problems: list[Problem]) -> None:
    """Apply each value by itself, so that one problem does not hide another."""
    for name, value in document.items():
        if name in ("steps", "expect", "when"):
            continue
        items = value if isinstance(value, list) else [value]
        for position, item in enumerate(items):
            if item is None:
                continue
            try:
                stage.do({name: item})
            except Refusal as refusal:
                here = (*path, name, position) if isinstance(value, list) else (*path, name)
                problems.append(_placed(refusal, here, item))


def _placed(refusal: Refusal, path: Path, item: object) -> Problem:
    """Return the problem at the key that its text mentions, if it mentions one."""
    text = str(refusal)
    if isinstance(item, Mapping):
        for key in item:
            if text.startswith((f"{key}=", f"{key} ", f"unknown {key} ")) or repr(key) in text or (
                isinstance(item[key], str) and _names(item[key], text)
            ):
                return Problem((*path, key), text)
    return Problem(path, text)


def _names(value: str, text: str) -> bool:
    """Return whether a text mentions a value: in quotes, or long enough to exclude chance."""
    return repr(value) in text or (len(value) >= 8 and value in text)


def _ask(fake: FakeIMS, asked: Mapping[str, Any], path: Path, problems: list[Problem]) -> None:
    for name in asked:
        try:
            having(fake.requests, {name: asked[name]}, 0)
        except UsageError as error:
            problems.append(Problem((*path, name), str(error)))
