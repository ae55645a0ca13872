"""Lists that return fewer items on a page than the client asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...kinds import Kind, Setting
from ...values import whole
from ...view import terms
from .. import Effect, Work
from .sorts import LINKED_LISTS, Sort

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class PageSize(Effect):
    """Returns at most ``most`` images on a page, and the link ``next`` to the others.

    A service may always do so. A client that ignores ``next`` then misses images.
    """

    most: int
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = LINKED_LISTS

    async def work(self, call: Call, do: Work) -> Answer:
        terms(call).page_size = self.most
        return await do()

    def __str__(self) -> str:
        return f"returns pages of at most {self.most} image{'s' * (self.most != 1)}"


KIND = Kind("effect", (
    Setting("page_size", {"type": "integer", "minimum": 1},
            "a page shows at most this many images, whatever limit the request gives, and links "
            "to the next page"),
), lambda values, scope: PageSize(whole("page_size", values["page_size"], 1)))
