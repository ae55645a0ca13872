"""Glance's interoperable image import: staging, importing, and stores.

Source: responses of a real Glance. ``web-download`` and ``copy-image`` are refused where Glance
refuses them. A ``web-download`` that passes all checks fails as a task, because the fake opens no
connections.
"""

from __future__ import annotations

import re
import uuid
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ...contract import schema, validation
from ...domain import access
from ...domain.callers import Caller
from ...domain.image import Image
from ...domain.refusal import Refused
from ...domain.tasks import Task
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from .data import announced_size, check_media_type, receive
from .images import no_content
from .render import as_json

_URI_SCHEMES = frozenset({"http", "https"})
_URI_PORTS = frozenset({80, 443})


@handles("images.stage")
async def stage(call: Call) -> Answer:
    """Upload data to the staging area. The image is ``uploading`` until it is imported."""
    check_media_type(call)
    if "glance-direct" not in call.service.profile.options.enabled_import_methods:
        raise Refused("stage.off")
    expected = announced_size(call)
    image = call.service.uploads.begin(call.known_caller, call.params["image_id"],
                                             "uploading")
    blob = await receive(call, image, expected)
    image.staged = blob
    image.size = blob.size
    image.changed(call.service.clock.now())
    return no_content()


@handles("images.import")
async def import_(call: Call) -> Answer:
    """Import an image by one of the methods of ``GET /v2/info/import``."""
    service, caller = call.service, call.known_caller
    document = await call.json()
    method = _method(document, service.profile.options.enabled_import_methods)
    assert isinstance(document, dict)
    image = service.images.get(caller, call.params["image_id"])
    name = method["name"]
    _check_status(image, name)
    for attribute in ("container_format", "disk_format"):
        if not getattr(image, attribute):
            raise Refused("import.format", name=attribute)
    access.require("copy_image" if name == "copy-image" else "modify_image", caller, image)
    stores = _stores(call, document)
    if name == "copy-image":
        return _copy(document, image, stores)
    if name == "web-download" and not _passes(method.get("uri")):
        raise Refused("import.uri", uri=method.get("uri"))
    now = service.clock.now()
    task = Task(str(uuid.uuid4()), "api_image_import", caller.project_id, caller.user_id,
                call.exchange.request_id, image.id,
                {"image_id": image.id, "import_req": document, "backend": stores}, now, now)
    service.tasks.add(task)
    if name == "web-download":
        service.tasks.finish(task, now, failure="Task failed due to Internal Error")
        image.properties["os_glance_failed_import"] = ",".join(stores)
        image.properties["os_glance_importing_to_stores"] = ""
        image.changed(service.clock.now())
        return Answer(DONE, content_type="text/html; charset=UTF-8")
    _import_staged(call, image, task, stores[0])
    return Answer(DONE, content_type="text/html; charset=UTF-8")


def _import_staged(call: Call, image: Image, task: Task, store: str) -> None:
    service = call.service
    blob, image.staged = image.staged, None
    assert blob is not None, "an uploading image has staged data"
    image.status = "importing"
    task.message = f"Copied {blob.size // 2**20} MiB"
    try:
        service.uploads.end(image, blob, store)
    except Refused as refused:
        service.tasks.finish(task, service.clock.now(), failure=refused.text)
        image.properties["os_glance_failed_import"] = store
    else:
        task.status = "processing"
        service.tasks.settle(service.store, service.clock.now())
        image.properties["os_glance_failed_import"] = ""
    image.properties["os_glance_importing_to_stores"] = ""
    image.changed(service.clock.now())


