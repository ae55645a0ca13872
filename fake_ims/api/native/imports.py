"""Glance's interoperable image import: staging, importing, and stores.

Source: responses of a real Glance. ``domain/imports.py`` has the ways of an import.
"""

from __future__ import annotations

import uuid
from typing import Any

from ...contract import schema, validation
from ...domain import access
from ...domain.callers import Caller
from ...domain.downloads import passes
from ...domain.image import Image
from ...domain.refusal import Refused
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from .data import announced_size, check_media_type, receive
from .images import no_content
from .render import as_json


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
    if name == "glance-download":
        _check_source(method)
    access.require("copy_image" if name == "copy-image" else "modify_image", caller, image)
    service.imports.check_lock(image)
    stores = _stores(call, document)
    if name == "copy-image":
        if document.get("all_stores"):
            stores = [store for store in stores if store not in image.stores]
            if not stores:
                return _accepted()
        for store in image.stores:
            if store in stores:
                raise Refused("import.store_twice", store=store)
    if document.get("all_stores_must_succeed") is False and not service.profile.options.stores:
        raise Refused("import.no_backends", uri=method.get("uri"))
    if name == "web-download" and not passes(method.get("uri"), service.profile.options):
        raise Refused("import.uri", uri=method.get("uri"))
    service.imports.begin(caller, image, document, stores, call.exchange.request_id)
    return _accepted()


def _accepted() -> Answer:
    return Answer(DONE, content_type="text/html; charset=UTF-8")


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
    if image.status != "queued" and method in ("web-download", "glance-download"):
        raise Refused("import.not_queued", method=method)
    if image.status != "uploading" and method == "glance-direct":
        raise Refused("import.not_staged")


def _check_source(method: dict[str, Any]) -> None:
    for name in ("glance_region", "glance_image_id"):
        if name not in method:
            raise Refused("import.no_source", name=name)
    image_id = method["glance_image_id"]
    try:
        uuid.UUID(str(image_id))
    except ValueError:
        raise Refused("import.source_id", image_id=image_id) from None
    method.setdefault("glance_service_interface", "public")


def _stores(call: Call, document: dict[str, Any]) -> Any:
    """The stores to import to, as the request has them: a list, or what else Glance walks over."""
    options = call.service.profile.options
    known = options.stores
    if not known:
        return [None]
    header = call.headers.get("x-image-meta-store")
    if document.get("all_stores"):
        if "stores" in document or header is not None:
            raise Refused("import.all_and_some")
        return list(known)
    if "stores" in document:
        if header is not None:
            raise Refused("import.stores_twice")
        asked = document["stores"]
        if not isinstance(asked, (list, dict, str)):
            raise Refused("body.type")  # a real Glance fails with 500 here
    else:
        asked = [options.default_backend if header is None else header]
    for store in asked:
        if store not in known:
            raise Refused("import.unknown_store", store=store)
    return asked


@handles("stores.delete")
async def delete_from_store(call: Call) -> Answer:
    """Delete an image's data from one of several stores."""
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
    if len(image.stores) + len(image.locations) == 1:
        raise Refused("store.only_one")
    if store not in image.stores:
        raise Refused("store.not_in", image_id=image_id, store=store)
    image.stores = tuple(name for name in image.stores if name != store)
    image.changed(service.clock.now())
    return no_content()


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
