"""The identity API: its operations, its error responses, and the schema of a log-in.

Source: responses of a real Keystone (30.0.0, API v3.14), whose messages are facts. The rows with
``OS-CREDENTIAL`` are Open Telekom Cloud's own.
"""

from __future__ import annotations

from typing import Any

from .model import BOTH, OTC_ONLY, Body, Operation, Profile, Refusal
from .statuses import CODE_OF

_CHAPTER = "Keystone v3"
_READING = (401, 403, 404, 500, 503)

# Path of the catalog's services that the fake does not implement.
ELSEWHERE = "_elsewhere"
VERSION_ID = "v3.14"
VERSION_UPDATED = "2020-04-07T00:00:00Z"
MEDIA_TYPE = "application/vnd.openstack.identity-v3+json"
# The default of Keystone's middleware for request sizes.
MAX_BODY = 114688
# Methods of a log-in. Keystone also has ``totp``, but not in its default settings; Open Telekom
# Cloud takes it beside a password.
_METHODS = ("password", "token", "application_credential", "hw_ak_sk")
METHODS: dict[str, tuple[str, ...]] = {
    "otc": (*_METHODS, "assume_role", "totp"),
    "openstack": _METHODS,
}


def _row(
    id: str,
    route: str,
    success: int = 200,
    *,
    errors: tuple[int, ...] = _READING,
    auth: bool = True,
    body: Body = "ignored",
    chapter: str = _CHAPTER,
    profiles: frozenset[Profile] = BOTH,
) -> Operation:
    method, path = route.split(" ")
    return Operation(id=f"identity.{id}", method=method, path=path, chapter=chapter,
                     face="identity", success=success, errors=errors, auth=auth,
                     source="keystone", profiles=profiles, body=body)


IDENTITY_OPERATIONS: tuple[Operation, ...] = (
    _row("versions", "GET /identity", 300, auth=False, errors=()),
    _row("version", "GET /v3", auth=False, errors=()),
    _row("tokens.create", "POST /v3/auth/tokens", 201, auth=False, body="json",
         errors=(400, 401, 403, 404, 413, 500, 503)),
    _row("tokens.show", "GET /v3/auth/tokens"),
    _row("tokens.check", "HEAD /v3/auth/tokens"),
    _row("tokens.revoke", "DELETE /v3/auth/tokens", 204),
    _row("auth.projects", "GET /v3/auth/projects"),
    _row("auth.domains", "GET /v3/auth/domains"),
    _row("auth.catalog", "GET /v3/auth/catalog"),
    _row("projects.list", "GET /v3/projects"),
    _row("projects.show", "GET /v3/projects/{project_id}"),
    _row("domains.list", "GET /v3/domains"),
    _row("domains.show", "GET /v3/domains/{domain_id}"),
    _row("users.list", "GET /v3/users"),
    _row("users.show", "GET /v3/users/{user_id}"),
    _row("users.projects", "GET /v3/users/{user_id}/projects"),
    _row("regions.list", "GET /v3/regions"),
    _row("regions.show", "GET /v3/regions/{region_id}"),
    _row("services.list", "GET /v3/services"),
    _row("services.show", "GET /v3/services/{service_id}"),
    _row("endpoints.list", "GET /v3/endpoints"),
    _row("endpoints.show", "GET /v3/endpoints/{endpoint_id}"),
    _row("credentials.list", "GET /v3.0/OS-CREDENTIAL/credentials", chapter="IAM: access keys",
         profiles=OTC_ONLY),
    _row("credentials.show", "GET /v3.0/OS-CREDENTIAL/credentials/{access_key}",
         chapter="IAM: access keys", profiles=OTC_ONLY),
    _row("securitytokens.create", "POST /v3.0/OS-CREDENTIAL/securitytokens", 201, auth=False,
         body="json", errors=(400, 401, 403, 404, 500, 503), chapter="IAM: temporary access keys",
         profiles=OTC_ONLY),
    # Any method and any path below it: the other services of the catalog.
    _row("elsewhere", f"GET /{ELSEWHERE}/{{service}}", 501, auth=False, errors=(501,),
         chapter="The catalog's other services"),
)

_MALFORMED = ("Expecting to find {what} in {where}. The server could not comply with the request "
              "since it is either malformed or otherwise incorrect. The client is assumed to be "
              "in error.")