def _method(document: object, methods: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(document, dict) or "method" not in document:
        raise Refused("import.no_method")
    method = document["method"]
    if not isinstance(method, dict) or "name" not in method:
        raise Refused("import.no_name")
    if method["name"] not in methods:
        raise Refused("import.unknown_method", method=method["name"])
    for name in ("all_stores_must_succeed", "all_stores"):
        if not isinstance(document.get(name, True), bool):
            raise Refused("import.boolean", name=name)
    return method


def _check_status(image: Image, method: str) -> None:
    if image.status == "active" and method != "copy-image":
        raise Refused("import.active")
    if image.status != "active" and method == "copy-image":
        raise Refused("import.copy_inactive")
    if image.status != "queued" and method == "web-download":
        raise Refused("import.not_queued", method=method)
    if image.status != "uploading" and method == "glance-direct":
        raise Refused("import.not_staged")


def _stores(call: Call, document: dict[str, Any]) -> list[str]:
    options = call.service.profile.options
    known = options.stores
    header = call.headers.get("x-image-meta-store")
    if document.get("all_stores"):
        if "stores" in document or header is not None:
            raise Refused("import.all_and_some")
        return list(known)
    if "stores" in document:
        if header is not None:
            raise Refused("import.stores_twice")
        stores = document["stores"]
        asked = [str(store) for store in stores] if isinstance(stores, list) else [str(stores)]
    else:
        asked = [header or options.default_backend]
    for store in asked:
        if store not in known:
            raise Refused("import.unknown_store", store=store)
    return asked or [options.default_backend]


def _copy(document: dict[str, Any], image: Image, stores: list[str]) -> Answer:
    """Refuse, or do nothing: with one store there is no other to copy to."""
    if not document.get("all_stores"):
        for store in stores:
            if store in image.stores:
                raise Refused("import.store_twice", store=store)
    return Answer(DONE, content_type="text/html; charset=UTF-8")


def _passes(uri: object) -> bool:
    if not isinstance(uri, str) or not uri:
        return False
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname
    return (parts.scheme in _URI_SCHEMES and host is not None and not _is_inside(host)
            and (port is None or port in _URI_PORTS))


def _is_inside(host: str) -> bool:
    """Return whether a host is this machine or its network, in any notation of the address."""
    if host == "localhost":
        return True
    try:
        address = ip_address(int(host, 0)) if re.match(r"\d|0x", host) else ip_address(host)
    except ValueError:
        try:
            address = ip_address(host)
        except ValueError:
            return False
    return not address.is_global


@handles("stores.delete")
async def delete_from_store(call: Call) -> Answer:
    """Delete an image's data from one of several stores. The fake has only one."""
    service, caller = call.service, call.known_caller
    store = call.params["store_id"]
    if store not in service.profile.options.stores:
        raise Refused("store.unknown", store=store)
    image_id = call.params["image_id"]
    try:
        image = service.images.get(caller, image_id)
    except Refused:
        raise Refused("store.not_found", image_id=image_id) from None
    access.require("get_image_location", caller, image)
    access.require("delete_image_location", caller, image)
    if image.status != "active":
        raise Refused("store.not_active")
    raise Refused("store.only_one")


@handles("locations.list")
async def locations(call: Call) -> Answer:
    """Return the locations of an image's data, for services and admins."""
    service, caller = call.service, call.known_caller
    image = service.images.get(caller, call.params["image_id"])
    _require_service(caller, image, "fetch_image_location")
    return as_json(service.profile.locations(image))


@handles("locations.add")
async def add_location(call: Call) -> Answer:
    """Add a location to an image: refused, as by a Glance without an HTTP store."""
    service, caller = call.service, call.known_caller
    body = await call.json()
    mismatch = validation.check_value(body, schema.ADD_LOCATION, ("properties", "add_location"),
                                  ("add_location",))
    if mismatch is not None:
        raise Refused("location.schema", reason=mismatch.reason)
    image = service.images.get(caller, call.params["image_id"])
    if image.status != "queued":
        raise Refused("location.status", status=image.status)
    if not access.allowed("modify_image", caller, image):
        raise Refused("policy.denied", rule="add_image_location")
    raise Refused("location.http")


def _require_service(caller: Caller, image: Image, rule: str) -> None:
    if not caller.is_admin and "service" not in caller.roles:
        if not access.allowed("get_image", caller, image):
            raise Refused("image.hidden")
        raise Refused("policy.denied", rule=rule)
