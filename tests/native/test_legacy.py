"""The three deprecated pages: V1.1 *Querying Image Details*, V1 *Querying Image Metadata*, and
V1.1 *Deleting an Image*."""

from __future__ import annotations

import re

import pytest
from wire import Wire

from fake_ims import FakeIMS

T0 = 1463897060.425843  # 2016-05-22T06:04:20.425843
UNKNOWN = "11111111-2222-3333-4444-555555555555"
MD5 = "8d777f385d3dfec8815d20f7496026dc"  # of b"data"


def cirros(fake: FakeIMS) -> str:
    """The image of the pages' examples."""
    return fake.images.add(
        name="cirros", visibility="public", disk_format="qcow2", data=b"data", created_at=T0,
        updated_at=T0 + 2.293948, owner="23f4cb75768d4febb39542ef6fe169f3").id


def test_the_details_are_those_of_the_example(wire: Wire, fake_ims: FakeIMS) -> None:
    image_id = cirros(fake_ims)
    reply = wire.get("/v1.1/images/detail", disk_format="qcow2")
    assert reply.status == 200
    assert reply.json == {"images": [{
        "status": "active",
        "deleted_at": None,
        "name": "cirros",
        "deleted": False,
        "container_format": "bare",
        "created_at": "2016-05-22T06:04:20.425843",
        "disk_format": "qcow2",
        "updated_at": "2016-05-22T06:04:22.719791",
        "min_disk": 0,
        "protected": False,
        "id": image_id,
        "min_ram": 0,
        "checksum": MD5,
        "owner": "23f4cb75768d4febb39542ef6fe169f3",
        "is_public": True,
        "virtual_size": None,
        "properties": reply.json["images"][0]["properties"],
        "size": 4,
    }]}
    assert reply.json["images"][0]["properties"]["__os_type"] == "Linux"


@pytest.mark.parametrize(("query", "expected"), [
    ("", "c b a"),
    ("name=a", "a"),
    ("name=nothing", ""),
    ("container_format=bare", "c b a"),
    ("container_format=ovf", ""),
    ("disk_format=qcow2", "b"),
    ("status=queued", "c"),
    ("status=active", "b a"),
    ("size_min=2", "b"),
    ("size_max=2", "b a"),
    ("size_min=1&size_max=1", "a"),
    ("changes-since=2016-05-22T06:04:21Z", "c b"),
    ("changes-since=2016-05-22", "c b a"),
    ("changes-since=2030-01-01T00:00:00Z", ""),
    ("disk_format=qcow2&status=queued", ""),
    ("limit=2", "c b"),
    ("visibility=public", "c b a"),  # no parameter of this page
])
def test_the_filters_of_the_details(
    wire: Wire, fake_ims: FakeIMS, query: str, expected: str
) -> None:
    fake_ims.images.add(name="a", data=b"x", created_at=T0)
    fake_ims.images.add(name="b", data=b"xx", created_at=T0 + 10, disk_format="qcow2")
    fake_ims.images.add(name="c", status="queued", created_at=T0 + 20)
    fake_ims.images.add(name="d", owner="p2", created_at=T0 + 30)
    images = wire.get(f"/v1.1/images/detail?{query}").json["images"]
    assert [image["name"] for image in images] == expected.split()


def test_a_marker_leads_on(wire: Wire, fake_ims: FakeIMS) -> None:
    ids = [fake_ims.images.add(name=name).id for name in "abc"]
    images = wire.get("/v1.1/images/detail", marker=ids[2], limit=1).json["images"]
    assert [image["name"] for image in images] == ["b"]


@pytest.mark.parametrize("query", [
    "size_min=a", "size_max=", "changes-since=yesterday", "limit=a", "limit=-1",
    f"marker={UNKNOWN}",
])
def test_a_query_that_makes_no_sense(wire: Wire, query: str) -> None:
    assert wire.get(f"/v1.1/images/detail?{query}").status == 400


