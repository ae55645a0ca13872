"""Real clients, unpatched, before failures that mean something: what they see and miss."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from sdk_releases import recent_openstacksdk

from fake_ims import FakeIMS

openstack = pytest.importorskip("openstack", reason="openstacksdk is not installed")
keystone = pytest.importorskip("keystoneauth1.exceptions")
pytestmark = pytest.mark.fake_ims(auth="issued")
DATA = b"some bytes" * 100
FORMATS = {"disk_format": "raw", "container_format": "bare"}


@pytest.fixture
def cloud(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> Iterator[Any]:
    """openstacksdk, logged in by password."""
    with openstack.connect(image_status_code_retries=0, image_connect_retries=0) as connection:
        yield connection


def made(cloud: Any, name: str = "i") -> Any:
    return cloud.image.create_image(name, allow_duplicates=True, **FORMATS)


@pytest.mark.parametrize("wrong", [{"corrupt": True}, {"short": 10}])
def test_openstacksdk_finds_wrong_data_by_its_checksum(
    fake_ims: FakeIMS, cloud: Any, wrong: Any
) -> None:
    image = fake_ims.images.add(name="i", data=DATA)
    with fake_ims.faults.add("images.download", **wrong):
        with pytest.raises(openstack.exceptions.InvalidResponse, match="checksum mismatch"):
            cloud.image.download_image(image.id)
        # Whoever streams has to look for himself.
        assert cloud.image.download_image(image.id, stream=True).content != DATA
    assert cloud.image.download_image(image.id).content == DATA


def test_glanceclient_finds_wrong_data_by_its_checksum(fake_ims: FakeIMS) -> None:
    glanceclient = pytest.importorskip("glanceclient")
    client = glanceclient.Client("2", fake_ims.url, token=fake_ims.token)
    image = fake_ims.images.add(name="i", data=DATA)
    with fake_ims.faults.add("images.download", corrupt=True), pytest.raises(
            OSError, match="Corrupt image download"):
        b"".join(client.images.data(image.id))
    assert b"".join(client.images.data(image.id)) == DATA
    client.http_client.session.close()


def test_openstacksdk_never_sees_the_image_that_a_boundary_misses(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    for number in range(5):
        fake_ims.images.add(name=str(number))
    with fake_ims.faults.add("images.list", page="miss"):
        assert [image.name for image in cloud.image.images(limit=2)] == ["4", "3", "1", "0"]
    with fake_ims.faults.add("images.list", page="repeat"):
        assert [image.name for image in cloud.image.images(limit=3)] == [
            "4", "3", "2", "2", "1", "0"]


def test_openstacksdk_makes_a_second_image_after_a_stale_list(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    def ensure() -> None:
        if cloud.image.find_image("golden") is None:
            made(cloud, "golden")

    with fake_ims.faults.add(stale="5m"):
        ensure()
        ensure()
        fake_ims.clock.advance("5m")
    with pytest.raises(openstack.exceptions.DuplicateResource):
        cloud.image.find_image("golden")


def test_openstacksdk_finds_two_images_where_it_has_made_one(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    fake_ims.faults.add("images.create", twice=True, times=1)
    made(cloud, "golden")
    with pytest.raises(openstack.exceptions.DuplicateResource):
        cloud.image.find_image("golden")


def test_keystoneauth_logs_in_again_for_a_revoked_token(fake_ims: FakeIMS, cloud: Any) -> None:
    fake_ims.faults.add("images.create", revokes_token=True, times=1)
    image = made(cloud)
    assert cloud.image.get_image(image.id).name == "i"
    assert [one.status for one in fake_ims.requests.of("images.show")] == [401, 200]
    assert len(fake_ims.requests.of("identity.tokens.create")) == 2


def test_keystoneauth_thinks_every_token_is_over_by_a_clock_that_is_behind(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    fake_ims.faults.add("identity.*", skew="-2d")
    for _ in range(3):
        assert list(cloud.image.images()) == []
    assert len(fake_ims.requests.of("identity.tokens.create")) >= 3


def test_openstacksdk_does_not_wait_for_a_new_image_to_be_seen(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    fake_ims.faults.add("images.upload", unseen="5m")
    # It tells of a 404, and leaves a queued image behind or takes it away again.
    with pytest.raises(openstack.exceptions.NotFoundException):
        cloud.image.create_image("i", data=DATA, validate_checksum=False, **FORMATS)


def test_openstacksdk_waits_for_a_delete_that_takes_a_minute(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    image = made(cloud)
    fake_ims.faults.add("images.delete", deleting="polls(2)")
    cloud.image.delete_image(image.id)
    assert cloud.image.get_image(image.id).status == "pending_delete"
    with pytest.raises(openstack.exceptions.NotFoundException):
        cloud.image.get_image(image.id)


def test_openstacksdk_overwrites_what_it_has_not_seen(fake_ims: FakeIMS, cloud: Any) -> None:
    image = made(cloud, "before")
    fake_ims.faults.add("images.update", meanwhile={"name": "theirs", "min_disk": 7}, times=1)
    changed = cloud.image.update_image(cloud.image.get_image(image.id), name="mine")
    assert (changed.name, changed.min_disk) == ("mine", 7)
    fake_ims.faults.add("images.update", meanwhile="delete")
    with pytest.raises(openstack.exceptions.NotFoundException):
        cloud.image.update_image(image.id, name="again")


def test_openstacksdk_sees_an_upload_that_is_killed_after_its_answer(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    fake_ims.faults.add("images.upload", kill="disk full")
    image = cloud.image.create_image("i", data=DATA, **FORMATS)
    with pytest.raises(openstack.exceptions.ResourceFailure, match="killed"):
        cloud.image.wait_for_status(cloud.image.get_image(image.id), "active",
                                    failures=["killed"], interval=0, wait=5)


@recent_openstacksdk
def test_openstacksdk_leaves_an_image_saving_when_its_upload_dies(
    fake_ims: FakeIMS, cloud: Any
) -> None:
    image = made(cloud)
    fake_ims.faults.add("images.upload", dies_at=100)
    found = cloud.image.get_image(image.id)
    found.data = io.BytesIO(DATA)
    with pytest.raises(keystone.ConnectFailure):
        found.upload(cloud.image)
    assert fake_ims.images[image.id].status == "saving"


def test_otcextensions_sees_a_stale_status(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], otcextensions_undone: None
) -> None:
    sdk = pytest.importorskip("otcextensions.sdk")
    with openstack.connect() as connection:
        sdk.register_otc_extensions(connection)
        image = made(connection)
        fake_ims.clock.advance("1h")
        fake_ims.faults.add("images.show", stale="5m")
        fake_ims.images[image.id].activate()
        assert connection.image.get_image(image.id).status == "queued"
        fake_ims.clock.advance("5m")
        assert connection.image.get_image(image.id).status == "active"


def test_huaweis_client_believes_a_job_that_lies_and_waits_for_one_that_hangs(
    fake_ims: FakeIMS,
) -> None:
    ims = pytest.importorskip("huaweicloudsdkims.v2", reason="huaweicloudsdkims is not installed")
    credentials = pytest.importorskip("huaweicloudsdkcore.auth.credentials")
    exceptions = pytest.importorskip("huaweicloudsdkcore.exceptions.exceptions")
    who = credentials.BasicCredentials(fake_ims.access_key, fake_ims.secret_key,
                                       fake_ims.project_id)
    client = ims.ImsClient.new_builder().with_credentials(who).with_endpoint(fake_ims.url).build()
    body = ims.CreateImageRequestBody(name="b", image_url="ims:c.qcow2", min_disk=40,
                                      os_version="CentOS 7.0 64bit")

    def begin() -> str:
        return str(client.create_image(ims.CreateImageRequest(body=body)).job_id)

    def look(job: str) -> Any:
        return client.show_job(ims.ShowJobRequest(job_id=job))

    try:
        with fake_ims.faults.add("cloudimages.create", job_lies=True):
            lie = look(begin())
        assert lie.status == "SUCCESS"
        assert fake_ims.images[lie.entities.image_id].status == "killed"
        with fake_ims.faults.add("cloudimages.create", job_hangs=37):
            job = begin()
            assert [look(job).entities.process_percent for _ in range(3)] == [37, 37, 37]
        assert look(job).status == "SUCCESS"
        with fake_ims.faults.add("cloudimages.create", job_fails="IMG.0057"):
            failed = look(begin())
        assert (failed.status, failed.error_code) == ("FAIL", "IMG.0057")
        with fake_ims.faults.add("cloudimages.create", quota_used_up=True), pytest.raises(
                exceptions.ClientRequestException) as refused:
            begin()
        assert refused.value.error_code == "IMG.0015"
    finally:
        client.get_http_client().close()
        client.get_http_client().executor.shutdown()
