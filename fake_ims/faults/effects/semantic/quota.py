"""Find the quota used up, whatever the query of it has said."""

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
    """Lets the request meet a full quota where the service checks it; the quota stays."""

    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = MAKES_IMAGE

    async def work(self, call: Call, do: Work) -> Answer:
        terms(call).quota_is_full = True
        return await do()

    def __str__(self) -> str:
        return "finds that others have used up the quota"


def _build(values: Values, scope: Scope) -> QuotaUsedUp | None:
    if not flag("quota_used_up", values["quota_used_up"]):
        return None
    if scope.profile == "openstack":
        raise UsageError("quota_used_up= means nothing in profile 'openstack', which counts no "
                         "images")
    return QuotaUsedUp()


KIND = Kind("effect", (
    Setting("quota_used_up", {"type": "boolean"},
            "others have used up the quota of images since the client has asked for it"),
), _build)
