"""The records of identity: domains, projects, users, groups and credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from ..handle import Handle


def derived_id(kind: str, *names: str) -> str:
    """Return an id made from names: the same names give the same id in every fake and run."""
    return sha256("\0".join(("fake_ims", kind, *names)).encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(slots=True)
class Domain(Handle):
    """A domain. Open Telekom Cloud calls it an account."""

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
        password: the password; None for a user without one.
        enabled: False refuses all log-ins and tokens of the user.
    """

    id: str
    name: str
    domain_id: str
    password: str | None = field(default=None, repr=False)
    enabled: bool = True


@dataclass(slots=True)
class Group(Handle):
    """A group of users. Members have the group's roles."""

    id: str
    name: str
    domain_id: str
    members: set[str] = field(default_factory=set)


@dataclass(slots=True)
class ApplicationCredential(Handle):
    """A credential with which a program logs in as a user, on one project, without a password.

    Attributes:
        id: the value of ``application_credential_id``.
        name: its name, unique for the user.
        secret: the value of ``application_credential_secret``.
        user_id, project_id: the user and the project.
        roles: the roles of its tokens; None for the user's roles.
        expires_at: instant on the fake's clock; None for never.
    """

    id: str
    name: str
    secret: str = field(repr=False)
    user_id: str
    project_id: str
    roles: tuple[str, ...] | None = None
    expires_at: float | None = None
