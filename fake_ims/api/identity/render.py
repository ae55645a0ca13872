"""Shared rendering of the identity API: documents, links, lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ...domain.identity.catalog import catalog
from ...domain.identity.people import Domain, Project, User
from ...domain.identity.population import role_id
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
    self = f"{call.base_url}{call.request.rel_url.raw_path_qs}"
    return answer({name: list(documents), "links": {"next": None, "self": self,
                                                    "previous": None}})


def linked(call: Call, kind: str, document: Document) -> Document:
    """Return a document with a link to itself."""
    document["links"] = {"self": f"{base(call)}/v3/{kind}/{document['id']}"}
    return document


def domain(call: Call, row: Domain) -> Document:
    """Render a domain."""
    return linked(call, "domains", {
        "id": row.id, "name": row.name, "description": row.description, "enabled": row.enabled,
        "tags": [], "options": {}})


def project(call: Call, row: Project) -> Document:
    """Render a project."""
    return linked(call, "projects", {
        "id": row.id, "name": row.name, "domain_id": row.domain_id,
        "description": row.description, "enabled": row.enabled, "parent_id": row.domain_id,
        "is_domain": False, "tags": [], "options": {}})


def user(call: Call, row: User) -> Document:
    """Render a user."""
    return linked(call, "users", {
        "id": row.id, "name": row.name, "domain_id": row.domain_id, "enabled": row.enabled,
        "password_expires_at": None, "options": {}})


def token(row: Token, catalog: bytes | None) -> bytes:
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
        document["roles"] = [{"id": role_id(name), "name": name} for name in row.roles]
    if row.credential is not None:
        document["application_credential"] = {
            "id": row.credential.id, "name": row.credential.name, "restricted": True}
    body = msgspec.json.encode(document)
    if row.domain is None or catalog is None:
        return b'{"token":%b}' % body
    return b"".join((b'{"token":', body[:-1], b',"catalog":', catalog, b"}}"))


def _name(row: Domain) -> Document:
    return {"id": row.id, "name": row.name}
