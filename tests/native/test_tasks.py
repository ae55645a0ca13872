"""The tasks of imports: each ends as its image does."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS

pytestmark = pytest.mark.fake_ims(profile="openstack", saving="10s")


@pytest.fixture
def image_id(wire: Wire) -> str:
    """Id of an image whose import is under way."""
    image = wire.create(name="a", container_format="bare", disk_format="raw")
    assert wire.send("PUT", f"/v2/images/{image['id']}/stage", b"data", {
        "Content-Type": "application/octet-stream"}).status == 204
    reply = wire.post(f"/v2/images/{image['id']}/import", {"method": {"name": "glance-direct"}})
    assert reply.status == 202
    return str(image["id"])


def task(wire: Wire, image_id: str) -> dict[str, Any]:
    (found,) = wire.get(f"/v2/images/{image_id}/tasks").json["tasks"]
    return dict(found)


def test_a_task_succeeds_when_the_image_is_there(
    fake_ims: FakeIMS, wire: Wire, image_id: str
) -> None:
    begun = task(wire, image_id)
    assert begun["status"] == "processing"
    fake_ims.clock.advance("10s")
    done = task(wire, image_id)
    assert (done["status"], done["result"]) == ("success", {"image_id": image_id})
    assert done["updated_at"] > begun["updated_at"]
    assert done["expires_at"] > done["updated_at"]


def test_a_task_fails_with_the_reason_of_the_image(
    fake_ims: FakeIMS, wire: Wire, image_id: str
) -> None:
    fake_ims.images[image_id].kill("disk full")
    failed = task(wire, image_id)
    assert (failed["status"], failed["message"]) == ("failure", "disk full")


def test_a_task_fails_when_its_image_is_gone(
    fake_ims: FakeIMS, wire: Wire, image_id: str
) -> None:
    begun = task(wire, image_id)
    fake_ims.images[image_id].delete()
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    failed = admin.get(f"/v2/tasks/{begun['id']}").json
    assert (failed["status"], failed["message"]) == ("failure", "Task failed due to Internal Error")
