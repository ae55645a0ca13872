"""What a kind of match, schedule or effect is: its settings, and how they become a part of a fault.

A kind is told its settings under the same names and in the same form everywhere: in
``fake.faults.add(...)``, in scenario files and over the control API.
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
    """One thing that a user may say about a fault.

    Attributes:
        name: the keyword.
        schema: JSON schema of its value, as scenario files and the control API write it.
        says: one sentence for help texts; it tells units.
    """

    name: str
    schema: Mapping[str, object]
    says: str


@dataclass(frozen=True)
class Scope:
    """What is known of a fault when its schedules and effects are built.

    Attributes:
        profile: the profile whose operations it may name; None for any.
        operations: ids of the operations that it may fire at; "" for requests without one.
        plan: builds the plan of a fault within this one, from settings of its own.
    """

    profile: Profile | None
    operations: tuple[str, ...]
    plan: Callable[[Values], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of match, schedule or effect.

    Attributes:
        role: which of the three.
        settings: what it takes; a setting may belong to several kinds.
        build: makes the part from those of its settings that were given (never None), or None
            if they call for nothing. Raises UsageError for a value that cannot be.
        calls: names of the settings of which one must be given for the kind to be built; by
            default the first.
    """

    role: Role
    settings: tuple[Setting, ...]
    build: Callable[[Values, Scope], Match | Schedule | Effect | None]
    calls: tuple[str, ...] = ()

    @property
    def called_by(self) -> tuple[str, ...]:
        """Names of the settings that call for it."""
        return self.calls or (self.settings[0].name,)