def test_the_metadata_are_the_headers_of_the_example(wire: Wire, fake_ims: FakeIMS) -> None:
    image_id = cirros(fake_ims)
    reply = wire.send("HEAD", f"/v1/images/{image_id}")
    assert (reply.status, reply.body) == (200, b"")
    headers = dict(reply.headers)
    properties = {name for name in headers if name.startswith("X-Image-Meta-Property-")}
    assert headers["X-Image-Meta-Property-__os_type"] == "Linux"
    assert headers["X-Image-Meta-Property-__os_version"] == "Other Linux(64 bit)"
    assert re.match(r"req-", headers["x-openstack-request-id"])
    assert {name: value for name, value in headers.items()
            if name not in properties | {"Date", "Server", "x-openstack-request-id"}} == {
        "Content-Type": "text/html; charset=UTF-8",
        "Content-Length": "0",
        "X-Image-Meta-Id": image_id,
        "X-Image-Meta-Deleted": "False",
        "X-Image-Meta-Container_format": "bare",
        "X-Image-Meta-Checksum": MD5,
        "X-Image-Meta-Protected": "False",
        "X-Image-Meta-Min_disk": "0",
        "X-Image-Meta-Created_at": "2016-05-22T06:04:20.425843",
        "X-Image-Meta-Size": "4",
        "X-Image-Meta-Status": "active",
        "X-Image-Meta-Is_public": "True",
        "X-Image-Meta-Min_ram": "0",
        "X-Image-Meta-Owner": "23f4cb75768d4febb39542ef6fe169f3",
        "X-Image-Meta-Updated_at": "2016-05-22T06:04:22.719791",
        "X-Image-Meta-Disk_format": "qcow2",
        "X-Image-Meta-Name": "cirros",
        "Etag": MD5,
    }


def test_what_no_header_can_carry_is_left_out(wire: Wire) -> None:
    image_id = wire.create(**{"ключ": "1", "a": "钥匙", "b": "x\r\nX-Evil: 1", "c d": "1", "e": "1",
                              "f:g": "1", "": "1"})["id"]
    reply = wire.send("HEAD", f"/v1/images/{image_id}")
    assert reply.status == 200
    assert reply.headers["X-Image-Meta-Property-e"] == "1"
    assert reply.headers["X-Evil"] is None
    assert {name for name in reply.headers if "Property-" in name and "__" not in name} == {
        "X-Image-Meta-Property-e", "X-Image-Meta-Property-virtual_env_type"}


def test_delete(wire: Wire) -> None:
    image_id = wire.create(name="a")["id"]
    reply = wire.delete(f"/v1.1/images/{image_id}")
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert wire.status(image_id) == "404"
    assert wire.delete(f"/v1.1/images/{image_id}").refusal == (404, "IMG.0144")


def test_the_rules_are_those_of_v2(wire: Wire, fake_ims: FakeIMS) -> None:
    protected = wire.create(protected=True)["id"]
    public = fake_ims.images.add(owner="p2", visibility="public").id
    private = fake_ims.images.add(owner="p2").id
    for image_id, refusal in (
        (protected, (403, "IMG.0028")), (public, (403, "IMG.0094")),
        (private, (404, "IMG.0144")), (UNKNOWN, (404, "IMG.0144")),
    ):
        assert wire.delete(f"/v1.1/images/{image_id}").refusal == refusal
    assert wire.send("HEAD", f"/v1/images/{public}").status == 200
    for image_id in (private, UNKNOWN, "x"):
        assert wire.send("HEAD", f"/v1/images/{image_id}").status == 404
    for method, path in (("GET", "/v1.1/images/detail"), ("DELETE", f"/v1.1/images/{public}"),
                         ("HEAD", f"/v1/images/{public}")):
        assert wire.anonymous().send(method, path).status == 401


@pytest.mark.parametrize(("method", "path", "status"), [
    ("POST", "/v1.1/images/detail", 405), ("GET", f"/v1/images/{UNKNOWN}", 405),
    ("DELETE", f"/v1/images/{UNKNOWN}", 405), ("GET", "/v1/images", 404),
    ("GET", "/v1.1/images", 404), ("GET", "/v1/images/detail", 405),
])
def test_other_operations_of_v1_are_not_there(
    wire: Wire, method: str, path: str, status: int
) -> None:
    assert wire.send(method, path).status == status
