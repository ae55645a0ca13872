"""Glance's cache API. Without ``image_cache_dir`` it answers that there is no cache."""

from __future__ import annotations

from dataclasses import asdict

from ...domain import access
from ...domain.image import Image
from ...domain.refusal import Refused
from ...profiles.answer import DONE, Answer
from ..call import Call
from ..registry import handles
from .images import EMPTY, no_content
from .render import as_json


def _allow(call: Call, rule: str) -> None:
    access.require_role(rule, call.known_caller, "admin")
    if not call.service.profile.options.image_cache_dir:
        raise Refused("cache.off")


def _image(call: Call) -> Image | None:
    try:
        return call.service.images.get(call.known_caller, call.params["image_id"])
    except Refused:
        return None


@handles("cache.list")
async def list_(call: Call) -> Answer:
    """The images in the cache. None is queued for long: the fake caches at once."""
    _allow(call, "cache_list")
    return as_json({"cached_images": [asdict(one) for one in call.service.cache.all()],
                    "queued_images": []})


@handles("cache.queue")
async def queue(call: Call) -> Answer:
    """Cache an image."""
    service, image = call.service, _image(call)
    if image is None:
        raise Refused("image.not_found_in", image_id=call.params["image_id"])
    _allow(call, "cache_image")
    if image.status != "active":
        raise Refused("cache.inactive")
    service.cache.add(image.id, image.size or 0, service.clock.now())
    return Answer(DONE, content_type=EMPTY)


@handles("cache.delete")
async def delete(call: Call) -> Answer:
    """Remove an image from the cache."""
    cache, image_id = call.service.cache, call.params["image_id"]
    if call.service.profile.options.image_cache_dir and image_id not in cache and (
            _image(call) is None):
        raise Refused("image.not_found_in", image_id=image_id)
    _allow(call, "cache_delete")
    cache.remove(image_id)
    return no_content()


@handles("cache.clear")
async def clear(call: Call) -> Answer:
    """Empty the cache. The queue is always empty."""
    _allow(call, "cache_delete")
    target = call.headers.get("x-image-cache-clear-target", "").lower()
    if target not in ("", "cache", "queue"):
        raise Refused("cache.target")
    if target != "queue":
        call.service.cache.clear()
    return no_content()


@handles("cache.clean")
async def clean(call: Call) -> Answer:
    """Remove what broke off. Nothing does."""
    _allow(call, "cache_clean")
    return Answer(DONE, content_type=EMPTY)


@handles("cache.prune")
async def prune(call: Call) -> Answer:
    """Remove images until the cache has its maximum size."""
    _allow(call, "cache_prune")
    files, size = call.service.cache.prune()
    return as_json({"total_files_pruned": files, "total_bytes_pruned": size})


@handles("cache.nodes")
async def nodes(call: Call) -> Answer:
    """The nodes that have cached an image: this one, or none."""
    _allow(call, "list_cached_nodes")
    image = _image(call)
    if image is None:
        raise Refused("image.not_found_in", image_id=call.params["image_id"])
    return as_json([call.base_url] if image.id in call.service.cache else [])
