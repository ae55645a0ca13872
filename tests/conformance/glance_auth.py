"""A WSGI filter that stands where keystonemiddleware stands in Glance's pipeline.

The token *is* the identity: ``user:project:role[,role]`` (project ``none``: a token without a
project). It runs inside the real Glance that ``real_glance.py`` starts, so it uses the standard
library only. Like keystonemiddleware with ``delay_auth_decision = true`` (what Glance's own paste
file sets) it lets unauthenticated requests through, marked as such, and adds ``WWW-Authenticate``
to every 401 on the way out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

IMPLIED = {
    "admin": ("manager", "member", "reader"),
    "manager": ("member", "reader"),
    "member": ("reader",),
}
IDENTITY_HEADERS = (
    "IDENTITY_STATUS",
    "USER_ID",
    "USER_NAME",
    "USER_DOMAIN_ID",
    "USER_DOMAIN_NAME",
    "PROJECT_ID",
    "PROJECT_NAME",
    "PROJECT_DOMAIN_ID",
    "PROJECT_DOMAIN_NAME",
    "TENANT",
    "TENANT_ID",
    "TENANT_NAME",
    "DOMAIN_ID",
    "DOMAIN_NAME",
    "USER",
    "ROLES",
    "ROLE",
    "SERVICE_CATALOG",
    "IS_ADMIN_PROJECT",
)


def with_implied(roles: list[str]) -> list[str]:
    """The roles a Keystone token carries: those given and the ones they imply."""
    out = list(roles)
    for role in roles:
        out.extend(r for r in IMPLIED.get(role, ()) if r not in out)
    return out


def identity(token: str) -> dict[str, str] | None:
    """The ``X-...`` request headers that a valid token gives, or None if this is no triple."""
    parts = token.split(":")
    if len(parts) != 3 or not parts[0] or not parts[1]:
        return None
    user, project, given = parts
    roles = with_implied([r.strip() for r in given.split(",") if r.strip()])
    headers = {
        "IDENTITY_STATUS": "Confirmed",
        "USER_ID": user,
        "USER_NAME": user,
        "USER_DOMAIN_ID": "default",
        "USER_DOMAIN_NAME": "Default",
        "ROLES": ",".join(roles),
    }
    if project != "none":
        headers.update(
            PROJECT_ID=project,
            PROJECT_NAME=project,
            PROJECT_DOMAIN_ID="default",
            PROJECT_DOMAIN_NAME="Default",
        )
    return headers


class TripleAuth:
    """The filter itself."""

    def __init__(self, app: App, uri: str) -> None:
        self.app = app
        self.uri = uri

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        for name in IDENTITY_HEADERS:
            environ.pop("HTTP_X_" + name, None)
        found = identity(environ.get("HTTP_X_AUTH_TOKEN", ""))
        for name, value in (found or {"IDENTITY_STATUS": "Invalid"}).items():
            environ["HTTP_X_" + name] = value

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status.startswith("401"):
                headers = [*headers, ("WWW-Authenticate", f'Keystone uri="{self.uri}"')]
            return start_response(status, headers, *rest)

        return self.app(environ, start)


def filter_factory(global_conf: dict[str, str], **local_conf: str) -> Callable[[App], TripleAuth]:
    """What paste.deploy calls."""
    uri = local_conf.get("uri", "http://keystone.invalid/v3")
    return lambda app: TripleAuth(app, uri)
