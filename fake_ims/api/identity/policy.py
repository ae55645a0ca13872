"""Who may ask identity what: an admin everything, others what is theirs."""

from __future__ import annotations

from ...domain.refusal import Refused
from ..call import Call


def require(call: Call, rule: str, own: bool = False) -> None:
    """Let an admin through, or one whose own the thing is.

    Raises:
        Refused: ``identity.policy``.
    """
    if not (own or call.known_caller.is_admin):
        raise Refused("identity.policy", rule=f"identity:{rule}")


def is_open(call: Call, rule: str) -> bool:
    """Whether the profile lets everybody do it."""
    return f"identity:{rule}" in call.service.profile.open_rules
