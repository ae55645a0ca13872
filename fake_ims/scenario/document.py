"""A scenario: read, and checked whole before anything of it is done."""

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
    """A scenario that can be played.

    Attributes:
        source: the document and where it stands.
        settings: of the fake.
    """

    source: Source
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name; the file's if it has none."""
        return str(self.source.document.get("name", self.source.name))

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """Its steps, in order."""
        return list(self.source.document.get("steps", ()))


def load(
    source: str | PathLike[str] | Mapping[str, Any], fakes: type[FakeIMS], /, **settings: Any
) -> ScenarioDocument:
    """Read a scenario from a file, or take one that is a dict already, and check all of it.

    Args:
        source: the file (TOML or, by its ending, JSON), or the document.
        fakes: makes the fake that it is rehearsed on.
        settings: of the fake, before those of the scenario.

    Raises:
        UsageError: it cannot be read, or something in it cannot be: a line for each problem, with
            file, line and key.
    """
    found = Source("scenario", dict(source), {}) if isinstance(source, Mapping) else read(source)
    return checked(found, fakes, settings)


def checked(
    source: Source, fakes: type[FakeIMS], settings: Mapping[str, Any]
) -> ScenarioDocument:
    """The scenario of a document.

    Raises:
        UsageError: with every problem.
    """
    problems = check(source.document, schema())
    # What cannot be read is left out of the rehearsal, so that one mistake does not hide others.
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
    """The document without each thing that has a problem: an item of a list is None then, all
    else is left out."""
    found: dict[str, Any] = copy.deepcopy(dict(document))
    for problem in problems:
        _leave_out(found, problem.path)
    return found


def _leave_out(found: dict[str, Any], path: Path) -> None:
    """Leave out the thing that a path leads to, as far as it is still there: of the scenario, or
    of a step of it."""
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
    """Play it to a fake that nobody sees: what only the doing can tell.

    Args:
        document: the scenario.
        fakes: makes that fake.
        settings: of the fake, before its own.
        whole: whether nothing of it was left out, so that every name that it uses is known.
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
    """Do each thing by itself, so that one that cannot be done does not hide another."""
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
    """The problem at the key that its text names, if it names one."""
    text = str(refusal)
    if isinstance(item, Mapping):
        for key in item:
            if text.startswith((f"{key}=", f"{key} ", f"unknown {key} ")) or repr(key) in text or (
                isinstance(item[key], str) and _names(item[key], text)
            ):
                return Problem((*path, key), text)
    return Problem(path, text)


def _names(value: str, text: str) -> bool:
    """Whether a text speaks of a value: in quotes, or of one that is too long for chance."""
    return repr(value) in text or (len(value) >= 8 and value in text)


def _ask(fake: FakeIMS, asked: Mapping[str, Any], path: Path, problems: list[Problem]) -> None:
    for name in asked:
        try:
            having(fake.requests, {name: asked[name]}, 0)
        except UsageError as error:
            problems.append(Problem((*path, name), str(error)))
