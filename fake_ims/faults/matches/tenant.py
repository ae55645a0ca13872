"""Match requests from one tenant (project)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kinds import Kind, Setting
from ..values import text
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class OfTenant(Match):
    """Matches requests whose token is scoped to this project id."""

    project_id: str

    @property
    def key(self) -> tuple[str, str]:
        return "tenant", self.project_id

    def matches(self, call: Call, document: object) -> bool:
        return call.caller is not None and call.caller.project_id == self.project_id

    def __str__(self) -> str:
        return f"from tenant {self.project_id}"


KIND = Kind("match", (
    Setting("tenant", {"type": "string", "minLength": 1},
            "only requests with a token for this project id"),
), lambda values, scope: OfTenant(text("tenant", values["tenant"])))
