"""Shared rendering of the identity API: documents, links, lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ...domain.identity.catalog import catalog
from ...domain.identity.directory import Directory
from ...domain.identity.people import Domain, Group, Project, Role, User
from ...domain.identity.token_details import Token, instant
from ...profiles.answer import DONE, JSON, Answer
from ..call import Call

Document = dict[str, Any]


def base(call: Call) -> str:
    """Return the URL before ``/v3`` under which the client reached the identity API."""
    mounted = "/identity" if call.path.startswith("/identity") else ""
    return f"{call.reached_url}{mounted}"


def catalog_of(call: Call) -> list[Document]:
    """Return the catalog for the client."""
    return catalog(call.mount_url, call.service.region, call.service.shape,
                   call.service.profile.takes_signatures)


def answer(document: object, status: int = DONE, headers: dict[str, str] | None = None) -> Answer:
    """Return a JSON response."""
    return Answer(status, msgspec.json.encode(document), JSON,
                  {"Vary": "X-Auth-Token", **(headers or {})})


def collection(call: Call, name: str, documents: Iterable[Document]) -> Answer:
    """Return a list with its links."""
    return page(call, name, list(documents), None)


def page(call: Call, name: str, documents: list[Document], next: str | None) -> Answer:
    """Return a page of a list, with the link to the next one."""
    self = f"{call.base_url}{call.request.rel_url.raw_path_qs}"
    document: Document = {name: documents, "links": {"next": next, "self": self,
                                                     "previous": None}}
    if next is not None:
        document["truncated"] = True
    return answer(document)


def linked(call: Call, kind: str, document: Document) -> Document:
    """Return a document with a link to itself."""
    document["links"] = {"self": f"{base(call)}/v3/{kind}/{document['id']}"}
    return document


def domain(call: Call, row: Domain) -> Document:
    """Render a domain."""
    return linked(call, "domains", {
        **row.extra, "id": row.id, "name": row.name, "description": row.description,
        "enabled": row.enabled, "tags": row.tags, "options": row.options})


def domain_as_project(call: Call, row: Domain) -> Document:
    """Render a domain as the project that it is, too."""
    return linked(call, "projects", {
        **row.extra, "id": row.id, "name": row.name, "domain_id": None,
        "description": row.description, "enabled": row.enabled, "parent_id": None,
        "is_domain": True, "tags": row.tags, "options": row.options})


def project(call: Call, row: Project) -> Document:
    """Render a project."""
    return linked(call, "projects", {
        **row.extra, "id": row.id, "name": row.name, "domain_id": row.domain_id,
        "description": row.description, "enabled": row.enabled,
        "parent_id": row.parent_id or row.domain_id, "is_domain": False, "tags": row.tags,
        "options": row.options})


def user(call: Call, row: User) -> Document:
    """Render a user."""
    more = {} if row.default_project_id is None else {
        "default_project_id": row.default_project_id}
    return linked(call, "users", {
        **row.extra, **more, "id": row.id, "name": row.name, "domain_id": row.domain_id,
        "enabled": row.enabled, "password_expires_at": None, "options": row.options})


def group(call: Call, row: Group) -> Document:
    """Render a group."""
    return linked(call, "groups", {
        **row.extra, "id": row.id, "name": row.name, "domain_id": row.domain_id,
        "description": row.description})


def role(call: Call, row: Role) -> Document:
    """Render a role."""
    return linked(call, "roles", {
        **row.extra, "id": row.id, "name": row.name, "domain_id": row.domain_id,
        "description": row.description, "options": row.options})


def token(row: Token, catalog: bytes | None, directory: Directory) -> bytes:
    """Render the body that describes a token. An unscoped token has no catalog."""
    document: Document = {
        "methods": row.methods,
        "user": {"domain": _name(row.home), "id": row.user.id, "name": row.user.name,
                 "password_expires_at": None},
        "audit_ids": row.audit_ids,
        "expires_at": instant(row.expires_at),
        "issued_at": instant(row.issued_at),
    }
    if row.project is not None and row.domain is not None:
        document["project"] = {"domain": _name(row.domain), "id": row.project.id,
                               "name": row.project.name}
        document["is_domain"] = False
    elif row.domain is not None:
        document["domain"] = _name(row.domain)
    if row.domain is not None:
        document["roles"] = [{"id": directory.role_named(name).id, "name": name}
                             for name in row.roles]
    if row.credential is not None:
        document["application_credential"] = {
            "id": row.credential.id, "name": row.credential.name,
            "restricted": not row.credential.unrestricted}
    if row.assumed_by is not None:
        home = directory.domains[row.assumed_by.domain_id]
        document["assumed_by"] = {"user": {
            "domain": _name(home), "id": row.assumed_by.id, "name": row.assumed_by.name,
            "password_expires_at": None}}
    body = msgspec.json.encode(document)
    if row.domain is None or catalog is None:
        return b'{"token":%b}' % body
    return b"".join((b'{"token":', body[:-1], b',"catalog":', catalog, b"}}"))


def _name(row: Domain) -> Document:
    return {"id": row.id, "name": row.name}
