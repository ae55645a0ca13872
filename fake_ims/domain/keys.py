"""Access keys: pairs of AK and SK that belong to users."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from ..errors import UsageError, shown, unknown
from . import sound
from .callers import DEFAULT_PROJECT_ID, DEFAULT_USER_ID, Caller, implied_roles
from .handle import Handle

DEFAULT_ACCESS_KEY = "FAKEIMSACCESSKEY0001"
DEFAULT_SECRET_KEY = "fakeImsSecretKey0123456789abcdefFAKE0001"
# An access key is sent in a header, between commas and slashes.
_ACCESS = re.compile(r"[!-+\-.0-~]+\Z")
_TOKEN = re.compile(r"[!-~]+\Z")


@dataclass(frozen=True, slots=True)
class AccessKey(Handle):
    """An access key and its owner.

    Attributes:
        access: the access key (AK), which identifies the pair.
        secret: the secret key (SK), which signs requests.
        project_id: the project of requests that do not name one.
        user_id: id of the user.
        roles: roles on that project.
        security_token: the token that requests with a temporary key carry; None for a permanent
            key.
        projects: roles on further projects of the user, by project id.
        expires_at: instant on the fake's clock after which it is refused; None for never.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"caller"})
    access: str
    secret: str = field(repr=False)
    project_id: str
    user_id: str
    roles: tuple[str, ...] = ("member",)
    security_token: str | None = field(default=None, repr=False)
    projects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expires_at: float | None = None

    def caller(self, project_id: str | None = None) -> Caller | None:
        """Return the caller on a project, by default the key's own; None if it is not allowed."""
        if not project_id or project_id == self.project_id:
            return Caller(self.user_id, self.project_id, implied_roles(self.roles))
        roles = self.projects.get(project_id)
        return None if roles is None else Caller(self.user_id, project_id, implied_roles(roles))


class Keys:
    """The access keys that the service knows. A new fake has the default tenant's key.

    Each change is a single assignment, so a test may make changes while requests are processed.
    """

    def __init__(self) -> None:
        self.default = AccessKey(DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY, DEFAULT_PROJECT_ID,
                           DEFAULT_USER_ID)
        self._keys = {self.default.access: self.default}

    def add(
        self,
        access: str,
        secret: str,
        *,
        project_id: str,
        user_id: str | None = None,
        roles: Iterable[str] = ("member",),
        security_token: str | None = None,
        projects: Mapping[str, Iterable[str]] | None = None,
        expires_at: float | None = None,
    ) -> AccessKey:
        """Add a key. It replaces a key with the same access key.

        Args:
            access: the access key (AK).
            secret: the secret key (SK).
            project_id: the project of requests without ``X-Project-Id``.
            user_id: id of the user; by default ``PROJECT-user``.
            roles: roles on that project.
            security_token: makes the key temporary: requests must carry this token.
            projects: roles on further projects that ``X-Project-Id`` may name.
            expires_at: instant on the fake's clock after which it is refused.

        Raises:
            UsageError: a value cannot be sent in a request.
        """
        if not isinstance(access, str) or not _ACCESS.match(access):
            raise UsageError("an access key must consist of visible ASCII characters without "
                             f"commas and slashes, not {shown(access)}")
        for name, text in (("secret", secret), ("project_id", project_id)):
            if not isinstance(text, str) or not text:
                raise UsageError(f"{name} of access key {access!r} must be a non-empty string, "
                                 f"not {shown(text)}")
            sound.check(text, f"{name} of access key {access!r}")
        if security_token is not None and not (
                isinstance(security_token, str) and _TOKEN.match(security_token)):
            raise UsageError(f"the security token of access key {access!r} must consist of "
                             f"visible ASCII characters, not {shown(security_token)}")
        key = AccessKey(access, secret, project_id, user_id or f"{project_id}-user",
                  _roles(roles), security_token,
                  MappingProxyType({name: _roles(given)
                                    for name, given in (projects or {}).items()}), expires_at)
        self._keys[access] = key
        return key

    def put(self, key: AccessKey) -> None:
        """Restore a removed key."""
        self._keys[key.access] = key

    def remove(self, access: str) -> None:
        """Remove a key. Requests signed with it are refused.

        Raises:
            UsageError: the key does not exist.
        """
        if self._keys.pop(access, None) is None:
            raise unknown("access key", access, tuple(self._keys))

    def get(self, access: str) -> AccessKey | None:
        """Return the key with this access key, if it exists."""
        return self._keys.get(access)

    def __iter__(self) -> Iterator[AccessKey]:
        return iter(tuple(self._keys.values()))

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, access: object) -> bool:
        return access in self._keys


def _roles(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise UsageError(f"roles must be a list such as ['member'], not {given!r}")
    return tuple(given)
