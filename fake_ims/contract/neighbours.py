"""The neighbours of IMS in miniature: OBS, and look-ups of servers, flavors and volumes.

Source: OBS API reference; the answers of Nova and Cinder. They are no chapters of the IMS
reference, but the journal, faults and the sweep know their operations as they know all others.
"""

from __future__ import annotations

from .identity import ELSEWHERE
from .model import BOTH, OTC_ONLY, Body, Face, Operation, Refusal
from .statuses import CODE_OF

OBS = "OBS"
COMPUTE = "Compute look-ups"
VOLUMES = "Volume look-ups"
#: The catalog's types that have look-ups: the type in their paths, and what can be looked up.
LOOKUPS = {
    "compute": ("compute", ("servers", "flavors")),
    "block-storage": ("volumev3", ("volumes",)),
    "volumev3": ("volumev3", ("volumes",)),
}
#: The catalog's types of OBS.
OBS_TYPES = ("object", "obs")
#: What stands behind the type in the catalog's URL.
LOOKUP_VERSIONS = {"compute": "/v2.1", "block-storage": "/v3", "volumev3": "/v3"}


def _obs(id: str, route: str, success: int, *errors: int, body: Body = "ignored") -> Operation:
    method, path = route.split(" ")
    # A signature, not a token, says who calls.
    return Operation(id=f"obs.{id}", method=method, path=path, chapter=OBS, face="obs",
                     success=success, errors=(400, 403, *errors, 500, 503), auth=False,
                     source="neighbour", profiles=OTC_ONLY, body=body)


#: In the order in which a request is compared with them: what stands after ``?`` must be in the
#: query. A bucket can also be named by ``Host``.
OBS_OPERATIONS: tuple[Operation, ...] = (
    _obs("api_version", "HEAD /{bucket}?apiversion", 200, 404),
    _obs("buckets.location", "GET /{bucket}?location", 200, 404),
    _obs("uploads.list", "GET /{bucket}?uploads", 200, 404),
    _obs("objects.delete_many", "POST /{bucket}?delete", 200, 404, body="json"),
    _obs("uploads.begin", "POST /{bucket}/{key}?uploads", 200, 404),
    _obs("uploads.part", "PUT /{bucket}/{key}?uploadId", 200, 404, body="octets"),
    _obs("uploads.parts", "GET /{bucket}/{key}?uploadId", 200, 404),
    _obs("uploads.complete", "POST /{bucket}/{key}?uploadId", 200, 404, body="json"),
    _obs("uploads.abort", "DELETE /{bucket}/{key}?uploadId", 204, 404),
    _obs("buckets.list", "GET /", 200),
    _obs("buckets.create", "PUT /{bucket}", 200, 409, body="json"),
    _obs("buckets.head", "HEAD /{bucket}", 200, 404),
    _obs("objects.list", "GET /{bucket}", 200, 404),
    _obs("buckets.delete", "DELETE /{bucket}", 204, 404, 409),
    _obs("objects.put", "PUT /{bucket}/{key}", 200, 404, body="octets"),
    _obs("objects.get", "GET /{bucket}/{key}", 200, 404),
    _obs("objects.head", "HEAD /{bucket}/{key}", 200, 404),
    _obs("objects.delete", "DELETE /{bucket}/{key}", 204, 404),
)


def _lookup(id: str, path: str, chapter: str, *errors: int, auth: bool = True,
            success: int = 200) -> Operation:
    return Operation(id=id, method="GET", path=f"/{ELSEWHERE}/{path}", chapter=chapter,
                     face="lookup", success=success, errors=errors, auth=auth,
                     source="neighbour", profiles=BOTH, body="ignored")


_USUAL = (400, 401, 403, 500, 503)

LOOKUP_OPERATIONS: tuple[Operation, ...] = (
    _lookup("compute.versions", "compute", COMPUTE, auth=False),
    _lookup("compute.version", "compute/v2.1", COMPUTE, auth=False),
    _lookup("compute.servers.list", "compute/v2.1/servers", COMPUTE, *_USUAL),
    _lookup("compute.servers.detail", "compute/v2.1/servers/detail", COMPUTE, *_USUAL),
    _lookup("compute.servers.show", "compute/v2.1/servers/{server_id}", COMPUTE, 404, *_USUAL),
    _lookup("compute.flavors.list", "compute/v2.1/flavors", COMPUTE, *_USUAL),
    _lookup("compute.flavors.detail", "compute/v2.1/flavors/detail", COMPUTE, *_USUAL),
    _lookup("compute.flavors.show", "compute/v2.1/flavors/{flavor_id}", COMPUTE, 404, *_USUAL),
    _lookup("compute.flavors.extra_specs", "compute/v2.1/flavors/{flavor_id}/os-extra_specs",
            COMPUTE, 404, *_USUAL),
    _lookup("volumes.versions", "volumev3", VOLUMES, auth=False, success=300),
    _lookup("volumes.version", "volumev3/v3", VOLUMES, auth=False),
    _lookup("volumes.list", "volumev3/v3/volumes", VOLUMES, *_USUAL),
    _lookup("volumes.detail", "volumev3/v3/volumes/detail", VOLUMES, *_USUAL),
    _lookup("volumes.show", "volumev3/v3/volumes/{volume_id}", VOLUMES, 404, *_USUAL),
)

