"""Lends an empty image for a test and takes it away again. httpx, a context manager.

BUG: the clean-up of an image that was never made raises, and hides why it was not made.
CAUGHT BY: images.create 403
DEPTH: 1
PATTERN: hides the planted error behind another error
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from fake_ims import FakeIMS


class CloudError(Exception):
    pass


@contextmanager
def lent(client: httpx.Client, name: str) -> Iterator[str]:
    image_id = str(uuid.uuid4())
    try:
        _ask(client, "POST", "/v2/images", {"id": image_id, "name": name})
        yield image_id
    finally:
        _ask(client, "DELETE", f"/v2/images/{image_id}")


def _ask(client: httpx.Client, method: str, path: str, body: object = None) -> None:
    try:
        response = client.request(method, path, json=body)
    except httpx.TransportError as error:
        raise CloudError(f"{method}: {type(error).__name__}") from error
    if response.status_code >= 400:
        raise CloudError(f"{method}: {response.status_code}")


def test_lend(fake_ims: FakeIMS) -> None:
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=10) as client:
        with lent(client, "temporary") as image_id:
            assert fake_ims.images[image_id].status == "queued"
        assert image_id not in fake_ims.images or (
            fake_ims.sweep is not None and "slow-delete" in fake_ims.sweep.failures)
