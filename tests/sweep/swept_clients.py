"""Tests of real clients to be swept; docs/sweep.md tells what was found. Not collected by itself.

``pytest tests/sweep/swept_clients.py --fake-ims-sweep``
"""

from __future__ import annotations

import io
import json
import time
import urllib.request
from typing import Any

import openstack
import pytest
from glanceclient import Client as GlanceClient
from keystoneauth1 import loading, session

from fake_ims import FakeIMS

pytestmark = pytest.mark.filterwarnings("ignore")


def test_openstacksdk(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    cloud = openstack.connect(load_yaml_config=False, api_timeout=0.5)
    image = cloud.image.create_image("disk", data=b"bytes", disk_format="raw",
                                     container_format="bare", validate_checksum=True, wait=True)
    assert [one.name for one in cloud.image.images()] == ["disk"]
    assert cloud.image.download_image(image).content == b"bytes"
    cloud.image.update_image(image, name="renamed")
    cloud.image.delete_image(image.id, ignore_missing=False)
    cloud.close()


def test_openstacksdk_without_a_timeout(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    cloud = openstack.connect(load_yaml_config=False)
    assert list(cloud.image.images()) == []
    cloud.close()


def test_glanceclient(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    environment = {name[3:].lower(): value for name, value in fake_ims_env.items()
                   if name in ("OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME",
                               "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME")}
    auth = loading.get_plugin_loader("password").load_from_options(**environment)
    glance: Any = GlanceClient("2", session=session.Session(auth, timeout=0.5))
    image = glance.images.create(name="disk", disk_format="raw", container_format="bare")
    glance.images.upload(image.id, io.BytesIO(b"bytes"))
    assert glance.images.get(image.id).status == "active"
    assert b"".join(glance.images.data(image.id)) == b"bytes"
    assert [one.name for one in glance.images.list()] == ["disk"]
    glance.images.delete(image.id)


class NaiveWaiter:
    """A client as people write it in an afternoon: no timeouts, no clean-up, polls for ever."""

    def __init__(self, fake: FakeIMS) -> None:
        self._url = fake.url
        self._headers = fake.headers

    def call(self, method: str, path: str, data: bytes | None = None,
             media_type: str = "application/json") -> Any:
        request = urllib.request.Request(
            self._url + path, data, {**self._headers, "Content-Type": media_type}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")

    def make(self, name: str) -> str:
        image = self.call("POST", "/v2/images", json.dumps({"name": name}).encode())
        path = f"/v2/images/{image['id']}"
        self.call("PUT", f"{path}/file", b"data", "application/octet-stream")
        while self.call("GET", path)["status"] != "active":
            time.sleep(2)  # returns at once: the sweep moves the clocks instead
        return str(image["id"])


@pytest.mark.fake_ims(saving="4s")
def test_naive_waiter(fake_ims: FakeIMS) -> None:
    assert NaiveWaiter(fake_ims).make("disk")
