"""Requests of an operation, or of all that a glob stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class OfOperation(Match):
    """Matches requests of these operations.

    Attributes:
        text: the id or glob as the user wrote it.
        ids: the operations that it stands for.
    """

    text: str
    ids: frozenset[str]

    def matches(self, call: Call, document: object) -> bool:
        return call.operation is not None and call.operation.id in self.ids

    def __str__(self) -> str:
        return self.text
