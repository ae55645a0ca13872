"""Images and members as JSON, rendered once per change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ...domain.clock import isotime
from ...domain.image import Image, Member
from ...domain.showing import shown
from ...profiles import Profile
from ...profiles.answer import DONE, JSON, Answer

encode = msgspec.json.Encoder().encode


def as_json(document: Any, status: int = DONE) -> Answer:
    """Return a JSON response, by default with the status of the operation's row."""
    return Answer(status, encode(document), JSON)


def image_bytes(image: Image, profile: Profile, admin: bool = False) -> bytes:
    """Return the image as JSON, cached until the next change.

    An admin sees more than others only of a deactivated image.
    """
    if admin and image.status == "deactivated":
        return encode(shown(image, profile, True))
    rendered = image.rendered
    if rendered is None:
        rendered = image.rendered = encode(shown(image, profile))
    return rendered


def image_answer(image: Image, profile: Profile, admin: bool = False) -> Answer:
    """Return a response with one image, with the status of the operation's row."""
    return Answer(DONE, image_bytes(image, profile, admin), JSON)


def page_bytes(
    images: Iterable[Image],
    profile: Profile,
    admin: bool,
    first: str,
    following: str | None,
) -> bytes:
    """Return a page of images, joined from the JSON of each image."""
    if admin:
        joined = b",".join([image_bytes(image, profile, True) for image in images])
    else:
        joined = b",".join([image.rendered or image_bytes(image, profile) for image in images])
    tail: dict[str, str] = {"first": first, "schema": "/v2/schemas/images"}
    if following is not None:
        tail["next"] = following
    return b'{"images":[' + joined + b"]," + encode(tail)[1:]


def member_document(member: Member, image_id: str) -> dict[str, str]:
    """Render a member."""
    return {
        "member_id": member.project_id,
        "image_id": image_id,
        "status": member.status,
        "created_at": isotime(member.created_at),
        "updated_at": isotime(member.updated_at),
        "schema": "/v2/schemas/member",
    }
