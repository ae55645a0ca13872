"""Permissions in the identity API, as Keystone's default policies have them.

An admin may do everything, others what concerns themselves. With a token of a domain, a reader may
look at what belongs to it, and a manager may change its users, groups, projects and their roles.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.refusal import Refused
from ..call import Call


def require(
    call: Call,
    rule: str,
    own: bool = False,
    *,
    reader_of: Iterable[str | None] | None = None,
    manager_of: Iterable[str | None] | None = None,
) -> None:
    """Refuse a caller who is neither an admin nor the owner.

    Args:
        call: the request.
        rule: the rule, for the message.
        own: whether it concerns the caller.
        reader_of, manager_of: the domains of what it is about. A token of the one domain, with
            role ``reader`` or ``manager``, is enough.

    Raises:
        Refused: ``identity.policy``.
    """
    caller = call.known_caller
    if own or caller.is_admin:
        return
    for role, domains in (("reader", reader_of), ("manager", manager_of)):
        if domains is not None and role in caller.roles:
            domain = token_domain(call)
            if domain is not None and set(domains) == {domain}:
                return
    raise Refused("identity.policy", rule=f"identity:{rule}")


def token_domain(call: Call) -> str | None:
    """Return the id of the domain that the caller's token is scoped to; None for other tokens."""
    caller = call.known_caller
    if caller.project_id is not None or not caller.token:
        return None
    domain = call.service.identity.token(caller.token).domain
    return None if domain is None else domain.id


def is_open(call: Call, rule: str) -> bool:
    """Return whether the profile allows it to everybody."""
    return f"identity:{rule}" in call.service.profile.open_rules
