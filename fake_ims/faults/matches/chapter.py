"""Match requests by page of the API reference, or by face of the API."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar

from ...contract.operations import OPERATIONS
from ...errors import UsageError, unknown
from ..kinds import Kind, Scope, Setting, Values
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call

FACES = ("native", "ims", "identity", "obs", "lookup")


@dataclass(frozen=True)
class OfChapter(Match):
    """Matches requests of the operations on these pages, or of this face of the API.

    Attributes:
        text: the face, title or glob as the user wrote it.
        ids: the operations that it matches.
    """

    text: str
    ids: frozenset[str]
    exact: ClassVar[bool] = True

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in operations if name in self.ids)

    def matches(self, call: Call, document: object) -> bool:
        return call.operation is not None and call.operation.id in self.ids

    def __str__(self) -> str:
        return f"of face {self.text}" if self.text in FACES else f"of chapter {self.text!r}"


def _build(values: Values, scope: Scope) -> OfChapter:
    text = values["chapter"]
    if not isinstance(text, str) or not text:
        raise UsageError(f"chapter={text!r}: expected a face ({', '.join(FACES)}), the title of a "
                         "page of the API reference, or a glob over titles")
    lowered = text.lower()
    ids = frozenset(row.id for row in OPERATIONS
                    if row.face == text or fnmatchcase(row.chapter.lower(), lowered)
                    or row.chapter.lower() == lowered)
    if not ids:
        raise unknown("chapter", text, {*FACES, *(row.chapter for row in OPERATIONS)})
    return OfChapter(text, ids)


KIND = Kind("match", (
    Setting("chapter", {"type": "string", "minLength": 1},
            "only requests of this face of the API (native, ims, identity, obs, lookup), or of the "
            "operations on the pages of the API reference with this title or glob; case does not "
            "matter"),
), _build)
