"""The administration of an identity service: users, projects, roles and what belongs to them.

Source: responses of a real Keystone (30.0.0), in profile ``openstack`` only.
"""

from __future__ import annotations

from collections.abc import Iterator

from .model import OPENSTACK_ONLY, Body, Operation

_READING = (401, 403, 404, 500, 503)
_WRITING = (400, 401, 403, 404, 409, 500, 503)
_CHAPTER = "Keystone v3: administration"


def _row(id: str, route: str, success: int = 200, *, auth: bool = True) -> Operation:
    method, path = route.split(" ")
    body: Body = "json" if method in ("POST", "PATCH") or id == "tags.set" else "ignored"
    return Operation(
        id=f"identity.{id}", method=method, path=f"/v3/{path}", chapter=_CHAPTER, face="identity",
        success=success, errors=_WRITING if body == "json" else _READING, source="keystone",
        profiles=OPENSTACK_ONLY, body=body,
        auth=auth)


def _grants() -> Iterator[Operation]:
    for where, place in (("projects", "project_id"), ("domains", "domain_id")):
        for who, actor in (("users", "user_id"), ("groups", "group_id")):
            path = f"{where}/{{{place}}}/{who}/{{{actor}}}/roles"
            for prefix, start, end in (("", "", ""),
                                       ("inherited.", "OS-INHERIT/", "/inherited_to_projects")):
                id, one = f"{prefix}{where}.{who}.roles", f"{start}{path}/{{role_id}}{end}"
                yield _row(f"{id}.list", f"GET {start}{path}{end}")
                yield _row(f"{id}.check", f"GET {one}", 204)
                yield _row(f"{id}.grant", f"PUT {one}", 204)
                yield _row(f"{id}.revoke", f"DELETE {one}", 204)


GRANTS: tuple[Operation, ...] = tuple(_grants())
ADMINISTRATION: tuple[Operation, ...] = (
    _row("projects.create", "POST projects", 201),
    _row("projects.update", "PATCH projects/{project_id}"),
    _row("projects.delete", "DELETE projects/{project_id}", 204),
    _row("projects.tags.list", "GET projects/{project_id}/tags"),
    _row("projects.tags.set", "PUT projects/{project_id}/tags"),
    _row("projects.tags.clear", "DELETE projects/{project_id}/tags", 204),
    _row("projects.tags.check", "GET projects/{project_id}/tags/{tag}", 204),
    _row("projects.tags.add", "PUT projects/{project_id}/tags/{tag}", 201),
    _row("projects.tags.delete", "DELETE projects/{project_id}/tags/{tag}", 204),
    _row("domains.create", "POST domains", 201),
    _row("domains.update", "PATCH domains/{domain_id}"),
    _row("domains.delete", "DELETE domains/{domain_id}", 204),
    _row("users.create", "POST users", 201),
    _row("users.update", "PATCH users/{user_id}"),
    _row("users.delete", "DELETE users/{user_id}", 204),
    # The old password is enough; a token is not looked at.
    _row("users.password", "POST users/{user_id}/password", 204, auth=False),
    _row("users.groups", "GET users/{user_id}/groups"),
    _row("groups.list", "GET groups"),
    _row("groups.create", "POST groups", 201),
    _row("groups.show", "GET groups/{group_id}"),
    _row("groups.update", "PATCH groups/{group_id}"),
    _row("groups.delete", "DELETE groups/{group_id}", 204),
    _row("groups.users.list", "GET groups/{group_id}/users"),
    _row("groups.users.check", "GET groups/{group_id}/users/{user_id}", 204),
    _row("groups.users.add", "PUT groups/{group_id}/users/{user_id}", 204),
    _row("groups.users.remove", "DELETE groups/{group_id}/users/{user_id}", 204),
    _row("roles.list", "GET roles"),
    _row("roles.create", "POST roles", 201),
    _row("roles.show", "GET roles/{role_id}"),
    _row("roles.update", "PATCH roles/{role_id}"),
    _row("roles.delete", "DELETE roles/{role_id}", 204),
    _row("role_assignments.list", "GET role_assignments"),
    _row("application_credentials.list", "GET users/{user_id}/application_credentials"),
    _row("application_credentials.create", "POST users/{user_id}/application_credentials", 201),
    _row("application_credentials.show",
         "GET users/{user_id}/application_credentials/{credential_id}"),
    _row("application_credentials.delete",
         "DELETE users/{user_id}/application_credentials/{credential_id}", 204),
    *GRANTS,
)
