"""Redirect the client in a loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ...errors import UsageError
from ...profiles.answer import Answer
from ..kinds import Kind, Scope, Setting, Values
from .ending import Ending

if TYPE_CHECKING:
    from ...api.call import Call

_STATUS = 307  # keeps method and body, so that the client calls the same operation again
_HOP = "fake_ims_hop=1"


@dataclass(frozen=True, eq=False)
class RedirectLoop(Ending):
    """Redirects (307) a request to its own address, or back and forth between two.

    The second address has one more query parameter. The loop lasts as long as the fault.
    """

    between: Literal["itself", "two"]

    async def end(self, call: Call) -> Answer:
        path, query = call.path, call.request.rel_url.raw_query_string
        if self.between == "two":
            parts = [part for part in query.split("&") if part]
            away = _HOP in parts
            parts = [part for part in parts if part != _HOP] + ([] if away else [_HOP])
            query = "&".join(parts)
        address = f"{call.reached_url}{path}{'?' if query else ''}{query}"
        return Answer(_STATUS, headers={"Location": address})

    def __str__(self) -> str:
        if self.between == "itself":
            return "redirects to the same address"
        return "redirects back and forth between two addresses"


def _build(values: Values, scope: Scope) -> RedirectLoop:
    given = values["redirect_loop"]
    if given == "itself" or given == "two":
        return RedirectLoop("before", given)
    raise UsageError(f"redirect_loop={given!r}: expected 'itself' (to the same address) or 'two' "
                     "(back and forth between two)")


KIND = Kind("effect", (
    Setting("redirect_loop", {"enum": ["itself", "two"]},
            "redirect (307) to the same address (itself), or back and forth between two addresses "
            "(two), without handling the request"),
), _build)
