"""The kinds of matches, schedules and effects: their settings, and how to build one.

Settings have the same names and the same form everywhere: in ``fake.faults.add(...)``, in scenario
files and over the control API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..contract.model import Profile
    from .effects import Effect
    from .matches import Match
    from .schedules import Schedule

Role = Literal["match", "schedule", "effect"]
Values = Mapping[str, Any]

#: The index key of requests that no route matched.
NO_OPERATION = ""


@dataclass(frozen=True)
class Setting:
    """One keyword argument of ``Faults.add``.

    Attributes:
        name: the keyword.
        schema: JSON schema of its value in scenario files and in the control API.
        says: one sentence for help texts, with the unit.
    """

    name: str
    schema: Mapping[str, object]
    says: str


@dataclass(frozen=True)
class Scope:
    """What is known about a fault when its schedules and effects are built.

    Attributes:
        profile: the profile whose operations it may name; None for any.
        operations: ids of the operations on which it may fire; "" for requests without a route.
        plan: builds the plan of a nested fault from its settings.
    """

    profile: Profile | None
    operations: tuple[str, ...]
    plan: Callable[[Values], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of match, schedule or effect.

    Attributes:
        role: match, schedule or effect.
        settings: the settings that it takes; several kinds may share one.
        build: builds the part from the settings that were given (never None). Returns None if
            they ask for nothing. Raises UsageError for an invalid value.
        calls: names of settings; the kind is built if at least one of them is given. Defaults to
            the first setting.
    """

    role: Role
    settings: tuple[Setting, ...]
    build: Callable[[Values, Scope], Match | Schedule | Effect | None]
    calls: tuple[str, ...] = ()

    @property
    def called_by(self) -> tuple[str, ...]:
        """Names of the settings that request this kind."""
        return self.calls or (self.settings[0].name,)
