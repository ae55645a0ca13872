"""Another caller of the fake: a project, a user, and a token with roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..domain.handle import Handle
from ..errors import UsageError

if TYPE_CHECKING:
    from ..domain.callers import Caller
    from ..domain.durations import DurationLike
    from ..domain.policies import Policy
    from ..server.bridge import Bridge
    from ..server.state import Service


class Tenant(Handle):
    """A caller from ``fake.tenant()``. Its token is valid until the next ``reset()``."""

    __slots__ = ("_bridge", "_caller", "_service")

    def __init__(self, service: Service, bridge: Bridge, caller: Caller) -> None:
        self._service = service
        self._bridge = bridge
        self._caller = caller

    @property
    def project_id(self) -> str:
        """Id of the project. It owns the images that this caller creates."""
        return self._caller.project_id or ""

    @property
    def user_id(self) -> str:
        """Id of the user."""
        return self._caller.user_id

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles, including implied ones (``admin`` implies ``member`` and ``reader``)."""
        return self._caller.roles

    @property
    def token(self) -> str:
        """The value for ``X-Auth-Token``."""
        return self._caller.token

    @property
    def headers(self) -> dict[str, str]:
        """The header that identifies this caller: ``{"X-Auth-Token": token}``."""
        return {"X-Auth-Token": self._caller.token}

    def expire(self, after: DurationLike = 0) -> None:
        """Let the token expire. From then on, requests get 401, in every auth mode.

        Args:
            after: duration on the fake's clock until it expires: seconds, ``"10m"`` or a timedelta;
                by default at once.

        Raises:
            UsageError: the duration is invalid, or ``reset()`` has already revoked the token.
        """
        self._bridge.run(lambda: self._expire(self._service.clock.now(), after))

    def revoke(self) -> None:
        """Revoke the token for good, whatever the clock shows. Requests get 401 in every auth mode.

        Raises:
            UsageError: ``reset()`` has already revoked the token.
        """
        self._bridge.run(lambda: self._expire(float("-inf"), 0))

    def _expire(self, now: float, after: DurationLike) -> None:
        try:
            self._service.tokens.expire(self.token, now, after)
        except KeyError:
            raise UsageError(f"reset() has revoked the token of {self!r}; call fake.tenant() "
                             "again") from None

    def _told(self) -> str:
        return (f"project {self.project_id!r}, user {self.user_id!r}, "
                f"roles {', '.join(self.roles) or 'none'}")


def checked_name(what: str, value: object) -> str:
    """Return an id or name, after checking that tokens and headers can contain it.

    Raises:
        UsageError: it is not a string, is empty, or has characters that headers cannot contain.
    """
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{what} must be a string such as 'p2', not {value!r}")
    if not value.isprintable():
        raise UsageError(f"{what} {value!r} has characters that a header cannot contain")
    return value


def checked_roles(roles: object) -> tuple[str, ...]:
    """Return the names of roles in order, without duplicates.

    Raises:
        UsageError: the value is not a list of names.
    """
    if isinstance(roles, (str, bytes)) or not isinstance(roles, Iterable):
        raise UsageError(f"roles must be a list of names such as ['reader'], not {roles!r}")
    names = dict.fromkeys(checked_name("a role", role) for role in roles)
    for name in names:
        if "," in name or ":" in name:
            raise UsageError(f"a role must be one name, without ',' and ':', not {name!r}")
    return tuple(names)


def checked_limits(
    actions: Iterable[str] | None,
    policy: Mapping[str, object] | None,
    enterprise_projects: Iterable[str] | None,
) -> tuple[Policy | None, frozenset[str] | None]:
    """Return a user's limits: the policy, and the enterprise projects.

    Raises:
        UsageError: both actions and a policy are given, or one of them is invalid.
    """
    found: Policy | None = None
    if actions is not None or policy is not None:
        from ..domain.policies import Policy  # few tests ask for it

        if actions is not None and policy is not None:
            raise UsageError("pass actions or a policy, not both")
        found = Policy.of_document(policy) if actions is None else Policy.of_actions(actions)
    if enterprise_projects is None:
        return found, None
    if isinstance(enterprise_projects, str):
        raise UsageError("enterprise_projects must be a list of ids such as ['0'], not "
                         f"{enterprise_projects!r}")
    return found, frozenset(checked_name("an enterprise project", one)
                            for one in enterprise_projects)
