"""From a user's settings to matches, schedules and effects; whatever cannot be is refused here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..contract.model import Profile
from ..contract.operations import BY_ID
from ..errors import UsageError, unknown
from .kinds import NO_OPERATION, Kind, Scope, Values
from .matches import Match
from .registry import EFFECTS, MATCHES, SCHEDULES, SETTINGS

if TYPE_CHECKING:
    from .effects import Effect
    from .schedules import Schedule


@dataclass(frozen=True)
class Plan:
    """A checked fault.

    Attributes:
        settings: what the user said, without what was left out.
        keys: the operations under which it is looked up; "" for requests without one.
        matches: conditions on a request, all of which must hold.
        schedules: the chain of conditions on when.
        effects: what happens, those that do not end the request first.
        brought: what the schedules may bring beside that.
    """

    settings: Values
    keys: tuple[str, ...]
    matches: tuple[Match, ...]
    schedules: tuple[Schedule, ...]
    effects: tuple[Effect, ...]

    @property
    def brought(self) -> tuple[Effect, ...]:
        return tuple(effect for schedule in self.schedules for effect in schedule.brings)

    @property
    def by_chance(self) -> bool:
        """Whether chance has a say in it."""
        return any(schedule.by_chance for schedule in self.schedules) or any(
            effect.by_chance for effect in (*self.effects, *self.brought))

    def __str__(self) -> str:
        what = [*map(str, self.effects), *(one.does() for one in self.schedules if one.brings)]
        when = filter(None, map(str, self.schedules))
        return ", ".join([f"{_who(self.matches)} {', then '.join(what)}", *when])


def plan(
    settings: Mapping[str, Any],
    profile: Profile | None = None,
    operations: tuple[str, ...] | None = None,
) -> Plan:
    """The plan of a fault in a fake of a profile (None: of any).

    Args:
        settings: by name, as ``Faults.add`` takes them; None stands for one left out.
        operations: those that it may fire at; None for all of the profile, and requests without.

    Raises:
        UsageError: a name or value is unknown, or the settings contradict each other.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    for name in given:
        if name not in SETTINGS:
            raise unknown("setting of a fault", name, SETTINGS)

    def within(inner: Values) -> Plan:
        return plan(inner, profile, keys)

    served = tuple(name for name, row in BY_ID.items()
                   if profile is None or profile in row.profiles)
    keys = (*served, NO_OPERATION) if operations is None else operations
    scope = Scope(profile, keys, within)
    matches = cast("tuple[Match, ...]", _build(MATCHES, given, scope))
    for match in matches:
        keys = match.narrow(keys)
    if not keys:
        named = " ".join(map(str, matches))
        raise UsageError(f"no request can match {named!r}: no operation is all of that")
    scope = Scope(profile, keys, within)
    schedules = cast("tuple[Schedule, ...]", _build(SCHEDULES, given, scope))
    effects = cast("tuple[Effect, ...]", _build(EFFECTS, given, scope))
    schedules = tuple(schedule.beside(effects) for schedule in schedules)
    keys = _suited(keys, effects)
    _refuse_contradictions(effects)
    _refuse_leftovers(given)
    if not effects and not any(schedule.brings for schedule in schedules):
        raise UsageError(f"a fault needs something to do, one of: {_names(EFFECTS)}, sequence=, "
                         "rate=, concurrency=")
    made = Plan(given, keys, matches, schedules, effects)
    if "seed" in given and not made.by_chance:
        raise UsageError("seed= is of chance, and there is none in this fault; add "
                         "probability=, recovery= or a delay= by chance")
    return made


def _suited(keys: tuple[str, ...], effects: tuple[Effect, ...]) -> tuple[str, ...]:
    """Those of the operations at which every effect means something."""
    for effect in effects:
        sort = effect.sort
        if sort is None:
            continue
        left = tuple(name for name in keys if name and sort.holds(BY_ID[name]))
        if not left:
            known = [row.id for row in BY_ID.values() if sort.holds(row)]
            raise UsageError(f"{str(effect)!r} means something only at {sort.says}, such as "
                             f"{', '.join(known[:4])}; this fault is about none of them")
        keys = left
    return keys


def _build(kinds: tuple[Kind, ...], given: Values, scope: Scope) -> tuple[object, ...]:
    parts = []
    for kind in kinds:
        if any(name in given for name in kind.called_by):
            values = {setting.name: given[setting.name] for setting in kind.settings
                      if setting.name in given}
            part = kind.build(values, scope)
            if part is not None:
                parts.append(part)
    return tuple(parts)


def _refuse_contradictions(effects: tuple[Effect, ...]) -> None:
    ends = [effect for effect in effects if effect.terminal]
    if len(ends) > 1:
        raise UsageError(f"a request ends in one way, not in two: {ends[0]}; {ends[1]}. Leave one "
                         "of them out, or set two faults")
    for position, one in enumerate(effects):
        for other in effects[:position]:
            both = one.decides & other.decides
            if both:
                raise UsageError(f"{other}; {one}: both decide {min(both)}. Leave one of them out")
    shaping = [effect for effect in effects if effect.shapes]
    if ends and shaping and not ends[0].answers:
        raise UsageError(f"{ends[0]}: so there is no answer for the rest ({shaping[0]}). Leave one "
                         "of them out")


def _refuse_leftovers(given: Values) -> None:
    called = [kind for kind in (*MATCHES, *SCHEDULES, *EFFECTS)
              if any(name in given for name in kind.called_by)]
    taken = {setting.name for kind in called for setting in kind.settings}
    for name in given:
        if name not in taken:
            hosts = [kind for kind in (*MATCHES, *SCHEDULES, *EFFECTS)
                     if any(setting.name == name for setting in kind.settings)]
            raise UsageError(f"{name}= goes with {_names(hosts)}; without it, it means nothing")


def _names(kinds: tuple[Kind, ...] | list[Kind]) -> str:
    return ", ".join(f"{name}=" for kind in kinds for name in kind.called_by)


def _who(matches: tuple[Match, ...]) -> str:
    who = " ".join(map(str, matches))
    if not matches:
        return "every request"
    if not matches[0].names:
        return f"every request {who}"
    return f"every {who}" if len(matches) == 1 and matches[0].names == "every" else who
