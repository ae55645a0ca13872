"""The records of identity: domains, projects, users, groups and credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ..handle import Handle


def derived_id(kind: str, *names: str) -> str:
    """Return an id made from names: the same names give the same id in every fake and run."""
    return sha256("\0".join(("fake_ims", kind, *names)).encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(slots=True)
class Domain(Handle):
    """A domain. Open Telekom Cloud calls it an account.

    Attributes:
        tags, options, extra: what a request has set: labels, Keystone's options (``immutable``),
            and attributes that Keystone does not know.
    """

    id: str
    name: str
    enabled: bool = True
    description: str | None = ""
    tags: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Project(Handle):
    """A project of a domain.

    Attributes:
        parent_id: the project above it; None for a project directly below its domain.
        tags, options, extra: as those of a domain.
    """

    id: str
    name: str
    domain_id: str
    enabled: bool = True
    description: str | None = ""
    parent_id: str | None = None
    tags: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class User(Handle):
    """A user of a domain.

    Attributes:
        password: the password; None for a user without one.
        enabled: False refuses all log-ins and tokens of the user.
        default_project_id: the project of a log-in without a scope, if the user has a role there.
        totp_secret: base32; makes each log-in need a passcode (method ``totp``) beside the
            password. Profile ``otc``.
        options, extra: as those of a domain.
    """

    id: str
    name: str
    domain_id: str
    password: str | None = field(default=None, repr=False)
    enabled: bool = True
    default_project_id: str | None = None
    totp_secret: str | None = field(default=None, repr=False)
    options: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Group(Handle):
    """A group of users. Members have the group's roles."""

    id: str
    name: str
    domain_id: str
    members: set[str] = field(default_factory=set)
    description: str | None = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Role(Handle):
    """A role. Assignments name it by id, so that it keeps them under another name.

    Attributes:
        domain_id: the domain of a role that only groups others; None for a role of tokens.
        options, extra: as those of a domain.
    """

    id: str
    name: str
    domain_id: str | None = None
    description: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class AccountAgency(Handle):
    """An agency of Open Telekom Cloud: lets users of another account act in its own.

    Attributes:
        id: its id. Roles are assigned to it as to a user.
        name: the value of ``agency_name`` (``xrole_name``).
        domain_id: the account that delegates.
        trust_domain_id: the account whose users may assume it.
    """

    id: str
    name: str
    domain_id: str
    trust_domain_id: str


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
        unrestricted: whether its tokens may manage application credentials.
        description: free text.
    """

    id: str
    name: str
    secret: str = field(repr=False)
    user_id: str
    project_id: str
    roles: tuple[str, ...] | None = None
    expires_at: float | None = None
    unrestricted: bool | None = None
    description: str | None = None
