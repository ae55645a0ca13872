"""Lists that miss or repeat an image at the boundary between two pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from ...view import Boundary, terms
from .. import Effect, Work
from .sorts import LISTS, Sort

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class PageBoundary(Effect):
    """Omits the first image after the marker, or shows the marker's image again.

    A page that would show only the marker's image does not change, because paging would never end.
    """

    how: Boundary
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = LISTS

    async def work(self, call: Call, do: Work) -> Answer:
        terms(call).boundary = self.how
        return await do()

    def __str__(self) -> str:
        if self.how == "miss":
            return "omits the first image after the marker"
        return "shows the marker's image again"


def _build(values: Values, scope: Scope) -> PageBoundary:
    how = values["page"]
    if how not in ("miss", "repeat"):
        raise UsageError(f"page={how!r}: expected 'miss' (omit an image between two pages) or "
                         "'repeat' (show it twice)")
    return PageBoundary(how)


KIND = Kind("effect", (
    Setting("page", {"enum": ["miss", "repeat"]},
            "a page after a marker omits its first image (miss), or shows the marker's image again "
            "(repeat)"),
), _build)
