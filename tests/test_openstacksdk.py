"""A client that knows nothing of this project: openstacksdk, unpatched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_ims import FakeIMS, polls

openstack = pytest.importorskip("openstack")

# openstacksdk warns of what it will drop itself, whatever it is asked to do.
pytestmark = pytest.mark.filterwarnings(
    "ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
PROFILES = [pytest.param(name, marks=pytest.mark.fake_ims(profile=name))
            for name in ("otc", "openstack")]
DATA = bytes(range(256)) * 4000


@pytest.fixture
def connect(fake_ims: FakeIMS) -> Iterator[Any]:
    """Connections, closed after the test."""
    made = []

    def connect(token: str, path: str = "") -> Any:
        made.append(openstack.connection.Connection(
            auth_type="admin_token", auth={"endpoint": fake_ims.url, "token": token},
            image_endpoint_override=f"{fake_ims.url}{path}", image_api_version="2"))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


@pytest.fixture
def cloud(connect: Any, fake_ims: FakeIMS) -> Any:
    """The default tenant's connection."""
    return connect(fake_ims.token)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_life_of_an_image(
    cloud: Any, connect: Any, fake_ims: FakeIMS, tmp_path: Path, profile: str
) -> None:
    fake_ims.lifecycle.saving = polls(3)

    # create and upload, wait for active
    image = cloud.image.create_image(
        "my image", data=DATA, disk_format="raw", container_format="bare",
        visibility="private", min_disk=4, properties={"my_key": "my value"}, wait=False)
    image = cloud.image.wait_for_status(image, "active", interval=0.001, wait=30)
    assert (image.name, image.size, image.min_disk) == ("my image", len(DATA), 4)
    assert image.checksum == hashlib.md5(DATA).hexdigest()
    assert image.properties["my_key"] == "my value"
    assert image.owner_id == fake_ims.project_id

    # download and compare
    assert cloud.image.download_image(image).content == DATA
    cloud.image.download_image(image, output=str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == DATA

    # change, tag
    assert cloud.image.update_image(image, name="renamed", min_ram=512).min_ram == 512
    assert cloud.image.find_image("renamed").id == image.id
    cloud.image.add_tag(image, "blue")
    cloud.image.add_tag(image, "green")
    cloud.image.remove_tag(image, "green")
    assert cloud.image.get_image(image).tags == ["blue"]
    assert [found.id for found in cloud.image.images(tag="blue")] == [image.id]
    assert list(cloud.image.images(tag="green")) == []

    # share, and accept as another tenant
    if profile == "openstack":
        cloud.image.update_image(image, visibility="shared")
    other = connect(fake_ims.tenant("p2").token)
    assert other.image.find_image(image.id) is None
    cloud.image.add_member(image, member_id="p2")
    assert list(other.image.images()) == []
    assert [found.id for found in other.image.images(member_status="pending",
                                                     visibility="shared")] == [image.id]
    other.image.update_member("p2", image, status="accepted")
    assert [found.id for found in other.image.images()] == [image.id]
    assert other.image.download_image(image).content == DATA
    assert [(one.member_id, one.status) for one in cloud.image.members(image)] == [
        ("p2", "accepted")]
    cloud.image.remove_member("p2", image)
    assert other.image.find_image(image.id) is None

    # deactivate, protect, delete
    cloud.image.deactivate_image(image)
    assert cloud.image.get_image(image).status == "deactivated"
    cloud.image.reactivate_image(image)
    cloud.image.update_image(image, is_protected=True)
    with pytest.raises(openstack.exceptions.ForbiddenException):
        cloud.image.delete_image(image)
    cloud.image.update_image(image, is_protected=False)
    fake_ims.lifecycle.deleting = polls(3)
    cloud.image.delete_image(image)
    cloud.image.wait_for_delete(cloud.image.get_image(image.id), interval=0.001, wait=30)
    assert cloud.image.find_image(image.id) is None


@pytest.mark.parametrize("profile", PROFILES)
def test_lists_page_by_page(cloud: Any, fake_ims: FakeIMS, profile: str) -> None:
    made = [fake_ims.images.add(name=f"i{number}", disk_format="raw",
                                container_format="bare").id for number in range(60)]
    assert [image.id for image in cloud.image.images()] == made[::-1]
    assert len(fake_ims.requests.of("images.list")) == 3
    assert [image.id for image in cloud.image.images(limit=7, sort_key="created_at",
                                                     sort_dir="asc")] == made
    assert [image.name for image in cloud.image.images(name="i7")] == ["i7"]


@pytest.mark.parametrize("profile", PROFILES)
def test_errors_arrive_as_what_they_are(cloud: Any, fake_ims: FakeIMS, profile: str) -> None:
    with pytest.raises(openstack.exceptions.NotFoundException) as missing:
        cloud.image.get_image("11111111-2222-3333-4444-555555555555")
    assert "No image found with ID" in str(missing.value)
    with pytest.raises(openstack.exceptions.BadRequestException):
        cloud.image.create_image("a", disk_format="floppy", container_format="bare",
                                 data=b"x", allow_duplicates=True)
    fake_ims.faults.add("images.show", status=500)
    with pytest.raises(openstack.exceptions.HttpException) as down:
        cloud.image.get_image("11111111-2222-3333-4444-555555555555")
    assert down.value.status_code == 500


@pytest.mark.parametrize("profile", PROFILES)
def test_a_killed_upload_ends_the_wait(cloud: Any, fake_ims: FakeIMS, profile: str) -> None:
    fake_ims.lifecycle.kill_next()
    image = cloud.image.create_image("a", data=b"data", disk_format="raw",
                                     container_format="bare", allow_duplicates=True,
                                     validate_checksum=False)
    with pytest.raises(openstack.exceptions.ResourceFailure):
        cloud.image.wait_for_status(image, "active", failures=["killed"], interval=0.001, wait=30)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_schema(cloud: Any, profile: str) -> None:
    assert "disk_format" in cloud.image.get_images_schema().properties["images"]["items"][
        "properties"]


@pytest.mark.parametrize("path", ["", "/", "/v2", "/v2/", "/v2.0"])
def test_the_endpoint_may_name_a_version(connect: Any, fake_ims: FakeIMS, path: str) -> None:
    fake_ims.images.add(name="a")
    assert [image.name for image in connect(fake_ims.token, path).image.images()] == ["a"]


def test_a_client_that_is_told_to_use_no_authentication(fake_ims: FakeIMS) -> None:
    """It sends some token all the same, which is the default tenant's."""
    fake_ims.images.add(name="a")
    with openstack.connection.Connection(
        auth_type="none", endpoint=fake_ims.url, image_endpoint_override=fake_ims.url,
        image_api_version="2",
    ) as connection:
        assert [image.name for image in connection.image.images()] == ["a"]
    assert fake_ims.requests.last.tenant == fake_ims.project_id
