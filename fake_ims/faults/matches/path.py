"""Requests to a path: a template of the contract, a path, or a glob over paths."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import unquote

from ...contract.operations import BY_ID
from ...errors import UsageError, unknown
from ..kinds import NO_OPERATION, Kind, Setting
from . import Match
from .overlap import may_fit

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class AtPath(Match):
    """Matches requests whose path is that of a template, or fits a glob.

    Attributes:
        pattern: as the user wrote it; ``*`` stands for any text, slashes included.
        ids: the operations of a template; None for a path or a glob.
    """

    pattern: str
    ids: frozenset[str] | None
    names: ClassVar[Literal["", "alone", "every"]] = "alone"

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(self._may_lead_to, operations))

    def _may_lead_to(self, name: str) -> bool:
        if self.ids is not None:
            return name in self.ids
        return name == NO_OPERATION or may_fit(self.pattern, BY_ID[name].path)

    def matches(self, call: Call, document: object) -> bool:
        return self.fits(call.path, call.operation.id if call.operation else "")

    def fits(self, path: str, operation: str) -> bool:
        """Whether a path as it came, resolved to that operation (or ""), is meant."""
        if self.ids is not None:
            return operation in self.ids
        # A person writes names as they are, a client percent-encodes them.
        return fnmatchcase(path, self.pattern) or (
            "%" in path and fnmatchcase(unquote(path), self.pattern)
        )

    def __str__(self) -> str:
        return self.pattern


def at_path(pattern: object) -> AtPath:
    """A match for a path template, a path or a glob.

    Raises:
        UsageError: it is no path, or a template that no operation has.
    """
    if not isinstance(pattern, str) or not pattern.startswith(("/", "*")):
        raise UsageError(
            f"path={pattern!r}: a path starts with '/', such as '/v2/images/{{image_id}}' "
            "or '/v2/images/*'"
        )
    if "?" in pattern and "=" in pattern:
        raise UsageError(f"path={pattern!r}: a path is matched without its query")
    ids = frozenset(row.id for row in BY_ID.values() if row.path == pattern)
    if "{" not in pattern:
        return AtPath(pattern, None)
    if not ids:
        raise unknown("path template", pattern, {row.path for row in BY_ID.values()})
    return AtPath(pattern, ids)


KIND = Kind("match", (
    Setting("path", {"type": "string", "pattern": "^[/*]",
                     "title": "a path, a template, or a glob"},
            "only requests to this path: a template (/v2/images/{image_id}), a path, or a glob "
            "(/v2/images/*)"),
), lambda values, scope: at_path(values["path"]))
