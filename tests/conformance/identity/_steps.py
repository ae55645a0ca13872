"""Short ways to write steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from player import Step

ADMIN = "{admin}"
LOG_IN = "/v3/auth/tokens"
#: What no two log-ins have in common.
_TOKEN = {f"body.token.{name}": "random or a matter of the cloud"
          for name in ("audit_ids", "catalog", "expires_at", "issued_at")}


def get(id: str, path: str, query: str = "", **more: Any) -> Step:
    """GET."""
    return Step(id, "GET", f"/v3{path}", query=query, **{"caller": ADMIN, **more})


def head(id: str, path: str, **more: Any) -> Step:
    """HEAD."""
    return Step(id, "HEAD", f"/v3{path}", **{"caller": ADMIN, **more})


def post(id: str, path: str, json: Any = None, keep: str = "", **more: Any) -> Step:
    """POST; ``keep`` names the variable that keeps the id of what was made."""
    if keep:
        (kind,) = json
        more["capture"] = {keep: f"body.{kind}.id", **more.get("capture", {})}
    return Step(id, "POST", f"/v3{path}", json=json, **{"caller": ADMIN, **more})


def patch(id: str, path: str, json: Any = None, **more: Any) -> Step:
    """PATCH."""
    return Step(id, "PATCH", f"/v3{path}", json=json, **{"caller": ADMIN, **more})


def put(id: str, path: str, json: Any = None, **more: Any) -> Step:
    """PUT."""
    return Step(id, "PUT", f"/v3{path}", json=json, **{"caller": ADMIN, **more})


def delete(id: str, path: str, **more: Any) -> Step:
    """DELETE."""
    return Step(id, "DELETE", f"/v3{path}", **{"caller": ADMIN, **more})


def domain(name: str, keep: str = "dom", id: str = "domain", **more: Any) -> Step:
    """Make a domain."""
    return post(id, "/domains", {"domain": {"name": name, **more}}, keep)


def project(id: str, name: str, keep: str, domain: str = "{dom}", **more: Any) -> Step:
    """Make a project."""
    return post(id, "/projects", {"project": {"name": name, "domain_id": domain, **more}}, keep)


def user(id: str, name: str, keep: str, domain: str = "{dom}", **more: Any) -> Step:
    """Make a user whose password is ``secret``."""
    return post(id, "/users", {"user": {"name": name, "domain_id": domain, "password": "secret",
                                        **more}}, keep)


def group(id: str, name: str, keep: str, domain: str = "{dom}", **more: Any) -> Step:
    """Make a group."""
    return post(id, "/groups", {"group": {"name": name, "domain_id": domain, **more}}, keep)


def role(id: str, name: str, keep: str, **more: Any) -> Step:
    """Make a role."""
    return post(id, "/roles", {"role": {"name": name, **more}}, keep)


def standard(name: str) -> Step:
    """Keep the id of one of the roles that every Keystone has, by its name."""
    return Step(f"role-{name}", "GET", "/v3/roles", caller=ADMIN, query=f"name={name}",
                capture={f"{name}_role" if name == "admin" else name: "body.roles.0.id"})


def password(id: str, user: str, scope: Mapping[str, Any] | None = None, *, keep: str = "",
             secret: str = "secret", **more: Any) -> Step:
    """Log in with a password, by the user's id."""
    auth: dict[str, Any] = {"identity": {"methods": ["password"], "password": {
        "user": {"id": user, "password": secret}}}}
    return _log_in(id, auth, scope, keep, more)


def credential(id: str, credential: str, secret: str, *, keep: str = "", **more: Any) -> Step:
    """Log in with an application credential."""
    auth = {"identity": {"methods": ["application_credential"], "application_credential": {
        "id": credential, "secret": secret}}}
    return _log_in(id, auth, None, keep, more)


def _log_in(id: str, auth: dict[str, Any], scope: Mapping[str, Any] | None, keep: str,
            more: dict[str, Any]) -> Step:
    if scope is not None:
        auth["scope"] = scope
    if keep:
        more["capture"] = {keep: "header.x-subject-token"}
    return Step(id, "POST", LOG_IN, caller=None, json={"auth": auth},
                ignore={**_TOKEN, **more.pop("ignore", {})}, **more)


def validate(id: str, token: str, **more: Any) -> Step:
    """Look at a token as administrator."""
    return Step(id, "GET", LOG_IN, caller=ADMIN, headers={"X-Subject-Token": token},
                ignore={**_TOKEN, **more.pop("ignore", {})}, **more)


def on(kind: str, id: str) -> dict[str, Any]:
    """A scope: ``on("project", "{p}")``."""
    return {kind: {"id": id}}