NEIGHBOUR_OPERATIONS = (*OBS_OPERATIONS, *LOOKUP_OPERATIONS)
NEIGHBOURS: frozenset[Face] = frozenset({"obs", "lookup"})

# OBS: the code in the body, the status, the message.
_OBS_ROWS: tuple[tuple[str, int, str], ...] = (
    ("BadDigest", 400, "The Content-MD5 of the request is not that of the bytes received."),
    ("EntityTooLarge", 400, "An upload in one request can have up to 5 GB."),
    ("EntityTooSmall", 400, "A part that is not the last must have at least 100 KB."),
    ("IncompleteBody", 400, "The body does not have the announced number of bytes."),
    ("InvalidArgument", 400, "The value of {name} is not valid."),
    ("InvalidBucketName", 400, "The bucket name {name} is not valid."),
    ("InvalidDigest", 400, "The Content-MD5 of the request is not valid."),
    ("InvalidPart", 400, "Part {number} was not uploaded, or has another ETag."),
    ("InvalidPartOrder", 400, "The parts are not in ascending order of their numbers."),
    ("InvalidRequest", 400, "{reason}"),
    ("KeyTooLongError", 400, "The key has more than 1024 bytes."),
    ("MalformedXML", 400, "The XML of the body is not what this request needs."),
    ("XAmzContentSHA256Mismatch", 400, "The x-amz-content-sha256 of the request is not that of "
     "the bytes received."),
    ("AccessDenied", 403, "{reason}"),
    ("InvalidAccessKeyId", 403, "There is no access key {access}, or its security token is "
     "missing."),
    ("RequestTimeTooSkewed", 403, "The time of the request and the time of the service differ too "
     "much."),
    ("SignatureDoesNotMatch", 403, "The signature is not the one that the service has calculated. "
     "Check the secret key and the method of signing."),
    ("NoSuchBucket", 404, "The specified bucket does not exist."),
    ("NoSuchKey", 404, "The specified key does not exist."),
    ("NoSuchUpload", 404, "There is no such multipart upload: it was never begun, or it is "
     "completed or aborted."),
    ("BucketAlreadyExists", 409, "A bucket of this name exists in another region."),
    ("BucketNotEmpty", 409, "The bucket has objects or multipart uploads."),
    ("PreconditionFailed", 412, "A condition of the request is not met: {name}."),
    ("InvalidRange", 416, "The requested range cannot be obtained."),
    ("InternalError", 500, "An internal error occurs. Retry later."),
    ("ServiceNotImplemented", 501, "This is a neighbour of the image service in miniature: it has "
     "the operations on buckets, objects and multipart uploads, but not this request."),
    ("ServiceUnavailable", 503, "The service is not available. Try again later."),
)

#: The code of OBS for a status that no rule has set, as of a fault.
OBS_CODES: dict[int, str] = {
    400: "InvalidRequest", 401: "AccessDenied", 403: "AccessDenied", 404: "NoSuchKey",
    405: "MethodNotAllowed", 408: "RequestTimeout", 409: "OperationAborted",
    411: "MissingContentLength", 412: "PreconditionFailed", 416: "InvalidRange",
    429: "TooManyRequests", 500: "InternalError", 501: "ServiceNotImplemented",
    503: "ServiceUnavailable",
}

_LOOKUP_ROWS: tuple[tuple[str, int, str], ...] = (
    ("limit", 400, "Invalid value {value!r} for {name}: it must be an integer, not negative."),
    ("marker", 400, "marker [{marker}] not found"),
    ("project", 400, "Malformed request URL: its project id '{given}' is not that of the token, "
     "'{own}'."),
    ("server", 404, "Instance {id} could not be found."),
    ("flavor", 404, "Flavor {id} could not be found."),
    ("volume", 404, "Volume {id} could not be found."),
    ("outage", 503, "The service does not respond at the moment."),
)

NEIGHBOUR_REFUSALS: dict[str, Refusal] = {
    row.key: row for row in (
        *(Refusal(f"obs.{code}", status, text, CODE_OF.get(status, "IMG.0001"))
          for code, status, text in _OBS_ROWS),
        *(Refusal(f"lookup.{key}", status, text, CODE_OF[status])
          for key, status, text in _LOOKUP_ROWS))
}
