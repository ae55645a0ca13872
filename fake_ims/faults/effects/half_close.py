"""Close half of the connection: no response comes, and the client can still send."""

from __future__ import annotations

from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, moment_of
from ..values import flag
from .hang import Hang


def _build(values: Values, scope: Scope) -> Hang:
    flag("half_close", values["half_close"])
    return Hang(moment_of(values, allowed=("before", "after")), True)


KIND = Kind("effect", (
    Setting("half_close", {"type": "boolean"},
            "read the request and close the service's side of the connection (TCP FIN) without a "
            "response; the other half stays open until the client disconnects"),
    MOMENT,
), _build)
