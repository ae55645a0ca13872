"""Match requests by operation id or glob."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..kinds import Kind, Scope, Setting, Values
from ..operation_ids import operation_ids
from . import Match


@dataclass(frozen=True)
class OfOperation(Match):
    """Matches requests of these operations.

    Attributes:
        text: the id or glob as the user wrote it.
        ids: the operations that it matches.
    """

    text: str
    ids: frozenset[str]
    exact: ClassVar[bool] = True
    names: ClassVar[Literal["", "alone", "every"]] = "alone"

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in operations if name in self.ids)

    def __str__(self) -> str:
        return self.text


def _build(values: Values, scope: Scope) -> OfOperation | None:
    text = values["operation"]
    if text == "*":
        return None
    return OfOperation(text, frozenset(operation_ids(text, scope.profile)))


KIND = Kind("match", (
    Setting("operation", {"type": "string"},
            "only requests of this operation (images.create), or a glob (images.*); without it, or "
            "with *, every request matches, including requests without a route"),
), _build)
