"""Access keys: pairs of AK and SK that belong to users, as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from ..errors import UsageError, unknown
from .callers import DEFAULT_PROJECT_ID, DEFAULT_USER_ID, Caller, implied_roles
from .handle import Handle

DEFAULT_ACCESS_KEY = "FAKEIMSACCESSKEY0001"
DEFAULT_SECRET_KEY = "fakeImsSecretKey0123456789abcdefFAKE0001"
# An access key stands in a header, between commas and slashes.
_ACCESS = re.compile(r"[!-+\-.0-~]+\Z")
_TOKEN = re.compile(r"[!-~]+\Z")


@dataclass(frozen=True, slots=True)
class AccessKey(Handle):
    """An access key and whose it is.

    Attributes:
        access: the access key (AK), which names it.
        secret: the secret key (SK), with which requests are signed.
        project_id: the project of requests that name none.
        user_id: id of the user.
        roles: roles on that project.
        security_token: what requests signed with a temporary key carry beside the signature; None
            for a permanent key.
        projects: roles on further projects of the user, by project id.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"caller"})
    access: str
    secret: str = field(repr=False)
    project_id: str
    user_id: str
    roles: tuple[str, ...] = ("member",)
    security_token: str | None = field(default=None, repr=False)
    projects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def caller(self, project_id: str | None = None) -> Caller | None:
        """Who calls with this key, on a project or on its own; None if it may not use that."""
        if not project_id or project_id == self.project_id:
            return Caller(self.user_id, self.project_id, implied_roles(self.roles))
        roles = self.projects.get(project_id)
        return None if roles is None else Caller(self.user_id, project_id, implied_roles(roles))


class Keys:
    """The access keys that the service knows; at first the default tenant's.

    Changes are single stores, so that a test may make them while requests are answered.
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
    ) -> AccessKey:
        """A further key, instead of one with the same access key.

        Args:
            access: the access key (AK).
            secret: the secret key (SK).
            project_id: the project of requests that name none in ``X-Project-Id``.
            user_id: id of the user; by default ``PROJECT-user``.
            roles: roles on that project.
            security_token: makes it a temporary key: requests must carry this token.
            projects: roles on further projects that ``X-Project-Id`` may name.

        Raises:
            UsageError: something that no request can carry.
        """
        if not isinstance(access, str) or not _ACCESS.match(access):
            raise UsageError(f"an access key is of visible ASCII without commas and slashes, not "
                             f"{access!r}")
        for name, text in (("secret", secret), ("project_id", project_id)):
            if not isinstance(text, str) or not text:
                raise UsageError(f"{name} of access key {access!r} is a text, not {text!r}")
        if security_token is not None and not _TOKEN.match(security_token):
            raise UsageError(f"the security token of access key {access!r} is of visible ASCII, "
                             f"not {security_token!r}")
        key = AccessKey(access, secret, project_id, user_id or f"{project_id}-user",
                  _roles(roles), security_token,
                  MappingProxyType({name: _roles(given)
                                    for name, given in (projects or {}).items()}))
        self._keys[access] = key
        return key

    def put(self, key: AccessKey) -> None:
        """Put back a key that was removed."""
        self._keys[key.access] = key

    def remove(self, access: str) -> None:
        """Forget a key: what it signs is refused.

        Raises:
            UsageError: there is no such key.
        """
        if self._keys.pop(access, None) is None:
            raise unknown("access key", access, tuple(self._keys))

    def get(self, access: str) -> AccessKey | None:
        """The key of that name, if there is one."""
        return self._keys.get(access)

    def __iter__(self) -> Iterator[AccessKey]:
        return iter(tuple(self._keys.values()))

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, access: object) -> bool:
        return access in self._keys


def _roles(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise UsageError(f"roles are a list such as ['member'], not {given!r}")
    return tuple(given)
