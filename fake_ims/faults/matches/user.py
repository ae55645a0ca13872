"""Match requests from one user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kinds import Kind, Setting
from ..values import text
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class OfUser(Match):
    """Matches requests whose token belongs to this user id."""

    user_id: str

    @property
    def key(self) -> tuple[str, str]:
        return "user", self.user_id

    def matches(self, call: Call, document: object) -> bool:
        return call.caller is not None and call.caller.user_id == self.user_id

    def __str__(self) -> str:
        return f"from user {self.user_id}"


KIND = Kind("match", (
    Setting("user", {"type": "string", "minLength": 1},
            "only requests with a token of this user id"),
), lambda values, scope: OfUser(text("user", values["user"])))
