"""Build matches, schedules and effects from a user's settings; reject impossible settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..contract.model import Profile
from ..contract.operations import BY_ID
from ..domain import sound
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
        settings: the settings that the user gave.
        keys: the operations under which it is looked up; "" for requests without a route.
        matches: conditions on a request; all of them must hold.
        schedules: conditions on when it fires, in order.
        effects: what happens. Effects that do not end the request come first.
        brought: further effects that its schedules can add.
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
        """Whether it makes random choices."""
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
    """Build the plan of a fault.

    Args:
        settings: by name, as for ``Faults.add``; None means not given.
        profile: the profile of the fake; None for any.
        operations: ids on which it may fire; None for every operation of the profile and for
            requests without a route.

    Raises:
        UsageError: a name or value is unknown, or the settings contradict each other.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    for name in given:
        if name not in SETTINGS:
            raise unknown("setting of a fault", name, SETTINGS)
        if not isinstance(given[name], float):  # its kind says which numbers it takes
            sound.check(given[name], name)

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
        raise UsageError(f"no request can match {named!r}: no operation meets all of these "
                         "conditions")
    scope = Scope(profile, keys, within)
    schedules = cast("tuple[Schedule, ...]", _build(SCHEDULES, given, scope))
    effects = cast("tuple[Effect, ...]", _build(EFFECTS, given, scope))
    schedules = tuple(schedule.beside(effects) for schedule in schedules)
    keys = _suited(keys, effects)
    _refuse_contradictions(effects)
    _refuse_leftovers(given)
    sound.check(given, "settings")
    if not effects and not any(schedule.brings for schedule in schedules):
        raise UsageError(f"the fault has no effect; add at least one of: {_names(EFFECTS)}, "
                         "sequence=, rate=, concurrency=")
    made = Plan(given, keys, matches, schedules, effects)
    if "seed" in given and not made.by_chance:
        raise UsageError("seed= has no effect, because this fault makes no random choice; remove "
                         "it, or add probability=, recovery= or a random delay=")
    return made


def _suited(keys: tuple[str, ...], effects: tuple[Effect, ...]) -> tuple[str, ...]:
    """Return the operations that support every effect."""
    for effect in effects:
        sort = effect.sort
        if sort is None:
            continue
        left = tuple(name for name in keys if name and sort.holds(BY_ID[name]))
        if not left:
            known = [row.id for row in BY_ID.values() if sort.holds(row)]
            raise UsageError(f"{str(effect)!r} works only on {sort.says}, such as "
                             f"{', '.join(known[:4])}; this fault matches none of them")
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
        raise UsageError("a request can have only one outcome, but this fault has two: "
                         f"{str(ends[0])!r} and {str(ends[1])!r}. Remove one of them, or add two "
                         "faults")
    for position, one in enumerate(effects):
        for other in effects[:position]:
            both = one.decides & other.decides
            if both:
                raise UsageError(f"{str(other)!r} and {str(one)!r} both set {min(both)}. Remove "
                                 "one of them")
    shaping = [effect for effect in effects if effect.shapes]
    if ends and shaping and not ends[0].answers:
        raise UsageError(f"{str(ends[0])!r} sends no response, so {str(shaping[0])!r} cannot "
                         "change it. Remove one of them")


def _refuse_leftovers(given: Values) -> None:
    called = [kind for kind in (*MATCHES, *SCHEDULES, *EFFECTS)
              if any(name in given for name in kind.called_by)]
    taken = {setting.name for kind in called for setting in kind.settings}
    for name in given:
        if name not in taken:
            hosts = [kind for kind in (*MATCHES, *SCHEDULES, *EFFECTS)
                     if any(setting.name == name for setting in kind.settings)]
            raise UsageError(f"{name}= requires {_names(hosts, ' or ')}")


def _names(kinds: tuple[Kind, ...] | list[Kind], joint: str = ", ") -> str:
    return joint.join(f"{name}=" for kind in kinds for name in kind.called_by)


def _who(matches: tuple[Match, ...]) -> str:
    who = " ".join(map(str, matches))
    if not matches:
        return "every request"
    if not matches[0].names:
        return f"every request {who}"
    return f"every {who}" if len(matches) == 1 and matches[0].names == "every" else who
