"""Revoke the caller's token after the response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...kinds import Kind, Scope, Setting, Values
from .. import Effect
from .sorts import WITH_TOKEN, Sort
from .values import flag

if TYPE_CHECKING:
    from ....api.call import Call
    from ....profiles.answer import Answer


@dataclass(frozen=True)
class RevokesToken(Effect):
    """Revokes the caller's token for good, after the request is handled."""

    sort: ClassVar[Sort | None] = WITH_TOKEN

    async def after(self, call: Call, answer: Answer) -> Answer | None:
        token = call.headers.get("X-Auth-Token")
        if token and call.caller is not None:
            call.service.tokens.end(token)
        return None

    def __str__(self) -> str:
        return "revokes the caller's token after handling"


def _build(values: Values, scope: Scope) -> RevokesToken | None:
    return RevokesToken() if flag("revokes_token", values["revokes_token"]) else None


KIND = Kind("effect", (
    Setting("revokes_token", {"type": "boolean"},
            "revoke the caller's token after the request is handled: the next request gets 401"),
), _build)
