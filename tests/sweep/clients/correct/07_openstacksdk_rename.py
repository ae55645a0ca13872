"""Finds an image, renames it, downloads it and compares the checksum; with openstacksdk.

openstacksdk, sync, with a time-out for each request and more patience with 503 than its default.
A rename that is repeated does no harm.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import openstack
from keystoneauth1.exceptions import ClientException
from openstack.exceptions import HttpException, SDKException

from fake_ims import FakeIMS, sweep


class Failed(Exception):
    """The cloud did not do it."""


def patiently(work: Callable[[], Any]) -> Any:
    """Repeat what may be repeated."""
    for attempt in range(6):
        try:
            return work()
        except (SDKException, ClientException, OSError, ValueError) as error:
            status = getattr(error, "status_code", None) or getattr(error, "http_status", None)
            lost = not isinstance(error, HttpException) or status in (None, 429, 502, 503, 504)
            if attempt == 5 or not lost:
                raise Failed(f"{type(error).__name__}: {error}") from error
            time.sleep(5 + 2.0 ** (attempt + 1))
    return None


def rename(cloud: Any, name: str, new: str) -> bytes:
    found = {image.id: image for image in patiently(lambda: list(cloud.image.images()))
             if image.name in (name, new)}
    if len(found) != 1:
        raise Failed(f"{len(found)} images named {name!r}")
    image_id, image = found.popitem()
    patiently(lambda: cloud.image.update_image(image_id, name=new))
    data = patiently(lambda: cloud.image.download_image(image_id).content)
    if hashlib.md5(data).hexdigest() != image.checksum:
        raise Failed(f"the data of {image_id} arrived wrong")
    return bytes(data)


@sweep(survive=("503", "503-30s", "429", "reset-before", "gateway-page", "small-pages"),
       operations=("images.*",))
def test_rename(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    image = fake_ims.images.add(name="disk", data=b"bytes")
    try:
        cloud = openstack.connect(load_yaml_config=False, api_timeout=20)
    except Exception as error:
        raise Failed(f"no log-in: {error}") from error
    try:
        assert rename(cloud, "disk", "renamed") == b"bytes"
    finally:
        cloud.close()
    assert image.name == "renamed"
