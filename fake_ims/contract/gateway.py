"""Error responses of the API gateway in front of the service, for signed requests.

Every message begins with "Incorrect IAM authentication information". The rest was observed at the
real gateway, or is in its troubleshooting pages, where ``seen`` is true. Otherwise it is ours.
"""

from __future__ import annotations

from .model import GatewayRefusal

IAM = "Incorrect IAM authentication information: "
CODE = "APIGW.0301"

# key, the rest of the message, whether it is the gateway's own text
_ROWS: tuple[tuple[str, str, bool], ...] = (
    ("key.unknown", "Get secretKey failed,ak:{access},err:ak not exist", True),
    ("signature.expired", "calc aksk signature fail:signature expired, signature time:{signed},"
     "server time:{server}", True),
    ("signature.body_too_large", "calc aksk signature fail:body too large", True),
    ("signature.mismatch", "verify aksk signature fail, canonicalRequest:{canonical}", True),
    ("signature.token", "decrypt token fail", True),
    ("signature.malformed", "Authorization header cannot be read: {reason}", False),
    ("signature.algorithm", "signature algorithm {algorithm} not supported", False),
    ("signature.date_missing", "calc aksk signature fail:x-sdk-date not found", False),
    ("signature.date_malformed", "calc aksk signature fail:x-sdk-date {signed} is not of the form "
     "YYYYMMDDTHHMMSSZ", False),
    ("signature.header_missing", "calc aksk signature fail:signed header {name} not found", False),
    ("signature.token_missing", "x-security-token not found, ak {access} is temporary", False),
    ("key.project", "ak {access} has no project {project_id}", False),
)

GATEWAY_REFUSALS: dict[str, GatewayRefusal] = {
    key: GatewayRefusal(key, 401, CODE, IAM + rest, seen) for key, rest, seen in _ROWS
}