_ROWS: tuple[tuple[str, int, str], ...] = (
    ("unauthorized", 401, "The request you have made requires authentication."),
    ("method", 401, "Attempted to authenticate with an unsupported method."),
    ("credential_scope", 401, "Error authenticating with application credential: Application "
     "credentials cannot request a scope."),
    ("expected", 400, _MALFORMED),
    ("json", 400, _MALFORMED.format(what="valid JSON", where="request body")),
    ("schema", 400, "{reason}"),
    ("unnamed", 400, "Invalid input for field {field}: id or name must be present."),
    ("too_large", 413, "Request is too large. Larger than max_request_body_size "
     f"({MAX_BODY})."),
    ("forbidden", 403, "You are not authorized to perform the requested action."),
    ("policy", 403, "You are not authorized to perform the requested action: {rule}."),
    ("delegated", 403, "You are not authorized to perform the requested action: Using a delegated "
     "token to create another token is not allowed.."),
    ("no_token", 404, "No token in the request"),
    ("strange_token", 404, "Could not recognize Fernet token"),
    ("stale_token", 404, "Failed to validate token"),
    ("not_found", 404, "Could not find {what}: {id}."),
    ("path", 404, "The requested URL was not found on the server. If you entered the URL manually "
     "please check your spelling and try again."),
    ("wrong_method", 405, "The method is not allowed for the requested URL."),
    ("system", 401, "The request you have made requires authentication."),
    ("conflict", 409, "Conflict occurred attempting to store {what} - {problem}."),
    ("refused", 403, "{reason}"),
    ("unknown", 404, "{reason}"),
    ("action", 403, "You are not authorized to perform the requested action: {reason}."),
    ("internal", 500, "An unexpected error prevented the server from fulfilling your request."),
    ("elsewhere", 501, "This is a fake of the image service only: its catalog names a service of "
     "type {service}, so that clients find a URL, but nothing is behind it."),
)

IDENTITY_REFUSALS: dict[str, Refusal] = {
    f"identity.{key}": Refusal(f"identity.{key}", status, text, CODE_OF[status])
    for key, status, text in _ROWS
}

_STRING = {"type": "string"}
_NAMED = {"type": "object", "properties": {"id": _STRING, "name": _STRING}}
_USER: dict[str, Any] = {"type": "object", "properties": {
    "id": _STRING, "name": _STRING, "password": _STRING, "domain": _NAMED}}
_KEY = {"type": "object", "properties": {"key": _STRING}, "required": ["key"]}

# The content of "auth" in a log-in. Keystone leaves the last two methods to its plugins.
AUTH: dict[str, Any] = {
    "type": "object",
    "properties": {
        "identity": {
            "type": "object",
            "properties": {
                "methods": {"type": "array", "items": _STRING},
                "password": {"type": "object", "properties": {"user": _USER}},
                "token": {"type": "object", "properties": {"id": _STRING}, "required": ["id"]},
                "application_credential": {"type": "object", "properties": {
                    "id": _STRING, "name": _STRING, "secret": _STRING, "user": _USER}},
                "hw_ak_sk": {"type": "object", "properties": {"access": _KEY, "secret": _KEY},
                             "required": ["access", "secret"]},
                "assume_role": {"type": "object", "properties": {
                    "agency_name": _STRING, "xrole_name": _STRING, "domain_id": _STRING,
                    "domain_name": _STRING, "duration_seconds": {"type": "integer"}}},
                "totp": {"type": "object", "required": ["user"], "properties": {
                    "user": {**_USER, "required": ["passcode"], "properties": {
                        **_USER["properties"], "passcode": _STRING}}}},
            },
            "required": ["methods"],
        },
        "scope": {
            "type": ["object", "string"],
            "properties": {
                "project": {"type": "object", "properties": {
                    "name": _STRING, "id": _STRING, "domain": _NAMED}},
                "domain": _NAMED,
                "OS-TRUST:trust": {"type": "object", "properties": {"id": _STRING}},
                "system": {"type": "object", "properties": {"all": {"type": "boolean"}}},
            },
        },
    },
    "required": ["identity"],
}

#: How long a temporary access key is valid, in seconds: by default and at least, at most.
TEMPORARY_SECONDS = (900, 86400)
_FOR_SOME_TIME: dict[str, Any] = {"type": "object", "properties": {
    "id": _STRING, "duration_seconds": {"type": "integer"},
    "duration-seconds": {"type": "integer"}, "agency_name": _STRING, "xrole_name": _STRING,
    "domain_id": _STRING, "domain_name": _STRING}}
# The body of a request for temporary access keys (IAM API reference, "Obtaining a Temporary Access
# Key and Security Token").
TEMPORARY: dict[str, Any] = {"type": "object", "required": ["auth"], "properties": {
    "auth": {"type": "object", "required": ["identity"], "properties": {
        "identity": {"type": "object", "required": ["methods"], "properties": {
            "methods": {"type": "array", "items": _STRING},
            "token": _FOR_SOME_TIME, "assume_role": _FOR_SOME_TIME}}}}}}
