"""Lists that miss or repeat an image where one page ends and the next begins."""

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
    """Lets a page that begins behind a marker leave its first image out, or show the marker's.

    A page that would show nothing but the marker's image, and so never end, stays as it is.
    """

    how: Boundary
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = LISTS

    async def work(self, call: Call, do: Work) -> Answer:
        terms(call).boundary = self.how
        return await do()

    def __str__(self) -> str:
        if self.how == "miss":
            return "leaves out the image behind the marker"
        return "shows the image of the marker again"


def _build(values: Values, scope: Scope) -> PageBoundary:
    how = values["page"]
    if how not in ("miss", "repeat"):
        raise UsageError(f"page={how!r}: at the boundary of a page, lists 'miss' or 'repeat' an "
                         "image")
    return PageBoundary(how)


KIND = Kind("effect", (
    Setting("page", {"enum": ["miss", "repeat"]},
            "a page behind a marker leaves out its first image, or repeats that of the marker"),
), _build)
