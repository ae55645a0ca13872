"""A used-up quota, whatever the quota query said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from ...view import terms
from .. import Effect, Work
from .sorts import MAKES_IMAGE, Sort
from .values import flag

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class QuotaUsedUp(Effect):
    """Lets the service's quota check fail for this request; the quota itself does not change."""

    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = MAKES_IMAGE

    async def work(self, call: Call, do: Work) -> Answer:
        terms(call).quota_is_full = True
        return await do()

    def __str__(self) -> str:
        return "finds the image quota used up"


def _build(values: Values, scope: Scope) -> QuotaUsedUp | None:
    if not flag("quota_used_up", values["quota_used_up"]):
        return None
    if scope.profile == "openstack":
        raise UsageError("quota_used_up= is not available in profile 'openstack', which has no "
                         "image quota")
    return QuotaUsedUp()


KIND = Kind("effect", (
    Setting("quota_used_up", {"type": "boolean"},
            "the image quota is used up, even if the client has just queried it"),
), _build)
