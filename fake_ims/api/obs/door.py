"""How a request to OBS is read: its operation, and whose signature it has."""

from __future__ import annotations

from ...contract.neighbours import OBS_OPERATIONS
from ...domain.obs import signatures
from ...domain.obs.place import Place, place
from ...domain.refusal import Refused
from ..call import Call
from .visit import Visit

# What OBS has beside this in a query or a header: to ignore it would be wrong.
_BESIDE = frozenset({
    "acl", "append", "attributes", "cors", "customdomain", "encryption", "inventory", "lifecycle",
    "logging", "metadata", "modify", "notification", "object-lock", "policy", "publicAccessBlock",
    "quota", "rename", "replication", "requestPayment", "restore", "retention", "select",
    "storageClass", "storageinfo", "storagePolicy", "tagging", "torrent", "truncate",
    "versionId", "versioning", "versions", "website"})


def enter(call: Call) -> None:
    """Find operation, bucket, object and caller.

    Raises:
        Refused: OBS does not respond, the signature is not valid, or there is no such operation.
    """
    service = call.service
    headers: dict[str, str] = {}
    for name, value in call.headers.items():
        name = name.lower()
        headers[name] = f"{headers[name]},{value.strip()}" if name in headers else value.strip()
    url = call.request.rel_url
    dialect = signatures.dialect(headers.get("authorization", ""), url.raw_query_string)
    try:
        about, broken = place(headers.get("host", ""), url.raw_path), False
    except UnicodeDecodeError:
        about, broken = Place("", "", False), True
    asked = signatures.Asked(call.method, url.raw_path, url.raw_query_string, headers, about)
    seen = call.errors = Visit(dialect, about, asked)
    _find_operation(call, seen)
    if broken:
        raise Refused("request.undecodable")
    if "OBS" in service.world.outages:
        raise Refused("obs.ServiceUnavailable")
    if call.exchange.operation == "obs.api_version":
        return  # clients ask before they sign
    seen.signed = signatures.verify(asked, service.keys, service.clock.now(),
                                    strict_time=service.tokens.mode != "any")
    caller = seen.signed.key.caller()
    assert caller is not None, "a key may use its own project"
    call.called_by(service.tokens.limited(caller))
    if len(about.key.encode()) > 1024:
        raise Refused("obs.KeyTooLongError")


def _find_operation(call: Call, seen: Visit) -> None:
    query = seen.asked.query()
    if not _BESIDE.isdisjoint(query) or f"{seen.prefix}copy-source" in seen.asked.headers:
        call.allow = ""
        return
    about = seen.place
    shape = "/{bucket}/{key}" if about.key else "/{bucket}" if about.bucket else "/"
    for row in OBS_OPERATIONS:
        path, _, needed = row.path.partition("?")
        if row.method != call.method or (needed and needed not in query):
            continue
        if path == shape or (needed == "apiversion" and not about.key):
            call.operation = row
            call.exchange.operation = row.id
            call.params = {name: value for name, value in
                           (("bucket", about.bucket), ("key", about.key)) if value}
            return
