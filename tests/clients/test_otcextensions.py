"""otcextensions: openstacksdk with Open Telekom Cloud's own profile, which points at the fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import conversation
import pytest
from conversation import STATUSES, Connect
from sdk_releases import recent_openstacksdk

from fake_ims import FakeIMS

pytest.importorskip("otcextensions", reason="otcextensions is not installed")
openstack = pytest.importorskip("openstack")
pytestmark = pytest.mark.fake_ims(auth="issued")
CLOUD = """
clouds:
  otc:
    profile: otc
    region_name: {region}
    auth:
      auth_url: {auth_url}
      username: {user}
      password: {password}
      user_domain_name: {domain}
      project_name: {project}
      project_domain_name: {domain}
"""


@pytest.fixture
def connect(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, otcextensions_undone: None,
) -> Iterator[Connect]:
    from test_sdk_openstack import Sdk

    for name in fake_ims_env:
        monkeypatch.delenv(name)
    made: list[Any] = []

    def connect(user: str = "", project: str = "", **settings: Any) -> Sdk:
        path = tmp_path / f"{len(made)}.yaml"
        path.write_text(CLOUD.format(
            region=fake_ims.region, auth_url=fake_ims.auth_url, password=fake_ims.password,
            user=user or fake_ims.username, domain=fake_ims.user_domain_name,
            project=project or fake_ims.project_name))
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
        made.append(openstack.connect(cloud="otc", **settings))
        return Sdk(made[-1])

    yield connect
    for connection in made:
        connection.close()


def test_the_life_of_an_image(fake_ims: FakeIMS, connect: Connect) -> None:
    conversation.life_of_an_image(fake_ims, connect)


def test_pages(fake_ims: FakeIMS, connect: Connect) -> None:
    conversation.lists_by_pages(fake_ims, connect)


@pytest.mark.parametrize("status", STATUSES)
def test_errors(fake_ims: FakeIMS, connect: Connect, status: int) -> None:
    client = connect(image_status_code_retries=0)
    with pytest.raises(openstack.exceptions.HttpException) as caught:
        conversation.fails(fake_ims, client, status)
    assert caught.value.status_code == status


def test_an_expired_token_is_renewed(fake_ims: FakeIMS, connect: Connect) -> None:
    client = connect()
    assert client.names() == []
    fake_ims.clock.advance("25h")
    assert client.names() == []
    assert len(fake_ims.requests.of("identity.tokens.create")) == 2


def test_a_wrong_password(fake_ims: FakeIMS, connect: Connect) -> None:
    fake_ims.identity.set_password(fake_ims.username, "another")
    with pytest.raises(openstack.exceptions.SDKException, match="HTTP 401"):
        connect()


@recent_openstacksdk
def test_the_chapters_of_ims(fake_ims: FakeIMS, connect: Connect) -> None:
    """Every operation of its proxies ``imsv1`` and ``imsv2``."""
    connection = connect().connection
    begun = connection.imsv2.create_image(
        name="made", image_url="ims-image:centos70.qcow2", os_version="CentOS 7.0 64bit",
        min_disk=40, tags=["a.b"])
    job = connection.imsv1.wait_for_async_job(begun.job_id)
    assert (job.status, job.job_type, job.entities.image_name, job.entities.process_percent) == (
        "SUCCESS", "imsImportImageJob", "made", 100)
    assert job.error_code is job.fail_reason is None
    listed = list(connection.imsv2.images(name="made", limit=10, sort_key="name"))
    assert [(image.id, image.status, image.min_disk) for image in listed] == [
        (job.entities.image_id, "active", 40)]
    # It changes the image, and then stumbles over its own reading of the answer.
    with pytest.raises(AttributeError, match="create_returns_body"):
        connection.imsv2.update_image(job.entities.image_id, command_list=[
            {"op": "replace", "path": "/name", "value": "renamed"}])
    assert fake_ims.images[job.entities.image_id].name == "renamed"
    export = connection.imsv1.export_image(
        image_id=job.entities.image_id, bucket_url="out:disk.vhd", file_format="vhd")
    assert connection.imsv1.get_async_job(export.job_id).status == "SUCCESS"
    assert fake_ims.world.buckets["out"]["disk.vhd"].format == "vhd"


def test_it_waits_for_a_job_and_says_that_it_has_failed(
    fake_ims: FakeIMS, connect: Connect
) -> None:
    connection = connect().connection
    fake_ims.jobs.fail_next("IMG.0057")
    begun = connection.imsv2.create_image(name="made", image_url="b01:x.qcow2", min_disk=40)
    with pytest.raises(RuntimeError, match=rf"{begun.job_id} failed"):
        connection.imsv1.wait_for_async_job(begun.job_id)
    assert connection.imsv1.get_async_job(begun.job_id).error_code == "IMG.0057"
