"""Match requests from one client address."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..kinds import Kind, Setting
from ..values import text
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class FromClient(Match):
    """Matches requests whose client address is this one, or matches this glob."""

    address: str

    def matches(self, call: Call, document: object) -> bool:
        return fnmatchcase(call.request.remote or "", self.address)

    def __str__(self) -> str:
        return f"from {self.address}"


KIND = Kind("match", (
    Setting("client", {"type": "string", "minLength": 1},
            "only requests from this client address: 127.0.0.1, or a glob (127.0.0.*)"),
), lambda values, scope: FromClient(text("client", values["client"])))
