"""The details of a token, beyond its caller."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from os import urandom
from time import gmtime

from .people import ApplicationCredential, Domain, Project, User


def audit_id() -> str:
    """Return a new audit id of 16 random bytes, as Keystone does."""
    return urlsafe_b64encode(urandom(16)).rstrip(b"=").decode()


@dataclass(slots=True)
class Token:
    """A token, as a response body shows it.

    Attributes:
        token: the value for ``X-Auth-Token``.
        user: the user who logged in.
        home: the user's domain.
        project: the project that the token is scoped to; None without one.
        domain: the domain that the token is scoped to, or the project's domain.
        roles: the roles in that scope, including implied ones.
        methods: the authentication methods of the log-in.
        issued_at, expires_at: instants on the fake's clock.
        audit_ids: its own, and that of the token used to get it.
        credential: the application credential used to get it.
        assumed_by: the user who has assumed an agency; ``user`` then is the agency.
        permanent: whether it is the token of a tenant, whose roles the test has given.
    """

    token: str
    user: User
    home: Domain
    project: Project | None
    domain: Domain | None
    roles: tuple[str, ...]
    methods: tuple[str, ...]
    issued_at: float
    expires_at: float
    audit_ids: tuple[str, ...] = field(default_factory=lambda: (audit_id(),))
    credential: ApplicationCredential | None = None
    assumed_by: User | None = None
    permanent: bool = False


def instant(moment: float) -> str:
    """Format an instant as Keystone does: ``2026-01-01T00:00:00.000000Z``, in whole seconds."""
    return _instant(int(moment))


@lru_cache(maxsize=64)
def _instant(moment: int) -> str:
    part = gmtime(moment)
    return (f"{part.tm_year:04d}-{part.tm_mon:02d}-{part.tm_mday:02d}T"
            f"{part.tm_hour:02d}:{part.tm_min:02d}:{part.tm_sec:02d}.000000Z")
