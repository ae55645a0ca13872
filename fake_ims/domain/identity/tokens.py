"""What is known of a token beside who calls with it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from os import urandom
from time import gmtime

from .people import ApplicationCredential, Domain, Project, User


def audit_id() -> str:
    """A new audit id, as Keystone makes them: 16 random bytes."""
    return urlsafe_b64encode(urandom(16)).rstrip(b"=").decode()


@dataclass(slots=True)
class Token:
    """A token, as its body shows it.

    Attributes:
        token: what goes into ``X-Auth-Token``.
        user: who has logged in.
        home: his domain.
        project: what the token is scoped to; None for a domain's or an unscoped one.
        domain: the domain that it is scoped to, or that its project belongs to.
        roles: on that, with the implied ones.
        methods: how the user has logged in.
        issued_at, expires_at: instants on the fake's clock.
        audit_ids: its own, and that of the token that it was got with.
        credential: the application credential that it was got with.
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


def instant(moment: float) -> str:
    """An instant as Keystone prints it: ``2026-01-01T00:00:00.000000Z``, to the whole second."""
    return _instant(int(moment))


@lru_cache(maxsize=64)
def _instant(moment: int) -> str:
    part = gmtime(moment)
    return (f"{part.tm_year:04d}-{part.tm_mon:02d}-{part.tm_mday:02d}T"
            f"{part.tm_hour:02d}:{part.tm_min:02d}:{part.tm_sec:02d}.000000Z")
