"""huaweicloudsdkims by ``HUAWEICLOUD_SDK_*``. ``tests/test_signatures.py`` has more of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conversation import NOWHERE, STATUSES

from fake_ims import FakeIMS

ims = pytest.importorskip("huaweicloudsdkims.v2", reason="huaweicloudsdkims is not installed")
regions = pytest.importorskip("huaweicloudsdkims.v2.region.ims_region")
exceptions = pytest.importorskip("huaweicloudsdkcore.exceptions.exceptions")
pytestmark = pytest.mark.fake_ims(auth="strict")


@pytest.fixture
def connect(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> Iterator[Callable[[], Any]]:
    """A client told by the environment alone."""
    made: list[Any] = []

    def connect() -> Any:
        region = regions.ImsRegion.value_of(fake_ims.region)
        made.append(ims.ImsClient.new_builder().with_region(region).build())
        return made[-1]

    yield connect
    for client in made:
        client.get_http_client().close()
        client.get_http_client().executor.shutdown()


def names(client: Any, **query: Any) -> list[str]:
    return [image.name for image in client.glance_list_images(
        ims.GlanceListImagesRequest(**query)).images]


def test_the_life_of_an_image(fake_ims: FakeIMS, connect: Callable[[], Any]) -> None:
    """It has no operation to upload or download."""
    client = connect()
    made = client.glance_create_image_metadata(ims.GlanceCreateImageMetadataRequest(
        body=ims.GlanceCreateImageMetadataRequestBody(
            name="disk", os_version="Ubuntu 22.04 server 64bit")))
    assert (made.status, made.owner) == ("queued", fake_ims.project_id)
    fake_ims.images.add(name="other")
    assert names(client) == ["other", "disk"]
    assert names(client, limit=1, marker=fake_ims.images[made.id].id) == []
    assert names(client, name="disk", limit=1) == ["disk"]
    client.glance_update_image(ims.GlanceUpdateImageRequest(image_id=made.id, body=[
        ims.GlanceUpdateImageRequestBody(op="replace", path="/name", value="renamed")]))
    client.glance_create_tag(ims.GlanceCreateTagRequest(image_id=made.id, tag="blue"))
    assert names(client, tag="blue") == ["renamed"]
    client.glance_add_image_member(ims.GlanceAddImageMemberRequest(
        image_id=made.id, body=ims.GlanceAddImageMemberRequestBody(member="p2")))
    client.glance_delete_image(ims.GlanceDeleteImageRequest(
        image_id=made.id, body=ims.GlanceDeleteImageRequestBody(delete_backup=False)))
    assert names(client) == ["other"]


def test_it_looks_up_its_project(
    fake_ims: FakeIMS, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUAWEICLOUD_SDK_PROJECT_ID")
    monkeypatch.setattr("huaweicloudsdkcore.auth.credentials.Credentials._CACHE", {})
    fake_ims.images.add(name="a")
    assert names(connect()) == ["a"]
    assert [one.operation for one in fake_ims.requests] == [
        "identity.projects.list", "images.list"]
    assert fake_ims.requests.last.tenant == fake_ims.project_id


@pytest.mark.parametrize("status", STATUSES)
def test_errors(fake_ims: FakeIMS, connect: Callable[[], Any], status: int) -> None:
    client = connect()
    error = exceptions.ServerResponseException if status > 500 else (
        exceptions.ClientRequestException)
    image = fake_ims.images.add(name="a", protected=True)
    if status == 403:
        request = client.glance_delete_image, ims.GlanceDeleteImageRequest(image_id=image.id)
    elif status == 404:
        request = client.glance_show_image, ims.GlanceShowImageRequest(image_id=NOWHERE)
    else:
        fake_ims.faults.add("images.show", status=status)
        request = client.glance_show_image, ims.GlanceShowImageRequest(image_id=image.id)
    with pytest.raises(error) as caught:
        request[0](request[1])
    assert caught.value.status_code == fake_ims.requests.last.status == status
    if status not in (401, 429):  # a gateway's, and one whose body it does not read
        assert caught.value.error_code.startswith("IMG.")


def test_a_wrong_secret_key(
    fake_ims: FakeIMS, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", "wrong")
    with pytest.raises(exceptions.ClientRequestException) as caught:
        names(connect())
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
