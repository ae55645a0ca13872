"""Another caller of the fake: a project, a user and a token with roles."""

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
    """A caller that ``fake.tenant()`` has made; its token is good until the next ``reset()``."""

    __slots__ = ("_bridge", "_caller", "_service")

    def __init__(self, service: Service, bridge: Bridge, caller: Caller) -> None:
        self._service = service
        self._bridge = bridge
        self._caller = caller

    @property
    def project_id(self) -> str:
        """Id of the project: the owner of what this caller creates."""
        return self._caller.project_id or ""

    @property
    def user_id(self) -> str:
        """Id of the user."""
        return self._caller.user_id

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles, with those that they imply (``admin`` implies ``member`` and ``reader``)."""
        return self._caller.roles

    @property
    def token(self) -> str:
        """What goes into ``X-Auth-Token``."""
        return self._caller.token

    @property
    def headers(self) -> dict[str, str]:
        """The header that makes a request this caller's: ``{"X-Auth-Token": token}``."""
        return {"X-Auth-Token": self._caller.token}

    def expire(self, after: DurationLike = 0) -> None:
        """Let the token expire: the service answers 401 from then on, in every auth mode.

        Args:
            after: how long it is still good on the fake's clock: seconds, ``"10m"`` or a timedelta.

        Raises:
            UsageError: the duration cannot be read, or the token went with a ``reset()``.
        """
        def work() -> None:
            try:
                self._service.tokens.expire(self.token, self._service.clock.now(), after)
            except KeyError:
                raise UsageError(f"the token of {self!r} went with a reset(); ask fake.tenant() "
                                 "for the tenant again") from None
        self._bridge.run(work)

    def revoke(self) -> None:
        """Make the token bad for good, wherever the clock is set; 401 in every auth mode.

        Raises:
            UsageError: the token went with a ``reset()``.
        """
        # Tokens.end would forget it, and auth "any" and "triple" take what they do not know.
        def work() -> None:
            try:
                self._service.tokens.expire(self.token, float("-inf"))
            except KeyError:
                raise UsageError(f"the token of {self!r} went with a reset(); ask fake.tenant() "
                                 "for the tenant again") from None
        self._bridge.run(work)

    def _told(self) -> str:
        return (f"project {self.project_id!r}, user {self.user_id!r}, "
                f"roles {', '.join(self.roles) or 'none'}")


def checked_name(what: str, value: object) -> str:
    """The id of a project or user, or the name of a role, as a token or header can carry it.

    Raises:
        UsageError: it is no text, empty, or has characters that no header may have.
    """
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{what} is a text such as 'p2', not {value!r}")
    if not value.isprintable():
        raise UsageError(f"{what} {value!r} has characters that cannot stand in a header")
    return value


def checked_roles(roles: object) -> tuple[str, ...]:
    """Names of roles, each once, in order.

    Raises:
        UsageError: it is not a list of names.
    """
    if isinstance(roles, (str, bytes)) or not isinstance(roles, Iterable):
        raise UsageError(f"roles is a list of names such as ['reader'], not {roles!r}")
    names = dict.fromkeys(checked_name("a role", role) for role in roles)
    for name in names:
        if "," in name or ":" in name:
            raise UsageError(f"a role is one name, without ',' and ':', not {name!r}")
    return tuple(names)


def checked_limits(
    actions: Iterable[str] | None,
    policy: Mapping[str, object] | None,
    enterprise_projects: Iterable[str] | None,
) -> tuple[Policy | None, frozenset[str] | None]:
    """What limits a user: the policy, and the enterprise projects that he may see.

    Raises:
        UsageError: both actions and a policy, or one that cannot be read.
    """
    found: Policy | None = None
    if actions is not None or policy is not None:
        from ..domain.policies import Policy  # few tests ask for it

        if actions is not None and policy is not None:
            raise UsageError("give actions or a policy, not both")
        found = Policy.of_document(policy) if actions is None else Policy.of_actions(actions)
    if enterprise_projects is None:
        return found, None
    if isinstance(enterprise_projects, str):
        raise UsageError("enterprise_projects is a list of ids such as ['0'], not "
                         f"{enterprise_projects!r}")
    return found, frozenset(checked_name("an enterprise project", one)
                            for one in enterprise_projects)
