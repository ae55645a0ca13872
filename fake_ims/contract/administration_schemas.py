"""JSON schemas of the bodies of identity's administration, as Keystone has them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _nullable(kind: str = "string") -> Schema:
    return {"type": [kind, "null"]}


def _body(kind: str, properties: Schema, *, change: bool, extra: bool = True) -> Schema:
    inner: Schema = {"type": "object", "properties": properties}
    inner |= {"minProperties": 1} if change else {"required": ["name"]}
    if not extra:
        inner["additionalProperties"] = False
    return {"type": "object", "properties": {kind: inner}, "required": [kind],
            "additionalProperties": False}


_BOOLEAN: Schema = {"type": "boolean"}
_SHORT_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"[\S]+"}
_NAME: Schema = {**_SHORT_NAME, "maxLength": 255}
_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9-]+$"}
_DOMAIN_ID: Schema = {"type": "string"}
TAG: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^,/]*$"}
TAGS: Schema = {"type": "array", "items": TAG, "required": [], "maxItems": 80,
                "uniqueItems": True}
_IMMUTABLE: Schema = {"type": "object", "properties": {"immutable": _nullable("boolean")},
                      "additionalProperties": False}
_USER_OPTIONS: Schema = {"type": "object", "additionalProperties": False, "properties": {
    "ignore_change_password_upon_first_use": _BOOLEAN, "ignore_password_expiry": _BOOLEAN,
    "ignore_lockout_failure_attempts": _BOOLEAN, "lock_password": _BOOLEAN,
    "ignore_user_inactivity": _BOOLEAN, "multi_factor_auth_enabled": _BOOLEAN,
    "multi_factor_auth_rules": {"type": "array", "items": {"type": "array"}}}}

_DOMAIN: Schema = {"description": _nullable(), "enabled": _BOOLEAN, "name": _SHORT_NAME,
                   "options": _IMMUTABLE, "tags": TAGS}
_PROJECT: Schema = {**_DOMAIN, "domain_id": {**_ID, "type": ["string", "null"]},
                    "is_domain": _BOOLEAN, "parent_id": {**_ID, "type": ["string", "null"]}}
_CHANGED_PROJECT = _DOMAIN
_USER: Schema = {"default_project_id": _nullable(), "description": _nullable(),
                 "domain_id": _DOMAIN_ID, "enabled": _BOOLEAN, "name": _NAME,
                 "password": _nullable(), "options": _USER_OPTIONS}
_GROUP: Schema = {"description": _nullable(), "domain_id": _DOMAIN_ID, "name": _NAME}
_ROLE: Schema = {"name": _NAME, "description": _nullable(), "domain_id": _nullable(),
                 "options": _IMMUTABLE}
_CREDENTIAL: Schema = {
    "id": {"type": "string"}, "name": _NAME, "description": _nullable(), "secret": _nullable(),
    "expires_at": _nullable(), "project_id": {"type": "string"},
    "unrestricted": _nullable("boolean"), "system": _nullable(),
    "roles": {"type": "array", "items": {
        "type": "object", "properties": {"id": _ID, "name": _NAME}, "minProperties": 1,
        "maxProperties": 1, "additionalProperties": False}}}

CREATE: dict[str, Schema] = {
    "domain": _body("domain", {"explicit_domain_id": _DOMAIN_ID, **_DOMAIN}, change=False),
    "project": _body("project", _PROJECT, change=False),
    "user": _body("user", _USER, change=False),
    "group": _body("group", _GROUP, change=False),
    "role": _body("role", _ROLE, change=False),
    "application_credential": _body("application_credential", _CREDENTIAL, change=False,
                                    extra=False),
}
CHANGE: dict[str, Schema] = {
    "domain": _body("domain", _DOMAIN, change=True),
    "project": _body("project", _CHANGED_PROJECT, change=True),
    "user": _body("user", _USER, change=True),
    "group": _body("group", _GROUP, change=True),
    "role": _body("role", _ROLE, change=True),
}
# Keystone lets a project's body be empty: it then misses the name, or changes nothing.
del CREATE["project"]["required"]
del CHANGE["project"]["required"]
del CHANGE["project"]["properties"]["project"]["minProperties"]
TAGS_BODY: Schema = {"type": "object", "properties": {"tags": {"type": "array", "items": TAG}},
                     "additionalProperties": False}
PASSWORD: Schema = {"type": "object", "properties": {
    "original_password": {"type": "string"}, "password": {"type": "string"}},
    "required": ["original_password", "password"], "additionalProperties": False}
