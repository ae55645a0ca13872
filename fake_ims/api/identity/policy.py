"""Permissions in the identity API: an admin may do everything, others what concerns themselves."""

from __future__ import annotations

from ...domain.refusal import Refused
from ..call import Call


def require(call: Call, rule: str, own: bool = False) -> None:
    """Refuse a caller who is neither an admin nor the owner.

    Raises:
        Refused: ``identity.policy``.
    """
    if not (own or call.known_caller.is_admin):
        raise Refused("identity.policy", rule=f"identity:{rule}")


def is_open(call: Call, rule: str) -> bool:
    """Return whether the profile allows it to everybody."""
    return f"identity:{rule}" in call.service.profile.open_rules
