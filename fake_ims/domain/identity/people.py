"""Who and what identity knows: domains, projects, users, groups and credentials, as records."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from ..handle import Handle


def derived_id(kind: str, *names: str) -> str:
    """An id made from names: the same names give the same id in every fake and every run."""
    return sha256("\0".join(("fake_ims", kind, *names)).encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(slots=True)
class Domain(Handle):
    """A domain: an account, to Open Telekom Cloud."""

    id: str
    name: str
    enabled: bool = True
    description: str = ""


@dataclass(slots=True)
class Project(Handle):
    """A project of a domain."""

    id: str
    name: str
    domain_id: str
    enabled: bool = True
    description: str = ""


@dataclass(slots=True)
class User(Handle):
    """A user of a domain.

    Attributes:
        password: None for a user who cannot log in with one.
        enabled: False for one whose every log-in and token is refused.
    """

    id: str
    name: str
    domain_id: str
    password: str | None = field(default=None, repr=False)
    enabled: bool = True


@dataclass(slots=True)
class Group(Handle):
    """A group of users; its roles are its members' roles."""

    id: str
    name: str
    domain_id: str
    members: set[str] = field(default_factory=set)


@dataclass(slots=True)
class ApplicationCredential(Handle):
    """What logs in for a user on one project, without his password.

    Attributes:
        id: what stands in ``application_credential_id``.
        name: its name, unique for its user.
        secret: what stands in ``application_credential_secret``.
        user_id, project_id: for whom it logs in, and where.
        roles: the roles that its tokens have; None for those of the user.
        expires_at: instant on the fake's clock; None for never.
    """

    id: str
    name: str
    secret: str = field(repr=False)
    user_id: str
    project_id: str
    roles: tuple[str, ...] | None = None
    expires_at: float | None = None
