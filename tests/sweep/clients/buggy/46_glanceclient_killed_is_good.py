"""Fills an image record. python-glanceclient, a time-out for each request.

BUG: it takes the end of the upload for the end of the work; the image may be killed after it.
CAUGHT BY: images.upload killed
DEPTH: 1
PATTERN: error of a dependency turned into a wrong success
"""

from __future__ import annotations

import hashlib
import io

from glanceclient import Client
from keystoneauth1 import session, token_endpoint

from fake_ims import FakeIMS


class FillError(Exception):
    pass


def fill(glance, image_id: str, data: bytes) -> str:  # type: ignore[no-untyped-def]
    try:
        glance.images.upload(image_id, io.BytesIO(data))
    except Exception as error:
        raise FillError(f"{image_id}: {error!r}") from error
    return hashlib.md5(data).hexdigest()


def test_fill(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", status="queued", disk_format="raw",
                                container_format="bare")
    auth = token_endpoint.Token(fake_ims.url, fake_ims.token)
    checksum = fill(Client("2", session=session.Session(auth, timeout=30)), image.id, b"bytes")
    assert (image.status, image.checksum) == ("active", checksum)
