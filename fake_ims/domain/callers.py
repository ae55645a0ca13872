"""Callers: users with their roles on a project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from .refusal import Refused

if TYPE_CHECKING:
    from .policies import Policy

AuthMode = Literal["any", "issued", "triple"]
AUTH_MODES: tuple[AuthMode, ...] = ("any", "issued", "triple")

DEFAULT_PROJECT_ID = "b912fb4a4c464b568ecfca1071b21b10"
DEFAULT_USER_ID = "6b0b1d3c6d3f4c0e9d2a5d6f1c7e8a90"
# Keystone's default implied roles: an admin's token contains them all.
_IMPLIED = {
    "admin": ("admin", "manager", "member", "reader"),
    "manager": ("manager", "member", "reader"),
    "member": ("member", "reader"),
}


@lru_cache(maxsize=256)
def implied_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles together with those they imply in Keystone, in order, without duplicates."""
    gathered: dict[str, None] = {}
    for role in roles:
        for name in _IMPLIED.get(role, (role,)):
            gathered[name] = None
    return tuple(gathered)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request.

    Attributes:
        user_id: id of the user.
        project_id: id of the project that the token is scoped to; None if it has no scope.
        roles: roles on that project, including implied ones.
        token: the value of ``X-Auth-Token``.
        policy: the allowed actions; None allows everything that the roles allow.
        enterprise_projects: where the caller may see and change images; None for everywhere.
    """

    user_id: str
    project_id: str | None
    roles: tuple[str, ...]
    token: str = ""
    policy: Policy | None = None
    enterprise_projects: frozenset[str] | None = None
    is_admin: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_admin", "admin" in self.roles)

    def require(self, actions: Iterable[str]) -> None:
        """Refuse a caller whose policy does not allow all of these actions.

        Raises:
            Refused: ``policy.denied`` (403), for the first action that is not allowed.
        """
        if self.policy is not None:
            for action in actions:
                if not self.policy.allows(action):
                    raise Refused("policy.denied", rule=action)
