"""Tags an image as released. openstacksdk, with a time-out.

BUG: every error of the cloud is swallowed; the caller believes that the tag is set.
CAUGHT BY: tags.add 403
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

import contextlib
from typing import Any

import openstack
from keystoneauth1.exceptions import ClientException
from openstack.exceptions import SDKException

from fake_ims import FakeIMS, sweep


def release(cloud: Any, image_id: str) -> None:
    with contextlib.suppress(SDKException, ClientException):
        cloud.image.add_tag(image_id, "released")


@sweep(operations=("tags.*",))
def test_release(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    image = fake_ims.images.add(name="disk", data=b"bytes")
    cloud = openstack.connect(load_yaml_config=False, api_timeout=20)
    try:
        release(cloud, image.id)
    finally:
        cloud.close()
    assert image.tags == ["released"]
