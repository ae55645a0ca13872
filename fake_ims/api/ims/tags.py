"""Chapter *Image Tagging*: tags under ``/v1/cloudimages``."""

from __future__ import annotations

from ...contract.parameters.queries import TAGS_LIMIT, TAGS_NUMBER
from ...contract.parameters.tags import SET_TAG
from ...domain import access
from ...domain.ims import listing, tag_changes, tag_queries
from ...domain.ims.reading import read, read_query
from ...domain.refusal import ImsError
from ...domain.tag_pairs import pair
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .bodies import as_json, document, no_content


@handles("cloudimages.tags.set")
async def set_(call: Call) -> Answer:
    """Page *Adding or Modifying a Tag*: with ``tag`` or with ``image_tag``."""
    found = await document(call)
    if found.get("tag") and found.get("image_tag") == {"key": "", "value": ""}:
        # The Go SDK sends an empty pair together with a tag.
        found = {**found, "image_tag": None}
    body = read(SET_TAG, found)
    if (body["tag"] is None) is (body["image_tag"] is None):
        raise ImsError("IMG.0115", detail="give either tag or image_tag")
    key, value = (pair(body["tag"]) if body["tag"] is not None
                  else (body["image_tag"]["key"], body["image_tag"]["value"]))
    image = tag_changes.taggable(call.service, call.known_caller, body["image_id"])
    tag_changes.put(call.service, image, {key: value})
    return no_content()


@handles("cloudimages.tags.list")
async def list_(call: Call) -> Answer:
    """Page *Querying Tags*: the tags of images that match the filters of *Querying Images*.

    ``limit`` and ``page`` (from 1) count images: "the number of images to be queried".
    """
    service, caller = call.service, call.known_caller
    service.transitions.settle()
    access.require_role("get_images", caller, "reader")
    limit, page = read_query((TAGS_LIMIT, TAGS_NUMBER), dict(call.pairs())).values()
    pairs = tuple(pair for pair in call.pairs() if pair[0] not in ("limit", "page"))
    asked = listing.parse(service, caller, pairs)
    tags = tag_queries.listed_tags(service, caller, asked, limit * (page - 1), limit * page)
    return as_json({"tags": tags})
