"""huaweicloudsdkims by ``HUAWEICLOUD_SDK_*``. ``tests/test_signatures.py`` has more of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from conversation import NOWHERE, STATUSES

from fake_ims import FakeIMS

ims = pytest.importorskip("huaweicloudsdkims.v2", reason="huaweicloudsdkims is not installed")
regions = pytest.importorskip("huaweicloudsdkims.v2.region.ims_region")
exceptions = pytest.importorskip("huaweicloudsdkcore.exceptions.exceptions")
pytestmark = pytest.mark.fake_ims(auth="issued")


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
    fake_ims.images[made.id].activate()
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


# As others, and refused: each is told by the environment, too.

OTHERS = {"access": "AK", "secret": "SK", "project_id": "PROJECT_ID",
          "security_token": "SECURITY_TOKEN"}


def become(monkeypatch: pytest.MonkeyPatch, key: Any, **other: str) -> None:
    """Sign with this key pair from now on, or with something else in its place."""
    for name, variable in OTHERS.items():
        value = other.get(name, getattr(key, name))
        if value is None:
            monkeypatch.delenv(f"HUAWEICLOUD_SDK_{variable}", raising=False)
        else:
            monkeypatch.setenv(f"HUAWEICLOUD_SDK_{variable}", value)


def refused(client: Any) -> str:
    """The gateway's sentence."""
    with pytest.raises(exceptions.ClientRequestException) as caught:
        names(client)
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
    assert caught.value.request_id
    return str(caught.value.error_msg).removeprefix("Incorrect IAM authentication information: ")


def test_a_share_is_accepted_as_another_tenant(
    fake_ims: FakeIMS, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = connect()
    image = fake_ims.images.add(name="disk", data=b"bytes")
    fake_ims.identity.add_user("bob", project="p2")
    become(monkeypatch, fake_ims.identity.keys.add("bob"))
    member = connect()
    show = ims.GlanceShowImageRequest(image_id=image.id)

    def answer(status: str) -> Any:
        return member.glance_update_image_member(ims.GlanceUpdateImageMemberRequest(
            image_id=image.id, member_id="p2",
            body=ims.GlanceUpdateImageMemberRequestBody(status=status)))

    with pytest.raises(exceptions.ClientRequestException) as caught:
        member.glance_show_image(show)
    assert caught.value.status_code == 404
    owner.glance_add_image_member(ims.GlanceAddImageMemberRequest(
        image_id=image.id, body=ims.GlanceAddImageMemberRequestBody(member="p2")))
    (row,) = member.glance_list_image_members(
        ims.GlanceListImageMembersRequest(image_id=image.id)).members
    assert (row.member_id, row.status) == ("p2", "pending")
    assert names(member) == []
    assert names(member, visibility="shared", member_status="pending") == ["disk"]
    assert answer("accepted").status == "accepted"
    assert names(member) == ["disk"]
    assert member.glance_show_image(show).owner == fake_ims.project_id
    assert fake_ims.requests.last.caller == "bob:p2"
    assert answer("rejected").status == "rejected"
    assert names(member) == []
    owner.glance_delete_image_member(ims.GlanceDeleteImageMemberRequest(
        image_id=image.id, member_id="p2"))
    with pytest.raises(exceptions.ClientRequestException) as caught:
        answer("accepted")
    assert caught.value.status_code == 404
    assert names(owner) == ["disk"]


def test_bad_keys(
    fake_ims: FakeIMS, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ims.identity.add_user("bob", project="p2")
    key = fake_ims.identity.keys.add("bob")
    for other, text in (
        ({"secret": "wrong"}, "verify aksk signature fail, canonicalRequest:GET|"),
        ({"secret": fake_ims.secret_key}, "verify aksk signature fail, canonicalRequest:GET|"),
        ({"access": "UNKNOWN"}, "Get secretKey failed,ak:UNKNOWN,err:ak not exist"),
        ({"project_id": fake_ims.project_id}, f"ak {key.access} has no project"),
        ({"security_token": "of nobody"}, "decrypt token fail"),
    ):
        become(monkeypatch, key, **other)
        assert text in refused(connect())
    become(monkeypatch, key)
    client = connect()
    assert names(client) == []
    fake_ims.identity.lock("bob")
    assert "ak not exist" in refused(client)
    fake_ims.identity.unlock("bob")
    assert names(client) == []
    fake_ims.identity.keys.remove(key)
    assert "ak not exist" in refused(client)


def test_a_temporary_key(
    fake_ims: FakeIMS, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ims.identity.add_user("bob", project="p2")
    fake_ims.images.add(name="his", owner="p2")
    key = fake_ims.identity.keys.add("bob", security_token="temporary")
    become(monkeypatch, key)
    assert names(connect()) == ["his"]
    become(monkeypatch, key, security_token="another")
    assert "decrypt token fail" in refused(connect())
    become(monkeypatch, replace(key, security_token=None))
    assert "x-security-token not found" in refused(connect())


def test_a_clock_that_is_wrong(fake_ims: FakeIMS, connect: Callable[[], Any]) -> None:
    client = connect()
    fake_ims.clock.advance("14m")
    assert names(client) == []
    fake_ims.clock.advance("2m")
    text = refused(client)
    assert text.startswith("calc aksk signature fail:signature expired, signature time:")
    assert ",server time:" in text
    fake_ims.reset(auth="issued")
    assert names(client) == []
