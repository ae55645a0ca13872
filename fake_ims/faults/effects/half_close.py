"""Close half of the connection: no answer will come, and the client may still send."""

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
            "take the request and end the connection on the service's side only (TCP FIN), "
            "without an answer; the other half stays open until the client leaves"),
    MOMENT,
), _build)
