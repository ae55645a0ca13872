"""Raises the minimum of disk of an image. requests: reads, changes, writes.

BUG: it writes back all that it has read, and so undoes what others have changed meanwhile.
CAUGHT BY: images.update changed-meanwhile
DEPTH: 1
PATTERN: stale state used as truth
"""

from __future__ import annotations

import json

import requests

from fake_ims import FakeIMS


class UpdateError(Exception):
    pass


def raise_disk(url: str, token: str, image_id: str, gigabytes: int) -> None:
    path = f"{url}/v2/images/{image_id}"
    headers = {"X-Auth-Token": token}
    try:
        response = requests.get(path, headers=headers, timeout=20)
        response.raise_for_status()
        image = response.json()
        image["min_disk"] = max(image["min_disk"], gigabytes)
        changes = [{"op": "replace", "path": f"/{name}", "value": image[name]}
                   for name in ("name", "min_disk", "min_ram", "protected")]
        headers["Content-Type"] = "application/openstack-images-v2.1-json-patch"
        requests.patch(path, data=json.dumps(changes), headers=headers, timeout=20
                       ).raise_for_status()
    except requests.RequestException as error:
        raise UpdateError(f"{image_id}: {error}") from error


def test_raise_disk(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk")
    raise_disk(fake_ims.url, fake_ims.token, image.id, 40)
    assert image["min_disk"] == 40
    changed = fake_ims.sweep is not None and "changed-meanwhile" in fake_ims.sweep.failures
    assert image.name == ("changed" if changed else "disk")
