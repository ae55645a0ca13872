"""Fills an image record from an open file. python-glanceclient, a session that logs in again.

BUG: after a 401 the library sends the file again, which has been read to its end; the caller does
not compare the checksum.
CAUGHT BY: images.upload 401
DEPTH: 1
PATTERN: reuses a consumed stream
"""

from __future__ import annotations

import io

import pytest
from glanceclient import Client
from keystoneauth1 import loading, session

from fake_ims import FakeIMS, sweep


class FillError(Exception):
    pass


def fill(glance, image_id: str, file: io.BytesIO) -> None:  # type: ignore[no-untyped-def]
    try:
        glance.images.upload(image_id, file)
        status = glance.images.get(image_id).status
    except Exception as error:
        raise FillError(f"{image_id}: {error!r}") from error
    if status != "active":
        raise FillError(f"{image_id} is {status}")


@pytest.mark.fake_ims(auth="issued")
@sweep(operations=("images.*",))
def test_fill(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    image = fake_ims.images.add(name="disk", status="queued", disk_format="raw",
                                container_format="bare")
    settings = {name[3:].lower(): value for name, value in fake_ims_env.items()
                if name in ("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME",
                            "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME")}
    auth = loading.get_plugin_loader("password").load_from_options(**settings)
    fill(Client("2", session=session.Session(auth, timeout=30)), image.id, io.BytesIO(b"bytes"))
    assert image.data == b"bytes"
