"""Match requests by path: a path template, a path, or a glob."""

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
    """Matches requests to a path template, a path or a glob.

    Attributes:
        pattern: as the user wrote it; ``*`` matches any text, including slashes.
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
        """Return whether a path matches; ``operation`` is its operation id, or ""."""
        if self.ids is not None:
            return operation in self.ids
        # People write names as they are; clients percent-encode them.
        return fnmatchcase(path, self.pattern) or (
            "%" in path and fnmatchcase(unquote(path), self.pattern)
        )

    def __str__(self) -> str:
        return self.pattern


def at_path(pattern: object) -> AtPath:
    """Return a match for a path template, a path or a glob.

    Raises:
        UsageError: it is not a path, or no operation has this template.
    """
    if not isinstance(pattern, str) or not pattern.startswith(("/", "*")):
        raise UsageError(
            f"path={pattern!r}: expected a path that starts with '/', such as "
            "'/v2/images/{image_id}' or '/v2/images/*'"
        )
    if "?" in pattern and "=" in pattern:
        raise UsageError(f"path={pattern!r}: expected a path without a query; use request_query= "
                         "to match the query")
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
