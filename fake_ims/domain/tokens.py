"""Tokens: the issued ones, their callers, and when they expire.

``auth=`` decides how tokens that were not issued are read; see ``Tokens``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from os import urandom
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..errors import UsageError, unknown
from .callers import (
    AUTH_MODES,
    DEFAULT_PROJECT_ID,
    DEFAULT_USER_ID,
    AuthMode,
    Caller,
    implied_roles,
)
from .durations import DurationLike, seconds
from .refusal import Refused

if TYPE_CHECKING:
    from .policies import Policy


@dataclass(slots=True)
class _Token:
    caller: Caller
    expires_at: float | None
    suspended: bool = False  # its user has no role where it is valid


class Tokens:
    """The issued tokens, and how to read tokens that were not issued.

    Args:
        mode: ``any`` accepts every non-empty token; unknown tokens belong to the default tenant.
            ``issued`` accepts issued tokens only. ``triple`` reads ``user:project:role[,role]``.
        lasting_token: a second token of the default tenant that stays valid across resets, for
            clients that live longer. Not used in mode ``triple``, where the token is the identity.
    """

    def __init__(self, mode: AuthMode = "any", lasting_token: str = "") -> None:
        if mode not in AUTH_MODES:
            raise unknown("auth mode", mode, AUTH_MODES)
        self.mode: AuthMode = mode
        self._tokens: dict[str, _Token] = {}
        self._triples: dict[str, Caller] = {}
        # Limits by user id: tokens from a later log-in get them, too.
        self._limits: dict[str, tuple[Policy | None, frozenset[str] | None]] = {}
        # Callers that identity has not seen yet; it adds them to its directory when it needs them.
        self.newcomers: list[Caller] = []
        self.default = self.lasting = self.issue(DEFAULT_PROJECT_ID, user_id=DEFAULT_USER_ID)
        if lasting_token and mode != "triple":
            self.lasting = _default_tenant(lasting_token)
            self._tokens[lasting_token] = _Token(self.lasting, None)

    def issue(
        self,
        project_id: str | None,
        *,
        user_id: str | None = None,
        roles: tuple[str, ...] = ("member",),
        expires_at: float | None = None,
        token: str | None = None,
        policy: Policy | None = None,
        enterprise_projects: frozenset[str] | None = None,
    ) -> Caller:
        """Issue a token. In mode ``triple`` the token is the identity itself."""
        user_id = user_id or f"{project_id}-user"
        if self.mode == "triple":
            for name, text in (("project_id", project_id or ""), ("user_id", user_id)):
                if ":" in text:
                    raise UsageError(f"{name} {text!r} contains ':'; auth='triple' does not "
                                     "allow it")
            token = f"{user_id}:{project_id or ''}:{','.join(roles)}"
        elif token is None:
            token = urandom(16).hex()
        if policy is None and enterprise_projects is None:
            policy, enterprise_projects = self._limits.get(user_id, (None, None))
        else:
            self._limits[user_id] = (policy, enterprise_projects)
        caller = Caller(user_id, project_id, implied_roles(roles), token, policy,
                        enterprise_projects)
        self._tokens[token] = _Token(caller, expires_at)
        self.newcomers.append(caller)
        return caller

    def limited(self, caller: Caller) -> Caller:
        """Return a caller without a token, with the limits of their user."""
        if caller.user_id not in self._limits:
            return caller
        policy, enterprise_projects = self._limits[caller.user_id]
        return replace(caller, policy=policy, enterprise_projects=enterprise_projects)

    def expire(self, token: str, now: float, after: DurationLike = 0) -> None:
        """Let a token expire, now or after a duration."""
        self._tokens[token].expires_at = now + seconds(after)

    def end(self, token: str) -> None:
        """Revoke a token for good, even in a mode that accepts unknown tokens."""
        issued = self._tokens.get(token)
        if issued is None:
            issued = self._tokens[token] = _Token(self.identify(token, 0.0), None)
        issued.expires_at = float("-inf")

    def reassess(self, token: str, roles: tuple[str, ...]) -> Caller:
        """Give an issued token other roles. Without any it is refused until it has some again."""
        issued = self._tokens[token]
        issued.suspended = not roles
        if roles and roles != issued.caller.roles:
            issued.caller = replace(issued.caller, roles=roles)
        return issued.caller

    def knows(self, token: str) -> bool:
        """Return whether a token was issued here."""
        return token in self._tokens

    def ends(self) -> frozenset[str]:
        """The tokens that become invalid at the next reset. They identify a test's requests."""
        if self.mode == "triple":
            return frozenset()
        return frozenset(self._tokens) - {self.lasting.token}

    def expires_at(self, token: str) -> float | None:
        """Return when a token expires; None if it never does, or was not issued here."""
        issued = self._tokens.get(token)
        return None if issued is None else issued.expires_at

    def tokens_in(self, project_id: str) -> list[str]:
        """Return all tokens issued for a project."""
        return [token for token, issued in self._tokens.items()
                if issued.caller.project_id == project_id]

    def tokens_of(self, user_id: str) -> list[str]:
        """Return all tokens issued to a user."""
        return [token for token, issued in self._tokens.items()
                if issued.caller.user_id == user_id]

    def identify(self, token: str | None, now: float) -> Caller:
        """Return the caller that a token belongs to.

        Raises:
            Refused: ``auth.missing`` or ``auth.unknown``.
        """
        if not token:
            raise _refused("token.missing", row="auth.missing")
        issued = self._tokens.get(token)
        if issued is not None:
            if issued.expires_at is not None and issued.expires_at <= now:
                ended = issued.expires_at == float("-inf")
                raise _refused("token.ended" if ended else "token.expired",
                               user=issued.caller.user_id)
            if issued.suspended:
                raise _refused("token.roles", user=issued.caller.user_id)
            return issued.caller
        if self.mode == "any":
            return self.default
        if self.mode == "issued":
            raise _refused("token.unknown")
        return self._triple(token)

    def _triple(self, token: str) -> Caller:
        known = self._triples.get(token)
        if known is not None:
            return known
        # glanceclient percent-encodes tokens.
        text = unquote(token)
        parts = text.split(":")
        # A name that no header or JSON body can repeat cannot be a user's name.
        if len(parts) != 3 or not parts[0] or not text.isprintable():
            raise _refused("token.triple")
        user_id, project, roles = parts
        names = tuple(role.strip().lower() for role in roles.split(",") if role.strip())
        caller = Caller(user_id, None if project.lower() in ("", "none") else project,
                        implied_roles(names), token)
        self._triples[token] = caller
        return caller


def _refused(reason: str, row: str = "auth.unknown", **values: Any) -> Refused:
    from .reasons import because  # few tests need it

    return because(reason, row, **values)


@lru_cache(maxsize=8)
def _default_tenant(token: str) -> Caller:
    """The default tenant with a token. Cached: every reset needs the same one."""
    return Caller(DEFAULT_USER_ID, DEFAULT_PROJECT_ID, implied_roles(("member",)), token)
