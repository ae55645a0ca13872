"""A refused parameter is named in the message, with its place and what it must be."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Ims
from .test_create import ACTION, DISK, FROM_DISKS, FROM_SERVER, FROM_VOLUME, LINUX, SERVER, WHOLE

MEMBERS = "POST /v1/cloudimages/members"
FILE = {"name": "made", "image_url": "disks:a.qcow2", "min_disk": 40, "os_version": LINUX}


def disks(**second: Any) -> dict[str, Any]:
    """A request for images of two data disks, the second with these settings."""
    first, other = FROM_DISKS["data_images"]
    return {"data_images": [first, {**other, **second}]}


@pytest.mark.parametrize(("route", "body", "text"), [
    (ACTION, [], "The body must be a JSON object."),
    (ACTION, disks(volume_id="x"), "data_images[1].volume_id is no UUID."),
    (ACTION, disks(volume_id=5), "data_images[1].volume_id must be a string."),
    (ACTION, disks(name=""), "data_images[1].name is empty."),
    (ACTION, disks(tags="a.b"), "data_images[1].tags must be an array of strings."),
    (ACTION, disks(tags=["a.b", "*"]), "data_images[1].tags[1] is not 'key.value' of letters, "
     "digits, '_' and '-', at most 36 and 43 characters."),
    (ACTION, disks(tags=["a.b", 5]), "data_images[1].tags[1] must be a string."),
    (ACTION, {"data_images": [5]}, "data_images[0] must be a JSON object."),
    (ACTION, {"data_images": [{"volume_id": DISK}]}, "data_images[0].name is mandatory."),
    (ACTION, {**FILE, "data_images": {"a": 1}}, "data_images must be an array of objects."),
    (ACTION, {**FROM_SERVER, "min_ram": True}, "min_ram must be an integer."),
    (ACTION, {**FROM_SERVER, "min_ram": "x"}, "min_ram must be an integer."),
    (ACTION, {**FROM_SERVER, "min_ram": -1}, "min_ram is less than 0."),
    (ACTION, {**FROM_SERVER, "instance_id": "x"}, "instance_id is no UUID."),
    (ACTION, {**FROM_SERVER, "image_tags": [{"value": "v"}]}, "image_tags[0].key is mandatory."),
    (ACTION, {**FROM_SERVER, "image_tags": [{"key": "k", "value": "v" * 44}]},
     "image_tags[0].value is not 0 to 43 characters of a value."),
    (ACTION, {**FROM_SERVER, "image_tags": [{"key": "k" * 37, "value": "v"}]},
     "image_tags[0].key is not 1 to 36 characters of a key."),
    (ACTION, {**FROM_SERVER, "enterprise_project_id": "x"},
     "enterprise_project_id is neither '0' nor a UUID."),
    (ACTION, {**FROM_VOLUME, "type": "x"}, "type must be one of: "),
    (ACTION, {**FILE, "is_config": "true"}, "is_config must be a boolean."),
    (ACTION, {**FILE, "image_url": "x"}, "image_url is 'bucket:file'."),
    (ACTION, {**FILE, "name": "a*"}, "name has other characters than letters, digits, '-', '.', "
     "'_' and inner spaces."),
    (MEMBERS, {"images": [], "projects": ["p"]}, "images is empty."),
    (MEMBERS, {"images": [SERVER], "projects": [5]}, "projects[0] must be a string."),
    (MEMBERS, {"projects": ["p"]}, "images is mandatory."),
    (WHOLE, {"name": "w", "instance_id": 5}, "instance_id must be a string."),
])
def test_the_message_names_the_parameter(ims: Ims, route: str, body: Any, text: str) -> None:
    message = ims.ask(route, body, status=400)["error"]["message"]
    assert text in message
    assert message.startswith(text) or f": {text}" in message, "the place begins the detail"
